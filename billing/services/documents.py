"""The printed side of an invoice: what stands on it, its stored PDF, and sending it."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any, Literal, cast
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import dateformat

from billing.models import Invoice, InvoiceDocumentFile, InvoiceLine, Payment
from billing.pdf.document import (
    InvoiceDocument,
    LineRow,
    PartyBlock,
    PaymentInstructions,
    PaymentRow,
    Status,
    SupplierBlock,
    TaxRow,
)
from billing.pdf.pool import shared_pool
from billing.pdf.render import render
from billing.policies import fetch_invoice, require_billing
from billing.services.settings import studio_today
from fitflow.core import outbox
from fitflow.core.db import lock_in_transaction
from fitflow.core.errors import Conflict
from fitflow.core.ids import uuid7
from fitflow.core.money import ZERO
from studios.services import record_event
from studios.shared.policies import Actor

Kind = Literal["invoice", "credit_note"]


def printable_invoices(invoices: QuerySet[Invoice] | None = None) -> QuerySet[Invoice]:
    """Return invoices (all unless given) with everything a document prints, in a handful of queries."""
    lines = InvoiceLine.objects.order_by("position").prefetch_related("taxes")
    payments = Payment.objects.order_by("received_on", "id").prefetch_related("refunds")
    rows = Invoice.objects.all() if invoices is None else invoices
    return rows.select_related("corrects", "client").prefetch_related(
        Prefetch("lines", lines), "taxes", Prefetch("payments", payments), "credit_notes"
    )


def document_of(invoice: Invoice, *, as_issued: bool = False) -> InvoiceDocument:
    """Return what is printed: with what was settled since and the state of today, or as it left on the day of issue."""
    settled = [] if as_issued else _settled(invoice)
    paid = sum((row.amount for row in settled), ZERO)
    seller = invoice.seller
    return InvoiceDocument(
        kind=cast(Kind, str(invoice.kind)),
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on if invoice.kind == Invoice.Kind.INVOICE else None,
        status="issued" if as_issued else _status(invoice),
        currency=invoice.currency,
        supplier=_supplier(seller),
        client=_client(invoice.buyer),
        lines=tuple(_line(line) for line in invoice.lines.all()),
        taxes=tuple(
            TaxRow(
                name=tax.name,
                percent=tax.percent,
                base=tax.base,
                amount=tax.amount,
                registration_number=tax.registration_number,
            )
            for tax in invoice.taxes.all()
        ),
        subtotal=invoice.subtotal,
        total=invoice.total,
        paid=paid,
        balance=invoice.total - paid,
        payments=tuple(settled),
        instructions=_instructions(invoice),
        terms=_terms(invoice),
        notes=invoice.reason,
        corrects=invoice.corrects.number if invoice.corrects else None,
        paper="a4" if seller.get("paper") == "a4" else "letter",
    )


def store_pdf(*, invoice_id: UUID | str) -> InvoiceDocumentFile:
    """Render an invoice as issued and keep it in the document store; then announce that it can be sent.

    Done once: calling it again, or twice at a time, gives the stored file.
    """
    if stored := InvoiceDocumentFile.objects.filter(invoice_id=invoice_id).first():
        return stored
    invoice = printable_invoices().get(pk=invoice_id)
    pdf = render(document_of(invoice, as_issued=True))
    with transaction.atomic():
        lock_in_transaction(f"invoice pdf {invoice_id}")
        if stored := InvoiceDocumentFile.objects.filter(invoice_id=invoice_id).first():
            return stored
        name = f"invoices/{invoice.issued_on.year}/{invoice.number}-{invoice.pk.hex[-12:]}.pdf"
        # What a killed attempt left behind was never announced.
        default_storage.delete(name)
        document = InvoiceDocumentFile(invoice=invoice, sha256=hashlib.sha256(pdf).hexdigest(), size=len(pdf))
        document.file.name = default_storage.save(name, ContentFile(pdf))
        document.save()
        outbox.publish("invoice.ready", invoice=invoice.pk)
    return document


def pdf_of(invoice: Invoice) -> bytes:
    """Return the invoice's PDF as it stands now: the stored one while nothing was settled, else freshly printed.

    For web requests: printing happens in the pool's processes. Raises Unavailable when those do not answer.
    """
    untouched = not invoice.amount_paid and not invoice.amount_credited
    stored = InvoiceDocumentFile.objects.filter(invoice=invoice).first() if untouched else None
    if stored is not None:
        try:
            with default_storage.open(str(stored.file.name)) as file:
                return bytes(file.read())
        except FileNotFoundError:
            pass
    fresh = printable_invoices().get(pk=invoice.pk)
    return shared_pool().render(document_of(fresh))


def send_invoice_again(*, actor: Actor, invoice_id: UUID | str) -> Invoice:
    """Mail the client the invoice once more. Raises NotPermitted, NotFound, Conflict where she has no address."""
    require_billing(actor)
    invoice = fetch_invoice(actor, invoice_id)
    if not invoice.client.email:
        raise Conflict(f"{invoice.client.name} has no e-mail address. Add one first.", conflict="email")
    with transaction.atomic():
        # `again` makes it a message of its own: the first one is never repeated.
        outbox.publish("invoice.ready", invoice=invoice.pk, again=uuid7())
        record_event(actor=actor, action="invoice.mailed_again", subject=invoice, number=invoice.number)
    return invoice


def _status(invoice: Invoice) -> Status:
    return "overdue" if invoice.is_overdue(studio_today()) else cast(Status, str(invoice.status))


def _settled(invoice: Invoice) -> list[PaymentRow]:
    """Return what was paid, given back and credited, oldest first. Slips that were undone are not printed."""
    rows: list[PaymentRow] = []
    for payment in invoice.payments.all():
        refunds = list(payment.refunds.all())
        kept = payment.amount - sum((refund.amount for refund in refunds if refund.is_correction), ZERO)
        if kept:
            rows.append(PaymentRow(on=payment.received_on, amount=kept))
        rows += [
            PaymentRow(on=refund.refunded_on, amount=-refund.amount, label="Refunded")
            for refund in refunds
            if not refund.is_correction
        ]
    rows += [
        PaymentRow(on=note.issued_on, amount=-note.total, label=f"Credit {note.number},")
        for note in invoice.credit_notes.all()
    ]
    return sorted(rows, key=lambda row: row.on)


def _supplier(seller: dict[str, Any]) -> SupplierBlock:
    legal = str(seller.get("legal_name", ""))
    name = str(seller.get("name", legal))
    return SupplierBlock(
        name=name,
        organization=legal if legal != name else "",
        address=address_lines(seller),
        province=str(seller.get("province", "")),
        email=str(seller.get("email", "")),
        phone=str(seller.get("phone", "")),
        gst_number=str(seller.get("gst_number", "")),
        qst_number=str(seller.get("qst_number", "")),
        pst_number=str(seller.get("pst_number", "")),
        hue=int(seller.get("hue", 1)),
    )


def _client(buyer: dict[str, Any]) -> PartyBlock:
    return PartyBlock(
        name=str(buyer.get("name", "")), address=address_lines(buyer), email=str(buyer.get("email", ""))
    )


def address_lines(party: dict[str, Any]) -> tuple[str, ...]:
    """Return the lines of a seller's or buyer's address that are known."""
    street, city, postal_code = (str(party.get(key, "")) for key in ("street", "city", "postal_code"))
    # A province alone is no address.
    town = [city, str(party.get("province", "")), postal_code] if city or postal_code else []
    return tuple(line for line in (street, " ".join(part for part in town if part)) if line)


def _line(line: InvoiceLine) -> LineRow:
    return LineRow(
        description=line.description,
        detail=line.detail,
        when=line.happened_on,
        quantity=abs(line.quantity),
        unit_price=abs(line.unit_price),
        net=line.net,
        tax_codes=tuple(tax.name for tax in line.taxes.all()),
    )


def _instructions(invoice: Invoice) -> PaymentInstructions:
    return PaymentInstructions(
        e_transfer=str(invoice.seller.get("e_transfer_email", "")),
        message=invoice.number,
        text=str(invoice.seller.get("payment_instructions", "")),
    )


def _terms(invoice: Invoice) -> str:
    if invoice.kind == Invoice.Kind.CREDIT_NOTE:
        return ""
    return f"Payable by {_long_day(invoice.due_on)}."


def _long_day(day: date) -> str:
    return dateformat.format(day, "j F Y")
