"""The outbox with real workers that are killed, and a Redis that is flushed and restarted: nothing is lost."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from fitflow.core import outbox
from fitflow.core.models import OutboxMessage
from tests.trouble import handlers
from tests.trouble.handlers import Step, steps
from tests.trouble.plant import LEASE, Plant, until

pytestmark = [pytest.mark.race, pytest.mark.slow]


class Work:
    """Messages of one test, and how far they are. Handlers write their steps into the test's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.topic = f"trouble.{folder.name}"[:60]

    def publish(
        self, number: int = 1, *, handler: Any = handlers.step, lane: str = "work", seconds: float = 0.05
    ) -> None:
        """Commit that many messages for a handler, one transaction each."""
        topic = f"{self.topic}.{handler.__name__}.{lane}"
        outbox.subscribe(topic, lane=lane)(handler)
        for thing in range(number):
            with transaction.atomic():
                outbox.publish(topic, thing=f"{lane}{thing}", folder=self.folder, seconds=seconds)

    def states(self) -> Counter[str]:
        mine = OutboxMessage.objects.filter(topic__startswith=self.topic)
        return Counter(mine.values_list("state", flat=True))

    def all_done(self, number: int) -> bool:
        return self.states() == {"done": number}

    def steps(self) -> list[Step]:
        return steps(self.folder)

    def began(self) -> int:
        return sum(step.what == "began" for step in self.steps())

    def drop(self) -> None:
        """Forget what is left; the test has seen what it wanted to see."""
        OutboxMessage.objects.filter(topic__startswith=self.topic, state="pending").delete()


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Work:
    monkeypatch.setattr(outbox, "_subscriptions", outbox._subscriptions.copy())
    return Work(tmp_path)


def assert_never_twice_at_once(seen: list[Step]) -> None:
    """No two runs of one message overlapped: it began again only after it had ended or its lease had run out."""
    busy: dict[str, Step] = {}
    for step in sorted(seen, key=lambda one: one.at):
        if step.what == "began":
            before = busy.get(step.thing)
            assert before is None or step.at - before.at >= LEASE - 0.1, step
            busy[step.thing] = step
        else:
            busy.pop(step.thing, None)


def test_killed_workers_lose_nothing_and_nothing_runs_twice_at_once(plant: Plant, work: Work) -> None:
    plant.start("worker", "courier", "beat")
    work.publish(60, seconds=0.1)
    for share in (10, 25):
        until(lambda share=share: work.began() >= share)  # type: ignore[misc]
        plant.kill("worker")
        plant.start("worker")
    until(lambda: work.all_done(60), 90, "all are done")
    assert_never_twice_at_once(work.steps())
    ended = {step.thing for step in work.steps() if step.what == "ended"}
    assert ended == {f"work{number}" for number in range(60)}
    # Each of the two kills may have cost each of the two pool processes the one message it was at.
    assert work.began() <= 60 + 4


def test_a_flushed_and_restarted_redis_only_costs_seconds(plant: Plant, work: Work) -> None:
    plant.start("worker", "courier", "beat")
    work.publish(20, seconds=0.1)
    until(lambda: work.began() >= 5)
    plant.flush_redis()
    work.publish(20, lane="mail", seconds=0.1)
    until(lambda: work.began() >= 25)
    plant.kill("redis")
    work.publish(5, lane="live", seconds=0.01)
    time.sleep(2)
    plant.start_redis()
    until(lambda: work.all_done(45), 60, "all are done")
    assert work.began() == 45


def test_pool_processes_that_are_killed_are_replaced_and_poison_is_given_up(plant: Plant, work: Work) -> None:
    plant.start("worker", "courier", "beat")
    work.publish(1, seconds=1)
    first = until(work.steps)[0]
    plant.kill_one_child("worker", first.process)
    until(lambda: work.all_done(1), 30)
    assert [step.what for step in work.steps()] == ["began", "began", "ended"]
    work.publish(1, handler=handlers.poison)
    OutboxMessage.objects.filter(topic__startswith=work.topic, state="pending").update(
        attempts=outbox.MAX_ATTEMPTS - 1
    )
    work.publish(3)
    until(lambda: work.states() == {"dead": 1, "done": 4}, 60, "the worker goes on with the others")


def test_a_flush_takes_nothing_that_a_hint_needs(steady_plant: Plant, work: Work) -> None:
    steady_plant.flush_redis()
    for lane in outbox.LANES:
        work.publish(1, lane=lane, seconds=0)
    # Sooner than beat comes by: the hints themselves have arrived.
    until(lambda: work.all_done(3), 4)


def test_work_whose_hints_were_lost_is_swept_up(
    steady_plant: Plant, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "wake", lambda lane, **how: None)
    for lane in outbox.LANES:
        work.publish(2, lane=lane)
    until(lambda: work.all_done(6), 20)


def test_a_live_event_goes_out_within_a_second_while_documents_are_made(
    steady_plant: Plant, work: Work
) -> None:
    work.publish(20, lane="work", seconds=1)
    until(lambda: work.began() >= 2, 20, "both processes are busy")
    for _ in range(3):
        assert _seconds_until_live(work) < 1
    work.drop()


def test_mail_that_hangs_keeps_no_live_event_waiting(steady_plant: Plant, work: Work) -> None:
    work.publish(12, lane="mail", seconds=2)
    until(lambda: work.began() >= 4)
    assert _seconds_until_live(work) < 1
    work.drop()


def _seconds_until_live(work: Work) -> float:
    sent_at = time.time()
    work.publish(1, lane="live", seconds=0)
    live = until(lambda: [step for step in work.steps() if step.thing == "live0" and step.at >= sent_at], 10)
    return float(live[0].at - sent_at)


def test_a_long_handler_that_renews_its_lease_keeps_its_message(steady_plant: Plant, work: Work) -> None:
    work.publish(1, handler=handlers.long, seconds=2 * LEASE)
    until(lambda: work.all_done(1), 60)
    assert [step.what for step in work.steps()] == ["began", "ended"]
