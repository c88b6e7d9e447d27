"""What a client answers to an offered place, by the link in her message."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from clients.services import begin_care
from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.db import constraint, retry_deadlocks
from fitflow.core.errors import Conflict, NotFound
from fitflow.core.formats import clock_text
from studios.services import record_event
from trainers.models import Booking, Session, WaitlistOffer
from trainers.services.cancelling import FIELDS, link_holder
from trainers.services.scheduling import locked
from trainers.services.waitlist import booked_elsewhere, close_offer

State = WaitlistOffer.State


def linked_offer(offer_id: UUID) -> WaitlistOffer:
    """Return the offer a signed link is about, with all that its page shows; raise NotFound."""
    rows = WaitlistOffer.objects.select_related(
        "booking__client",
        "booking__session__service",
        "booking__session__trainer",
        "booking__session__location",
        "booking__session__room",
    )
    offer = rows.filter(pk=offer_id).first()
    if offer is None:
        raise NotFound()
    return offer


@retry_deadlocks
def accept_offer(*, offer_id: UUID) -> WaitlistOffer:
    """Take the offered place; the offer's `state` says how it went: accepted, or taken where somebody was faster (she stays on
    the waitlist), expired or withdrawn. Answering twice changes nothing.

    Raises NotFound, Conflict (`client`) where she is booked into another session at that time. Publishes booking.changed.
    """
    seen = linked_offer(offer_id)
    with transaction.atomic():
        session = locked(seen.booking.session)
        offer = _open_now(seen, session)
        if offer.state != State.OPEN:
            return offer
        _check_free(offer.booking, session)
        _close(offer, State.ACCEPTED if _seat(offer.booking) else State.TAKEN)
        if offer.state == State.ACCEPTED:
            begin_care(user_id=session.trainer.user_id, client_ids=[offer.booking.client_id])
            outbox.publish(
                "booking.changed", session=session.id, booking=offer.booking_id, change=offer.booking.status
            )
        _record(offer)
    return offer


@retry_deadlocks
def decline_offer(*, offer_id: UUID) -> WaitlistOffer:
    """Say no to the offered place and leave the waitlist; the place goes to the next. Answering twice changes nothing.

    Whose time to answer is over, or whose place was taken, is still on the list, and leaves it too: that is what she says. Who
    took the place keeps it. Raises NotFound. Publishes booking.changed, and place.freed where the offer was open.
    """
    seen = linked_offer(offer_id)
    with transaction.atomic():
        session = locked(seen.booking.session)
        offer = _open_now(seen, session)
        booking, open_now = offer.booking, offer.state == State.OPEN
        gone = session.status != Session.Status.SCHEDULED or session.starts_at <= now()
        if gone or booking.status != Booking.Status.WAITLISTED:
            return offer
        booking.status, booking.was_waiting = Booking.Status.CANCELLED, True
        booking.cancelled_at, booking.cancelled_by_client = now(), True
        booking.save(update_fields=FIELDS)
        outbox.publish("booking.changed", session=session.id, booking=booking.id, change=booking.status)
        if open_now:
            _close(offer, State.DECLINED)
            outbox.publish("place.freed", session=session.id)
        else:
            close_offer(booking, State.WITHDRAWN)  # one made since, which she now answers as well
        _record(offer, "" if open_now else "booking.cancelled")
    return offer


def _open_now(seen: WaitlistOffer, session: Session) -> WaitlistOffer:
    """Return the offer as it is under the session's lock, closed where its time or the session's is over."""
    offer = WaitlistOffer.objects.select_related("booking__client").get(pk=seen.pk)
    offer.booking.session = session
    if offer.state != State.OPEN:
        return offer
    over = session.status != Session.Status.SCHEDULED or session.starts_at <= now()
    if over or offer.booking.status != Booking.Status.WAITLISTED or not offer.booking.client.is_active:
        return _close(offer, State.WITHDRAWN)
    if offer.answer_by <= now():
        return _close(offer, State.TAKEN if session.booked >= session.capacity else State.EXPIRED)
    return offer


def _close(offer: WaitlistOffer, state: WaitlistOffer.State) -> WaitlistOffer:
    offer.state, offer.answered_at = state, now()
    offer.save(update_fields=["state", "answered_at"])
    return offer


def _seat(booking: Booking) -> bool:
    """Give her the place; False where the database finds every one taken."""
    try:
        with transaction.atomic():
            booking.status = Booking.Status.BOOKED
            booking.save(update_fields=["status"])
    except IntegrityError as error:
        if not constraint(error).startswith("session_within_capacity"):
            raise
        booking.status = Booking.Status.WAITLISTED
        return False
    return True


def _check_free(booking: Booking, session: Session) -> None:
    other = booked_elsewhere(session, booking.client_id).select_related("session__service").first()
    if other is not None:
        starts = clock_text(other.session.starts_at, session.location.timezone)
        raise Conflict(
            f"You are booked into {other.session.service.name} at {starts} that day. Cancel it first,"
            " then take this place.",
            conflict="client",
        )


def _record(offer: WaitlistOffer, action: str = "") -> None:
    record_event(
        actor=link_holder(offer.booking),
        action=action or f"offer.{offer.state}",
        subject=offer.booking,
        session=offer.booking.session_id,
        client=offer.booking.client_id,
    )
