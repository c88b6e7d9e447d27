"""Messages about the timetable: to each client about her own place, and about no one else's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import ordinal
from django.db.models import F, QuerySet

from fitflow.core.clock import now
from fitflow.core.formats import money_text, span_text
from fitflow.core.money import to_cents
from fitflow.tenancy.context import current_studio
from notifications.letters import Later, Letter, Suppress, page_of, template
from notifications.models import Delivery
from notifications.services import queue_email
from notifications.words import when_lines
from trainers.calendar_file import Method, calendar_part, place_of
from trainers.links import cancel_link, offer_link
from trainers.models import Booking, Session, WaitlistOffer
from trainers.services.quiet import is_quiet, quiet_until
from trainers.services.waitlist import zone_of

SUBJECT = "booking"
Status = Booking.Status


def queue_scheduled(*, session_id: UUID | str) -> None:
    """Queue "you are booked" to each client of a new (or restored) session that is not over."""
    for booking in _bookings(session_id, status=Status.BOOKED):
        _queue_booked("session_booked", booking)


def queue_cancelled(*, session_id: UUID | str) -> None:
    """Queue "your session is cancelled" to those whose booking went with it; who had cancelled before knows already."""
    for booking in _bookings(session_id, status=Status.CANCELLED, cancelled_at=F("session__cancelled_at")):
        _queue_cancelled("session_cancelled", booking)


def queue_moved(*, session_id: UUID | str) -> None:
    """Queue a session's new time, trainer or room to everyone in it, once for each version of the session."""
    for booking in _bookings(session_id, session__status=Session.Status.SCHEDULED).exclude(
        status=Status.CANCELLED
    ):
        _queue("session_moved", booking, key=f"session_moved:{booking.pk}:{booking.session.version}")


def queue_booking(*, booking_id: UUID | str, change: str) -> None:
    """Queue what a change of one booking means to its client, if it still stands; marks of attendance mean nothing."""
    open_ones = Booking.objects.filter(session__ends_at__gt=now())
    booking = open_ones.select_related("client").filter(pk=booking_id, status=change).first()
    if booking is None:
        return
    if booking.status == Status.CANCELLED:
        _queue_cancelled("booking_cancelled", booking)
    elif booking.status == Status.WAITLISTED:
        _queue("session_waitlisted", booking, key=f"waitlisted:{booking.pk}:{_times_cancelled(booking)}")
    else:
        waited = _told(booking).filter(template="session_waitlisted").exists()
        _queue_booked("place_came_free" if waited else "session_booked", booking)


def queue_offer(*, offer_id: UUID | str) -> None:
    """Queue "a place is free for you" of an offer that is still open, once."""
    offer = WaitlistOffer.objects.select_related("booking__client").filter(pk=offer_id, state="open").first()
    if offer is not None:
        _queue("place_offered", offer.booking, key=f"offer:{offer.pk}")


def _bookings(session_id: UUID | str, **which: Any) -> QuerySet[Booking]:
    """Return bookings of a session that is not over."""
    found = Booking.objects.filter(session_id=session_id, session__ends_at__gt=now(), **which)
    return found.select_related("client", "session")


def _told(booking: Booking) -> QuerySet[Delivery]:
    return Delivery.objects.filter(subject_type=SUBJECT, subject_id=booking.pk)


def _times_cancelled(booking: Booking) -> int:
    told = _told(booking).filter(template__in=["session_cancelled", "booking_cancelled"])
    return told.exclude(status=Delivery.Status.SUPPRESSED).count()


def _queue_booked(name: str, booking: Booking) -> None:
    # The session's event and the booking's own may both tell of one place: it is told once until it is cancelled.
    _queue(name, booking, key=f"booked:{booking.pk}:{_times_cancelled(booking)}")


def _queue_cancelled(name: str, booking: Booking) -> None:
    at = booking.cancelled_at.isoformat() if booking.cancelled_at else ""
    _queue(name, booking, key=f"cancelled:{booking.pk}:{at}")


def _queue(name: str, booking: Booking, *, key: str) -> None:
    client = booking.client
    queue_email(
        key=key,
        template=name,
        recipient=client.email,
        recipient_name=client.name,
        client_id=client.pk,
        subject_type=SUBJECT,
        subject_id=booking.pk,
    )


@template("session_booked")
def session_booked(delivery: Delivery) -> Letter:
    """You are booked."""
    booking = _booking(delivery, Status.BOOKED, "The booking was cancelled before this was sent.")
    return _letter(
        booking,
        subject="Booked: {service}, {when}",
        mark="✓ Booked",
        tone="good",
        heading="You are booked",
        paragraphs=("Your place is kept. The calendar file is attached.",),
        after=(_rules(booking),),
        links=(("You cannot come? Cancel your booking", cancel_link(booking)),),
        method="REQUEST",
    )


