"""Many people booking at the same moment: real threads, real connections, real commits.

Each race has a negative control: the same race with the one guard taken away must go wrong, or the test could not see it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from clients.models import Client
from fitflow.core.db import lock_in_transaction
from fitflow.core.errors import Conflict
from fitflow.tenancy.context import studio_context
from studios.models import Location, Room
from studios.shared.models import Studio
from studios.shared.policies import SYSTEM
from tests.scratch import at_once, scratch_person, scratch_studio
from tests.trainers.plan import at
from trainers.models import Booking, Service, Session, TrainerProfile
from trainers.services import book_client, reschedule_session, schedule_session, scheduling

pytestmark = pytest.mark.race


@dataclass
class Arena:
    """Two studios in which the same person trains."""

    first: Studio
    second: Studio

    def wish(self, studio: Studio, service: str = "Private") -> dict[str, Any]:
        """Return what a session of the studio takes, but for its start."""
        with studio_context(studio):
            return {
                "service_id": Service.objects.get(name=service).id,
                "trainer_id": TrainerProfile.objects.get().id,
                "location_id": Location.objects.get().id,
            }


@pytest.fixture
def arena(django_db_setup: None, django_db_blocker: Any) -> Iterator[Arena]:
    with django_db_blocker.unblock(), scratch_person() as person:
        with scratch_studio(trainer=person) as first, scratch_studio(trainer=person) as second:
            yield Arena(first, second)


def without(studio: Studio, statement: str) -> None:
    """Take a guard away in a scratch studio, as its own database role."""
    with studio_context(studio), connection.cursor() as cursor:
        cursor.execute(statement)


def slow_writer(monkeypatch: pytest.MonkeyPatch, *, locked: bool = True) -> None:
    """Put a pause between what a use case checks and what it writes; `locked` False takes the trainer's lock away too."""

    def pause(*names: str) -> None:
        if locked:
            lock_in_transaction(*names)
        # By the database, because what a booking writes is sent to it all at once.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.02)")

    monkeypatch.setattr(scheduling, "lock_in_transaction", pause)


def book_the_hour(arena: Arena, times: int) -> Counter[str]:
    """Let that many people book the trainer's one hour, in both studios in turn; return how it ended for them."""
    wishes = {studio.id: arena.wish(studio) for studio in (arena.first, arena.second)}

    def call(studio: Studio) -> Callable[[], Session]:
        def book() -> Session:
            with studio_context(studio):
                return schedule_session(actor=SYSTEM, starts_at=at(10), **wishes[studio.id])

        return book

    ended = at_once([call((arena.first, arena.second)[number % 2]) for number in range(times)])
    return Counter(
        result.details["conflict"] if isinstance(result, Conflict) else type(result).__name__
        for result in ended
    )


def sessions(arena: Arena) -> int:
    """Return how many sessions both studios have."""
    found = 0
    for studio in (arena.first, arena.second):
        with studio_context(studio):
            found += Session.objects.count()
    return found


