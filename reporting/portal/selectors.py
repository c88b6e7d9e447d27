"""What a client reads in her portal: her own rows, and nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from billing.models import BillingSettings, Invoice
from billing.policies import own_invoices
from billing.selectors import OPEN
from billing.services.documents import printable_invoices
from clients.models import Client
from clients.policies import visible_clients
from fitflow.core.clock import today
from fitflow.core.errors import NotFound
from fitflow.core.money import ZERO
from reporting.portal.bookings import ShownBooking, all_shown, coming, shown, with_session
from studios.shared.models import Studio
from studios.shared.policies import Actor
from trainers import note_policies
from trainers.models import Booking, Note, Session
from trainers.policies import visible_bookings
from trainers.selectors_notes import threads

SHOWN_AT_HOME = 5


@dataclass(frozen=True, slots=True)
class Due:
    """What a client owes: the open invoices, soonest due first, their sum, and how many are late."""

    invoices: Sequence[Invoice]
    amount: Decimal
    late: int

    def __bool__(self) -> bool:
        return bool(self.invoices)

    @property
    def first(self) -> Invoice:
        """The one to pay first."""
        return self.invoices[0]


@dataclass(frozen=True, slots=True)
class Contact:
    """How the studio is reached; empty where it has told neither."""

    email: str
    phone: str

    def __bool__(self) -> bool:
        return bool(self.email or self.phone)


@dataclass(frozen=True, slots=True)
class Home:
    """All that the first page of a client's portal shows."""

    client: Client | None
    next: ShownBooking | None
    coming: list[ShownBooking]
    due: Due
    notes: list[Note]
    contact: Contact


def own_client(actor: Actor) -> Client | None:
    """Return the client this person is, or None while the studio has not made her one."""
    return visible_clients(actor).filter(user_id=actor.user_id).first() if actor.user_id else None


def own_bookings(actor: Actor) -> QuerySet[Booking]:
    """Return the bookings this person has as a client."""
    rows = visible_bookings(actor)
    return rows.filter(client__user_id=actor.user_id) if actor.user_id else rows.none()


def own_place(actor: Actor, session_id: UUID) -> Booking:
    """Return her place in a session that is not cancelled; raise NotFound."""
    rows = with_session(own_bookings(actor)).select_related("client").filter(session_id=session_id)
    places = rows.filter(status=Booking.Status.BOOKED).exclude(session__status=Session.Status.CANCELLED)
    place = places.first()
    if place is None:
        raise NotFound()
    return place


def shared_notes(actor: Actor) -> QuerySet[Note]:
    """Return the notes about her that their authors shared with her, with their addenda; of the latest session first."""
    return latest_first(threads(actor, note_policies.shared_notes(actor)))


def latest_first(notes: QuerySet[Note]) -> QuerySet[Note]:
    """Return notes by when what they are about happened."""
    return notes.order_by(Coalesce("session__starts_at", "created_at").desc(), "-id")


def own_invoice(actor: Actor, invoice_id: UUID) -> Invoice:
    """Return an invoice or credit note of hers with all that it prints; raise NotFound, NotPermitted."""
    invoice = own_invoices(actor).filter(pk=invoice_id).first()
    if invoice is None:
        raise NotFound()
    return printable_invoices().get(pk=invoice.pk)


def state_of(invoice: Invoice, on: date) -> str:
    """Return the state an invoice is shown in on a day of the studio, as `fitflow.core.states` knows it."""
    if invoice.kind == Invoice.Kind.CREDIT_NOTE:
        return str(Invoice.Kind.CREDIT_NOTE)
    return "overdue" if invoice.is_overdue(on) else str(invoice.status)


def due(actor: Actor, on: date) -> Due:
    """Return what she owes on a day of the studio."""
    rows = (
        own_invoices(actor).filter(kind=Invoice.Kind.INVOICE, status__in=OPEN).order_by("due_on", "sequence")
    )
    invoices = list(rows)
    owed = sum((invoice.balance for invoice in invoices), ZERO)
    return Due(invoices, owed, sum(invoice.is_overdue(on) for invoice in invoices))


def studio_contact() -> Contact:
    """Return how the studio wants to be reached, as its invoices say."""
    known = BillingSettings.objects.only("email", "phone").first()
    return Contact(known.email, known.phone) if known else Contact("", "")


def home(actor: Actor, studio: Studio, now: datetime) -> Home:
    """Return what the first page shows at an instant. Seven queries at most."""
    rows = with_session(own_bookings(actor))
    ahead = all_shown(coming(rows, now)[: SHOWN_AT_HOME + 1], now)
    certain = next((one for one in ahead if one.state == "booked"), None)
    others = [one for one in ahead if one is not certain]
    calls_off = rows.filter(session__status=Session.Status.CANCELLED, session__ends_at__gt=now)
    off = [shown(booking, now) for booking in calls_off.order_by("session__starts_at")[:SHOWN_AT_HOME]]
    both = sorted([*others, *off], key=lambda one: one.session.starts_at)
    return Home(
        client=own_client(actor),
        next=certain,
        coming=both[:SHOWN_AT_HOME],
        due=due(actor, today(studio.timezone)),
        notes=list(shared_notes(actor)[:2]),
        contact=studio_contact(),
    )
