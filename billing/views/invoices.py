"""The invoices of a studio: the list, one of them, and what is done with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing import services
from billing.forms import CreditForm, PaymentForm, RefundForm
from billing.models import Invoice, Payment
from billing.pdf.words import printed
from billing.policies import fetch_invoice, fetch_payment, may_bill, require_billing, visible_invoices
from billing.selectors import (
    FILTERS,
    history_of,
    invoice_totals,
    late_first,
    mails_of,
    month_figures,
    narrow_invoices,
)
from billing.services.documents import document_of, printable_invoices
from fitflow.core.api.throttles import slow_down_mail
from fitflow.core.errors import Conflict, FitFlowError
from fitflow.core.flash import undoable
from fitflow.core.formats import money_text
from fitflow.core.money import ZERO
from studios.shared.decorators import member_required, staff_required

PER_PAGE = 25
FILTER_WORDS = {
    "": "All",
    "open": "Open",
    "overdue": "Late",
    "paid": "Paid",
    "credited": "Credited",
    "credit_note": "Credit notes",
}
HISTORY = {
    "invoice.issued": "Issued",
    "invoice.credited": "Credit note issued",
    "invoice.mailed_again": "Mailed again",
    "payment.recorded": "Payment recorded",
    "payment.undone": "Payment taken back",
    "payment.refunded": "Refunded",
}


@require_GET
@staff_required
def invoice_list(request: HttpRequest) -> HttpResponse:
    """Show the invoices, late ones first; typing in the search replaces the rows alone."""
    actor = request.actor  # type: ignore[attr-defined]
    today = services.studio_today()
    seen = visible_invoices(actor)
    status = request.GET.get("status", "")
    words = request.GET.get("q", "")[:200]
    found = narrow_invoices(seen, today=today, words=words, status=status if status in FILTERS else "")
    page = Paginator(late_first(found, today=today), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(invoice, shown_status(invoice), (today - invoice.due_on).days) for invoice in page.object_list]
    context: dict[str, Any] = {
        "page_obj": page,
        "rows": rows,
        "narrowed": bool(words or status),
        "may_bill": may_bill(actor),
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "studio/billing/_invoice_rows.html", context)
    context |= {
        "totals": invoice_totals(seen, today=today),
        "month": month_figures(today) if may_bill(actor) else None,
        "today": today,
        "filters": FILTER_WORDS,
        "status": status,
        "words": words,
    }
    return render(request, "studio/billing/invoices.html", context)


@require_GET
@staff_required
def invoice_detail(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Show one invoice as it is printed, with its payments and what can be done with it."""
    fetch_invoice(request.actor, invoice_id)  # type: ignore[attr-defined]
    return _detail(request, invoice_id)


