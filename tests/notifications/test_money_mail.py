"""Invoices, credit notes and receipts by mail: each once, the PDF as it was issued attached."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from billing.models import Invoice, InvoiceDocumentFile
from billing.services import send_invoice_again, undo_payment
from fitflow.core import outbox
from notifications.models import Delivery
from tests.billing.make import invoiced, pay
from tests.cast import Cast
from tests.notifications.conftest import Provider, everything_again, work_off


@pytest.fixture
def invoice(lotus: Cast, provider: type[Provider]) -> Invoice:
    return invoiced(lotus, on=date(2026, 10, 15))


def work() -> None:
    """Print and mail, as both relays do."""
    outbox.run_lane("work")
    work_off()


def test_the_invoice_comes_with_its_pdf(invoice: Invoice, provider: type[Provider]) -> None:
    work()
    (message,) = provider.got
    assert message.subject == f"Invoice {invoice.number} from Lotus: $90.40"
    name, content, kind = message.attachments[0]
    assert (name, kind) == (f"{invoice.number}.pdf", "application/pdf")
    assert content.startswith(b"%PDF")
    assert len(content) == InvoiceDocumentFile.objects.get().size
    text = " ".join(message.body.split())
    assert f"See the invoice: http://lotus.fitflow.localhost:8000/portal/invoices/{invoice.pk}/" in text


def test_it_is_mailed_once_however_often_it_is_announced(invoice: Invoice, provider: type[Provider]) -> None:
    work()
    everything_again()
    work()
    assert len(provider.got) == 1


def test_it_is_mailed_again_when_somebody_asks(
    lotus: Cast, invoice: Invoice, provider: type[Provider]
) -> None:
    work()
    send_invoice_again(actor=lotus.actor("owner"), invoice_id=invoice.pk)
    work()
    assert len(provider.got) == 2
    assert Delivery.objects.filter(template="invoice").count() == 2


def test_a_payment_is_thanked_for(lotus: Cast, invoice: Invoice, provider: type[Provider]) -> None:
    work()
    provider.got.clear()
    pay(lotus, invoice, "50.40", reference="CA1234")
    work()
    (message,) = provider.got
    assert message.subject == f"Receipt: $50.40 for invoice {invoice.number}"
    text = " ".join(message.body.split())
    assert "$40.00 of the invoice is still due" in text
    assert "Reference: CA1234" in text


def test_a_payment_taken_back_at_once_is_not_thanked_for(
    lotus: Cast, invoice: Invoice, provider: type[Provider]
) -> None:
    work()
    provider.got.clear()
    payment: Any = pay(lotus, invoice, "90.40")
    undo_payment(actor=lotus.actor("owner"), payment_id=payment.pk)
    work()
    assert provider.got == []
    assert Delivery.objects.get(template="payment_receipt").status == Delivery.Status.SUPPRESSED
