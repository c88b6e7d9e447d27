"""Cancelling one client's booking, by the staff or by herself, and taking that back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.db import refusals, retry_deadlocks
from fitflow.core.errors import Conflict, NotFound
from studios.services import record_event
from studios.shared.policies import Actor
from trainers.models import Booking, Session, WaitlistOffer
from trainers.policies import editable_booking
from trainers.services.booking import current_booking, place_refusal
from trainers.services.closing import clean_reason
from trainers.services.fees import Cost, cost_of_cancelling, settle_late_cancel
from trainers.services.scheduling import UNDO_WITHIN, locked, scheduled
from trainers.services.waitlist import close_offer

FIELDS = (
    "status",
    "cancelled_at",
    "cancelled_by",
    "cancelled_by_client",
    "cancel_reason",
    "late_cancel",
    "fee_percent",
    "strike",
    "attendance",
    "was_waiting",
)


@retry_deadlocks
def cancel_booking(*, actor: Actor, booking_id: UUID, reason: str = "") -> Booking:
    """Cancel one client's booking and free its place. Later than the service allows, it counts as a late cancel: its strike
    and its fee (0 percent where the strike is forgiven) are settled now.

    Raises NotFound, NotPermitted (a client asks her trainer), Invalid, Conflict (`status`). Publishes booking.changed.
    """
    return _cancel(actor, editable_booking(actor, booking_id), clean_reason(reason), by_client=False)


@retry_deadlocks
def cancel_own_booking(*, booking_id: UUID, reason: str = "", at_most: int | None = None) -> Booking:
    """Cancel a booking as its client does, by the link in her message; `link_holder` proves that she holds it.

    `at_most` is the percent of the price that she was shown. Raises NotFound, Invalid, Conflict (`status`; `past` once the
    session has begun; `fee` where it costs more by now). Publishes booking.changed.
    """
    booking = linked_booking(booking_id)
    return _cancel(link_holder(booking), booking, clean_reason(reason), by_client=True, at_most=at_most)


def linked_booking(booking_id: UUID) -> Booking:
    """Return the booking a signed link is about, with all that its page shows; raise NotFound."""
    rows = Booking.objects.select_related(
        "client", "session__service", "session__trainer__lead", "session__location", "session__room"
    )
    booking = rows.filter(pk=booking_id).first()
    if booking is None:
        raise NotFound()
    return booking


def link_holder(booking: Booking) -> Actor:
    """Return who acts by a signed link: the client, without a sign-in and without any role."""
    return Actor(user_id=None, name=f"{booking.client.name}, by link", roles=frozenset())


def cost_now(booking: Booking) -> Cost:
    """Return what cancelling would cost the client now. For the page that asks her."""
    return cost_of_cancelling(booking, booking.session)


def _cancel(
    actor: Actor, seen: Booking, text: str, *, by_client: bool, at_most: int | None = None
) -> Booking:
    with transaction.atomic():
        session = scheduled(locked(seen.session))
        booking = current_booking(seen, session)
        if booking.status == Booking.Status.CANCELLED:
            raise Conflict("This booking is cancelled already.", conflict="status", status=booking.status)
        if by_client and session.starts_at <= now():
            raise Conflict("The session has begun. Speak to the studio.", conflict="past")
        settle_late_cancel(booking, session)
        if at_most is not None and (booking.fee_percent or 0) > at_most:
            raise Conflict(
                "Nothing is cancelled yet: it costs more by now than this page said. Look again, then decide.",
                conflict="fee",
                fee_percent=booking.fee_percent,
            )
        booking.was_waiting = booking.status == Booking.Status.WAITLISTED
        booking.status, booking.cancelled_at = Booking.Status.CANCELLED, now()
        booking.cancelled_by_id, booking.cancelled_by_client = actor.user_id, by_client
        booking.cancel_reason, booking.attendance = text, ""
        booking.save(update_fields=FIELDS)
        close_offer(booking, WaitlistOffer.State.WITHDRAWN)
        _announce(booking, session)
        record_event(
            actor=actor,
            action="booking.cancelled",
            subject=booking,
            session=session.id,
            client=booking.client_id,
            late=booking.late_cancel,
            strike=booking.strike,
            fee_percent=booking.fee_percent,
        )
    return booking


def _announce(booking: Booking, session: Session) -> None:
    outbox.publish("booking.changed", session=session.id, booking=booking.id, change=booking.status)
    if not booking.was_waiting and session.waitlisted:
        # A second beyond what can be undone, so that the handler finds it over.
        outbox.publish("place.freed", due_in=UNDO_WITHIN + timedelta(seconds=1), session=session.id)


@retry_deadlocks
def restore_booking(*, actor: Actor, booking_id: UUID) -> Booking:
    """Undo a cancellation within three minutes: she has her place again, or hers on the waitlist.

    Raises NotFound, NotPermitted, Conflict: `status`, `too_late`, `client` (booked again meanwhile), `capacity` where the place
    was taken meanwhile. Publishes booking.changed.
    """
    return _restore(actor, editable_booking(actor, booking_id), by_client=False)


@retry_deadlocks
def restore_own_booking(*, booking_id: UUID) -> Booking:
    """Undo, as its client, what she cancelled by her link within three minutes. Raises as `restore_booking` does."""
    booking = linked_booking(booking_id)
    return _restore(link_holder(booking), booking, by_client=True)


def may_restore(booking: Booking) -> bool:
    """Whether the cancellation is of the last three minutes."""
    return booking.cancelled_at is not None and now() - booking.cancelled_at <= UNDO_WITHIN


def _restore(actor: Actor, seen: Booking, *, by_client: bool) -> Booking:
    with refusals(_restore_refusal), transaction.atomic():
        session = scheduled(locked(seen.session))
        booking = current_booking(seen, session)
        if booking.status != Booking.Status.CANCELLED or (by_client and not booking.cancelled_by_client):
            raise Conflict("This booking is not cancelled.", conflict="status", status=booking.status)
        if not may_restore(booking):
            raise Conflict(
                "It was cancelled more than three minutes ago. Book it again.", conflict="too_late"
            )
        waits = booking.was_waiting
        booking.status = Booking.Status.WAITLISTED if waits else Booking.Status.BOOKED
        booking.cancelled_at, booking.cancelled_by_id, booking.cancel_reason = None, None, ""
        booking.cancelled_by_client = booking.late_cancel = booking.was_waiting = False
        booking.fee_percent = booking.strike = None
        booking.save(update_fields=FIELDS)
        outbox.publish("booking.changed", session=session.id, booking=booking.id, change=booking.status)
        record_event(
            actor=actor,
            action="booking.restored",
            subject=booking,
            session=session.id,
            client=booking.client_id,
        )
    return booking


def _restore_refusal(name: str, state: str) -> Exception | None:
    if name.startswith("session_within_capacity"):
        return Conflict(
            "The place was taken meanwhile, so it cannot be given back. Book again to join the waitlist.",
            conflict="capacity",
        )
    return place_refusal(name, state)
