"""Turning a draft into a document that never changes again: number, rows and books in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from billing.models import (
    BillingSettings,
    Entry,
    Invoice,
    InvoiceLine,
    InvoiceRun,
    InvoiceTax,
    LineTax,
)
from billing.services.drafts import Draft
from billing.services.ledger import RECEIVABLE, REVENUE, Side, post_entry
from billing.services.settings import this_studio
from billing.tax import TaxAmount
from clients.models import Client
from fitflow.core import outbox
from fitflow.core.money import ZERO
from studios.services import record_event
from studios.shared.policies import Actor

NEXT = """
INSERT INTO billing_numbersequence (kind, last) VALUES (%s, 1)
ON CONFLICT (kind) DO UPDATE SET last = billing_numbersequence.last + 1 RETURNING last
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWithTaxes:
    """A line ready to be written, the taxes on it, and the trainer who earned it."""

    line: InvoiceLine
    taxes: Sequence[LineTax]
    trainer_id: UUID | None


def issue_draft(
    draft: Draft, *, actor: Actor, settings: BillingSettings, on: date, run: InvoiceRun | None = None
) -> Invoice:
    """Issue one invoice as drafted: number it, write it, post it, and put what follows on the outbox.

    Runs in the caller's transaction, which holds the row of the number until it ends: so there is no gap. The database
    refuses a booking that stands on a line already.
    """
    totals = draft.quote.totals
    invoice = _numbered(
        kind=Invoice.Kind.INVOICE,
        prefix=settings.invoice_prefix,
        client=draft.client,
        run=run,
        issued_on=on,
        due_on=on + timedelta(days=settings.terms_days),
        province=draft.province,
        seller=seller_of(settings),
        buyer=buyer_of(draft.client),
        subtotal=totals.net,
        tax_total=totals.total - totals.net,
        total=totals.total,
    )
    rows = [
        LineWithTaxes(
            line=InvoiceLine(
                invoice=invoice,
                position=position,
                booking_id=line.booking_id,
                description=line.description,
                detail=line.detail,
                happened_on=line.happened_on,
                unit_price=line.amount,
                price_includes_tax=line.price_includes_tax,
                tax_category=line.tax_category,
                net=taxed.net,
            ),
            taxes=[LineTax(name=tax.name, percent=tax.percent, amount=tax.amount) for tax in taxed.taxes],
            trainer_id=line.trainer_id,
        )
        for position, (line, taxed) in enumerate(zip(draft.lines, draft.quote.lines, strict=True), start=1)
    ]
    write_document(invoice, rows, draft.quote.taxes, source=Entry.Source.INVOICE, actor=actor)
    return invoice


def number_credit_note(*, prefix: str, **fields: Any) -> Invoice:
    """Insert a credit note under the next number of its kind, in the caller's transaction."""
    return _numbered(kind=Invoice.Kind.CREDIT_NOTE, prefix=f"{prefix}-CN", **fields)


def write_document(
    invoice: Invoice,
    rows: Sequence[LineWithTaxes],
    taxes: Iterable[TaxAmount],
    *,
    source: str,
    actor: Actor,
) -> None:
    """Write a document's lines and taxes, post it, announce it and record it in the audit trail."""
    InvoiceLine.objects.bulk_create(row.line for row in rows)
    for row in rows:
        for tax in row.taxes:
            tax.line = row.line
    LineTax.objects.bulk_create(tax for row in rows for tax in row.taxes)
    InvoiceTax.objects.bulk_create(
        InvoiceTax(
            invoice=invoice,
            name=tax.name,
            percent=tax.percent,
            base=tax.base,
            amount=tax.amount,
            registration_number=registration_number(invoice.seller, tax.name),
        )
        for tax in taxes
    )
    _post(invoice, rows, source)
    outbox.publish("invoice.issued", invoice=invoice.pk)
    action = "invoice.issued" if source == Entry.Source.INVOICE else "invoice.credited"
    record_event(
        actor=actor,
        action=action,
        subject=invoice,
        number=invoice.number,
        total=invoice.total,
        run=invoice.run_id,
    )


def registration_number(seller: dict[str, Any], tax: str) -> str:
    """Return the number under which a seller charges a tax."""
    key = {"GST": "gst_number", "HST": "gst_number", "QST": "qst_number"}.get(tax, "pst_number")
    return str(seller.get(key, ""))


def seller_of(settings: BillingSettings) -> dict[str, Any]:
    """Return the seller as this document prints it, whatever the settings say later."""
    studio = this_studio()
    names = (
        "legal_name street city province postal_code email phone gst_number qst_number pst_number terms_days "
        "e_transfer_email payment_instructions paper"
    )
    return {"name": studio.name, "hue": studio.hue} | {
        name: getattr(settings, name) for name in names.split()
    }


def buyer_of(client: Client) -> dict[str, Any]:
    """Return the client as this document prints her."""
    return {
        name: getattr(client, name) for name in ("name", "street", "city", "province", "postal_code", "email")
    }


def _numbered(*, kind: str, prefix: str, **fields: Any) -> Invoice:
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [kind])
        (sequence,) = cursor.fetchone()
    return Invoice.objects.create(
        kind=kind,
        sequence=sequence,
        number=f"{prefix}-{sequence:04d}",
        currency=this_studio().currency,
        **fields,
    )


def _post(invoice: Invoice, rows: Sequence[LineWithTaxes], source: str) -> None:
    earned: dict[UUID | None, Decimal] = {}
    owed: dict[str, Decimal] = {}
    for row in rows:
        earned[row.trainer_id] = earned.get(row.trainer_id, ZERO) + row.line.net
        for tax in row.taxes:
            owed[tax.name] = owed.get(tax.name, ZERO) + tax.amount
    post_entry(
        on=invoice.issued_on,
        source=source,
        source_id=invoice.pk,
        memo=f"{invoice.get_kind_display()} {invoice.number}",
        sides=[
            Side(account=RECEIVABLE, amount=invoice.total, client_id=invoice.client_id),
            *(Side(account=REVENUE, amount=-net, trainer_id=trainer) for trainer, net in earned.items()),
            *(Side(account=name.lower(), amount=-amount) for name, amount in owed.items()),
        ],
    )
