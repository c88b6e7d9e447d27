"""Reads over invoices, payments and the books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When

from billing.models import Invoice, InvoiceLine, InvoiceRun, InvoiceTax, Payment, Posting, Refund
from fitflow.core.folding import search_words
from fitflow.core.money import ZERO
from notifications.models import Delivery
from studios.models import AuditEvent

OPEN = (Invoice.Status.ISSUED, Invoice.Status.PART_PAID)
BALANCE = F("total") - F("amount_credited") - F("amount_paid")
FILTERS = ("open", "overdue", "paid", "credited", "credit_note")


@dataclass(frozen=True, slots=True)
class AgeBucket:
    """What is owed of one age. `days_from` and `days_to` are days past the due day; None is without end."""

    label: str
    days_from: int | None
    days_to: int | None
    amount: Decimal
    invoices: int


AGES: tuple[tuple[str, int | None, int | None], ...] = (
    ("Not due yet", None, 0),
    ("1 to 30 days late", 1, 30),
    ("31 to 60 days late", 31, 60),
    ("61 to 90 days late", 61, 90),
    ("Over 90 days late", 91, None),
)


def narrow_invoices(
    invoices: QuerySet[Invoice], *, today: date, words: str = "", status: str = ""
) -> QuerySet[Invoice]:
    """Return the invoices whose number or client has all the words and whose status is one of FILTERS (or empty)."""
    late = _late(today)
    narrowed = {
        "open": Q(kind=Invoice.Kind.INVOICE, status__in=OPEN),
        "overdue": late,
        "paid": Q(kind=Invoice.Kind.INVOICE, status=Invoice.Status.PAID),
        "credited": Q(status=Invoice.Status.CREDITED),
        "credit_note": Q(kind=Invoice.Kind.CREDIT_NOTE),
    }.get(status, Q())
    for word in search_words(words):
        narrowed &= Q(number__icontains=word) | Q(client__name__icontains=word)
    return invoices.filter(narrowed)


def late_first(invoices: QuerySet[Invoice], *, today: date) -> QuerySet[Invoice]:
    """Return the invoices for a list: the longest overdue at the top, then the newest. `today` is the studio's date."""
    late = _late(today)
    is_late = Case(When(late, then=Value(0)), default=Value(1), output_field=IntegerField())
    return (
        invoices.annotate(late_rank=is_late, late_since=Case(When(late, then=F("due_on"))))
        .select_related("client", "corrects")
        .order_by("late_rank", F("late_since").asc(nulls_last=True), "-issued_on", "-id")
    )


def _late(today: date) -> Q:
    return Q(kind=Invoice.Kind.INVOICE, status__in=OPEN, due_on__lt=today)


def invoice_totals(invoices: QuerySet[Invoice], *, today: date) -> dict[str, Any]:
    """Return what is owed, of that late, and how many invoices each concerns."""
    issued = invoices.filter(kind=Invoice.Kind.INVOICE, status__in=OPEN)
    late = Q(due_on__lt=today)
    sums = issued.aggregate(
        owed=Sum(BALANCE), open=Count("pk"), late=Sum(BALANCE, filter=late), overdue=Count("pk", filter=late)
    )
    return sums | {"owed": sums["owed"] or ZERO, "late": sums["late"] or ZERO}


def received_between(*, first: date, last: date) -> Decimal:
    """Return what came in over a period, both days included, less what was given back."""
    paid = Payment.objects.filter(received_on__range=(first, last)).aggregate(sum=Sum("amount"))["sum"]
    back = Refund.objects.filter(refunded_on__range=(first, last)).aggregate(sum=Sum("amount"))["sum"]
    return (paid or ZERO) - (back or ZERO)


def receivables_by_age(*, on: date) -> list[AgeBucket]:
    """Return what clients owe by how late it is `on` a day of the studio; all ages, also those without anything."""
    wanted: dict[str, Any] = {}
    for index, (_, least, most) in enumerate(AGES):
        within = Q()
        if least is not None:
            within &= Q(due_on__lte=on - timedelta(days=least))
        if most is not None:
            within &= Q(due_on__gte=on - timedelta(days=most))
        wanted |= {f"sum{index}": Sum(BALANCE, filter=within), f"n{index}": Count("pk", filter=within)}
    found = Invoice.objects.filter(kind=Invoice.Kind.INVOICE, status__in=OPEN).aggregate(**wanted)
    return [
        AgeBucket(label, least, most, found[f"sum{index}"] or ZERO, found[f"n{index}"])
        for index, (label, least, most) in enumerate(AGES)
    ]


def ledger_balances(*, until: date | None = None) -> dict[str, Decimal]:
    """Return each account's balance by code, debits positive, up to and including a day. They sum to zero."""
    postings = Posting.objects.all() if until is None else Posting.objects.filter(date__lte=until)
    rows = postings.values_list("account__code").annotate(balance=Sum("amount")).order_by("account__code")
    return {code: balance or ZERO for code, balance in rows}


