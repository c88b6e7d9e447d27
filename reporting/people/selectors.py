"""Clients as the people who work with them see them: who comes when, what is owed, what was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, QuerySet, Sum

from billing.models import Invoice
from billing.policies import visible_invoices
from billing.selectors import BALANCE, OPEN, invoice_totals
from clients.models import Client
from clients.policies import editable_client, fetch_client
from clients.selectors import search_clients, waiting_invitation
from fitflow.core.clock import today, week_bounds
from fitflow.core.errors import NotPermitted
from fitflow.core.folding import Folded
from reporting.portal import bookings
from reporting.portal.bookings import ShownBooking
from studios.shared.models import Invitation, Studio
from studios.shared.policies import Actor, Capability, Scope, scope_of
from trainers.models import Booking, Session
from trainers.note_policies import may_write_about
from trainers.policies import visible_bookings
from trainers.selectors_notes import Answer, client_notes

OPEN_INVOICES_SHOWN = 5
COMING_SHOWN = 3
NOTES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Visit:
    """When a client was or will be here, with the zone of that place."""

    starts_at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One line of the list. `owed` is None where the person may not see amounts."""

    client: Client
    this_week: bool
    last: Visit | None
    next: Visit | None
    owed: Decimal | None


@dataclass(frozen=True, slots=True)
class Money:
    """What a client owes: sum, number of open invoices, of these late, and the ones to show."""

    owed: Decimal
    open: int
    overdue: int
    invoices: Sequence[tuple[Invoice, bool]]


@dataclass(frozen=True, slots=True)
class ClientPage:
    """All that is shown of one client to one person. `money` and `notes` are None where she may not see any."""

    client: Client
    may_edit: bool
    coming: list[ShownBooking]
    last: ShownBooking | None
    money: Money | None
    notes: Answer | None
    may_write: bool
    invitation: Invitation | None


def sees_amounts(actor: Actor) -> bool:
    """Whether she sees what clients owe (all of them, or those her team trains)."""
    return scope_of(actor, Capability.INVOICES_SEE) in {Scope.ALL, Scope.TEAM}


def sees_all(actor: Actor) -> bool:
    """Whether every client of the studio is hers to see, not only those somebody trains."""
    return scope_of(actor, Capability.CLIENTS_CONTACT) is Scope.ALL


def _taking_place(actor: Actor) -> QuerySet[Booking]:
    rows = visible_bookings(actor).filter(status=Booking.Status.BOOKED)
    return rows.exclude(session__status=Session.Status.CANCELLED)


def clients_of(actor: Actor, studio: Studio, *, text: str = "", archived: bool = False) -> QuerySet[Client]:
    """Return the clients she may see, each with `this_week`: whether she is here between this Monday and the next.

    Text is looked for among all, archived or not. By name; who trains clients herself has those of this week first.
    """
    starts, ends = week_bounds(today(studio.timezone), studio.timezone)
    week = _taking_place(actor).filter(session__starts_at__gte=starts, session__starts_at__lt=ends)
    here = Exists(week.filter(client=OuterRef("pk")))
    rows = search_clients(actor=actor, text=text, active=None if text else not archived)
    rows = rows.annotate(this_week=ExpressionWrapper(here, output_field=BooleanField()))
    return rows if sees_all(actor) else rows.order_by("-this_week", Folded("name"), "id")


def client_rows(actor: Actor, clients: Sequence[Any], now: datetime) -> list[ClientRow]:
    """Return the lines of one page of the list. Three queries, however many clients."""
    ids = [client.pk for client in clients]
    mine = _taking_place(actor).filter(client__in=ids)
    last = _visits(mine.filter(session__starts_at__lt=now), "-session__starts_at")
    coming = _visits(mine.filter(session__starts_at__gte=now), "session__starts_at")
    owed = _owed(actor, ids)
    return [
        ClientRow(
            client=client,
            this_week=client.this_week,
            last=last.get(client.pk),
            next=coming.get(client.pk),
            owed=None if owed is None else owed.get(client.pk, Decimal(0)),
        )
        for client in clients
    ]


def _visits(rows: QuerySet[Booking], order: str) -> dict[UUID, Visit]:
    first = rows.order_by("client_id", order).distinct("client_id")
    found = first.values_list("client_id", "session__starts_at", "session__location__timezone")
    return {client: Visit(starts, zone) for client, starts, zone in found}


def _owed(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, Decimal] | None:
    if not sees_amounts(actor):
        return None
    rows = visible_invoices(actor).filter(client__in=ids, kind=Invoice.Kind.INVOICE, status__in=OPEN)
    return dict(rows.order_by().values_list("client_id").annotate(owed=Sum(BALANCE)))


def client_page(actor: Actor, studio: Studio, client_id: UUID, now: datetime) -> ClientPage:
    """Return one client as the person may see her. Raises NotFound."""
    client = fetch_client(actor, client_id)
    hers = bookings.with_session(visible_bookings(actor).filter(client=client))
    last = bookings.past(hers, now).first()
    return ClientPage(
        client=client,
        may_edit=_may_edit(actor, client),
        coming=bookings.all_shown(bookings.coming(hers, now)[:COMING_SHOWN], now),
        last=bookings.shown(last, now) if last else None,
        money=_money(actor, studio, client),
        notes=_notes(actor, client),
        may_write=may_write_about(actor, client.pk),
        invitation=waiting_invitation(studio, client) if client.email and client.user_id is None else None,
    )


def history_of(actor: Actor, client: Client, show: str, now: datetime) -> QuerySet[Booking]:
    """Return the bookings of a client that the person may see: those `past`, those `coming` or those `cancelled`."""
    hers = bookings.with_session(visible_bookings(actor).filter(client=client))
    if show == "cancelled":
        return bookings.cancelled(hers)
    return bookings.coming(hers, now) if show == "coming" else bookings.past(hers, now)


def _may_edit(actor: Actor, client: Client) -> bool:
    try:
        editable_client(actor, client.pk)
    except NotPermitted:
        return False
    return True


def _money(actor: Actor, studio: Studio, client: Client) -> Money | None:
    if not sees_amounts(actor):
        return None
    on = today(studio.timezone)
    rows = visible_invoices(actor).filter(client=client)
    totals = invoice_totals(rows, today=on)
    waiting = rows.filter(kind=Invoice.Kind.INVOICE, status__in=OPEN).order_by("due_on", "sequence")
    invoices = [(invoice, invoice.is_overdue(on)) for invoice in waiting[:OPEN_INVOICES_SHOWN]]
    return Money(totals["owed"], totals["open"], totals["overdue"], invoices)


def _notes(actor: Actor, client: Client) -> Answer | None:
    if scope_of(actor, Capability.RECORDS_READ) is Scope.NONE:
        return None
    return client_notes(actor=actor, client_id=client.pk, limit=NOTES_SHOWN)
