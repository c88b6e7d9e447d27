"""Two devices at one session's log at the same moment; each race has a control that must go wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from clients.models import Client
from fitflow.core.clock import now
from fitflow.core.errors import Conflict
from fitflow.tenancy.context import studio_context
from studios.shared.policies import SYSTEM, Actor
from tests.races.test_timetable import Arena, arena
from tests.scratch import at_once
from trainers.models import Exercise, ExerciseEntry, ExerciseLog, ExerciseSet, Session, TrainerProfile
from trainers.services import (
    add_exercise,
    change_exercise,
    change_set,
    log_set,
    repeat_last,
    schedule_session,
)
from trainers.services import exercise_log as services
from trainers.services.exercise_log import Figures

__all__ = ["arena"]
pytestmark = pytest.mark.race
DEVICES = 8


@pytest.fixture
def log(arena: Arena) -> Callable[..., Any]:
    """Log a set of a running session's one client, as its trainer on one device more."""
    with studio_context(arena.first):
        client = Client.objects.create(name="Client", email="c@example.com")
        exercise = add_exercise(actor=SYSTEM, name="Back squat", measure="load")
        session = schedule_session(
            actor=SYSTEM,
            starts_at=now() - timedelta(minutes=10),
            client_ids=[client.pk],
            **arena.wish(arena.first),
        )
        user_id = TrainerProfile.objects.get().user_id
    actor = Actor(user_id=user_id, name="Racer", roles=frozenset({"trainer"}))

    def log(set_id: UUID) -> ExerciseSet:
        with studio_context(arena.first):
            return log_set(
                actor=actor,
                session_id=session.pk,
                client_id=client.pk,
                exercise=exercise.pk,
                set_id=set_id,
                figures=Figures(repetitions=8, load=Decimal(40)),
            )

    log.actor, log.session = actor, session.pk  # type: ignore[attr-defined]
    log.client, log.exercise = client.pk, exercise.pk  # type: ignore[attr-defined]
    return log


def ended(results: list[Any]) -> Counter[str]:
    return Counter(
        str(result.details["conflict"]) if isinstance(result, Conflict) else type(result).__name__
        for result in results
    )


def rows(arena: Arena) -> list[tuple[int, int]]:
    with studio_context(arena.first):
        return list(ExerciseSet.objects.order_by("position").values_list("position", "version"))


def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the log's lock away, and let each look before any writes."""

    def plain(session: Session) -> ExerciseLog:
        return ExerciseLog.objects.get_or_create(session=session)[0]

    monkeypatch.setattr(services, "_locked_log", plain)
    monkeypatch.setattr(services, "_in_session", lambda session, client_id: time.sleep(0.1))


def test_the_same_set_sent_by_many_at_once_is_logged_once(arena: Arena, log: Callable[..., Any]) -> None:
    key = uuid4()
    assert ended(at_once([lambda: log(key)] * DEVICES)) == {"ExerciseSet": DEVICES}
    assert rows(arena) == [(1, 1)]


def test_sets_of_many_devices_stand_one_after_the_other(arena: Arena, log: Callable[..., Any]) -> None:
    assert ended(at_once([lambda: log(uuid4())] * DEVICES)) == {"ExerciseSet": DEVICES}
    assert [position for position, _ in rows(arena)] == list(range(1, DEVICES + 1))


