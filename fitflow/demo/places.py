"""A full class with a waitlist: its next place is offered to the first who waits."""

from __future__ import annotations

from datetime import timedelta

from clients.models import Client
from fitflow.core.clock import now
from studios.shared.policies import SYSTEM
from trainers.models import Session
from trainers.services import book_client, change_places, offer_places

WAITING = 3


def fill_a_class() -> None:
    """Fill the studio's next class from the day after tomorrow on, let three wait, and add a place: the first gets an offer.

    At night the offer is made at nine, because nobody is written to before.
    """
    coming = Session.objects.filter(status=Session.Status.SCHEDULED, capacity__gt=1, waitlisted=0)
    session = coming.filter(starts_at__gt=now() + timedelta(hours=26)).order_by("starts_at").first()
    if session is None:
        return
    others = Client.objects.filter(user=None).exclude(bookings__session=session).order_by("name")
    for client in others[: session.capacity - session.booked + WAITING]:
        book_client(actor=SYSTEM, session_id=session.pk, client_id=client.pk)
    change_places(actor=SYSTEM, session_id=session.pk, places=session.capacity + 1)
    offer_places(session_id=session.pk)
