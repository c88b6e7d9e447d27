"""The waitlist: a place that came free is offered to those who wait, in their order, one place to one at a time.

A place is not reserved by an offer. Whoever writes offers or bookings of a session holds the session's row first.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.db import retry_deadlocks
from fitflow.core.errors import Conflict
from fitflow.core.formats import clock_text
from fitflow.core.rounds import one_by_one
from studios.services import record_event
from studios.shared.policies import SYSTEM, Actor
from trainers.models import Booking, Session, WaitlistOffer
from trainers.policies import editable_booking
from trainers.services.quiet import CUT_OFF, answer_by, first_chance, is_quiet, quiet_until
from trainers.services.scheduling import UNDO_WITHIN, locked, scheduled

State = WaitlistOffer.State


def zone_of(booking: Booking) -> str:
    """Return the zone whose night is kept quiet for a client: her own where the studio knows one, else the place's."""
    return booking.client.zone(booking.session.location.timezone)


def close_offer(booking: Booking, state: WaitlistOffer.State) -> None:
    """Close the offer a booking has open, if it has one."""
    booking.offers.filter(state=State.OPEN).update(state=state, answered_at=now())


def withdraw_offers(session: Session) -> None:
    """Withdraw every open offer of a session that does not take place."""
    offers = WaitlistOffer.objects.filter(booking__session=session, state=State.OPEN)
    offers.update(state=State.WITHDRAWN, answered_at=now())


def last_freed(session: Session) -> datetime | None:
    """Return when a place of the session last came free by a cancellation."""
    gone = session.bookings.filter(status=Booking.Status.CANCELLED, was_waiting=False)
    freed: datetime | None = gone.aggregate(at=Max("cancelled_at"))["at"]
    return freed


def booked_elsewhere(session: Session, client: OuterRef | UUID) -> QuerySet[Booking]:
    """Return the places a client has in other sessions of this studio at the session's time."""
    rows = Booking.objects.filter(client=client, status=Booking.Status.BOOKED)
    rows = rows.filter(session__starts_at__lt=session.ends_at, session__ends_at__gt=session.starts_at)
    return rows.filter(session__status=Session.Status.SCHEDULED).exclude(session=session.pk)


def in_turn(session: Session) -> QuerySet[Booking]:
    """Return who on the waitlist can be asked now, in turn: those who did not answer come after those not asked yet.

    Who has not answered is asked again only when another place comes free. She must be reachable, and free at that time; the
    price she accepted when she joined the list.
    """
    unanswered = WaitlistOffer.objects.filter(booking=OuterRef("pk"), state=State.EXPIRED)
    freed = last_freed(session)
    since = unanswered.filter(offered_at__gte=freed) if freed else unanswered
    open_ones = WaitlistOffer.objects.filter(booking=OuterRef("pk"), state=State.OPEN)
    waiting = session.bookings.filter(status=Booking.Status.WAITLISTED, client__is_active=True)
    waiting = waiting.exclude(client__email="").select_related("client")
    waiting = waiting.filter(
        ~Exists(since), ~Exists(open_ones), ~Exists(booked_elsewhere(session, OuterRef("client")))
    )
    missed = Count("offers", filter=Q(offers__state=State.EXPIRED))
    return waiting.annotate(missed=missed).order_by("missed", "created_at", "id")


@retry_deadlocks
def offer_places(*, session_id: UUID | str) -> list[WaitlistOffer]:
    """Close the offers of a session whose time is up, and offer its free places to those in turn; return the new offers.

    For the product itself, as often as you like: it does what is due now and nothing twice. A place is offered from three
    minutes after it came free, because until then the cancellation can be undone. Publishes offer.made for each.
    """
    seen = Session.objects.filter(pk=session_id).first()
    if seen is None:
        return []
    with transaction.atomic():
        session, at = locked(seen), now()
        _close_what_is_over(session, at)
        if session.status != Session.Status.SCHEDULED:
            return []
        freed = last_freed(session)
        if freed is not None and at < freed + UNDO_WITHIN:
            return []
        open_ones = WaitlistOffer.objects.filter(booking__session=session, state=State.OPEN).count()
        places = session.capacity - session.booked - open_ones
        return [_offer(SYSTEM, booking, at, until) for booking, until in _to_ask(session, at, places)]


def _to_ask(session: Session, at: datetime, places: int) -> Iterator[tuple[Booking, datetime]]:
    """Give whom to ask for so many places, and until when each can answer.

    Where it is night for whoever is next, a place waits for her morning: nobody loses her turn to the clock she lives by. Only
    where that would be too late is she passed over.
    """
    if places <= 0 or at > session.starts_at - CUT_OFF:
        return
    for booking in in_turn(session):
        booking.session = session
        zone = zone_of(booking)
        until = answer_by(at, session.starts_at, zone)
        if until is not None:
            yield booking, until
        elif answer_by(first_chance(at, zone), session.starts_at, zone) is None:
            continue
        places -= 1
        if not places:
            return


