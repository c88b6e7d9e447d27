"""A credit note mirrors lines of an invoice to the cent and sets their bookings free again."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from billing import services
from billing.models import Invoice, InvoiceLine
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.tenancy.context import studio_context
from tests.billing.make import assert_books_agree, held, invoiced, pay, run
from tests.cast import Cast


def three_lines(cast: Cast) -> Invoice:
    for day in (1, 2, 3):
        held(cast, on=date(2026, 10, day), price=Decimal("33.33"))
    run(cast)
    return Invoice.objects.get()


def credit(cast: Cast, invoice: Invoice, lines: list[InvoiceLine] | None = None) -> Invoice:
    return services.credit_invoice(
        actor=cast.actor("owner"),
        invoice_id=invoice.pk,
        lines=[line.pk for line in lines] if lines is not None else None,
        reason="Billed by mistake",
    )


def test_crediting_everything_mirrors_the_invoice(lotus: Cast) -> None:
    invoice = three_lines(lotus)
    note = credit(lotus, invoice)
    invoice.refresh_from_db()
    assert (note.kind, note.number, note.sequence) == ("credit_note", "LO-CN-0001", 1)
    assert (note.subtotal, note.tax_total, note.total) == (
        -invoice.subtotal,
        -invoice.tax_total,
        -invoice.total,
    )
    assert (invoice.status, invoice.balance) == ("credited", Decimal(0))
    assert [tax.amount for tax in note.taxes.all()] == [-tax.amount for tax in invoice.taxes.all()]
    assert_books_agree()


def test_lines_credited_one_by_one_add_up_to_the_invoice(lotus: Cast) -> None:
    invoice = three_lines(lotus)
    notes = [credit(lotus, invoice, [line]) for line in invoice.lines.all()]
    assert sum(note.total for note in notes) == -invoice.total
    assert [note.sequence for note in notes] == [1, 2, 3]
    invoice.refresh_from_db()
    assert invoice.status == "credited"
    assert_books_agree()


def test_a_credited_booking_may_be_invoiced_again(lotus: Cast) -> None:
    invoice = three_lines(lotus)
    first = invoice.lines.all()[0]
    credit(lotus, invoice, [first])
    run(lotus)
    again = Invoice.objects.get(kind="invoice", sequence=2)
    assert [line.booking_id for line in again.lines.all()] == [first.booking_id]
    assert_books_agree()


def test_crediting_a_paid_invoice_leaves_money_coming_to_the_client(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    payment = pay(lotus, invoice, "90.40")
    credit(lotus, invoice)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.balance) == ("credited", Decimal("-90.40"))
    services.refund_payment(
        actor=lotus.actor("owner"), payment_id=payment.pk, amount=Decimal("90.40"), reason="Credited"
    )
    invoice.refresh_from_db()
    assert (invoice.status, invoice.balance) == ("credited", Decimal(0))
    assert_books_agree()


def test_after_a_part_credit_only_the_rest_can_be_paid(lotus: Cast) -> None:
    invoice = three_lines(lotus)
    credit(lotus, invoice, [invoice.lines.all()[0]])
    invoice.refresh_from_db()
    with pytest.raises(Conflict):
        pay(lotus, invoice, invoice.total)
    pay(lotus, invoice, invoice.balance)
    invoice.refresh_from_db()
    assert invoice.status == "paid"
    assert_books_agree()


def test_a_line_is_credited_once(lotus: Cast) -> None:
    invoice = three_lines(lotus)
    line = invoice.lines.all()[0]
    credit(lotus, invoice, [line, line])
    with pytest.raises(Conflict, match="already"):
        credit(lotus, invoice, [line])
    credit(lotus, invoice)
    with pytest.raises(Conflict, match="already"):
        credit(lotus, invoice)
    assert InvoiceLine.objects.filter(credits_line__isnull=False).count() == 3


def test_it_refuses_what_cannot_be_credited(lotus: Cast) -> None:
    invoice = three_lines(lotus)
    held(lotus, client=lotus.client("Étienne Caron"), at=time(16))
    run(lotus)
    strange = InvoiceLine.objects.exclude(invoice=invoice).get()
    for lines in ([], [strange]):
        with pytest.raises(Invalid, match="Choose lines"):
            credit(lotus, invoice, lines)
    note = credit(lotus, invoice)
    with pytest.raises(Invalid, match="credit note itself"):
        credit(lotus, note)
    with pytest.raises(Invalid, match="why"):
        services.credit_invoice(actor=lotus.actor("owner"), invoice_id=invoice.pk, reason=" ")
    with pytest.raises(Invalid, match="credit note"):
        pay(lotus, note, "1.00")


def test_it_refuses_the_wrong_role_and_the_other_studio(cast: Cast) -> None:
    with studio_context(cast.lotus):
        invoice = invoiced(cast)
        for person in ("lead", "trainer", "client"):
            with pytest.raises(NotPermitted):
                services.credit_invoice(actor=cast.actor(person), invoice_id=invoice.pk, reason="Why")
    with studio_context(cast.summit), pytest.raises(NotFound):
        services.credit_invoice(
            actor=cast.actor("owner2", cast.summit), invoice_id=invoice.pk, reason="Not mine"
        )
