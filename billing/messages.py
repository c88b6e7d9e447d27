"""Messages about money: an invoice with its PDF, a credit note, and the receipt of a payment."""

from __future__ import annotations

from uuid import UUID

from billing.models import Invoice, Payment
from billing.services.documents import pdf_of
from fitflow.core import outbox
from fitflow.core.formats import day_text, money_text
from fitflow.core.models import OutboxMessage
from notifications.letters import Letter, Suppress, page_of, template
from notifications.models import Delivery
from notifications.services import queue_email

PDF = "application/pdf"


@outbox.subscribe("invoice.ready", lane="mail")
def mail_invoice(message: OutboxMessage) -> None:
    """Send the client her invoice once its PDF is stored; again only where somebody asked for that."""
    queue_invoice(invoice_id=message.ids["invoice"], again=message.ids.get("again") or "")


@outbox.subscribe("payment.recorded", lane="mail")
def mail_receipt(message: OutboxMessage) -> None:
    """Thank the client for a payment."""
    payment = Payment.objects.select_related("invoice__client").filter(pk=message.ids["payment"]).first()
    if payment is not None:
        _queue(
            "payment_receipt", payment.invoice, key=f"payment:{payment.pk}", subject=("payment", payment.pk)
        )


def queue_invoice(*, invoice_id: UUID | str, again: str = "") -> None:
    """Queue the mail of an invoice or credit note. `again` makes it a message of its own."""
    invoice = Invoice.objects.select_related("client").get(pk=invoice_id)
    name = "credit_note" if invoice.kind == Invoice.Kind.CREDIT_NOTE else "invoice"
    key = f"invoice:{invoice.pk}" + (f":{again}" if again else "")
    _queue(name, invoice, key=key, subject=("invoice", invoice.pk))


def _queue(name: str, invoice: Invoice, *, key: str, subject: tuple[str, UUID]) -> None:
    client = invoice.client
    queue_email(
        key=key,
        template=name,
        recipient=client.email,
        recipient_name=client.name,
        client_id=client.pk,
        subject_type=subject[0],
        subject_id=subject[1],
    )


@template("invoice")
def invoice_mail(delivery: Delivery) -> Letter:
    """An invoice, with the PDF attached."""
    invoice = _invoice(delivery.about)
    studio = str(invoice.seller.get("name") or invoice.seller.get("legal_name", ""))
    due = invoice.balance > 0
    pay = _how_to_pay(invoice) if due else ("It is paid already: nothing is left to do.",)
    return Letter(
        subject=f"Invoice {invoice.number} from {studio}: {_money(invoice, invoice.total)}",
        preview=f"{_money(invoice, invoice.balance)} due by {day_text(invoice.due_on)}."
        if due
        else "It is paid.",
        mark="Invoice" if due else "✓ Paid",
        tone="info" if due else "good",
        heading="Your invoice",
        paragraphs=(
            f"Here is what is open at {studio}. The PDF is attached." if due else "The PDF is attached.",
        ),
        when=(
            f"{_money(invoice, invoice.balance if due else invoice.total)} {invoice.currency}",
            f"Due by {day_text(invoice.due_on)}" if due else "Paid",
        ),
        facts=(
            *(
                (("Total", _money(invoice, invoice.total)),)
                if due and invoice.balance != invoice.total
                else ()
            ),
            ("Invoice", invoice.number),
            ("Issued", day_text(invoice.issued_on)),
        ),
        button=_button(invoice),
        after=pay,
        why=f"You get this because you are a client of {studio}.",
        attachments=((f"{invoice.number}.pdf", pdf_of(invoice), PDF),),
        reply_to=str(invoice.seller.get("email", "")),
    )


@template("credit_note")
def credit_note_mail(delivery: Delivery) -> Letter:
    """A credit note, with the PDF attached."""
    note = _invoice(delivery.about)
    studio = str(note.seller.get("name") or note.seller.get("legal_name", ""))
    corrected = note.corrects.number if note.corrects else ""
    return Letter(
        subject=f"Credit note {note.number} from {studio}: {_money(note, -note.total)}",
        preview=f"It corrects invoice {corrected}.",
        mark="Credit note",
        tone="good",
        heading="You owe less",
        paragraphs=(f"A credit note corrects your invoice {corrected}. The PDF is attached.",),
        when=(f"{_money(note, -note.total)} {note.currency}", f"Credited for invoice {corrected}"),
        facts=(("Credit note", note.number), ("Issued", day_text(note.issued_on))),
        button=_button(note),
        why=f"You get this because you are a client of {studio}.",
        attachments=((f"{note.number}.pdf", pdf_of(note), PDF),),
        reply_to=str(note.seller.get("email", "")),
    )


@template("payment_receipt")
def receipt_mail(delivery: Delivery) -> Letter:
    """Thanks for a payment, and what is left."""
    payment = Payment.objects.filter(pk=delivery.about).first()
    if payment is None:
        raise Suppress("The payment is not there any more.")
    if payment.refunds.filter(is_correction=True).exists():
        raise Suppress("The payment was taken back before this was sent.")
    invoice = _invoice(payment.invoice_id)
    studio = str(invoice.seller.get("name") or invoice.seller.get("legal_name", ""))
    amount, left = _money(invoice, payment.amount), invoice.balance
    rest = (
        "The invoice is paid. Thank you."
        if left <= 0
        else f"{_money(invoice, left)} of the invoice is still due"
    )
    return Letter(
        subject=f"Receipt: {amount} for invoice {invoice.number}",
        preview=rest,
        mark="✓ Received",
        tone="good",
        heading="Thank you for your payment",
        when=(f"{amount} {invoice.currency}", rest),
        facts=(
            ("Invoice", invoice.number),
            ("Received", day_text(payment.received_on)),
            ("By", str(payment.get_method_display())),
            *((("Reference", payment.reference),) if payment.reference else ()),
        ),
        button=_button(invoice),
        why=f"You get this because you are a client of {studio}.",
        reply_to=str(invoice.seller.get("email", "")),
    )


def _invoice(invoice_id: UUID) -> Invoice:
    return Invoice.objects.select_related("client", "corrects").get(pk=invoice_id)


def _money(invoice: Invoice, amount: object) -> str:
    return money_text(str(amount), invoice.currency)


def _button(invoice: Invoice) -> tuple[str, str] | None:
    """Return the way to the portal, for whom it opens."""
    word = "credit note" if invoice.kind == Invoice.Kind.CREDIT_NOTE else "invoice"
    return (f"See the {word}", page_of("portal_invoice", invoice.pk)) if invoice.client.user_id else None


def _how_to_pay(invoice: Invoice) -> tuple[str, ...]:
    e_transfer = str(invoice.seller.get("e_transfer_email", ""))
    first = f"Pay by e-Transfer to {e_transfer}, with {invoice.number} as the message." if e_transfer else ""
    words = " ".join(str(invoice.seller.get("payment_instructions", "")).split())
    return tuple(line for line in (first, words) if line)
