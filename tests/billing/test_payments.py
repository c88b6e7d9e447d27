"""Money received and given back: never more than is owed, never more than was paid, and always in the books."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing import services
from billing.models import Entry, Payment
from billing.selectors import ledger_balances
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from tests.billing.make import assert_books_agree, invoiced, pay
from tests.cast import Cast


def test_a_payment_moves_the_invoice_the_books_and_the_audit_trail(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    payment = pay(lotus, invoice, "40.40", reference=" CA-77 ")
    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_paid, invoice.balance) == (
        "part_paid",
        Decimal("40.40"),
        Decimal("50.00"),
    )
    pay(lotus, invoice, "50.00", method="cash")
    invoice.refresh_from_db()
    assert (invoice.status, invoice.balance) == ("paid", Decimal(0))
    balances = ledger_balances()
    assert (balances["bank"], balances["cash"], balances["receivable"]) == (
        Decimal("40.40"),
        Decimal("50.00"),
        Decimal("0.00"),
    )
    assert Payment.objects.get(pk=payment.pk).reference == "CA-77"
    assert AuditEvent.objects.filter(action="payment.recorded").count() == 2
    assert_books_agree()


def test_a_payment_is_announced(lotus: Cast) -> None:
    from fitflow.core import outbox

    outbox.subscribe("payment.recorded", lane="mail")(_listen)
    try:
        payment = pay(lotus, invoiced(lotus), "10.00")
    finally:
        outbox._subscriptions["payment.recorded"].pop()
    message = OutboxMessage.objects.filter(topic="payment.recorded").latest("created_at")
    assert message.ids["payment"] == str(payment.pk)


def _listen(message: OutboxMessage) -> None:
    """Stand in for whoever mails a receipt."""


@pytest.mark.parametrize("amount", ["90.41", "1000000.00"])
def test_more_than_is_owed_is_refused_with_what_is_owed(lotus: Cast, amount: str) -> None:
    invoice = invoiced(lotus)
    with pytest.raises(Conflict, match=r"\$90\.40 is still owed on LO-0001") as refused:
        pay(lotus, invoice, amount)
    assert refused.value.field == "amount"
    pay(lotus, invoice, "90.40")
    with pytest.raises(Conflict, match="Nothing is owed any more"):
        pay(lotus, invoice, "0.01")


@pytest.mark.parametrize("amount", ["0.00", "-5.00", "1.001", "NaN", "Infinity"])
def test_an_amount_that_cannot_be_is_refused(lotus: Cast, amount: str) -> None:
    invoice = invoiced(lotus)
    with pytest.raises(Invalid):
        pay(lotus, invoice, amount)


def test_a_day_to_come_and_an_unknown_method_are_refused(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    with pytest.raises(Invalid, match="future"):
        pay(lotus, invoice, "1.00", received_on=services.studio_today() + timedelta(days=1))
    with pytest.raises(Invalid, match="how"):
        pay(lotus, invoice, "1.00", method="gold")
    assert not Payment.objects.exists()


def test_a_refund_gives_back_and_the_invoice_is_owed_again(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    payment = pay(lotus, invoice, "90.40")
    services.refund_payment(
        actor=lotus.actor("manager"), payment_id=payment.pk, amount=Decimal("30.00"), reason="Came too late"
    )
    invoice.refresh_from_db()
    assert (invoice.status, invoice.balance) == ("part_paid", Decimal("30.00"))
    with pytest.raises(Conflict, match=r"\$60\.40 of this payment is left"):
        services.refund_payment(
            actor=lotus.actor("manager"), payment_id=payment.pk, amount=Decimal("60.41"), reason="More"
        )
    assert_books_agree()


def test_a_refund_needs_a_reason(lotus: Cast) -> None:
    payment = pay(lotus, invoiced(lotus), "10.00")
    with pytest.raises(Invalid, match="why"):
        services.refund_payment(
            actor=lotus.actor("owner"), payment_id=payment.pk, amount=Decimal("1.00"), reason=" "
        )


def test_a_payment_just_recorded_is_undone_as_a_correction(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    payment = pay(lotus, invoice, "90.40")
    refund = services.undo_payment(actor=lotus.actor("owner"), payment_id=payment.pk)
    invoice.refresh_from_db()
    assert (refund.is_correction, refund.amount) == (True, Decimal("90.40"))
    assert (invoice.status, invoice.amount_paid) == ("issued", Decimal(0))
    assert Entry.objects.filter(source="refund").count() == 1
    with pytest.raises(Conflict, match="already"):
        services.undo_payment(actor=lotus.actor("owner"), payment_id=payment.pk)
    assert_books_agree()


def test_a_payment_is_dated_by_the_day_it_came(lotus: Cast) -> None:
    payment = pay(lotus, invoiced(lotus), "10.00", received_on=date(2026, 10, 20))
    assert Entry.objects.get(source_id=payment.pk).date == date(2026, 10, 20)


@pytest.mark.parametrize("person", ["lead", "trainer", "client"])
def test_it_refuses_who_does_not_run_the_studio(lotus: Cast, person: str) -> None:
    invoice = invoiced(lotus)
    payment = pay(lotus, invoice, "10.00")
    actor = lotus.actor(person)
    with pytest.raises(NotPermitted):
        services.record_payment(
            actor=actor,
            invoice_id=invoice.pk,
            amount=Decimal("1.00"),
            method="cash",
            received_on=date(2026, 10, 20),
        )
    with pytest.raises(NotPermitted):
        services.refund_payment(actor=actor, payment_id=payment.pk, amount=Decimal("1.00"), reason="Why")
    with pytest.raises(NotPermitted):
        services.undo_payment(actor=actor, payment_id=payment.pk)


def test_another_studios_invoice_and_payment_are_not_there(cast: Cast) -> None:
    with studio_context(cast.lotus):
        invoice = invoiced(cast)
        payment = pay(cast, invoice, "10.00")
    with studio_context(cast.summit):
        owner = cast.actor("owner2", cast.summit)
        with pytest.raises(NotFound):
            services.record_payment(
                actor=owner,
                invoice_id=invoice.pk,
                amount=Decimal("1.00"),
                method="cash",
                received_on=date(2026, 10, 20),
            )
        with pytest.raises(NotFound):
            services.undo_payment(actor=owner, payment_id=payment.pk)
