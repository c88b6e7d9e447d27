from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.models import Entry, Invoice, InvoiceLine, LineTax
from billing.policies import fetch_invoice, require_billing
from billing.services.issuing import LineWithTaxes, number_credit_note, write_document
from billing.services.payments import lock_invoice, settle
from billing.services.settings import billing_settings, studio_today
from billing.tax import TaxAmount
from fitflow.core.db import refusals
from fitflow.core.errors import Conflict, Invalid
from fitflow.core.money import ZERO
from studios.shared.policies import Actor


def credit_invoice(
    *, actor: Actor, invoice_id: UUID | str, reason: str, lines: Sequence[UUID | str] | None = None
) -> Invoice:
    """Issue a credit note over some lines of an invoice, or over all that are left (`lines` None).

    It mirrors the lines to the cent, taxes included, and releases them: their bookings may be invoiced again. Raises
    NotPermitted, NotFound, Invalid (no reason, a line of another invoice), Conflict for a line that was credited before.
    """
    require_billing(actor)
    fetch_invoice(actor, invoice_id)
    if not reason.strip():
        raise Invalid("Say why it is credited.", field="reason")
    with refusals(_refused), transaction.atomic():
        invoice = lock_invoice(invoice_id)
        if invoice.kind == Invoice.Kind.CREDIT_NOTE:
            raise Invalid(f"{invoice.number} is a credit note itself.")
        taken = _lines_to_credit(invoice, lines)
        note = _mirror(invoice, taken, reason=reason.strip(), actor=actor)
        InvoiceLine.objects.filter(pk__in=[line.pk for line in taken]).update(released=True)
        settle(invoice, credited=-note.total)
    return note


def _lines_to_credit(invoice: Invoice, wanted: Sequence[UUID | str] | None) -> list[InvoiceLine]:
    rows = list(
        invoice.lines.select_related("booking__session").prefetch_related("taxes").order_by("position")
    )
    if wanted is None:
        left = [row for row in rows if not row.released]
        if not left:
            raise Conflict(f"All of {invoice.number} was credited already.", conflict="lines")
        return left
    by_id = {str(row.pk): row for row in rows}
    unique = dict.fromkeys(str(one) for one in wanted)
    if not unique or not set(unique) <= set(by_id):
        raise Invalid(f"Choose lines of {invoice.number}.", field="lines")
    taken = [by_id[one] for one in unique]
    if any(row.released for row in taken):
        raise Conflict("One of these lines was credited already.", field="lines", conflict="lines")
    return taken


def _mirror(invoice: Invoice, taken: Sequence[InvoiceLine], *, reason: str, actor: Actor) -> Invoice:
    on = studio_today()
    net = sum((line.net for line in taken), ZERO)
    taxes = _sum_taxes(invoice, taken)
    tax_total = sum((tax.amount for tax in taxes), ZERO)
    note = number_credit_note(
        prefix=billing_settings().invoice_prefix,
        client=invoice.client,
        corrects=invoice,
        reason=reason,
        issued_on=on,
        due_on=on,
        province=invoice.province,
        seller=invoice.seller,
        buyer=invoice.buyer,
        subtotal=-net,
        tax_total=tax_total,
        total=tax_total - net,
    )
    rows = [_mirrored(note, line, position) for position, line in enumerate(taken, start=1)]
    write_document(note, rows, taxes, source=Entry.Source.CREDIT_NOTE, actor=actor)
    return note


def _mirrored(note: Invoice, line: InvoiceLine, position: int) -> LineWithTaxes:
    kept = (
        "booking_id",
        "description",
        "detail",
        "happened_on",
        "unit_price",
        "price_includes_tax",
        "tax_category",
    )
    return LineWithTaxes(
        line=InvoiceLine(
            invoice=note,
            position=position,
            credits_line=line,
            quantity=-line.quantity,
            net=-line.net,
            **{name: getattr(line, name) for name in kept},
        ),
        taxes=[LineTax(name=tax.name, percent=tax.percent, amount=-tax.amount) for tax in line.taxes.all()],
        trainer_id=line.booking.session.trainer_id if line.booking else None,
    )


def _sum_taxes(invoice: Invoice, taken: Sequence[InvoiceLine]) -> list[TaxAmount]:
    """Return the negated taxes of the lines, each on the sum of the lines that bear it."""
    sums: dict[str, dict[str, Any]] = defaultdict(lambda: {"base": ZERO, "amount": ZERO})
    for line in taken:
        for tax in line.taxes.all():
            sums[tax.name]["percent"] = tax.percent
            sums[tax.name]["base"] -= line.net
            sums[tax.name]["amount"] -= tax.amount
    return [
        TaxAmount(name=tax.name, **sums[tax.name])
        for tax in invoice.taxes.order_by("created_at", "id")
        if tax.name in sums
    ]


def _refused(name: str, state: str) -> Exception | None:
    if name.startswith("line_credited_once"):
        return Conflict("One of these lines was credited already.", field="lines", conflict="lines")
    return None
