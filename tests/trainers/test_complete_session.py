from __future__ import annotations

from uuid import uuid4

import pytest

from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.tenancy.context import studio_context
from tests.cast import Cast
from tests.trainers.plan import at, scheduled
from trainers.models import Booking
from trainers.services import complete_session, mark_attendance


def test_who_is_not_mentioned_was_present(lotus: Cast) -> None:
    session = scheduled(lotus, at(10, days=-1), service="Class", clients=("Client", "Étienne Caron"))
    absent = Booking.objects.get(client=lotus.client("Étienne Caron"))
    done = complete_session(
        actor=lotus.actor("lead"), session_id=session.id, attendance={absent.id: "no_show"}
    )
    seen = done.version
    done.refresh_from_db()
    assert (done.status, done.version) == ("completed", seen)
    assert done.completed_at is not None
    marks = dict(Booking.objects.values_list("client__name", "attendance"))
    assert marks == {"Client": "present", "Étienne Caron": "no_show"}


def test_a_mark_made_before_stays(lotus: Cast) -> None:
    session = scheduled(lotus, at(10, days=-1), clients=("Client",))
    booking = Booking.objects.get()
    mark_attendance(actor=lotus.actor("lead"), booking_id=booking.id, attendance="no_show")
    complete_session(actor=lotus.actor("lead"), session_id=session.id)
    booking.refresh_from_db()
    assert booking.attendance == "no_show"


def test_it_refuses_a_session_that_has_not_started(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    with pytest.raises(Conflict, match="starts at 10:00") as refused:
        complete_session(actor=lotus.actor("lead"), session_id=session.id)
    assert refused.value.details["conflict"] == "too_early"


def test_it_refuses_a_second_time(lotus: Cast) -> None:
    session = scheduled(lotus, at(10, days=-1))
    complete_session(actor=lotus.actor("lead"), session_id=session.id)
    with pytest.raises(Conflict, match="completed already"):
        complete_session(actor=lotus.actor("lead"), session_id=session.id)


def test_it_refuses_a_booking_of_another_session_and_an_unknown_mark(lotus: Cast) -> None:
    session = scheduled(lotus, at(10, days=-1), clients=("Client",))
    booking = Booking.objects.get()
    with pytest.raises(Invalid):
        complete_session(actor=lotus.actor("lead"), session_id=session.id, attendance={uuid4(): "present"})
    with pytest.raises(Invalid):
        complete_session(actor=lotus.actor("lead"), session_id=session.id, attendance={booking.id: "late"})
    session.refresh_from_db()
    assert session.status == "scheduled"


def test_it_refuses_the_wrong_role_and_the_other_studio(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = scheduled(cast, at(10, days=-1), clients=("Client",))
        for person in ("trainer", "client"):
            with pytest.raises(NotPermitted):
                complete_session(actor=cast.actor(person), session_id=session.id)
    with studio_context(cast.summit), pytest.raises(NotFound):
        complete_session(actor=cast.actor("lead", cast.summit), session_id=session.id)


def test_attendance_is_marked_from_an_hour_before_until_completion(lotus: Cast) -> None:
    lead = lotus.actor("lead")
    later, past = (
        scheduled(lotus, at(10), clients=("Client",)),
        scheduled(lotus, at(8, days=-1), clients=("Client",)),
    )
    with pytest.raises(Conflict, match="an hour before"):
        mark_attendance(actor=lead, booking_id=Booking.objects.get(session=later).id, attendance="present")
    booking = Booking.objects.get(session=past)
    assert mark_attendance(actor=lead, booking_id=booking.id, attendance="present").attendance == "present"
    assert mark_attendance(actor=lead, booking_id=booking.id, attendance="").attendance == ""
    with pytest.raises(Invalid):
        mark_attendance(actor=lead, booking_id=booking.id, attendance="asleep")
    complete_session(actor=lead, session_id=past.id)
    with pytest.raises(Conflict, match="completed already"):
        mark_attendance(actor=lead, booking_id=booking.id, attendance="no_show")
