"""Many sessions that want the same few things at once: real threads, real commits, and a control that goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from fitflow.core.db import lock_in_transaction
from fitflow.core.errors import Conflict
from fitflow.tenancy.context import studio_context
from studios.models import Equipment, Location
from studios.services import add_equipment, change_equipment
from studios.shared.models import Studio
from studios.shared.policies import SYSTEM
from tests.scratch import at_once, scratch_person, scratch_studio
from tests.trainers.plan import at
from tests.trainers.series.wishes import instant, wall
from trainers.models import Service, Session, TrainerProfile
from trainers.services import hold_slot, reschedule_session, save_service, schedule_session, scheduling
from trainers.services.series import create_series

pytestmark = pytest.mark.race
TRAINERS, REFORMERS = 12, 3


@pytest.fixture
def studio(django_db_setup: None, django_db_blocker: Any) -> Iterator[Studio]:
    """A studio of twelve trainers and three reformers, one of which each private session uses; and one thing more each uses."""
    with django_db_blocker.unblock(), ExitStack() as people:
        users = [people.enter_context(scratch_person()) for _ in range(TRAINERS)]
        with scratch_studio(trainer=users[0]) as opened:
            with studio_context(opened):
                TrainerProfile.objects.bulk_create(
                    TrainerProfile(user=user, name=f"Racer {number}") for number, user in enumerate(users[1:])
                )
                main = Location.objects.get()
                some = add_equipment(actor=SYSTEM, location=main, name="Reformer", quantity=REFORMERS)
                more = add_equipment(actor=SYSTEM, location=main, name="Mat", quantity=TRAINERS)
                private = Service.objects.get(name="Private").pk
                save_service(actor=SYSTEM, service_id=private, equipment={some.pk: 1, more.pk: 1})
            yield opened


def slow_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a pause between what a use case checks and what it writes; by the database, to which it is sent all at once."""

    def pause(*names: str) -> None:
        lock_in_transaction(*names)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.02)")

    monkeypatch.setattr(scheduling, "lock_in_transaction", pause)


def each_trainer(studio: Studio, use_case: Callable[[dict[str, Any]], Any]) -> Counter[str]:
    """Let every trainer do the same at the same moment; return how it ended for them."""
    with studio_context(studio):
        common = {
            "actor": SYSTEM,
            "service_id": Service.objects.get(name="Private").pk,
            "location_id": Location.objects.get().pk,
        }
        trainers = list(TrainerProfile.objects.values_list("pk", flat=True))

    def call(trainer_id: UUID) -> Callable[[], Any]:
        def run() -> Any:
            with studio_context(studio):
                return use_case({**common, "trainer_id": trainer_id})

        return run

    return counted(at_once([call(trainer_id) for trainer_id in trainers]))


def counted(ended: list[Any]) -> Counter[str]:
    return Counter(
        str(one.details["conflict"]) if isinstance(one, Conflict) else type(one).__name__ for one in ended
    )


def in_use(studio: Studio, status: str = "scheduled") -> int:
    with studio_context(studio):
        return Session.objects.filter(status=status).count()


def test_twelve_bookings_of_three_reformers_make_three(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_writer(monkeypatch)
    ended = each_trainer(studio, lambda wish: schedule_session(starts_at=at(10), **wish))
    assert ended == {"Session": REFORMERS, "equipment": TRAINERS - REFORMERS}
    assert in_use(studio) == REFORMERS


def test_holds_and_bookings_count_together(studio: Studio) -> None:
    def either(wish: dict[str, Any]) -> Session:
        use_case = hold_slot if wish["trainer_id"].int % 2 else schedule_session
        return use_case(starts_at=at(10), **wish)

    assert each_trainer(studio, either) == {"Session": REFORMERS, "equipment": TRAINERS - REFORMERS}
    assert in_use(studio) + in_use(studio, "held") == REFORMERS


def test_series_are_made_whole_and_none_half(studio: Studio) -> None:
    def weekly(wish: dict[str, Any]) -> Any:
        return create_series(starts=wall(), rule="FREQ=WEEKLY;BYDAY=MO,WE;COUNT=8", **wish)

    assert each_trainer(studio, weekly) == {"Series": REFORMERS, "series": TRAINERS - REFORMERS}
    assert in_use(studio) == REFORMERS * 8


def test_moves_onto_one_hour_end_with_three_there(studio: Studio) -> None:
    hours = iter(range(6, 6 + TRAINERS))
    with studio_context(studio):
        service, main = Service.objects.get(name="Private").pk, Location.objects.get().pk
        ids = [
            schedule_session(
                actor=SYSTEM,
                service_id=service,
                location_id=main,
                trainer_id=trainer,
                starts_at=at(next(hours)),
            ).pk
            for trainer in TrainerProfile.objects.values_list("pk", flat=True)
        ]

    def call(session_id: UUID) -> Callable[[], Session]:
        def move() -> Session:
            with studio_context(studio):
                return reschedule_session(actor=SYSTEM, session_id=session_id, starts_at=at(20))

        return move

    ended = counted(at_once([call(session_id) for session_id in ids]))
    assert ended == {"Session": REFORMERS, "equipment": TRAINERS - REFORMERS}


def test_fewer_things_and_more_sessions_never_pass_each_other(studio: Studio) -> None:
    """While one is taken away, the others book: whoever is later sees what the other has done."""
    with studio_context(studio):
        row = Equipment.objects.get(name="Reformer")
        service, main = Service.objects.get(name="Private").pk, Location.objects.get().pk
        trainers = list(TrainerProfile.objects.values_list("pk", flat=True))

    def fewer() -> Any:
        with studio_context(studio):
            return change_equipment(actor=SYSTEM, equipment=row, quantity=2)

    def book(trainer_id: UUID) -> Callable[[], Session]:
        def run() -> Session:
            with studio_context(studio):
                return schedule_session(
                    actor=SYSTEM,
                    service_id=service,
                    location_id=main,
                    trainer_id=trainer_id,
                    starts_at=instant(0, 10),
                )

        return run

    ended = at_once([book(one) for one in trainers[:5]] + [fewer])
    left = 2 if isinstance(ended[-1], Equipment) else REFORMERS
    assert in_use(studio) == left
    with studio_context(studio):
        assert Equipment.objects.get(name="Reformer").quantity == left


# What the check would be if it did not make others wait: without its lock, and with a pause between counting and the commit.
UNLOCKED = """
DO $do$ BEGIN EXECUTE replace(replace(
    pg_get_functiondef('trainers_equipment_check(uuid[], boolean)'::regprocedure), 'FOR NO KEY UPDATE', ''),
    'LIMIT 1;', 'LIMIT 1; IF short IS NULL THEN PERFORM pg_sleep(0.3); RETURN; END IF;'); END $do$
"""


def test_control_without_the_lock_too_many_are_booked(studio: Studio) -> None:
    with studio_context(studio), connection.cursor() as cursor:
        cursor.execute(UNLOCKED)
    ended = each_trainer(studio, lambda wish: schedule_session(starts_at=at(10), **wish))
    assert ended["Session"] > REFORMERS
    assert in_use(studio) > REFORMERS
