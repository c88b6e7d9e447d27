"""The outbox on real PostgreSQL: what is published is delivered, once at a time, inside its studio, until it is done or dead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now

from fitflow.core import outbox
from fitflow.core.errors import Unavailable
from fitflow.core.ids import uuid7
from fitflow.core.models import OutboxMessage
from fitflow.core.services import forget_expired
from fitflow.tenancy.context import current_studio, studio_context
from tests.cast import Cast
from tests.core.outbox.plan import State, act, also, make_due, note, publish, seen


def test_it_refuses_to_publish_outside_a_transaction(
    topic: str, transactional_rows: None, django_db_blocker: Any
) -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        outbox.publish(topic)


def test_it_keeps_nothing_of_a_change_that_was_rolled_back(topic: str, db: None, hints: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.publish(topic)
        1 / 0  # noqa: B018
    assert not OutboxMessage.objects.filter(topic=topic).exists()


def test_it_writes_one_row_for_each_handler(topic: str, db: None) -> None:
    outbox.subscribe(topic, lane="mail")(also)
    publish(topic, thing="x")
    rows = OutboxMessage.objects.filter(topic=topic)
    assert {(row.handler.rpartition(".")[2], row.lane) for row in rows} == {
        ("note", "work"),
        ("also", "mail"),
    }


def test_it_subscribes_a_handler_once(topic: str) -> None:
    outbox.subscribe(topic)(note)
    assert len(outbox.subscriptions_of(topic)) == 1


def test_it_refuses_an_unknown_lane() -> None:
    with pytest.raises(ValueError, match="no lane"):
        outbox.subscribe("x", lane="fast")


def test_it_delivers_inside_the_studio_that_published(topic: str, cast: Cast) -> None:
    for studio in (cast.lotus, cast.summit):
        with studio_context(studio):
            publish(topic, thing=studio.slug)
    publish(topic, thing="platform")
    outbox.run_lane("work")
    assert seen == [("lotus", cast.lotus.id), ("summit", cast.summit.id), ("platform", None)]
    assert set(OutboxMessage.objects.filter(topic=topic).values_list("state", flat=True)) == {State.DONE}
    assert current_studio() is None


def test_a_studio_sees_and_writes_its_own_rows_only(topic: str, cast: Cast) -> None:
    with studio_context(cast.summit):
        publish(topic)
    with studio_context(cast.lotus):
        assert not OutboxMessage.objects.filter(topic=topic).exists()


def test_it_does_not_deliver_before_the_time(topic: str, db: None) -> None:
    with transaction.atomic():
        outbox.publish(topic, due_in=timedelta(minutes=5))
    outbox.run_lane("work")
    assert seen == []


def test_it_tries_again_later_after_a_failure(topic: str, db: None) -> None:
    def fail(message: OutboxMessage) -> None:
        raise Unavailable("The mail server does not answer.")

    act["then"] = fail
    row = publish(topic)
    outbox.run_lane("work")
    row.refresh_from_db()
    assert (row.state, row.attempts, row.leased_until) == (State.PENDING, 1, None)
    assert row.last_error == "Unavailable: The mail server does not answer."
    assert outbox.run_lane("work") == 0, "it is not due yet"
    act.clear()
    make_due(row)
    outbox.run_lane("work")
    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == (State.DONE, 2, "")


def test_the_pauses_grow_to_an_hour_and_last_most_of_a_day() -> None:
    pauses = [outbox._pause(attempt) for attempt in range(1, outbox.MAX_ATTEMPTS)]
    assert pauses[0] == timedelta(seconds=2)
    assert pauses == sorted(pauses)
    assert max(pauses) == timedelta(hours=1)
    assert timedelta(hours=12) < sum(pauses, timedelta()) < timedelta(hours=24)


def test_it_gives_up_after_the_last_attempt(topic: str, db: None) -> None:
    act["then"] = lambda message: 1 / 0  # type: ignore[assignment]
    row = publish(topic)
    OutboxMessage.objects.update(attempts=outbox.MAX_ATTEMPTS - 1)
    outbox.run_lane("work")
    row.refresh_from_db()
    assert row.state == State.DEAD
    assert row.last_error == "ZeroDivisionError: division by zero"


def test_it_gives_up_a_row_that_killed_every_worker(topic: str, db: None) -> None:
    row = publish(topic)
    OutboxMessage.objects.update(attempts=outbox.MAX_ATTEMPTS, leased_until=Now() - timedelta(seconds=1))
    assert outbox.run_lane("work") == 0
    assert outbox.lanes_with_work() == []
    row.refresh_from_db()
    assert row.state == State.DEAD


def test_a_failure_does_not_stop_the_lane(topic: str, db: None) -> None:
    def fail_first(message: OutboxMessage) -> None:
        if message.ids["thing"] == "1":
            raise ValueError("no")

    act["then"] = fail_first
    for thing in "123":
        publish(topic, thing=thing)
    outbox.run_lane("work")
    assert [thing for thing, _ in seen] == ["1", "2", "3"]


def test_the_rows_of_a_studio_that_is_gone_are_given_up(topic: str, db: None) -> None:
    row = publish(topic)
    OutboxMessage.objects.filter(pk=row.pk).update(studio_id=uuid7())
    outbox.run_lane("work")
    row.refresh_from_db()
    assert (row.state, row.last_error) == (State.DEAD, "the studio is gone")
    assert seen == []


def test_a_handler_that_has_more_to_do_is_called_again(topic: str, db: None) -> None:
    parts = iter(range(3))

    def work(message: OutboxMessage) -> None:
        if next(parts) < 2:
            raise outbox.Continue

    act["then"] = work
    row = publish(topic)
    outbox.run_lane("work")
    row.refresh_from_db()
    assert len(seen) == 3
    assert (row.state, row.attempts) == (State.DONE, 1)


def test_it_leaves_a_leased_row_alone_until_the_lease_runs_out(topic: str, db: None) -> None:
    row = publish(topic)
    held = outbox.claim("work")
    assert held is not None
    assert outbox.claim("work") is None
    OutboxMessage.objects.filter(pk=row.pk).update(leased_until=Now() - timedelta(seconds=1))
    again = outbox.claim("work")
    assert again is not None
    assert (again.pk, again.attempts) == (row.pk, 2)


def test_a_relay_that_lost_its_lease_changes_nothing(topic: str, db: None) -> None:
    row = publish(topic)
    slow = outbox.claim("work")
    assert slow is not None
    OutboxMessage.objects.filter(pk=row.pk).update(leased_until=Now() - timedelta(seconds=1))
    quick = outbox.claim("work")
    outbox.deliver(slow)
    row.refresh_from_db()
    assert row.state == State.PENDING, "only who holds the lease may say how it ended"
    with pytest.raises(outbox.LeaseLost):
        outbox.renew(slow)
    assert quick is not None
    outbox.deliver(quick)
    row.refresh_from_db()
    assert row.state == State.DONE


def test_a_renewed_lease_lasts_longer_and_still_finishes(topic: str, db: None) -> None:
    row = publish(topic)
    before = []

    def work(message: OutboxMessage) -> None:
        before.append(message.leased_until)
        outbox.renew(message)

    act["then"] = work
    outbox.run_lane("work")
    row.refresh_from_db()
    assert row.state == State.DONE


def test_what_somebody_waits_for_is_delivered_at_once(topic: str, db: None) -> None:
    publish(topic, thing="other")
    publish(topic, thing="mine", more="x")
    outbox.deliver_now(topic, thing="mine")
    assert [thing for thing, _ in seen] == ["mine"]


def test_what_fails_at_once_is_left_to_the_relay(topic: str, db: None) -> None:
    act["then"] = lambda message: 1 / 0  # type: ignore[assignment]
    row = publish(topic, thing="mine")
    outbox.deliver_now(topic, thing="mine")
    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.PENDING, 1)


def test_it_forgets_what_was_done_a_week_ago(topic: str, db: None) -> None:
    OutboxMessage.objects.all().delete()
    row = publish(topic)
    outbox.run_lane("work")
    forget_expired()
    assert OutboxMessage.objects.filter(pk=row.pk).exists()
    OutboxMessage.objects.update(done_at=Now() - timedelta(days=8))
    assert forget_expired() == 1