def _close_what_is_over(session: Session, at: datetime) -> None:
    """Close open offers: unanswered at their deadline, taken where no place is left by then, withdrawn with the session."""
    offers = WaitlistOffer.objects.filter(booking__session=session, state=State.OPEN)
    if session.status != Session.Status.SCHEDULED:
        offers.update(state=State.WITHDRAWN, answered_at=at)
        return
    full = session.booked >= session.capacity
    offers.filter(answer_by__lte=at).update(state=State.TAKEN if full else State.EXPIRED, answered_at=at)


def _offer(actor: Actor, booking: Booking, at: datetime, until: datetime) -> WaitlistOffer:
    offer = WaitlistOffer.objects.create(booking=booking, offered_at=at, answer_by=until)
    outbox.publish("offer.made", session=booking.session_id, booking=booking.pk, offer=offer.pk)
    record_event(
        actor=actor,
        action="offer.made",
        subject=booking,
        session=booking.session_id,
        client=booking.client_id,
        answer_by=until.isoformat(),
    )
    return offer


@retry_deadlocks
def offer_now(*, actor: Actor, booking_id: UUID) -> WaitlistOffer:
    """Offer a free place to one client on the waitlist out of her turn; she has the usual time to answer.

    Raises NotFound, NotPermitted, Conflict: `status`, `capacity`, `client` (booked elsewhere, or asked already), `email`,
    `quiet`, `cut_off`. Publishes offer.made.
    """
    seen = editable_booking(actor, booking_id)
    with transaction.atomic():
        session, at = scheduled(locked(seen.session)), now()
        booking = Booking.objects.select_related("client").get(pk=seen.pk)
        booking.session = session
        _close_what_is_over(session, at)
        if booking.status != Booking.Status.WAITLISTED:
            raise Conflict("This booking is not on the waitlist.", conflict="status", status=booking.status)
        if session.booked >= session.capacity:
            raise Conflict("Every place is taken.", conflict="capacity")
        if booking.offers.filter(state=State.OPEN).exists():
            raise Conflict(f"{booking.client.name} has been asked already.", conflict="client")
        _check_free(booking, session)
        return _offer(actor, booking, at, _time_to_answer(booking, session, at))


def _check_free(booking: Booking, session: Session) -> None:
    """Raise Conflict (`client`) where she is booked into another session at that time."""
    other = booked_elsewhere(session, booking.client_id).select_related("session__service").first()
    if other is not None:
        starts = clock_text(other.session.starts_at, session.location.timezone)
        raise Conflict(
            f"{booking.client.name} is in {other.session.service.name} at {starts} that day.",
            conflict="client",
            session=str(other.session_id),
        )


def _time_to_answer(booking: Booking, session: Session, at: datetime) -> datetime:
    """Return the deadline of an offer made now; raise Conflict where none can be made."""
    name, zone = booking.client.name, zone_of(booking)
    if not booking.client.email:
        raise Conflict(f"{name} has no e-mail address. Call, then give the place.", conflict="email")
    until = answer_by(at, session.starts_at, zone)
    if until is not None:
        return until
    if at > session.starts_at - CUT_OFF:
        raise Conflict(
            "It starts within the hour: nobody is asked by e-mail any more. Call, then give the place.",
            conflict="cut_off",
        )
    here = session.location.timezone
    until_text = clock_text(quiet_until(at, zone), here) if is_quiet(at, zone) else "tomorrow morning"
    whose = "" if zone == here else f" It is {clock_text(at, zone)} for {name}."
    raise Conflict(
        f"Nobody is written to at night.{whose} Ask again from {until_text}, or give the place.",
        conflict="quiet",
    )


def sessions_to_tend() -> list[UUID]:
    """Return the sessions of this studio with an offer whose time is up, or with a place free that somebody waits for, the next
    first. Two queries, each by an index: asked as one, PostgreSQL reads all the sessions there ever were, each minute.
    """
    at = now()
    due = WaitlistOffer.objects.filter(state=State.OPEN, answer_by__lte=at)
    waiting = Session.objects.filter(status=Session.Status.SCHEDULED, starts_at__gte=at + CUT_OFF)
    waiting = waiting.filter(waitlisted__gt=0, booked__lt=F("capacity"))
    found = {
        *due.values_list("booking__session__starts_at", "booking__session"),
        *waiting.values_list("starts_at", "pk"),
    }
    return [session_id for _, session_id in sorted(found)]


def tend_waitlists() -> int:
    """Do what is due on every waitlist of the studio, one transaction for each session; return how many offers were made.

    Every minute; killed at any point, the next turn does the rest. A session for which it fails keeps no other waiting.
    """
    return one_by_one(
        sessions_to_tend(), lambda session_id: len(offer_places(session_id=session_id)), name="waitlist"
    )
