"""A full class with a waitlist, on a Tuesday morning."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from clients.models import Client
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.plan import scheduled
from trainers.models import Booking, Service, Session, WaitlistOffer
from trainers.services import book_client, cancel_booking

TORONTO = ZoneInfo("America/Toronto")
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=TORONTO)  # when the tests begin
CLASS = datetime(2026, 11, 26, 18, tzinfo=TORONTO)  # 56 hours later


def full_class(cast: Cast, *waiting: str, starts_at: datetime = CLASS) -> Session:
    """Schedule a class of two places, both taken, with these people waiting (made where there is none of that name)."""
    Service.objects.filter(name="Class").update(capacity=2)
    for name in waiting:
        if not Client.objects.filter(name=name).exists():
            Client.objects.create(name=name, email=f"{name.lower()}@example.com")
    session = scheduled(cast, starts_at, service="Class", clients=("Client", "Étienne Caron"))
    for number, name in enumerate(waiting):
        row = book_client(actor=SYSTEM, session_id=session.pk, client_id=cast.client(name).pk)
        # The tests' clock stands still: who joined first is written down.
        Booking.objects.filter(pk=row.pk).update(created_at=row.created_at + timedelta(seconds=number))
    return session


def booking_of(session: Session, name: str) -> Booking:
    return session.bookings.get(client__name=name, cancelled_at=None)


def leave(session: Session, name: str = "Client") -> None:
    """Take somebody off, so that her place comes free."""
    cancel_booking(actor=SYSTEM, booking_id=booking_of(session, name).pk)


def offers(session: Session) -> list[tuple[str, str]]:
    """Return to whom offers were made and how they stand, in their order."""
    rows = WaitlistOffer.objects.filter(booking__session=session).order_by(
        "offered_at", "booking__created_at"
    )
    return list(rows.values_list("booking__client__name", "state"))


SOON = timedelta(minutes=3)  # after that a place that came free is offered