def recent_runs(limit: int = 5) -> QuerySet[InvoiceRun]:
    """Return the latest invoice runs, each with how many invoices it made and for how much."""
    made = InvoiceRun.objects.annotate(made=Count("invoices"), worth=Sum("invoices__total"))
    return made.order_by("-created_at")[:limit]


def run_result(run: InvoiceRun) -> dict[str, Any]:
    """Return what a finished run made: how many invoices, their totals, and the first and last number."""
    made = run.invoices.order_by("sequence")
    sums = made.aggregate(invoices=Count("pk"), net=Sum("subtotal"), total=Sum("total"))
    taxes = (
        InvoiceTax.objects.filter(invoice__run=run)
        .values("name")
        .annotate(sum=Sum("amount"))
        .order_by("name")
    )
    numbers = list(made.values_list("number", flat=True))
    return sums | {
        "taxes": list(taxes),
        "first": numbers[0] if numbers else "",
        "last": numbers[-1] if numbers else "",
    }


def month_figures(today: date) -> dict[str, Decimal]:
    """Return what was invoiced (with tax, less credits) and what came in since the first of the month."""
    first = today.replace(day=1)
    issued = Invoice.objects.filter(issued_on__range=(first, today)).aggregate(sum=Sum("total"))["sum"]
    return {"invoiced": issued or ZERO, "received": received_between(first=first, last=today)}


def mails_of(invoice: Invoice) -> QuerySet[Delivery]:
    """Return the messages in which the client got this invoice, newest first."""
    return Delivery.objects.filter(subject_type="invoice", subject_id=invoice.pk).order_by("-created_at")


def history_of(invoice: Invoice) -> QuerySet[AuditEvent]:
    """Return what was done with an invoice, its payments and credit notes, newest first."""
    ids = [
        invoice.pk,
        *(row.pk for row in invoice.payments.all()),
        *(row.pk for row in invoice.credit_notes.all()),
    ]
    return AuditEvent.objects.filter(subject_id__in=ids).order_by("-seq")


def invoice_json(invoice: Invoice, *, today: date | None = None) -> dict[str, Any]:
    """Return an invoice or credit note as the API shows it; money as strings with two decimals.

    Takes rows of `billing.services.documents.printable_invoices`, so that a list costs a handful of queries.
    """
    return {
        "id": invoice.pk,
        "kind": invoice.kind,
        "number": invoice.number,
        "status": invoice.status,
        "overdue": bool(today and invoice.is_overdue(today)),
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on,
        "currency": invoice.currency,
        "client": invoice.client_id,
        "client_name": invoice.buyer.get("name", ""),
        "corrects": invoice.corrects_id,
        "reason": invoice.reason,
        "lines": [_line_json(line) for line in invoice.lines.all()],
        "subtotal": invoice.subtotal,
        "taxes": [
            {"name": tax.name, "rate": _plain(tax.percent), "base": tax.base, "amount": tax.amount}
            for tax in invoice.taxes.all()
        ],
        "total": invoice.total,
        "paid": invoice.amount_paid,
        "credited": invoice.amount_credited,
        "balance": invoice.balance if invoice.kind == Invoice.Kind.INVOICE else invoice.total,
        "payments": [payment_json(payment) for payment in invoice.payments.all()],
    }


def payment_json(payment: Payment) -> dict[str, Any]:
    """Return a payment with its refunds as the API shows it."""
    refunds: Iterable[Refund] = payment.refunds.all()
    return {
        "id": payment.pk,
        "invoice": payment.invoice_id,
        "amount": payment.amount,
        "method": payment.method,
        "reference": payment.reference,
        "received_on": payment.received_on,
        "refunds": [refund_json(refund) for refund in refunds],
    }


def refund_json(refund: Refund) -> dict[str, Any]:
    """Return a refund as the API shows it."""
    return {
        "id": refund.pk,
        "payment": refund.payment_id,
        "amount": refund.amount,
        "reason": refund.reason,
        "refunded_on": refund.refunded_on,
        "is_correction": refund.is_correction,
    }


def _line_json(line: InvoiceLine) -> dict[str, Any]:
    return {
        "id": line.pk,
        "booking": line.booking_id,
        "description": line.description,
        "detail": line.detail,
        "happened_on": line.happened_on,
        "quantity": _plain(line.quantity),
        "unit_price": line.unit_price,
        "price_includes_tax": line.price_includes_tax,
        "tax_category": line.tax_category,
        "net": line.net,
        "taxes": [
            {"name": tax.name, "rate": _plain(tax.percent), "amount": tax.amount} for tax in line.taxes.all()
        ],
        "credited": line.released,
    }


def _plain(number: Decimal) -> str:
    """Write a rate or quantity without idle zeros: `9.975`, `1`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