def test_fifty_bookings_of_one_trainers_hour_in_two_studios_make_one(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_writer(monkeypatch)
    assert book_the_hour(arena, 50) == {"Session": 1, "trainer": 49}
    assert sessions(arena) == 1


def test_the_constraint_alone_holds_without_the_lock(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    slow_writer(monkeypatch, locked=False)
    # Without the lock some of the losers may end as victims of a deadlock instead; never as a second session.
    assert book_the_hour(arena, 50)["Session"] == 1
    assert sessions(arena) == 1


def test_control_without_busy_time_the_trainer_is_double_booked(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_writer(monkeypatch, locked=False)
    for studio in (arena.first, arena.second):
        without(studio, "ALTER TABLE trainers_session DISABLE TRIGGER trainers_session_busy_insert")
    assert book_the_hour(arena, 50)["Session"] > 1
    assert sessions(arena) > 1


def test_moves_onto_one_hour_end_with_one_there(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    wish = arena.wish(arena.first)
    with studio_context(arena.first):
        ids = [schedule_session(actor=SYSTEM, starts_at=at(8 + hour), **wish).id for hour in range(10)]
    slow_writer(monkeypatch)

    def call(session_id: UUID) -> Callable[[], Session]:
        def move() -> Session:
            with studio_context(arena.first):
                return reschedule_session(actor=SYSTEM, session_id=session_id, starts_at=at(20))

        return move

    ended = Counter(type(result).__name__ for result in at_once([call(session_id) for session_id in ids]))
    assert ended == {"Session": 1, "Conflict": 9}


def test_of_many_changes_of_one_version_one_wins(arena: Arena) -> None:
    with studio_context(arena.first):
        session = schedule_session(actor=SYSTEM, starts_at=at(8), **arena.wish(arena.first))

    def call(hour: int) -> Callable[[], Session]:
        def move() -> Session:
            with studio_context(arena.first):
                return reschedule_session(actor=SYSTEM, session_id=session.id, starts_at=at(hour), version=1)

        return move

    ended = at_once([call(hour) for hour in range(9, 19)])
    conflicts = [result.details["conflict"] for result in ended if isinstance(result, Conflict)]
    assert conflicts == ["version"] * 9


def test_a_move_takes_back_no_change_that_was_made_meanwhile(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    with studio_context(arena.first):
        session = schedule_session(actor=SYSTEM, starts_at=at(8), **arena.wish(arena.first))
        room = Room.objects.get(name="Studio B")
    others: list[Any] = []

    def give_a_room_first(*names: str) -> None:
        # Once: somebody else gives the session a room after the move has looked at it and before the move has its lock.
        monkeypatch.setattr(scheduling, "lock_in_transaction", lock_in_transaction)
        others.extend(at_once([give_room]))
        lock_in_transaction(*names)

    def give_room() -> Session:
        with studio_context(arena.first):
            return reschedule_session(
                actor=SYSTEM, session_id=session.id, starts_at=session.starts_at, room_id=room.id
            )

    monkeypatch.setattr(scheduling, "lock_in_transaction", give_a_room_first)
    with studio_context(arena.first):
        with pytest.raises(Conflict) as refused:
            reschedule_session(actor=SYSTEM, session_id=session.id, starts_at=at(9))
        assert [type(one) for one in others] == [Session]
        assert refused.value.details["conflict"] == "version"
        session.refresh_from_db()
        assert (session.room_id, session.starts_at) == (room.id, at(8))
        moved = reschedule_session(actor=SYSTEM, session_id=session.id, starts_at=at(9))
        assert (moved.room_id, moved.starts_at) == (room.id, at(9))


def fill_the_class(arena: Arena, people: int) -> Counter[str]:
    """Let that many clients book a class of twelve at once; return how many bookings stand in which state."""
    with studio_context(arena.first):
        session = schedule_session(actor=SYSTEM, starts_at=at(10), **arena.wish(arena.first, "Class"))
        clients = Client.objects.bulk_create(Client(name=f"Client {number}") for number in range(people))

    def call(client_id: UUID) -> Callable[[], Booking]:
        def book() -> Booking:
            with studio_context(arena.first):
                return book_client(actor=SYSTEM, session_id=session.id, client_id=client_id)

        return book

    ended = at_once([call(client.id) for client in clients])
    assert all(isinstance(result, Booking) for result in ended), ended
    with studio_context(arena.first):
        session.refresh_from_db()
        stored = Counter(Booking.objects.values_list("status", flat=True))
    assert (session.booked, session.waitlisted) == (stored["booked"], stored["waitlisted"])
    return stored


def test_thirty_clients_for_a_class_of_twelve_make_twelve_and_a_waitlist(arena: Arena) -> None:
    assert fill_the_class(arena, 30) == {"booked": 12, "waitlisted": 18}


def test_control_without_the_capacity_check_the_class_is_oversold(arena: Arena) -> None:
    without(arena.first, "ALTER TABLE trainers_session DROP CONSTRAINT session_within_capacity")
    assert fill_the_class(arena, 30)["booked"] > 12


def test_control_asking_first_and_writing_later_oversells(arena: Arena) -> None:
    """What the service would be if it counted for itself: the race is there to be lost."""
    without(arena.first, "ALTER TABLE trainers_session DROP CONSTRAINT session_within_capacity")
    with studio_context(arena.first):
        session = schedule_session(actor=SYSTEM, starts_at=at(10), **arena.wish(arena.first, "Class"))
        clients = Client.objects.bulk_create(Client(name=f"Client {number}") for number in range(30))

    def call(client_id: UUID) -> Callable[[], None]:
        def book() -> None:
            with studio_context(arena.first):
                taken = Booking.objects.filter(session_id=session.id, status="booked").count()
                time.sleep(0.02)
                if taken < session.capacity:
                    scheduling.booking_of(session, session.service, client_id, "booked").save()

        return book

    at_once([call(client.id) for client in clients])
    with studio_context(arena.first):
        assert Booking.objects.filter(status="booked").count() > 12
