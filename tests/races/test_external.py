"""A calendar elsewhere that is read while somebody books: real threads, real connections, real commits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from threading import Event
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from fitflow.accounts.models import User
from fitflow.core.clock import now
from fitflow.core.errors import Conflict
from fitflow.tenancy.context import studio_context
from studios.models import Location
from studios.shared.models import Studio
from studios.shared.policies import SYSTEM
from tests.scratch import at_once, scratch_person, scratch_studio
from tests.trainers.plan import at
from trainers.external.asking import Answer
from trainers.models import Service, Session, TrainerProfile
from trainers.services import external, schedule_session
from trainers.shared.models import BusyTime, ExternalCalendar

pytestmark = pytest.mark.race
ADDRESS = "https://calendar.example.com/x.ics"
NOON, ALL_DAY = Answer([(at(12), at(14))]), Answer([(at(8), at(20))])


@pytest.fixture
def person(django_db_setup: None, django_db_blocker: Any) -> Iterator[User]:
    with django_db_blocker.unblock(), scratch_person() as person:
        yield person
        for calendar in external.calendars_of(person):
            external.remove_calendar(user=person, calendar_id=calendar.pk)


@pytest.fixture
def studio(person: User) -> Iterator[Studio]:
    with scratch_studio(trainer=person) as studio:
        yield studio


@pytest.fixture
def calendar(person: User) -> ExternalCalendar:
    return external.add_calendar(user=person, name="Home", address=ADDRESS, zone="America/Toronto")


def book(studio: Studio, hour: int) -> Session:
    with studio_context(studio):
        return schedule_session(
            actor=SYSTEM,
            service_id=Service.objects.get(name="Private").pk,
            trainer_id=TrainerProfile.objects.get().pk,
            location_id=Location.objects.get().pk,
            starts_at=at(hour),
        )


def test_reading_and_booking_at_once_never_fail_each_other(
    studio: Studio, calendar: ExternalCalendar, person: User
) -> None:
    def reader(answer: Answer) -> Callable[[], None]:
        return lambda: external.keep_answer(calendar, answer, now())

    def booker(hour: int) -> Callable[[], Session]:
        return lambda: book(studio, hour)

    ended = at_once(
        [call for hour in range(8, 20) for call in (booker(hour), reader((NOON, ALL_DAY)[hour % 2]))]
    )
    assert {type(one) for one in ended} <= {Session, Conflict, type(None)}
    assert not any(isinstance(one, Conflict) and one.details["conflict"] != "trainer" for one in ended)
    external.keep_answer(calendar, ALL_DAY, now())
    spans = [row.span for row in BusyTime.objects.filter(user=person).order_by("span")]
    assert (spans[0].lower, spans[-1].upper) == (at(8), at(20))
    assert all(one.upper == other.lower for one, other in pairwise(spans))


def _read_beside_an_open_booking(studio: Studio, calendar: ExternalCalendar) -> Any:
    """Read a calendar over an hour that another transaction has booked and not committed yet; return how reading ended."""
    written = Event()

    def booking() -> None:
        with studio_context(studio), transaction.atomic():
            book(studio, 13)
            written.set()
            _until_somebody_waits()

    def reading() -> None:
        assert written.wait(30)
        external.keep_answer(calendar, NOON, now())

    return at_once([booking, reading])[1]


def _until_somebody_waits() -> None:
    until = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks AS mine JOIN pg_locks AS theirs ON NOT theirs.granted"
                " AND pg_backend_pid() = ANY (pg_blocking_pids(theirs.pid)) WHERE mine.pid = pg_backend_pid())"
            )
            if cursor.fetchone()[0]:
                return
    raise TimeoutError("nobody waits")


def test_a_reader_waits_for_a_booking_under_way(
    studio: Studio, calendar: ExternalCalendar, person: User
) -> None:
    assert _read_beside_an_open_booking(studio, calendar) is None
    held = BusyTime.objects.filter(user=person, kind="external")
    assert [(row.span.lower, row.span.upper) for row in held] == [(at(12), at(13))]


def test_control_without_the_lock_the_reader_fails(
    studio: Studio, calendar: ExternalCalendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external, "lock_in_transaction", lambda *names: None)
    assert isinstance(_read_beside_an_open_booking(studio, calendar), IntegrityError)
