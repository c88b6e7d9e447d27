"""An import that writes sessions while people book the same trainer: one wins, and an import comes in whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event
from typing import Any

import pytest
from django.db import connection

from clients.models import Client
from fitflow.core.db import lock_in_transaction
from fitflow.core.errors import Conflict
from fitflow.tenancy.context import studio_context
from studios.models import Location
from studios.shared.models import Studio
from studios.shared.policies import SYSTEM
from tests.scratch import at_once, scratch_person, scratch_studio
from tests.trainers.importing.bring import checked, complaints, day
from tests.trainers.plan import at
from trainers.models import Import, ImportMade, Service, Session, TrainerProfile
from trainers.services import importing, schedule_session, scheduling
from trainers.services.importing import writing

pytestmark = pytest.mark.race
ROWS = 40  # sessions of the file; the hour that is fought for is the last of them


@dataclass
class Arena:
    """Two studios in which the same person trains; into the first comes a file."""

    first: Studio
    second: Studio

    def wish(self, studio: Studio) -> dict[str, Any]:
        with studio_context(studio):
            return {
                "service_id": Service.objects.get(name="Private").id,
                "trainer_id": TrainerProfile.objects.get().id,
                "location_id": Location.objects.get().id,
            }

    def check(self) -> Import:
        """Upload and check a file in which the trainer works from 8 to 18 on four days."""
        rows = "".join(
            f"{day(3 + number // 10)},{8 + number % 10}:00,Private,Racer,P{number},p{number}@example.com\n"
            for number in range(ROWS)
        )
        with studio_context(self.first):
            batch = checked(f"Date,Start time,Service,Trainer,Client,Email\n{rows}", kind="timetable")
            assert not batch.problems, complaints(batch)
            return importing.request_import(actor=SYSTEM, import_id=batch.pk)


@pytest.fixture
def arena(django_db_setup: None, django_db_blocker: Any) -> Iterator[Arena]:
    with django_db_blocker.unblock(), scratch_person() as person:
        with scratch_studio(trainer=person) as first, scratch_studio(trainer=person) as second:
            yield Arena(first, second)


def bringing_in(arena: Arena, batch: Import) -> Callable[[], str]:
    def bring() -> str:
        with studio_context(arena.first):
            while not importing.carry_out_import(import_id=batch.pk):
                pass
            return Import.objects.get(pk=batch.pk).state

    return bring


def booking(
    arena: Arena, studio: Studio, hour: int, *, after: Event | None = None, then: Event | None = None
) -> Callable[[], str]:
    wish = arena.wish(studio)

    def book() -> str:
        assert after is None or after.wait(30)
        with studio_context(studio):
            try:
                schedule_session(actor=SYSTEM, starts_at=at(hour, days=6), **wish)
                return "booked"
            except Conflict as refused:
                return str(refused.details["conflict"])
            finally:
                if then:
                    then.set()

    return book


def made(arena: Arena) -> tuple[int, int, int]:
    """Return how many sessions and clients the file has made, and how many rows are recorded as made."""
    with studio_context(arena.first):
        clients = Client.objects.filter(email__endswith="@example.com").count()
        sessions = Session.objects.filter(bookings__client__email__endswith="@example.com").count()
        return sessions, clients, ImportMade.objects.count()


def on_that_hour(arena: Arena, hour: int) -> int:
    found = 0
    for studio in (arena.first, arena.second):
        with studio_context(studio):
            found += Session.objects.filter(starts_at=at(hour, days=6)).count()
    return found


@pytest.mark.parametrize("turn", range(4))
def test_of_an_import_and_twenty_bookings_of_one_of_its_hours_one_wins(arena: Arena, turn: int) -> None:
    batch = arena.check()
    studios = (arena.first, arena.second)
    books = [booking(arena, studios[number % 2], 17) for number in range(20)]
    place = turn * 7 % 20
    ended = at_once([*books[:place], bringing_in(arena, batch), *books[place:]])
    state = ended.pop(place)
    told = Counter(str(one) for one in ended)
    assert on_that_hour(arena, 17) == 1
    if state == "done":
        assert told == {"trainer": 20}
        assert made(arena) == (ROWS, ROWS, 4 * ROWS)
    else:
        assert state == "checked", "the import waits for its owner again"
        assert told == {"booked": 1, "trainer": 19}
        assert made(arena) == (0, 0, 0), "nothing half-made"
        with studio_context(arena.first):
            assert list(complaints(batch)) == [ROWS + 1], "the row that lost is named"


def race_behind_the_check(arena: Arena, monkeypatch: pytest.MonkeyPatch, *, locked: bool = True) -> list[str]:
    """Let somebody book just between the import's last look and its first row; return how it ended for both."""
    looked, booked = Event(), Event()

    def late(*names: str) -> None:
        looked.set()
        assert booked.wait(30)
        if locked:
            lock_in_transaction(*names)

    monkeypatch.setattr(writing, "lock_in_transaction", late)
    if not locked:
        monkeypatch.setattr(scheduling, "lock_in_transaction", lambda *names: None)
    batch = arena.check()
    between = booking(arena, arena.second, 17, after=looked, then=booked)
    return [str(one) for one in at_once([bringing_in(arena, batch), between])]


def test_what_is_booked_behind_its_back_refuses_the_whole_import(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert race_behind_the_check(arena, monkeypatch) == ["checked", "booked"]
    assert (on_that_hour(arena, 17), made(arena)) == (1, (0, 0, 0))
    with studio_context(arena.first):
        batch = Import.objects.get()
        assert "Somebody booked one of these times meanwhile" in batch.notice
        assert "busy elsewhere" in complaints(batch)[ROWS + 1]


def test_the_constraint_alone_holds_without_the_lock(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    assert race_behind_the_check(arena, monkeypatch, locked=False) == ["checked", "booked"]
    assert (on_that_hour(arena, 17), made(arena)) == (1, (0, 0, 0))


def test_control_without_busy_time_the_trainer_is_double_booked(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    for studio in (arena.first, arena.second):
        with studio_context(studio), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE trainers_session DISABLE TRIGGER trainers_session_busy_insert")
    assert race_behind_the_check(arena, monkeypatch, locked=False) == ["done", "booked"]
    assert on_that_hour(arena, 17) == 2


def test_two_processes_at_one_import_bring_it_in_once(arena: Arena) -> None:
    batch = arena.check()
    assert at_once([bringing_in(arena, batch) for _ in range(4)]) == ["done"] * 4
    assert made(arena) == (ROWS, ROWS, 4 * ROWS)


def test_an_undo_and_a_booking_into_what_it_takes_back(arena: Arena) -> None:
    from trainers.services import cancel_session

    batch = arena.check()
    assert bringing_in(arena, batch)() == "done"
    with studio_context(arena.first):
        session = Session.objects.order_by("starts_at").last()
        assert session
        importing.request_undo(actor=SYSTEM, import_id=batch.pk)

    def undo() -> str:
        with studio_context(arena.first):
            importing.carry_out_undo(import_id=batch.pk)
            return Import.objects.get(pk=batch.pk).state

    def cancel() -> str:
        with studio_context(arena.first):
            return cancel_session(actor=SYSTEM, session_id=session.pk).status

    state, cancelled = at_once([undo, cancel])
    if state == "undone":
        assert made(arena) == (0, 0, 0)
        assert isinstance(cancelled, Exception)
    else:
        assert (state, cancelled) == ("done", "cancelled")
        assert made(arena) == (ROWS, ROWS, 4 * ROWS)