def test_control_without_the_logs_lock_they_step_on_each_other(
    arena: Arena, log: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with studio_context(arena.first):
        ExerciseLog.objects.create(session_id=log.session)  # type: ignore[attr-defined]
    unlocked(monkeypatch)
    assert ended(at_once([lambda: log(uuid4())] * DEVICES))["ExerciseSet"] < DEVICES


def repeat_it(arena: Arena, log: Callable[..., Any]) -> Counter[str]:
    """Let every device repeat last time's three sets at once."""
    with studio_context(arena.first):
        wish = {**arena.wish(arena.first), "client_ids": [log.client]}  # type: ignore[attr-defined]
        before = schedule_session(actor=SYSTEM, starts_at=now() - timedelta(days=7), **wish)
        for _ in range(3):
            log_set(
                actor=log.actor,  # type: ignore[attr-defined]
                session_id=before.pk,
                client_id=log.client,  # type: ignore[attr-defined]
                exercise=log.exercise,  # type: ignore[attr-defined]
                figures=Figures(repetitions=8, load=Decimal(40)),
            )
        mine, _ = ExerciseLog.objects.get_or_create(session_id=log.session)  # type: ignore[attr-defined]
        # There already: making it, they would queue up at its unique index instead.
        ExerciseEntry.objects.create(log=mine, client_id=log.client, exercise_id=log.exercise)  # type: ignore[attr-defined]

    def repeat() -> list[ExerciseSet]:
        with studio_context(arena.first):
            return repeat_last(
                actor=log.actor,  # type: ignore[attr-defined]
                session_id=log.session,  # type: ignore[attr-defined]
                client_id=log.client,  # type: ignore[attr-defined]
                exercise_id=log.exercise,  # type: ignore[attr-defined]
            )

    return ended(at_once([repeat] * DEVICES))


def test_of_many_who_repeat_last_time_one_does(arena: Arena, log: Callable[..., Any]) -> None:
    assert repeat_it(arena, log) == {"list": 1, "logged": DEVICES - 1}
    with studio_context(arena.first):
        assert ExerciseSet.objects.filter(entry__log__session=log.session).count() == 3  # type: ignore[attr-defined]


def test_control_without_the_logs_lock_repeating_goes_wrong(
    arena: Arena, log: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked(monkeypatch)
    again = services._figures_again

    def slowly(row: ExerciseSet) -> Figures:
        time.sleep(0.1)
        return again(row)

    monkeypatch.setattr(services, "_figures_again", slowly)
    assert repeat_it(arena, log) != {"list": 1, "logged": DEVICES - 1}


def change_it(arena: Arena, log: Callable[..., Any]) -> Counter[str]:
    """Let every device change the same set, as it was at first, to something else."""
    key = uuid4()
    log(key)

    def call(number: int) -> Callable[[], Any]:
        def change() -> ExerciseSet:
            with studio_context(arena.first):
                return change_set(
                    actor=log.actor,  # type: ignore[attr-defined]
                    session_id=log.session,  # type: ignore[attr-defined]
                    set_id=key,
                    version=1,
                    figures=Figures(repetitions=number + 1, load=Decimal(50)),
                )

        return change

    return ended(at_once([call(number) for number in range(DEVICES)]))


def test_of_many_who_change_one_set_the_first_is_kept_and_the_others_are_told(
    arena: Arena, log: Callable[..., Any]
) -> None:
    assert change_it(arena, log) == {"ExerciseSet": 1, "version": DEVICES - 1}
    assert rows(arena) == [(1, 2)]


def test_control_without_the_version_all_of_them_overwrite(
    arena: Arena, log: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    current = services._current
    monkeypatch.setattr(services, "_current", lambda session, set_id, version: current(session, set_id, None))
    assert change_it(arena, log) == {"ExerciseSet": DEVICES}
    assert rows(arena) == [(1, 1 + DEVICES)]


def test_an_exercise_that_is_counted_otherwise_meanwhile_is_a_conflict(
    arena: Arena, log: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, changed = services._exercise, []

    def look_then_change(actor: Actor, asked: Any) -> Exercise:
        found = real(actor, asked)
        changed.extend(at_once([lambda: measure_anew(found.pk)]))
        return found

    def measure_anew(exercise_id: UUID) -> Exercise:
        with studio_context(arena.first):
            return change_exercise(actor=SYSTEM, exercise_id=exercise_id, name="Back squat", measure="time")

    monkeypatch.setattr(services, "_exercise", look_then_change)
    with pytest.raises(Conflict) as refused:
        log(uuid4())
    assert [type(one) for one in changed] == [Exercise]
    assert refused.value.details["conflict"] == "measure"
    assert rows(arena) == []
