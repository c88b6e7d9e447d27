"""Who came: counted over completed sessions, by the days of the place where they were held."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import ExtractIsoWeekDay

from billing.services.drafts import LocalDate
from reporting.periods import Period
from reporting.policies import sessions_counted
from reporting.tables import percent
from studios.shared.policies import Actor
from trainers.models import Booking, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnout:
    """Completed sessions with their places, and what became of those who had one."""

    sessions: int = 0
    places: int = 0
    came: int = 0
    missed: int = 0

    @property
    def booked(self) -> int:
        """How many places were taken."""
        return self.came + self.missed

    @property
    def rate(self) -> int | None:
        """How many of those who had a place came, in whole percent; None where nobody had one."""
        return percent(self.came, self.booked)

    @property
    def fill(self) -> int | None:
        """How many of the places were taken, in whole percent."""
        return percent(self.booked, self.places)

    def __add__(self, other: Turnout) -> Turnout:
        return Turnout(
            sessions=self.sessions + other.sessions,
            places=self.places + other.places,
            came=self.came + other.came,
            missed=self.missed + other.missed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnoutCell:
    """The turnout of one service on one weekday (1 is Monday)."""

    service: str
    weekday: int
    turnout: Turnout


def instants_around(first: date, last: date) -> tuple[datetime, datetime]:
    """Return instants that enclose both days in every zone, so that the index on the start finds them."""
    return (
        datetime.combine(first - timedelta(days=1), time(), UTC),
        datetime.combine(last + timedelta(days=2), time(), UTC),
    )


def sessions_on(actor: Actor, first: date, last: date) -> QuerySet[Session]:
    """Return the sessions of her figures between two days of their places; `held_on` is that day. A slot held for a checkout
    is none.
    """
    rows = Session.objects.filter(sessions_counted(actor), starts_at__range=instants_around(first, last))
    rows = rows.exclude(status=Session.Status.HELD)
    return rows.annotate(held_on=LocalDate("location__timezone", "starts_at")).filter(
        held_on__gte=first, held_on__lte=last
    )


def bookings_on(actor: Actor, first: date, last: date) -> QuerySet[Booking]:
    """Return the bookings in completed sessions of her figures between two days of their places, waitlists left out."""
    rows = Booking.objects.filter(
        sessions_counted(actor, "session__"),
        status=Booking.Status.BOOKED,
        session__status=Session.Status.COMPLETED,
        session__starts_at__range=instants_around(first, last),
    )
    rows = rows.annotate(held_on=LocalDate("session__location__timezone", "session__starts_at"))
    return rows.filter(held_on__gte=first, held_on__lte=last).order_by()


CAME = Count("pk", filter=~Q(attendance=Booking.Attendance.NO_SHOW))
MISSED = Count("pk", filter=Q(attendance=Booking.Attendance.NO_SHOW))


def turnout_cells(actor: Actor, period: Period) -> list[TurnoutCell]:
    """Return the turnout of each service on each weekday. Two queries. Who was not marked in a completed session came."""
    sessions = sessions_on(actor, period.first, period.last).filter(status=Session.Status.COMPLETED)
    held: dict[tuple[Any, str, int], Turnout] = {
        (service, name, weekday): Turnout(sessions=count, places=places)
        for service, name, weekday, count, places in sessions.order_by()
        .values_list("service_id", "service__name", ExtractIsoWeekDay("held_on"))
        .annotate(count=Count("pk"), places=Sum("capacity"))
    }
    booked = bookings_on(actor, period.first, period.last)
    rows = booked.values_list(
        "session__service_id", "session__service__name", ExtractIsoWeekDay("held_on")
    ).annotate(came=CAME, missed=MISSED)
    for service, name, weekday, came, missed in rows:
        key = service, name, weekday
        held[key] = held.get(key, Turnout()) + Turnout(came=came, missed=missed)
    return [
        TurnoutCell(service=name, weekday=weekday, turnout=turnout)
        for (_, name, weekday), turnout in held.items()
    ]


def fold[Key: Hashable](cells: list[TurnoutCell], key: Callable[[TurnoutCell], Key]) -> dict[Key, Turnout]:
    """Return the cells added up by a key of theirs."""
    found: dict[Key, Turnout] = {}
    for cell in cells:
        found[key(cell)] = found.get(key(cell), Turnout()) + cell.turnout
    return found
