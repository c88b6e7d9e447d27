"""How a session ends: cancelled (and, within minutes, restored) or completed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.db import lock_in_transaction, refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid
from fitflow.core.formats import clock_text
from studios.services import record_event
from studios.shared.policies import Actor
from trainers.models import Booking, Session
from trainers.policies import editable_session
from trainers.services.clashes import Plan, refusal
from trainers.services.fees import settle_no_shows
from trainers.services.scheduling import UNDO_WITHIN, locked, scheduled, trainer_lock
from trainers.services.sweeping import sweep_holds
from trainers.services.waitlist import withdraw_offers


def clean_reason(reason: str) -> str:
    """Return a reason as it is kept; raise Invalid over 300 characters."""
    text = reason.strip()
    if len(text) > 300:
        raise Invalid("Give the reason in 300 characters or fewer.", field="reason")
    return text


@retry_deadlocks
def cancel_session(*, actor: Actor, session_id: UUID, reason: str = "") -> Session:
    """Cancel a session and every booking in it; it is free for the clients, because the studio cancels.

    Raises NotFound, NotPermitted, Invalid, Conflict (`status`). Publishes session.cancelled.
    """
    text = clean_reason(reason)
    seen = editable_session(actor, session_id)
    with transaction.atomic():
        lock_in_transaction(trainer_lock(seen.trainer))
        session = scheduled(locked(seen))
        at = now()
        # One instant for the session and its bookings: by it, an undo knows which bookings to bring back.
        gone = session.bookings.exclude(status=Booking.Status.CANCELLED).update(
            status=Booking.Status.CANCELLED,
            cancelled_at=at,
            cancelled_by_id=actor.user_id,
            cancel_reason=text,
            cancelled_by_client=False,
            was_waiting=Q(status=Booking.Status.WAITLISTED),
            late_cancel=False,
            fee_percent=None,
            strike=None,
            attendance="",
        )
        withdraw_offers(session)
        session.status, session.cancelled_at = Session.Status.CANCELLED, at
        session.cancelled_by_id, session.cancel_reason = actor.user_id, text
        session.save(update_fields=["status", "cancelled_at", "cancelled_by", "cancel_reason"])
        outbox.publish("session.cancelled", session=session.id)
        record_event(actor=actor, action="session.cancelled", subject=session, clients=gone)
    session.refresh_from_db(fields=["version", "booked", "waitlisted"])
    return session


@retry_deadlocks
def restore_session(*, actor: Actor, session_id: UUID) -> Session:
    """Undo a cancellation within three minutes, with the bookings it took away.

    Raises NotFound, NotPermitted, Conflict: `status`, `too_late`, or trainer and room where the time was given away meanwhile.
    Publishes session.scheduled.
    """
    seen = editable_session(actor, session_id)
    with refusals(refusal(Plan.of(actor, seen), seen.capacity)), transaction.atomic():
        lock_in_transaction(trainer_lock(seen.trainer))
        sweep_holds(people=[seen.trainer.user_id], rooms=[seen.room_id])
        session = locked(seen)
        if session.status != Session.Status.CANCELLED or session.cancelled_at is None:
            raise Conflict("This session is not cancelled.", conflict="status", status=session.status)
        at = session.cancelled_at
        if now() - at > UNDO_WITHIN:
            raise Conflict(
                "It was cancelled more than three minutes ago. Schedule it again.", conflict="too_late"
            )
        session.status, session.cancelled_at = Session.Status.SCHEDULED, None
        session.cancelled_by, session.cancel_reason = None, ""
        session.save(update_fields=["status", "cancelled_at", "cancelled_by", "cancel_reason"])
        _bring_back(session, at)
        outbox.publish("session.scheduled", session=session.id)
        outbox.publish("place.freed", session=session.id)
        record_event(actor=actor, action="session.restored", subject=session)
    session.refresh_from_db(fields=["version", "booked", "waitlisted"])
    return session


def _bring_back(session: Session, at: datetime) -> None:
    """Bring back the bookings cancelled at that instant to where they were: into a place, or onto the waitlist."""
    gone = session.bookings.filter(cancelled_at=at, status=Booking.Status.CANCELLED)
    back = {"cancelled_at": None, "cancelled_by": None, "cancel_reason": "", "was_waiting": False}
    gone.filter(was_waiting=True).update(status=Booking.Status.WAITLISTED, **back)
    gone.update(status=Booking.Status.BOOKED, **back)


def _check_attendance(attendance: Mapping[UUID, str], bookings: list[Booking]) -> None:
    if unknown := sorted(str(key) for key in attendance.keys() - {booking.id for booking in bookings}):
        raise Invalid(
            "Attendance names a booking that is not booked here.", field="attendance", bookings=unknown
        )
    if set(attendance.values()) - set(Booking.Attendance.values):
        raise Invalid("Attendance is present or no_show.", field="attendance")


@retry_deadlocks
def complete_session(
    *, actor: Actor, session_id: UUID, attendance: Mapping[UUID, str] | None = None
) -> Session:
    """Complete a session: from then on its bookings can be invoiced.

    `attendance` maps booking ids to "present" or "no_show"; a booking not mentioned keeps what was marked before, else it
    counts as present. A no-show's strike and fee are settled with it.

    Raises NotFound, NotPermitted, Invalid, Conflict (`status`; `too_early` before it starts).
    Publishes session.completed.
    """
    seen = editable_session(actor, session_id)
    with transaction.atomic():
        session = scheduled(locked(seen))
        if session.starts_at > now():
            starts = clock_text(session.starts_at, session.location.timezone)
            raise Conflict(f"It starts at {starts}. Complete it after that.", conflict="too_early")
        bookings = list(session.bookings.filter(status=Booking.Status.BOOKED))
        _check_attendance(attendance or {}, bookings)
        for booking in bookings:
            marked = (attendance or {}).get(booking.id) or booking.attendance
            booking.attendance = marked or Booking.Attendance.PRESENT
        settle_no_shows(bookings, session)
        Booking.objects.bulk_update(bookings, ["attendance", "strike", "fee_percent"])
        session.status, session.completed_at = Session.Status.COMPLETED, now()
        session.save(update_fields=["status", "completed_at"])
        session.version += 1  # as the trigger has written it
        outbox.publish("session.completed", session=session.id)
        present = sum(booking.attendance == Booking.Attendance.PRESENT for booking in bookings)
        record_event(
            actor=actor, action="session.completed", subject=session, present=present, booked=len(bookings)
        )
    return session
