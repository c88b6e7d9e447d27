from __future__ import annotations

from datetime import timedelta

import pytest

from fitflow.core.clock import now
from fitflow.core.errors import Conflict, Invalid, NotPermitted
from fitflow.tenancy.context import studio_context
from tests.cast import Cast
from tests.trainers.plan import at, scheduled
from trainers.models import Booking, Session
from trainers.services import book_client, cancel_booking, cancel_session, complete_session, restore_session


def test_it_cancels_every_booking_free_of_charge_and_frees_the_time(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = scheduled(cast, now() + timedelta(hours=2), clients=("Client",))
        book_client(
            actor=cast.actor("lead"), session_id=session.id, client_id=cast.client("Étienne Caron").id
        )
        gone = cancel_session(actor=cast.actor("lead"), session_id=session.id, reason=" Ill ")
        gone.refresh_from_db()
        assert (gone.status, gone.cancel_reason, gone.booked, gone.waitlisted) == ("cancelled", "Ill", 0, 0)
        assert gone.cancelled_by_id == cast.user["lead"].pk
        states = set(Booking.objects.values_list("status", "late_cancel", "cancel_reason"))
        assert states == {("cancelled", False, "Ill")}
    with studio_context(cast.summit):
        scheduled(cast, session.starts_at)


def test_it_refuses_a_second_time(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    cancel_session(actor=lotus.actor("lead"), session_id=session.id, reason="")
    with pytest.raises(Conflict, match="cancelled already"):
        cancel_session(actor=lotus.actor("lead"), session_id=session.id, reason="")


def test_it_refuses_a_completed_session(lotus: Cast) -> None:
    session = scheduled(lotus, at(10, days=-1))
    complete_session(actor=lotus.actor("lead"), session_id=session.id)
    with pytest.raises(Conflict, match="completed already"):
        cancel_session(actor=lotus.actor("lead"), session_id=session.id, reason="")


def test_it_refuses_an_essay_for_a_reason(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    with pytest.raises(Invalid, match="300 characters"):
        cancel_session(actor=lotus.actor("lead"), session_id=session.id, reason="x" * 301)


@pytest.mark.parametrize("person", ["trainer", "client"])
def test_it_refuses_the_wrong_role(lotus: Cast, person: str) -> None:
    session = scheduled(lotus, at(10), clients=("Client",))
    with pytest.raises(NotPermitted):
        cancel_session(actor=lotus.actor(person), session_id=session.id, reason="")
    assert Session.objects.get().status == "scheduled"


def test_undo_brings_back_the_session_and_its_bookings(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), service="Class", clients=("Client", "Étienne Caron"))
    earlier = Booking.objects.get(client=lotus.client("Étienne Caron"))
    cancel_booking(actor=lotus.actor("lead"), booking_id=earlier.id)
    cancel_session(actor=lotus.actor("lead"), session_id=session.id, reason="oops")
    back = restore_session(actor=lotus.actor("lead"), session_id=session.id)
    assert (back.status, back.booked, back.cancel_reason, back.cancelled_at) == ("scheduled", 1, "", None)
    assert Booking.objects.get(client=lotus.client()).status == "booked"
    assert Booking.objects.get(pk=earlier.pk).status == "cancelled"  # cancelled before, so not brought back


def test_undo_keeps_the_order_of_the_waitlist(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), clients=("Client",))
    book_client(actor=lotus.actor("lead"), session_id=session.id, client_id=lotus.client("Étienne Caron").id)
    cancel_session(actor=lotus.actor("lead"), session_id=session.id, reason="")
    back = restore_session(actor=lotus.actor("lead"), session_id=session.id)
    assert (back.booked, back.waitlisted) == (1, 1)
    assert Booking.objects.get(client=lotus.client()).status == "booked"


def test_undo_is_refused_after_three_minutes(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    cancel_session(actor=lotus.actor("lead"), session_id=session.id, reason="")
    Session.objects.update(cancelled_at=now() - timedelta(minutes=4))
    with pytest.raises(Conflict, match="three minutes"):
        restore_session(actor=lotus.actor("lead"), session_id=session.id)


def test_undo_is_refused_where_the_time_was_given_away(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = scheduled(cast, at(10))
        cancel_session(actor=cast.actor("lead"), session_id=session.id, reason="")
    with studio_context(cast.summit):
        scheduled(cast, at(10))
    with studio_context(cast.lotus):
        with pytest.raises(Conflict, match="You are busy elsewhere from 10:00 to 11:00") as refused:
            restore_session(actor=cast.actor("lead"), session_id=session.id)
        assert refused.value.details["conflict"] == "trainer"
        assert Session.objects.get().status == "cancelled"


def test_undo_of_nothing_is_refused(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    with pytest.raises(Conflict, match="not cancelled"):
        restore_session(actor=lotus.actor("lead"), session_id=session.id)
