"""The billing API: tax quotes, invoice runs, invoices, payments, credit notes and refunds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing import services
from billing import shapes as shape
from billing.models import Invoice, InvoiceRun
from billing.policies import fetch_invoice, fetch_run, own_invoices, require_billing, visible_invoices
from billing.selectors import FILTERS, invoice_json, narrow_invoices, payment_json, refund_json
from billing.services.documents import printable_invoices
from billing.tax import Quote, TaxableLine, TaxError, quote
from fitflow.core.api import endpoint, paginate
from fitflow.core.api.inputs import checked, query_choice, query_id
from fitflow.core.api.schema import PAGE, page_of
from fitflow.core.errors import Invalid, NotPermitted

TAXES = ("gst", "hst", "pst", "qst", "net", "total")


@extend_schema(operation_id="tax_quote", request=shape.QuoteIn, responses=shape.QuoteOut)
@endpoint("POST")
def tax_quote(request: Request) -> Response:
    """Which sales taxes lines bear in a province on a day, per line and in total. Nothing is stored."""
    if not request.actor.is_staff:  # type: ignore[attr-defined]
        raise NotPermitted()
    asked = checked(shape.QuoteIn, request)
    try:
        answer = quote(
            province=asked["province"],
            on=asked["date"],
            lines=[TaxableLine(**line) for line in asked["lines"]],
        )
    except TaxError as error:
        raise Invalid(str(error), code=error.code, line=error.line) from error
    return Response(_quote_json(answer))


def _quote_json(answer: Quote) -> dict[str, Any]:
    lines = [
        {name: getattr(line, name) for name in TAXES}
        | {"category": line.category, "treatment": line.treatment, "taxes": _taxes_json(line.taxes)}
        for line in answer.lines
    ]
    totals = {name: getattr(answer.totals, name) for name in TAXES}
    return {"lines": lines, "totals": totals, "taxes": _taxes_json(answer.taxes)}


def _taxes_json(taxes: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {"name": tax.name, "rate": tax.percent_text, "base": tax.base, "amount": tax.amount} for tax in taxes
    ]


@extend_schema(operation_id="invoice_runs_add", request=shape.RunIn, responses={202: shape.RunOut})
@endpoint("POST")
def invoice_runs(request: Request) -> Response:
    """Invoice the sessions of a period, both days included; ask for the run to see how far it is."""
    require_billing(request.actor)  # type: ignore[attr-defined]
    asked = checked(shape.RunIn, request)
    run = services.request_invoice_run(
        actor=request.actor,  # type: ignore[attr-defined]
        period_from=asked["from"],
        period_to=asked["to"],
        client_id=asked.get("client"),
    )
    return Response(_run_json(run), status=202)


@extend_schema(operation_id="invoice_runs_get", responses=shape.RunOut)
@endpoint("GET")
def invoice_run(request: Request, run_id: UUID) -> Response:
    """How far a run is, what it made, and whom it could not invoice."""
    return Response(_run_json(fetch_run(request.actor, run_id)))  # type: ignore[attr-defined]


def _run_json(run: InvoiceRun) -> dict[str, Any]:
    made = run.invoices.order_by("sequence").values("id", "number", "client", "total")
    return {
        "id": run.pk,
        "status": run.status,
        "from": run.period_from,
        "to": run.period_to,
        "client": run.client_id,
        "total": run.total,
        "done": run.done,
        "invoices": list(made),
        "errors": run.errors,
        "finished_at": run.finished_at,
    }


@extend_schema(
    operation_id="invoices_list",
    parameters=[
        OpenApiParameter("q", str, description="Words of the number or the client's name."),
        OpenApiParameter("status", str, enum=FILTERS),
        OpenApiParameter("client", UUID),
        *PAGE,
    ],
    responses=page_of(shape.InvoiceOut, "InvoicePage"),
)
@endpoint("GET")
def invoices(request: Request) -> Response:
    """The invoices and credit notes you may see, the newest first."""
    rows = visible_invoices(request.actor)  # type: ignore[attr-defined]
    if client := query_id(request, "client"):
        rows = rows.filter(client_id=client)
    rows = narrow_invoices(
        rows,
        today=services.studio_today(),
        words=request.query_params.get("q", "")[:200],
        status=query_choice(request, "status", list(FILTERS)) or "",
    )
    return paginate(request, printable_invoices(rows), _invoices_json)


@extend_schema(operation_id="invoices_get", responses=shape.InvoiceOut)
@endpoint("GET")
def invoice(request: Request, invoice_id: UUID) -> Response:
    """One invoice or credit note, with its lines, taxes and payments."""
    found = fetch_invoice(request.actor, invoice_id)  # type: ignore[attr-defined]
    return Response(_invoice_json(found))


@extend_schema(
    operation_id="invoices_pdf",
    responses={(200, "application/pdf"): OpenApiResponse(bytes, description="The PDF.")},
)
@endpoint("GET")  # type: ignore[arg-type]  # a file is no JSON
def invoice_pdf(request: Request, invoice_id: UUID) -> HttpResponse:
    """The document as it stands now."""
    found = fetch_invoice(request.actor, invoice_id)  # type: ignore[attr-defined]
    return pdf_response(found)


def pdf_response(invoice: Invoice) -> HttpResponse:
    """Answer an invoice's PDF, to be saved under its number."""
    response = HttpResponse(services.pdf_of(invoice), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{invoice.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@extend_schema(operation_id="payments_add", request=shape.PaymentIn, responses={201: shape.PaymentOut})
@endpoint("POST")
def payments(request: Request, invoice_id: UUID) -> Response:
    """Record money received for an invoice; more than is owed is a CONFLICT."""
    actor = request.actor  # type: ignore[attr-defined]
    require_billing(actor)
    fetch_invoice(actor, invoice_id)
    asked = checked(shape.PaymentIn, request)
    received_on = asked.pop("received_on", None) or services.studio_today()
    payment = services.record_payment(actor=actor, invoice_id=invoice_id, received_on=received_on, **asked)
    return Response(payment_json(payment), status=201)


@extend_schema(operation_id="credit_notes_add", request=shape.CreditIn, responses={201: shape.InvoiceOut})
@endpoint("POST")
def credit_notes(request: Request, invoice_id: UUID) -> Response:
    """Credit some lines of an invoice, or all that are left where `lines` is not given."""
    actor = request.actor  # type: ignore[attr-defined]
    require_billing(actor)
    fetch_invoice(actor, invoice_id)
    asked = checked(shape.CreditIn, request)
    note = services.credit_invoice(
        actor=actor, invoice_id=invoice_id, lines=asked.get("lines"), reason=asked["reason"]
    )
    return Response(_invoice_json(note), status=201)


@extend_schema(operation_id="refunds_add", request=shape.RefundIn, responses={201: shape.RefundOut})
@endpoint("POST")
def refunds(request: Request, payment_id: UUID) -> Response:
    """Give back part or all of a payment; `is_correction` says that it was a slip and no money moved."""
    actor = request.actor  # type: ignore[attr-defined]
    require_billing(actor)
    asked = checked(shape.RefundIn, request)
    return Response(
        refund_json(services.refund_payment(actor=actor, payment_id=payment_id, **asked)), status=201
    )


@extend_schema(
    operation_id="portal_invoices", parameters=PAGE, responses=page_of(shape.InvoiceOut, "OwnInvoicePage")
)
@endpoint("GET")
def portal_invoices(request: Request) -> Response:
    """A client's own invoices and credit notes, the newest first."""
    rows = own_invoices(request.actor)  # type: ignore[attr-defined]
    return paginate(request, printable_invoices(rows), _invoices_json)


def _invoices_json(rows: Sequence[Invoice]) -> list[dict[str, Any]]:
    today = services.studio_today()
    return [invoice_json(row, today=today) for row in rows]


def _invoice_json(found: Invoice) -> dict[str, Any]:
    return invoice_json(printable_invoices().get(pk=found.pk), today=services.studio_today())
