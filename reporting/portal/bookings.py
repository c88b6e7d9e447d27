"""A booking as it is shown to people: its session's facts, and one state out of the session's and the booking's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import ordinal
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils import dateformat

from trainers.models import Booking, Session
from trainers.selectors_log import LoggedExercise

GONE = Q(status=Booking.Status.CANCELLED) | Q(session__status=Session.Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class ShownBooking:
    """One booking with what a page says of it. `state` is a word of `fitflow.core.states`, `words` replace its own."""

    booking: Booking
    state: str
    words: str = ""
    trained: Sequence[LoggedExercise] = ()  # what her trainer logged and shared

    @property
    def session(self) -> Session:
        return self.booking.session

    @property
    def zone(self) -> str:
        """The zone whose clocks hang where the session is."""
        return self.session.location.timezone

    @property
    def has_place(self) -> bool:
        """Whether she has a place, and not only one on the waitlist."""
        return self.booking.status == Booking.Status.BOOKED

    @property
    def minutes(self) -> int:
        """How long the session takes."""
        return int((self.session.ends_at - self.session.starts_at).total_seconds()) // 60

    @property
    def place(self) -> str:
        """Where it is, for who knows the studio: `Studio A, Queen West`."""
        room = self.session.room.name if self.session.room else ""
        return ", ".join(part for part in (room, self.session.location.name) if part)

    @property
    def address(self) -> str:
        """Where it is, for who has to get there: `Studio A, 1 King St, Toronto`, as far as it is known."""
        location = self.session.location
        room = self.session.room.name if self.session.room else ""
        return ", ".join(part for part in (room, location.street or location.name, location.city) if part)

    @property
    def month(self) -> str:
        """The month it is in, by the clocks there: `November 2026`."""
        return dateformat.format(self.session.starts_at.astimezone(ZoneInfo(self.zone)), "F Y")


def with_session(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Return the bookings with all that is shown of their sessions, and their place on the waitlist, in one query."""
    ahead = (
        Booking.objects.filter(session=OuterRef("session"), status=Booking.Status.WAITLISTED)
        .filter(
            Q(created_at__lt=OuterRef("created_at"))
            | Q(created_at=OuterRef("created_at"), id__lte=OuterRef("id"))
        )
        .order_by()
        .values("session")
        .annotate(count=Count("pk"))
        .values("count")
    )
    wanted = bookings.select_related(
        "session__service", "session__trainer", "session__location", "session__room"
    )
    return wanted.annotate(waiting_place=Subquery(ahead, output_field=IntegerField()))


def coming(bookings: QuerySet[Booking], now: datetime) -> QuerySet[Booking]:
    """Return those whose session is not over and takes place, the next one first."""
    rows = bookings.exclude(GONE).filter(session__ends_at__gt=now)
    return rows.order_by("session__starts_at", "session_id")


def past(bookings: QuerySet[Booking], now: datetime) -> QuerySet[Booking]:
    """Return those whose session is over and took place, the latest first; who never got off a waitlist was not there."""
    rows = bookings.exclude(GONE).filter(session__ends_at__lte=now)
    rows = rows.exclude(status=Booking.Status.WAITLISTED)
    return rows.order_by("-session__starts_at", "-session_id")


def cancelled(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Return those that were cancelled and not booked anew, the latest session first."""
    again = Booking.objects.filter(session=OuterRef("session"), client=OuterRef("client"))
    anew = Exists(again.exclude(GONE))
    return bookings.filter(GONE & ~Q(anew)).order_by("-session__starts_at", "-session_id", "-id")


def shown(booking: Booking, now: datetime) -> ShownBooking:
    """Return a booking of `with_session` with its state at an instant."""
    state, words = _state(booking, now)
    return ShownBooking(booking, state, words)


def all_shown(bookings: Iterable[Booking], now: datetime) -> list[ShownBooking]:
    """Return each of the bookings as it is shown."""
    return [shown(booking, now) for booking in bookings]


def with_logs(
    rows: Iterable[ShownBooking], logs: Mapping[UUID, Sequence[LoggedExercise]]
) -> list[ShownBooking]:
    """Return the rows with what was trained, where that is shared with her."""
    return [replace(row, trained=logs.get(row.session.pk, ())) for row in rows]


def _state(booking: Booking, now: datetime) -> tuple[str, str]:
    session = booking.session
    if session.status == Session.Status.CANCELLED or booking.status == Booking.Status.CANCELLED:
        return ("late_cancel" if booking.late_cancel else "cancelled"), ""
    if booking.status == Booking.Status.WAITLISTED:
        place = getattr(booking, "waiting_place", None)
        return "waitlisted", f"Waitlist, {ordinal(place)}" if place and session.ends_at > now else ""
    if booking.attendance == Booking.Attendance.NO_SHOW:
        return "no_show", ""
    if booking.attendance == Booking.Attendance.PRESENT or session.status == Session.Status.COMPLETED:
        return "attended", ""
    return "booked", "Now" if session.starts_at <= now < session.ends_at else ""
