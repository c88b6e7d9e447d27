from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from billing.models import Entry, Invoice, Payment, Refund
from billing.policies import fetch_invoice, fetch_payment, require_billing
from billing.services.ledger import BANK, CASH, RECEIVABLE, Side, post_entry
from billing.services.settings import studio_today
from fitflow.core import outbox
from fitflow.core.db import refusals
from fitflow.core.errors import Conflict, Invalid
from fitflow.core.formats import money_text
from fitflow.core.money import ZERO, to_cents
from studios.services import record_event
from studios.shared.policies import Actor

EARLIEST = date(2000, 1, 1)


def record_payment(
    *,
    actor: Actor,
    invoice_id: UUID | str,
    amount: Decimal,
    method: str,
    received_on: date,
    reference: str = "",
) -> Payment:
    """Record money received for an invoice, post it, and move the invoice's status.

    `amount` is in the invoice's currency with at most two decimals. Raises NotPermitted, NotFound, Invalid, and Conflict
    (`amount`) where more would be paid than is owed. Two payments at once queue up at the invoice's row.
    """
    require_billing(actor)
    fetch_invoice(actor, invoice_id)
    _check_amount(amount)
    if method not in Payment.Method.values:
        raise Invalid("Choose how the money came.", field="method")
    if received_on > studio_today():
        raise Invalid("The day it was received cannot be in the future.", field="received_on")
    if received_on < EARLIEST:
        raise Invalid("That day is too long ago. Check the year.", field="received_on")
    with refusals(_refused), transaction.atomic():
        invoice = lock_invoice(invoice_id)
        _check_owed(invoice, amount)
        payment = Payment.objects.create(
            invoice=invoice,
            amount=to_cents(amount),
            method=method,
            reference=reference.strip(),
            received_on=received_on,
            recorded_by=actor.user_id,
        )
        post_entry(
            on=received_on,
            source=Entry.Source.PAYMENT,
            source_id=payment.pk,
            memo=f"Payment for {invoice.number}",
            sides=[
                Side(account=_purse(method), amount=amount),
                Side(account=RECEIVABLE, amount=-amount, client_id=invoice.client_id),
            ],
        )
        settle(invoice, paid=amount)
        outbox.publish("payment.recorded", invoice=invoice.pk, payment=payment.pk)
        record_event(
            actor=actor, action="payment.recorded", subject=payment, invoice=invoice.number, amount=amount
        )
    return payment


def refund_payment(
    *, actor: Actor, payment_id: UUID | str, amount: Decimal, reason: str, is_correction: bool = False
) -> Refund:
    """Give back part or all of a payment and post it; the invoice is owed again by that much.

    `is_correction` says that no money moved: the payment was a slip. Raises NotPermitted, NotFound, Invalid, and Conflict
    (`amount`) where more would be given back than is left of the payment.
    """
    payment = fetch_payment(actor, payment_id)
    _check_amount(amount)
    if not reason.strip():
        raise Invalid("Say why the money is given back.", field="reason")
    with refusals(_refused), transaction.atomic():
        invoice = lock_invoice(payment.invoice_id)
        _check_left(payment, amount)
        refund = Refund.objects.create(
            payment=payment,
            amount=to_cents(amount),
            reason=reason.strip(),
            refunded_on=studio_today(),
            recorded_by=actor.user_id,
            is_correction=is_correction,
        )
        post_entry(
            on=refund.refunded_on,
            source=Entry.Source.REFUND,
            source_id=refund.pk,
            memo=f"{'Correction' if is_correction else 'Refund'} for {invoice.number}",
            sides=[
                Side(account=RECEIVABLE, amount=amount, client_id=invoice.client_id),
                Side(account=_purse(payment.method), amount=-amount),
            ],
        )
        settle(invoice, paid=-amount)
        action = "payment.undone" if is_correction else "payment.refunded"
        record_event(actor=actor, action=action, subject=payment, invoice=invoice.number, amount=amount)
    return refund


def undo_payment(*, actor: Actor, payment_id: UUID | str) -> Refund:
    """Take back a payment that was recorded by mistake: a correction of whatever is left of it.

    Raises NotPermitted, NotFound, and Conflict where nothing is left to undo.
    """
    payment = fetch_payment(actor, payment_id)
    left = left_of(payment)
    if not left:
        raise Conflict("This payment was taken back already.", conflict="amount")
    return refund_payment(
        actor=actor, payment_id=payment.pk, amount=left, reason="Recorded by mistake", is_correction=True
    )


def left_of(payment: Payment) -> Decimal:
    """Return what of a payment has not been given back."""
    left: Decimal = payment.amount - (payment.refunds.aggregate(sum=Sum("amount"))["sum"] or ZERO)
    return left


def lock_invoice(invoice_id: UUID | str) -> Invoice:
    """Return the invoice with its row locked until the transaction ends: whoever settles it queues up here."""
    return Invoice.objects.select_for_update(of=("self",)).select_related("client").get(pk=invoice_id)


def settle(invoice: Invoice, *, paid: Decimal = ZERO, credited: Decimal = ZERO) -> None:
    """Add to what was paid and credited on a locked invoice, and let the status follow."""
    invoice.amount_paid += paid
    invoice.amount_credited += credited
    invoice.status = invoice.settled_status
    invoice.save(update_fields=["amount_paid", "amount_credited", "status"])


def _purse(method: str) -> str:
    return CASH if method == Payment.Method.CASH else BANK


def _check_amount(amount: Decimal) -> None:
    if not amount.is_finite() or amount <= 0:
        raise Invalid("Enter an amount above zero.", field="amount")
    if amount != to_cents(amount):
        raise Invalid("Enter an amount with at most two decimals.", field="amount")


def _check_owed(invoice: Invoice, amount: Decimal) -> None:
    if invoice.kind == Invoice.Kind.CREDIT_NOTE:
        raise Invalid(f"{invoice.number} is a credit note: nothing is owed on it.", field="amount")
    owed = max(invoice.balance, ZERO)
    if amount > owed:
        left = f"{money_text(owed, invoice.currency)} is still owed" if owed else "Nothing is owed any more"
        raise Conflict(
            f"{left} on {invoice.number}: enter no more than that.", field="amount", conflict="amount"
        )


def _check_left(payment: Payment, amount: Decimal) -> None:
    left = left_of(payment)
    if amount > left:
        raise Conflict(
            f"{money_text(left)} of this payment is left: enter no more than that.",
            field="amount",
            conflict="amount",
        )


def _refused(name: str, state: str) -> Exception | None:
    """The database's own guards, for whoever slipped past the checks above."""
    if name.startswith("refund_within_payment"):
        return Conflict("More would be given back than was paid.", field="amount", conflict="amount")
    if name.startswith(("invoice_settled", "invoice_status_follows")):
        return Conflict(
            "Something else was just recorded on this invoice. Look again.", field="amount", conflict="amount"
        )
    return None