@template("place_came_free")
def place_came_free(delivery: Delivery) -> Letter:
    """A place came free and is yours."""
    booking = _booking(delivery, Status.BOOKED, "The booking was cancelled before this was sent.")
    return _letter(
        booking,
        subject="You are in: {service}, {when}",
        mark="✓ Booked",
        tone="good",
        heading="A place came free, and it is yours",
        paragraphs=("You have moved from the waitlist into the session. The calendar file is attached.",),
        after=(_rules(booking),),
        links=(("You cannot come? Cancel your booking", cancel_link(booking)),),
        method="REQUEST",
    )


@template("session_waitlisted")
def session_waitlisted(delivery: Delivery) -> Letter:
    """Every place is taken; you are next when one comes free."""
    booking = _booking(
        delivery, Status.WAITLISTED, "She was no longer on the waitlist when this was to be sent."
    )
    return _letter(
        booking,
        subject="On the waitlist: {service}, {when}",
        mark="Waitlist",
        tone="info",
        heading="You are on the waitlist",
        paragraphs=(
            "Every place is taken. When one comes free for you, we write to you, and you say yes or no.",
        ),
        after=("It costs nothing to wait.",),
        links=(("Leave the waitlist", cancel_link(booking)),),
    )


@template("place_offered")
def place_offered(delivery: Delivery) -> Letter:
    """A place is free: take it, or say no, by the link, until the deadline."""
    booking = _booking(
        delivery, Status.WAITLISTED, "She was no longer on the waitlist when this was to be sent."
    )
    offer = booking.offers.filter(state=WaitlistOffer.State.OPEN, answer_by__gt=now()).first()
    if offer is None:
        raise Suppress("The offer was over before this was sent.")
    offer.booking = booking
    hers = zone_of(booking)
    if is_quiet(now(), hers):
        raise Later(quiet_until(now(), hers))
    zone = booking.session.location.timezone
    until = span_text(offer.answer_by, offer.answer_by, zone).partition(" to ")[0]
    return _letter(
        booking,
        subject="A place is free: {service}, {when}",
        mark="Place free",
        tone="good",
        heading="A place is free for you",
        paragraphs=(
            f"Say yes or no by {until}. After that it goes to the next on the list, and you stay on it.",
        ),
        facts=(("Price", _price(booking)),),
        button=("Answer", offer_link(offer)),
        after=("The place is not reserved while you think: somebody quicker may take it.", _rules(booking)),
    )


@template("session_moved")
def session_moved(delivery: Delivery) -> Letter:
    """Something you were told has changed."""
    booking = _booking(delivery, "", "The booking was cancelled before this was sent.")
    before, told = _told_before(delivery), _facts(booking)
    if before == told:
        raise Suppress("Nothing is different from what she was told last.")
    moved = before.get("starts_at") != told["starts_at"]
    waiting = booking.status == Status.WAITLISTED
    stays = (
        "You stay on the waitlist."
        if waiting
        else "Your place is kept, and the new calendar file is attached."
    )
    was = _was(before, booking.session) if moved else ""
    return _letter(
        booking,
        subject="New time: {service}, {when}" if moved else "Changed: {service}, {when}",
        mark="Moved" if moved else "Changed",
        tone="warn",
        heading="Your session has a new time" if moved else "Your session has changed",
        paragraphs=(stays,),
        facts=(("Before", was),) if was else (),
        after=("Does it not suit you? Tell the studio, and they will find another time with you.",),
        links=(("Leave the waitlist" if waiting else "Cancel your booking", cancel_link(booking)),),
        method=None if waiting else "REQUEST",
    )


@template("session_cancelled")
def session_cancelled(delivery: Delivery) -> Letter:
    """The studio cancelled the session."""
    booking = _booking(delivery, Status.CANCELLED, "The session was restored before this was sent.")
    return _letter(
        booking,
        subject="Cancelled: {service}, {when}",
        mark="✕ Cancelled",
        tone="off",
        heading="Your session is cancelled",
        paragraphs=("The studio had to cancel this session. We are sorry.",),
        after=("It costs you nothing. The attached file takes it out of your calendar.",),
        method="CANCEL",
    )


@template("booking_cancelled")
def booking_cancelled(delivery: Delivery) -> Letter:
    """One client's booking was cancelled."""
    booking = _booking(delivery, Status.CANCELLED, "The booking was made again before this was sent.")
    waited = booking.was_waiting
    return _letter(
        booking,
        subject="Off the waitlist: {service}, {when}" if waited else "Booking cancelled: {service}, {when}",
        mark="✕ Off the waitlist" if waited else "✕ Cancelled",
        tone="off",
        heading="You are off the waitlist" if waited else "Your booking is cancelled",
        paragraphs=(_cost(booking),),
        after=() if waited else ("The attached file takes it out of your calendar.",),
        method=None if waited else "CANCEL",
    )


