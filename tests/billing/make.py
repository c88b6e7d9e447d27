"""Sessions that were held, and what hangs on them, for the tests of billing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from billing import services
from billing.models import Entry, Invoice, InvoiceRun, Posting
from billing.selectors import ledger_balances
from clients.models import Client
from fitflow.core.money import ZERO
from studios.models import Location
from studios.services import add_location
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from trainers.models import Booking, Service, Session

OCTOBER: dict[str, Any] = {"period_from": date(2026, 10, 1), "period_to": date(2026, 10, 31)}


def new_client(name: str, **fields: Any) -> Client:
    """Insert a client; her address follows from her name."""
    return Client.objects.create(
        name=name, email=fields.pop("email", f"{name.lower()}@example.com"), **fields
    )


def new_location(name: str, province: str, zone: str) -> Location:
    return add_location(actor=SYSTEM, name=name, province=province, timezone=zone)


def held(
    cast: Cast,
    *,
    on: date = date(2026, 10, 15),
    at: time = time(10),
    client: Client | None = None,
    service: str = "Private",
    trainer: str = "lead",
    location: Location | None = None,
    attendance: str = Booking.Attendance.PRESENT,
    status: str = Session.Status.COMPLETED,
    **booking: Any,
) -> Booking:
    """Insert a session that was held on a local day of its location, and one booking in it."""
    place = location or cast.location()
    what: Service = cast.service(service)
    starts_at = datetime.combine(on, at, ZoneInfo(place.timezone))
    session = Session.objects.create(
        service=what,
        trainer=cast.trainer(trainer),
        location=place,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=what.duration_minutes),
        capacity=what.capacity,
        status=Session.Status.SCHEDULED,
    )
    row = Booking.objects.create(
        session=session,
        client=client or cast.client(),
        attendance=attendance if booking.get("status", "booked") == "booked" else "",
        price=booking.pop("price", what.price),
        tax_category=booking.pop("tax_category", what.tax_category),
        price_includes_tax=booking.pop("price_includes_tax", what.price_includes_tax),
        **booking,
    )
    Session.objects.filter(pk=session.pk).update(status=status)
    return row


def run(cast: Cast, **period: Any) -> InvoiceRun:
    """Ask for a run (October unless told otherwise) and carry it out."""
    asked = services.request_invoice_run(actor=cast.actor("owner"), **(OCTOBER | period))
    return services.advance_invoice_run(run_id=asked.pk)


def invoiced(cast: Cast, **how: Any) -> Invoice:
    """Return the one invoice of one session that was held."""
    booking = held(cast, **how)
    run(cast)
    return Invoice.objects.get(lines__booking=booking, kind="invoice")


def pay(cast: Cast, invoice: Invoice, amount: str | Decimal, **how: Any) -> Any:
    """Record a payment of today as the owner."""
    fields: dict[str, Any] = {"method": "e_transfer", "received_on": services.studio_today()} | how
    return services.record_payment(
        actor=cast.actor("owner"), invoice_id=invoice.pk, amount=Decimal(amount), **fields
    )


def assert_books_agree() -> None:
    """The books are in balance, and receivable is to the cent what the invoices say is owed."""
    balances = ledger_balances()
    assert sum(balances.values(), ZERO) == 0
    invoices = Invoice.objects.filter(kind="invoice")
    owed = sum((invoice.balance for invoice in invoices), ZERO)
    assert balances.get("receivable", ZERO) == owed
    notes = Invoice.objects.all()
    assert -balances.get("revenue", ZERO) == sum((invoice.subtotal for invoice in notes), ZERO)
    taxes = sum((balances.get(code, ZERO) for code in ("gst", "hst", "pst", "qst", "rst")), ZERO)
    assert -taxes == sum((invoice.tax_total for invoice in notes), ZERO)
    money = balances.get("bank", ZERO) + balances.get("cash", ZERO)
    assert money == sum((invoice.amount_paid for invoice in invoices), ZERO)
    documents = Invoice.objects.count()
    assert Entry.objects.filter(source__in=["invoice", "credit_note"]).count() == documents
    assert not Posting.objects.filter(amount=0).exists()
