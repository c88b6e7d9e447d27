"""Bookings: a client's place in a session, the waitlist, and who came."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from clients.policies import bookable_clients
from clients.services import begin_care
from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.db import constraint, refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid, NotFound
from studios.services import record_event
from studios.shared.policies import Actor
from trainers.models import Booking, Session, WaitlistOffer
from trainers.policies import editable_booking, editable_session
from trainers.services.fees import settle_no_shows
from trainers.services.scheduling import booking_of, locked, scheduled
from trainers.services.waitlist import close_offer

CHECK_IN = timedelta(hours=1)


def place_refusal(name: str, state: str) -> Exception | None:
    if name.startswith("booking_client_once"):
        return Conflict("This client is in the session already.", field="client", conflict="client")
    if name.startswith("booking_session_open"):
        return Conflict("This session is cancelled already.", conflict="status", status="cancelled")
    if name.startswith("session_within_capacity"):
        return Conflict("Every place is taken.", conflict="capacity")
    return None


def _seat(session: Session, client_id: UUID) -> Booking:
    """Insert the booking, onto the waitlist where the database finds every place taken."""
    booking = booking_of(session, session.service, client_id, Booking.Status.BOOKED)
    try:
        with transaction.atomic():
            booking.save(force_insert=True)
    except IntegrityError as error:
        if not constraint(error).startswith("session_within_capacity"):
            raise
        booking.status = Booking.Status.WAITLISTED
        booking.save(force_insert=True)
    return booking


@retry_deadlocks
def book_client(*, actor: Actor, session_id: UUID, client_id: UUID) -> Booking:
    """Book a client into a session at today's price; onto the waitlist when it is full (see the booking's `status`).

    Raises NotFound, NotPermitted, Conflict (`status`; `client` where she is in it already; `past` once it is over).
    Publishes booking.changed.
    """
    seen = editable_session(actor, session_id)
    client = bookable_clients(actor).filter(pk=client_id).first()
    if client is None:
        raise NotFound("That client is not there.", field="client")
    with refusals(place_refusal), transaction.atomic():
        session = scheduled(locked(seen))
        if session.ends_at < now() and not actor.is_system:
            raise Conflict("This session is over.", conflict="past")
        booking = _seat(session, client.id)
        begin_care(user_id=session.trainer.user_id, client_ids=[client.id])
        outbox.publish("booking.changed", session=session.id, booking=booking.id, change=booking.status)
        record_event(
            actor=actor,
            action=f"booking.{booking.status}",
            subject=booking,
            session=session.id,
            client=client.id,
        )
    return booking


@retry_deadlocks
def give_place(*, actor: Actor, booking_id: UUID) -> Booking:
    """Give a client on the waitlist a place that has come free.

    Raises NotFound, NotPermitted, Conflict (`capacity` while it is still full; `status`). Publishes booking.changed.
    """
    seen = editable_booking(actor, booking_id)
    with refusals(place_refusal), transaction.atomic():
        session = scheduled(locked(seen.session))
        booking = current_booking(seen, session)
        if booking.status != Booking.Status.WAITLISTED:
            raise Conflict("This booking is not on the waitlist.", conflict="status", status=booking.status)
        booking.status = Booking.Status.BOOKED
        booking.save(update_fields=["status"])
        close_offer(booking, WaitlistOffer.State.WITHDRAWN)
        outbox.publish("booking.changed", session=session.id, booking=booking.id, change=booking.status)
        record_event(
            actor=actor,
            action="booking.booked",
            subject=booking,
            session=session.id,
            client=booking.client_id,
        )
    return booking


def current_booking(seen: Booking, session: Session) -> Booking:
    """Return the booking as it is now, with its session and client on it. The session's lock keeps it so."""
    booking = Booking.objects.select_related("client").get(pk=seen.pk)
    booking.session = session
    return booking


@retry_deadlocks
def mark_attendance(*, actor: Actor, booking_id: UUID, attendance: str, was: str | None = None) -> Booking:
    """Mark a booked client "present" or "no_show" ("" takes the mark back), from an hour before the start until completion.

    A no-show's strike and fee are settled with the mark, and taken back with it. `was` is the mark that was seen: who marks
    over another one that was made meanwhile is told. Marking what is marked already changes nothing.
    Raises NotFound, NotPermitted, Invalid, Conflict (`status`, `too_early`; `attendance` with the mark there is, as `current`).
    Publishes booking.changed.
    """
    if attendance not in {"", *Booking.Attendance.values}:
        raise Invalid("Attendance is present or no_show.", field="attendance")
    seen = editable_booking(actor, booking_id)
    with transaction.atomic():
        session = scheduled(locked(seen.session))
        booking = current_booking(seen, session)
        if booking.status != Booking.Status.BOOKED:
            raise Conflict("Only a booked client can be marked.", conflict="status", status=booking.status)
        if session.starts_at - CHECK_IN > now():
            raise Conflict("Attendance opens an hour before the session.", conflict="too_early")
        if booking.attendance == attendance:
            return booking
        if was is not None and booking.attendance != was:
            raise Conflict(
                "Somebody marked this client differently meanwhile.",
                conflict="attendance",
                current=booking.attendance,
            )
        booking.attendance = attendance
        settle_no_shows([booking], session)
        booking.save(update_fields=["attendance", "strike", "fee_percent"])
        outbox.publish("booking.changed", session=session.id, booking=booking.id, change="attendance")
        record_event(
            actor=actor,
            action="booking.marked",
            subject=booking,
            session=session.id,
            attendance=attendance or "unmarked",
        )
    return booking
