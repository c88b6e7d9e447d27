"""What the database itself refuses, whoever asks: each rule is tried by going round the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from billing.models import (
    Account,
    Entry,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    LineTax,
    NumberSequence,
    Payment,
    Posting,
    Refund,
)
from tests.billing.make import invoiced, pay
from tests.cast import Cast


def refused(attempt: Callable[[], object], match: str) -> None:
    """The attempt fails at the latest when its transaction would commit."""
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        attempt()
        connection.check_constraints()


def copy_of(invoice: Invoice, **changes: object) -> Invoice:
    names = "kind sequence number client_id issued_on due_on province seller buyer subtotal tax_total total currency"
    fields = {name: getattr(invoice, name) for name in names.split()}
    return Invoice(**(fields | {"sequence": invoice.sequence + 1, "number": "X-1"} | changes))


def test_an_issued_invoice_never_changes(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    refused(lambda: Invoice.objects.filter(pk=invoice.pk).update(total=1), "does not change")
    refused(lambda: Invoice.objects.filter(pk=invoice.pk).update(buyer={}), "does not change")
    refused(lambda: InvoiceLine.objects.update(description="Something else"), "does not change")
    for rows in (LineTax, InvoiceTax):
        refused(lambda rows=rows: rows.objects.update(amount=0), "not allowed")  # type: ignore[misc]
    with connection.cursor() as cursor:
        for table in ("billing_linetax", "billing_invoiceline", "billing_invoice"):
            refused(
                lambda table=table: cursor.execute(f"DELETE FROM {table}"),  # type: ignore[misc]
                "not allowed|does not change",
            )


def test_a_released_line_is_not_taken_back(lotus: Cast) -> None:
    invoiced(lotus)
    InvoiceLine.objects.update(released=True)
    refused(lambda: InvoiceLine.objects.update(released=False), "does not change")


def test_numbers_have_no_gap_and_no_double(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    refused(lambda: copy_of(invoice, sequence=3).save(), "no gap")
    refused(lambda: copy_of(invoice, sequence=1).save(), "no gap")
    assert NumberSequence.objects.get(kind="invoice").last == 1


def test_lines_and_taxes_add_up_to_the_totals(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    refused(lambda: copy_of(invoice).save(), "does not add up")
    refused(
        lambda: InvoiceLine.objects.create(
            invoice=invoice, position=2, description="Slipped in", unit_price=5, net=5, tax_category="goods"
        ),
        "does not add up",
    )
    refused(
        lambda: InvoiceTax.objects.create(invoice=invoice, name="GST", percent=5, base=80, amount=4),
        "does not add up",
    )


def test_a_booking_stands_on_one_line(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    line = invoice.lines.get()
    refused(
        lambda: InvoiceLine.objects.create(
            invoice=invoice,
            position=2,
            booking=line.booking,
            description="Again",
            unit_price=0,
            net=0,
            tax_category="fitness",
        ),
        "booking_on_one_line",
    )


def test_the_status_follows_from_the_amounts(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    for status in ("paid", "part_paid", "credited"):
        refused(
            lambda status=status: Invoice.objects.filter(pk=invoice.pk).update(status=status),  # type: ignore[misc]
            "invoice_status_follows",
        )


def test_what_is_settled_is_what_was_recorded(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    refused(
        lambda: Invoice.objects.filter(pk=invoice.pk).update(amount_paid=10, status="part_paid"),
        "are recorded",
    )
    refused(
        lambda: Invoice.objects.filter(pk=invoice.pk).update(amount_credited=10, status="issued"),
        "are recorded",
    )
    refused(
        lambda: Payment.objects.create(
            invoice=invoice, amount=10, method="cash", received_on=date(2026, 11, 1)
        ),
        "are recorded",
    )


def test_the_paid_amount_never_passes_the_total(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    refused(
        lambda: Invoice.objects.filter(pk=invoice.pk).update(amount_paid=91, status="paid"),
        "invoice_settled_within_total",
    )


def test_an_entry_sums_to_zero_and_never_changes(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    entry = Entry.objects.get()
    bank = Account.objects.create(code="bank", name="Bank", kind="asset")
    refused(
        lambda: Posting.objects.create(entry=entry, account=bank, amount=1, date=entry.date), "sum to zero"
    )
    refused(
        lambda: Entry.objects.create(date=entry.date, source="payment", source_id=invoice.pk, memo="Empty"),
        "sum to zero",
    )
    refused(lambda: Entry.objects.update(memo="Other"), "not allowed")
    refused(lambda: Posting.objects.all().delete(), "not allowed")
    connection.check_constraints()
    with connection.cursor() as cursor:
        refused(lambda: cursor.execute("TRUNCATE billing_posting"), "not allowed")


def test_payments_and_refunds_only_grow(lotus: Cast) -> None:
    payment = pay(lotus, invoiced(lotus), "10.00")
    refused(lambda: Payment.objects.update(amount=5), "not allowed")
    refused(lambda: Payment.objects.all().delete(), "not allowed")
    refused(
        lambda: Refund.objects.create(
            payment=payment, amount=Decimal("10.01"), reason="Too much", refunded_on=date(2026, 11, 1)
        ),
        "more than was paid",
    )
