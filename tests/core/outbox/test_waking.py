"""Who is woken for what is published, how often, and that many who are woken at once do each thing once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from fitflow.core import outbox
from fitflow.core.models import OutboxMessage
from fitflow.core.tasks import sweep
from tests.core.outbox.plan import State, also, make_due, publish, seen


def test_it_wakes_a_relay_after_the_commit(
    topic: str, hints: list[str], db: None, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        publish(topic)
        assert hints == []
    assert hints == ["work"]


def test_a_load_in_bulk_is_left_to_the_sweep(
    topic: str, db: None, hints: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), outbox.without_hints():
        publish(topic)
    assert hints == []
    with django_capture_on_commit_callbacks(execute=True):
        publish(topic)
    assert hints == ["work"]
    assert outbox.run_lane("work") == 2


def test_what_is_due_later_wakes_nobody_now(
    topic: str, db: None, hints: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        outbox.publish(topic, due_in=timedelta(minutes=5))
    assert hints == []
    make_due(OutboxMessage.objects.get(topic=topic))
    sweep()
    assert hints == ["work"], "the sweep finds it once its time has come"


def test_it_ends_its_turn_and_wakes_the_next(topic: str, db: None, hints: list[str]) -> None:
    for thing in "123":
        publish(topic, thing=thing)
    assert outbox.run_lane("work", seconds=0) == 1
    assert hints == ["work", "work"], "there was more, and its time was up"


def test_mail_never_takes_every_thread_of_a_process(topic: str, db: None) -> None:
    places = outbox._places["mail"]
    taken = [places.acquire(blocking=False) for _ in range(4)]
    try:
        assert taken == [True] * 4
        outbox.subscribe(topic, lane="mail")(also)
        publish(topic)
        assert outbox.run_lane("mail") == 0
        assert outbox.run_lane("work") == 1
    finally:
        for _ in taken:
            places.release()
    assert outbox.run_lane("mail") == 1


def test_the_sweep_wakes_only_the_lanes_with_work(topic: str, db: None, hints: list[str]) -> None:
    OutboxMessage.objects.all().delete()
    sweep()
    assert hints == []
    publish(topic)
    outbox.claim("work")
    sweep()
    assert hints == [], "a relay holds it"
    publish(topic)
    sweep()
    assert hints == ["work"]


def test_one_hint_is_enough_until_a_relay_takes_it_up(
    topic: str, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(
        "fitflow.core.tasks.relay.apply_async", lambda *, args, **options: sent.append(args[0])
    )
    outbox.run_lane("work")
    for lane in ("work", "work", "live", "work"):
        outbox.wake(lane)
    assert sent == ["work", "live"]
    outbox.run_lane("work")
    outbox.wake("work")
    assert sent == ["work", "live", "work"]
    outbox.wake("work", anyway=True)
    assert sent == ["work", "live", "work", "work"]
    outbox.run_lane("live")
    outbox.run_lane("work")


def test_a_relay_that_finds_more_than_one_row_calls_another(topic: str, db: None, hints: list[str]) -> None:
    publish(topic)
    assert outbox.run_lane("work") == 1
    assert hints == []
    publish(topic)
    publish(topic)
    assert outbox.run_lane("work") == 2
    assert hints == ["work"]


def test_a_broker_that_is_gone_costs_only_the_hint(
    topic: str, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr("fitflow.core.tasks.relay.apply_async", refuse)
    publish(topic)
    outbox.wake("work")
    assert outbox.run_lane("work") == 1


@pytest.mark.race
def test_eight_relays_deliver_each_row_once(topic: str, transactional_rows: None, hints: list[str]) -> None:
    for number in range(60):
        publish(topic, thing=str(number))

    def work() -> None:
        try:
            outbox.run_lane("work")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(thing) for thing, _ in seen) == list(range(60))
    assert set(OutboxMessage.objects.filter(topic=topic).values_list("state", "attempts")) == {
        (State.DONE, 1)
    }


@pytest.mark.race
def test_without_the_lock_two_relays_would_take_the_same_row(
    topic: str, transactional_rows: None, monkeypatch: pytest.MonkeyPatch, hints: list[str]
) -> None:
    """The negative control of the test above: it sees a race where there is one."""
    careless = outbox.CLAIM.replace("FOR UPDATE SKIP LOCKED", "").replace(
        "SELECT id FROM", "SELECT id FROM (SELECT pg_sleep(0.05)) AS pause,"
    )
    monkeypatch.setattr(outbox, "CLAIM", careless)
    for number in range(10):
        publish(topic, thing=str(number))

    def work() -> None:
        try:
            outbox.run_lane("work", seconds=2)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) > 10