def _cost(booking: Booking) -> str:
    """Return what a cancelled booking costs, as it was settled."""
    if not (booking.late_cancel and booking.price):
        return "It costs you nothing."
    service = booking.session.service
    if booking.fee_percent:
        fee = money_text(to_cents(booking.price * booking.fee_percent / 100))
        return (
            f"It was less than {service.free_until_hours} hours ahead, so {booking.fee_percent} % of the price"
            f" ({fee}, with tax) is due."
        )
    if service.late_fee_percent:
        return (
            f"It was less than {service.free_until_hours} hours ahead. It costs nothing this time; from late"
            f" cancellation or missed session number {service.fee_from_strike} within a year on,"
            f" {service.late_fee_percent} % of the price is due."
        )
    return "It costs you nothing."


def _price(booking: Booking) -> str:
    """Return the price agreed, as it was when she joined."""
    if not booking.price:
        return "Free"
    return f"{money_text(booking.price)}, {'tax included' if booking.price_includes_tax else 'plus tax'}"


def _booking(delivery: Delivery, status: str, otherwise: str) -> Booking:
    """Return the delivery's booking with all that is told of it. Raises Suppress where it is not in that status any more."""
    rows = Booking.objects.select_related(
        "client", "session__service", "session__trainer", "session__location", "session__room"
    )
    booking = rows.filter(pk=delivery.about).first()
    gone = booking is None or (booking.status != status if status else booking.status == Status.CANCELLED)
    if booking is None or gone:
        raise Suppress(otherwise)
    if not booking.client.is_active:
        raise Suppress("The client is not active any more.")
    if booking.session.ends_at < now():
        raise Suppress("The session was over before this was sent.")
    return booking


def _letter(
    booking: Booking,
    *,
    subject: str,
    heading: str,
    mark: str,
    tone: Any,
    paragraphs: tuple[str, ...],
    facts: tuple[tuple[str, str], ...] = (),
    after: tuple[str, ...] = (),
    button: tuple[str, str] | None = None,
    links: tuple[tuple[str, str], ...] = (),
    method: Method | None = None,
) -> Letter:
    studio: Any = current_studio()
    session, client = booking.session, booking.client
    zone = session.location.timezone
    short = span_text(session.starts_at, session.ends_at, zone).partition(" to ")[0]
    told_subject = subject.format(service=session.service.name, when=short)
    return Letter(
        subject=told_subject,
        preview=f"With {session.trainer.name} at {session.location.name}.",
        mark=mark,
        tone=tone,
        heading=heading,
        paragraphs=paragraphs,
        when=when_lines(session.starts_at, session.ends_at, zone),
        facts=(
            *facts,
            ("Session", session.service.name),
            ("With", session.trainer.name),
            ("Where", place_of(session)),
            *_her_clock(booking),
        ),
        button=button or (("See your sessions", page_of("portal_sessions")) if client.user_id else None),
        after=tuple(line for line in after if line),
        links=links,
        why=f"You get this because you are a client of {studio.name}.",
        attachments=(calendar_part(session, client, studio_name=studio.name, method=method),)
        if method
        else (),
        told=_facts(booking),
    )


def _her_clock(booking: Booking) -> tuple[tuple[str, str], ...]:
    """Return the times of the session by the clock the client lives by, where that is another one then."""
    session, place = booking.session, booking.session.location.timezone
    hers = zone_of(booking)
    clocks = [
        [at.astimezone(ZoneInfo(zone)).utcoffset() for at in (session.starts_at, session.ends_at)]
        for zone in (hers, place)
    ]
    if clocks[0] == clocks[1]:
        return ()
    return (("By your clock", ", ".join(when_lines(session.starts_at, session.ends_at, hers))),)


def _facts(booking: Booking) -> dict[str, str]:
    session = booking.session
    return {
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "trainer": str(session.trainer_id),
        "room": str(session.room_id or ""),
    }


def _told_before(delivery: Delivery) -> dict[str, str]:
    """Return what the client was told last about this booking."""
    earlier = Delivery.objects.filter(
        subject_type=SUBJECT, subject_id=delivery.subject_id, status=Delivery.Status.SENT
    )
    told = earlier.exclude(told={}).order_by("-sent_at").values_list("told", flat=True).first()
    return dict(told or {})


def _was(before: dict[str, str], session: Session) -> str:
    if not before:
        return ""
    starts_at, ends_at = (
        datetime.fromisoformat(before["starts_at"]),
        datetime.fromisoformat(before["ends_at"]),
    )
    return span_text(starts_at, ends_at, session.location.timezone)


def _rules(booking: Booking) -> str:
    """Return until when cancelling is free, where it is not always."""
    service, starts_at = booking.session.service, booking.session.starts_at
    if not service.late_fee_percent or not booking.price:
        return ""
    until = starts_at - timedelta(hours=service.free_until_hours)
    zone = booking.session.location.timezone
    first = service.fee_from_strike
    which = "" if first == 1 else f", from the {ordinal(first)} time within a year on"
    if until <= now():
        return f"Cancelling now costs {service.late_fee_percent} % of the price{which}."
    when = span_text(until, until, zone).partition(" to ")[0]
    return f"Cancelling is free until {when}; after that it costs {service.late_fee_percent} % of the price{which}."