@require_GET
@member_required
def invoice_pdf(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Give the document as it stands now, to be saved under its number."""
    invoice = fetch_invoice(request.actor, invoice_id)  # type: ignore[attr-defined]
    headers = {
        "Content-Disposition": f'attachment; filename="{invoice.number}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(services.pdf_of(invoice), content_type="application/pdf", headers=headers)


@require_POST
@staff_required
def payment_record(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Record a payment; the flash offers to undo it."""
    actor = request.actor  # type: ignore[attr-defined]
    require_billing(actor)
    invoice = fetch_invoice(actor, invoice_id)
    form = PaymentForm(request.POST, prefix="payment")
    if form.is_valid():
        try:
            payment = services.record_payment(actor=actor, invoice_id=invoice_id, **form.cleaned_data)
        except Conflict as error:
            form.refuse(error)
        except FitFlowError as error:
            if error.status in {403, 404}:
                raise
            form.refuse(error)
        else:
            amount = money_text(payment.amount, invoice.currency)
            undo = reverse("payment_undo", args=[payment.pk])
            undoable(request, f"Payment of {amount} from {invoice.client.name} recorded.", undo)
            return redirect("invoice_detail", invoice_id)
    return _detail(request, invoice_id, payment_form=form)


@require_POST
@staff_required
def payment_undo(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Take back a payment that was a slip."""
    actor = request.actor  # type: ignore[attr-defined]
    payment = fetch_payment(actor, payment_id)
    try:
        services.undo_payment(actor=actor, payment_id=payment_id)
    except Conflict as error:
        messages.info(request, error.message)
    else:
        messages.success(request, f"The payment of {money_text(payment.amount)} was taken back.")
    return redirect("invoice_detail", payment.invoice_id)


@require_POST
@staff_required
def payment_refund(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Give back part or all of a payment."""
    actor = request.actor  # type: ignore[attr-defined]
    payment = fetch_payment(actor, payment_id)
    form = RefundForm(request.POST, prefix=f"refund-{payment.pk}")
    if form.is_valid():
        try:
            refund = services.refund_payment(actor=actor, payment_id=payment_id, **form.cleaned_data)
        except FitFlowError as error:
            form.refuse(error)
        else:
            messages.success(request, f"A refund of {money_text(refund.amount)} is in the books.")
            return redirect("invoice_detail", payment.invoice_id)
    return _detail(request, payment.invoice_id, refund_forms={payment.pk: form})


@require_POST
@staff_required
def invoice_credit(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Credit the chosen lines."""
    actor = request.actor  # type: ignore[attr-defined]
    require_billing(actor)
    invoice = fetch_invoice(actor, invoice_id)
    rows = invoice.lines.prefetch_related("taxes")
    form = CreditForm(request.POST, rows=rows, prefix="credit")
    if form.is_valid():
        try:
            note = services.credit_invoice(
                actor=actor, invoice_id=invoice_id, lines=form.wanted(), reason=form.cleaned_data["reason"]
            )
        except FitFlowError as error:
            if error.status in {403, 404}:
                raise
            form.refuse(error)
        else:
            messages.success(request, f"Credit note {note.number} over {money_text(-note.total)} is issued.")
            return redirect("invoice_detail", invoice_id)
    return _detail(request, invoice_id, credit_form=form)


@require_POST
@staff_required
def invoice_mail(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Mail the client the invoice once more."""
    slow_down_mail(request.user.pk)
    try:
        invoice = services.send_invoice_again(actor=request.actor, invoice_id=invoice_id)  # type: ignore[attr-defined]
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"We are mailing {invoice.number} to {invoice.client.email}.")
    return redirect("invoice_detail", invoice_id)


def shown_status(invoice: Invoice) -> str:
    """Return the state people act on: a credit note is one, an open invoice past its due day is overdue."""
    if invoice.kind == Invoice.Kind.CREDIT_NOTE:
        return "credit_note"
    return "overdue" if invoice.is_overdue(services.studio_today()) else str(invoice.status)


def _detail(
    request: HttpRequest,
    invoice_id: UUID,
    *,
    payment_form: PaymentForm | None = None,
    credit_form: CreditForm | None = None,
    refund_forms: dict[UUID, RefundForm] | None = None,
) -> HttpResponse:
    """Show the invoice; a form that was refused is open, with what was typed."""
    invoice = printable_invoices().get(pk=invoice_id)
    today = services.studio_today()
    refused = payment_form or credit_form or refund_forms
    context = {
        "invoice": invoice,
        "printed": printed(document_of(invoice)),
        "state": shown_status(invoice),
        "days_late": (today - invoice.due_on).days,
        "may_bill": may_bill(request.actor),  # type: ignore[attr-defined]
        "payments": [_payment(row, refund_forms or {}) for row in invoice.payments.all()],
        "payment_form": payment_form or PaymentForm.of(invoice, today=today),
        "credit_form": credit_form or CreditForm(rows=invoice.lines.all(), prefix="credit"),
        "creditable": invoice.kind == Invoice.Kind.INVOICE and invoice.amount_credited < invoice.total,
        "mails": mails_of(invoice),
        "history": [(event, HISTORY.get(event.action, event.action)) for event in history_of(invoice)],
    }
    return render(request, "studio/billing/invoice.html", context, status=422 if refused else 200)


def _payment(payment: Payment, refused: dict[UUID, RefundForm]) -> dict[str, Any]:
    refunds = list(payment.refunds.all())
    left = payment.amount - sum((refund.amount for refund in refunds), ZERO)
    blank = RefundForm(initial={"amount": left}, prefix=f"refund-{payment.pk}")
    return {
        "row": payment,
        "left": left,
        "form": refused.get(payment.pk, blank),
        "refunds": [refund for refund in refunds if not refund.is_correction],
        "undone": not left and any(refund.is_correction for refund in refunds),
    }
