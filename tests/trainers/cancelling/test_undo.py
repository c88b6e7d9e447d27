"""Taking a cancellation back within three minutes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from fitflow.core.clock import now
from fitflow.core.errors import Conflict, NotFound, NotPermitted
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.plan import at, scheduled
from trainers.models import Booking
from trainers.services import book_client, cancel_booking, cancel_session, restore_booking, restore_session


def cancelled(cast: Cast) -> Booking:
    session = scheduled(cast, now() + timedelta(hours=5), clients=("Client",))
    return cancel_booking(actor=cast.actor("lead"), booking_id=session.bookings.get().pk, reason="flu")


def test_it_is_as_if_it_had_not_been(lotus: Cast) -> None:
    booking = cancelled(lotus)
    assert booking.late_cancel
    restored = restore_booking(actor=lotus.actor("lead"), booking_id=booking.pk)
    assert (restored.status, restored.late_cancel, restored.strike, restored.fee_percent) == (
        "booked",
        False,
        None,
        None,
    )
    assert (restored.cancelled_at, restored.cancelled_by_id, restored.cancel_reason) == (None, None, "")
    restored.session.refresh_from_db()
    assert restored.session.booked == 1
    assert AuditEvent.objects.filter(action="booking.restored", subject_id=booking.pk).exists()


def test_after_three_minutes_it_stays(lotus: Cast) -> None:
    booking = cancelled(lotus)
    with (
        time_machine.travel(now() + timedelta(minutes=3, seconds=1), tick=False),
        pytest.raises(Conflict) as no,
    ):
        restore_booking(actor=lotus.actor("lead"), booking_id=booking.pk)
    assert no.value.details["conflict"] == "too_late"


def test_a_place_that_was_taken_meanwhile_is_not_taken_away_again(lotus: Cast) -> None:
    booking = cancelled(lotus)
    book_client(actor=SYSTEM, session_id=booking.session_id, client_id=lotus.client("Étienne Caron").pk)
    with pytest.raises(Conflict, match="taken meanwhile") as no:
        restore_booking(actor=lotus.actor("lead"), booking_id=booking.pk)
    assert no.value.details["conflict"] == "capacity"
    booking.refresh_from_db()
    assert booking.status == "cancelled"


def test_who_was_booked_again_or_never_cancelled_is_refused(lotus: Cast) -> None:
    booking = cancelled(lotus)
    again = book_client(actor=SYSTEM, session_id=booking.session_id, client_id=booking.client_id)
    for row, conflict in ((booking, "client"), (again, "status")):
        with pytest.raises(Conflict) as no:
            restore_booking(actor=lotus.actor("lead"), booking_id=row.pk)
        assert no.value.details["conflict"] == conflict


def test_who_left_the_waitlist_comes_back_to_where_she_stood(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), clients=("Client",))
    waiting = book_client(actor=SYSTEM, session_id=session.pk, client_id=lotus.client("Étienne Caron").pk)
    cancel_booking(actor=SYSTEM, booking_id=waiting.pk)
    cancel_booking(actor=SYSTEM, booking_id=session.bookings.get(status="booked").pk)
    assert restore_booking(actor=SYSTEM, booking_id=waiting.pk).status == "waitlisted", (
        "though a place is free"
    )


def test_a_session_that_is_gone_takes_nobody_back(lotus: Cast) -> None:
    booking = cancelled(lotus)
    cancel_session(actor=SYSTEM, session_id=booking.session_id)
    with pytest.raises(Conflict) as no:
        restore_booking(actor=lotus.actor("lead"), booking_id=booking.pk)
    assert no.value.details["conflict"] == "status"


def test_a_restored_session_has_everybody_where_she_was(lotus: Cast) -> None:
    """Also where somebody who waits had joined before somebody who has a place."""
    session = scheduled(lotus, at(10), clients=("Client",))
    waiting = book_client(actor=SYSTEM, session_id=session.pk, client_id=lotus.client("Étienne Caron").pk)
    Booking.objects.filter(pk=waiting.pk).update(created_at=now() - timedelta(days=9))
    cancel_session(actor=SYSTEM, session_id=session.pk)
    restore_session(actor=SYSTEM, session_id=session.pk)
    assert dict(session.bookings.values_list("client__name", "status")) == {
        "Client": "booked",
        "Étienne Caron": "waitlisted",
    }


def test_it_refuses_the_wrong_role_and_the_other_studio(cast: Cast) -> None:
    with studio_context(cast.lotus):
        booking = cancelled(cast)
        with pytest.raises(NotPermitted):
            restore_booking(actor=cast.actor("client"), booking_id=booking.pk)
        with pytest.raises(NotFound):
            restore_booking(actor=cast.actor("trainer"), booking_id=booking.pk)
    with studio_context(cast.summit), pytest.raises(NotFound):
        restore_booking(actor=cast.actor("owner2", cast.summit), booking_id=booking.pk)
