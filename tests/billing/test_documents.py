"""What is printed, and the one stored PDF of each document."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from unittest import mock

import pytest
from django.core.files.storage import default_storage

from billing import services
from billing.models import Invoice, InvoiceDocumentFile
from billing.pdf.document import InvoiceDocument
from billing.services.documents import address_lines, printable_invoices
from billing.tasks import keep_pdf
from fitflow.core.errors import Conflict, NotFound, NotPermitted
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from tests.billing.make import invoiced, pay
from tests.cast import Cast


def document(invoice: Invoice, **how: bool) -> InvoiceDocument:
    return services.document_of(printable_invoices().get(pk=invoice.pk), **how)


def test_it_prints_what_was_agreed_and_what_was_paid_since(lotus: Cast) -> None:
    services.save_billing_settings(
        actor=lotus.actor("owner"),
        legal_name="Lotus Yoga Inc.",
        gst_number="123456782RT0001",
        e_transfer_email="pay@lotus.example",
    )
    invoice = invoiced(lotus)
    payment = pay(lotus, invoice, "50.00")
    services.refund_payment(
        actor=lotus.actor("owner"), payment_id=payment.pk, amount=Decimal("10.00"), reason="Too much"
    )
    printed = document(invoice)
    assert (printed.supplier.organization, printed.supplier.gst_number) == (
        "Lotus Yoga Inc.",
        "123456782RT0001",
    )
    assert (printed.number, printed.total, printed.paid, printed.balance) == (
        "LO-0001",
        Decimal("90.40"),
        Decimal("40.00"),
        Decimal("50.40"),
    )
    assert [(row.label, row.amount) for row in printed.payments] == [
        ("Paid", Decimal("50.00")),
        ("Refunded", Decimal("-10.00")),
    ]
    assert (printed.lines[0].tax_codes, printed.lines[0].detail) == (("HST",), "with Lead")
    assert printed.instructions.message == "LO-0001"
    as_issued = document(invoice, as_issued=True)
    assert (as_issued.status, as_issued.balance, as_issued.payments) == ("issued", Decimal("90.40"), ())


def test_a_slip_that_was_undone_is_not_printed(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    services.undo_payment(actor=lotus.actor("owner"), payment_id=pay(lotus, invoice, "50.00").pk)
    assert document(invoice).payments == ()


def test_a_credit_note_names_what_it_corrects_and_why(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    note = services.credit_invoice(actor=lotus.actor("owner"), invoice_id=invoice.pk, reason="Fell ill")
    printed = document(note)
    assert (printed.kind, printed.corrects, printed.notes, printed.total) == (
        "credit_note",
        "LO-0001",
        "Fell ill",
        Decimal("-90.40"),
    )
    assert [row.label for row in document(invoice).payments] == ["Credit LO-CN-0001,"]
    assert document(invoice).balance == 0


def test_the_pdf_is_stored_once_and_then_announced(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    message = OutboxMessage.objects.get(topic="invoice.issued", handler="billing.tasks.keep_pdf")
    keep_pdf(message)
    keep_pdf(message)
    stored = InvoiceDocumentFile.objects.get()
    with default_storage.open(str(stored.file.name)) as file:
        content = file.read()
    assert content[:5] == b"%PDF-"
    assert (stored.sha256, stored.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert str(stored.file.name).startswith("invoices/")
    assert services.pdf_of(invoice) == content
    ready = OutboxMessage.objects.filter(topic="invoice.ready")
    assert len({row.ids["invoice"] for row in ready}) <= 1


def test_what_a_killed_attempt_left_is_replaced_not_doubled(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    with mock.patch.object(InvoiceDocumentFile, "save", side_effect=KeyboardInterrupt):
        with pytest.raises(KeyboardInterrupt):
            services.store_pdf(invoice_id=invoice.pk)
    stored = services.store_pdf(invoice_id=invoice.pk)
    folder = str(stored.file.name).rsplit("/", 1)[0]
    names = [name for name in default_storage.listdir(folder)[1] if invoice.number in name]
    assert len([name for name in names if invoice.pk.hex[-12:] in name]) == 1


def test_a_paid_invoice_is_printed_anew_and_a_lost_file_too(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    stored = services.store_pdf(invoice_id=invoice.pk)
    default_storage.delete(str(stored.file.name))
    assert services.pdf_of(invoice)[:5] == b"%PDF-"
    pay(lotus, invoice, "90.40")
    invoice.refresh_from_db()
    with mock.patch("billing.services.documents.shared_pool") as pool:
        services.pdf_of(invoice)
    (printed,) = pool.return_value.render.call_args.args
    assert (printed.status, printed.balance) == ("paid", 0)


def test_it_is_mailed_again_on_request(lotus: Cast) -> None:
    invoice = invoiced(lotus)
    before = OutboxMessage.objects.filter(topic="invoice.ready").count()
    services.send_invoice_again(actor=lotus.actor("owner"), invoice_id=invoice.pk)
    message = OutboxMessage.objects.filter(topic="invoice.ready").latest("created_at")
    assert OutboxMessage.objects.filter(topic="invoice.ready").count() > before
    assert message.ids["again"]
    invoice.client.email = ""
    invoice.client.save()
    with pytest.raises(Conflict, match="no e-mail address"):
        services.send_invoice_again(actor=lotus.actor("owner"), invoice_id=invoice.pk)
    with pytest.raises(NotPermitted):
        services.send_invoice_again(actor=lotus.actor("client"), invoice_id=invoice.pk)
    with studio_context(lotus.summit), pytest.raises(NotFound):
        services.send_invoice_again(actor=lotus.actor("owner2", lotus.summit), invoice_id=invoice.pk)


@pytest.mark.parametrize(
    ("party", "lines"),
    [
        ({"street": "1 King St", "city": "Toronto", "province": "ON"}, ("1 King St", "Toronto ON")),
        ({"province": "ON"}, ()),
        ({"postal_code": "M6J 1G3", "province": "ON"}, ("ON M6J 1G3",)),
    ],
)
def test_a_province_alone_is_no_address(party: dict[str, str], lines: tuple[str, ...]) -> None:
    assert address_lines(party) == lines
