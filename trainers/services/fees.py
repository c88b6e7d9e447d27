"""What a late cancel or a no-show costs, settled the moment it happens: data that billing reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from fitflow.core.clock import now
from fitflow.core.db import lock_in_transaction
from trainers.models import Booking, Service, Session

STRIKE_WINDOW = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Cost:
    """What cancelling a booking now would mean: late or not, which strike it is, and percent of the price."""

    late: bool
    strike: int | None = None
    percent: int | None = None

    @property
    def forgiven(self) -> bool:
        """Whether it is late and costs nothing, because it is not the strike yet from which the fee falls due."""
        return self.late and not self.percent


def is_late(booking: Booking, session: Session) -> bool:
    """Whether cancelling now is later than the service's free time. Leaving the waitlist never is."""
    free_until = session.starts_at - timedelta(hours=session.service.free_until_hours)
    return booking.status == Booking.Status.BOOKED and now() > free_until


def cost_of_cancelling(booking: Booking, session: Session) -> Cost:
    """Return what cancelling now would cost. One query where it is late, else none."""
    if not is_late(booking, session):
        return Cost(late=False)
    strike = _strikes([booking.client_id], session, but=booking)[booking.client_id] + 1
    return Cost(True, strike, _percent(session.service, session.service.late_fee_percent, strike))


def settle_late_cancel(booking: Booking, session: Session) -> None:
    """Write onto an (unsaved) booking whether its cancelling is late, its strike and its fee. Inside a transaction."""
    if is_late(booking, session):
        _lock([booking.client_id])
    cost = cost_of_cancelling(booking, session)
    booking.late_cancel, booking.strike, booking.fee_percent = cost.late, cost.strike, cost.percent


def settle_no_shows(bookings: Collection[Booking], session: Session) -> None:
    """Write strike and fee onto (unsaved) bookings by their attendance: settled once for a no-show, taken back for the others.

    One query and one lock for each client, however many bookings; inside a transaction.
    """
    missed = [row for row in bookings if row.attendance == Booking.Attendance.NO_SHOW]
    for row in bookings:
        if row.attendance != Booking.Attendance.NO_SHOW:
            row.strike = row.fee_percent = None
    fresh = [row for row in missed if row.strike is None]
    if not fresh:
        return
    _lock(row.client_id for row in fresh)
    before = _strikes([row.client_id for row in fresh], session)
    for row in fresh:
        row.strike = before[row.client_id] + 1
        row.fee_percent = _percent(session.service, session.service.no_show_fee_percent, row.strike)


def _percent(service: Service, percent: int, strike: int) -> int:
    return percent if strike >= service.fee_from_strike else 0


def _lock(client_ids: Iterable[UUID]) -> None:
    """Let two strikes of one client, in two sessions at once, count one after the other. After the sessions' own locks."""
    lock_in_transaction(*(f"strikes:{client_id}" for client_id in client_ids))


def standing_strikes() -> QuerySet[Booking]:
    """Return the bookings that count as strikes: who cancelled late and then booked the same session again has none."""
    again = Booking.objects.filter(session=OuterRef("session"), client=OuterRef("client"))
    again = again.exclude(status=Booking.Status.CANCELLED)
    late = Q(status=Booking.Status.CANCELLED) & ~Q(Exists(again))
    return Booking.objects.filter(late | Q(status=Booking.Status.BOOKED), strike__isnull=False)


def _strikes(
    client_ids: Collection[UUID], session: Session, *, but: Booking | None = None
) -> dict[UUID, int]:
    """Return how many strikes each client has of sessions from twelve months before this one on."""
    since = session.starts_at - STRIKE_WINDOW
    rows = standing_strikes().filter(client_id__in=client_ids, session__starts_at__gte=since)
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    counted = dict(rows.order_by().values_list("client_id").annotate(count=Count("pk")))
    return {client_id: counted.get(client_id, 0) for client_id in client_ids}
