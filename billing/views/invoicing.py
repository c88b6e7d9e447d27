"""Invoicing a period: what would be made, making it, and how far it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import dateformat
from django.views.decorators.http import require_GET, require_POST

from billing import services
from billing.forms import PeriodForm
from billing.models import InvoiceRun
from billing.policies import fetch_run, require_billing
from billing.selectors import recent_runs, run_result
from fitflow.core.errors import Invalid
from studios.shared.decorators import staff_required


@require_GET
@staff_required
def invoicing(request: HttpRequest) -> HttpResponse:
    """Show what invoicing a period would make; the last closed month unless another is asked for."""
    require_billing(request.actor)  # type: ignore[attr-defined]
    asked = "period_from" in request.GET
    first, last = closed_month(services.studio_today())
    form = PeriodForm(request.GET) if asked else PeriodForm(initial={"period_from": first, "period_to": last})
    if asked:
        first, last = _dates(form) or (None, None)  # type: ignore[assignment]
    return _page(request, form, first, last)


@require_POST
@staff_required
def invoicing_start(request: HttpRequest) -> HttpResponse:
    """Start a run over the period that was previewed."""
    actor = request.actor  # type: ignore[attr-defined]
    require_billing(actor)
    form = PeriodForm(request.POST)
    dates = _dates(form)
    if dates is None:
        return _page(request, form, None, None)
    run = services.request_invoice_run(actor=actor, period_from=dates[0], period_to=dates[1])
    return redirect("invoice_run", run.pk)


@require_GET
@staff_required
def invoice_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show how far a run is, and then what it made."""
    return render(request, "studio/billing/run.html", _run(request, run_id))


@require_GET
@staff_required
def invoice_run_progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The part of that page which asks for itself until the run has ended."""
    return render(request, "studio/billing/_run.html", _run(request, run_id))


def closed_month(today: date) -> tuple[date, date]:
    """Return the first and last day of the month before this one."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def period_words(first: date, last: date) -> str:
    """Write a period: `October 2026` where it is a whole month, else `1 to 15 October 2026`."""
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    if whole and (first.year, first.month) == (last.year, last.month):
        return dateformat.format(first, "F Y")
    start = "j" if (first.year, first.month) == (last.year, last.month) else "j F"
    start = start if first.year == last.year else "j F Y"
    return f"{dateformat.format(first, start)} to {dateformat.format(last, 'j F Y')}"


def _dates(form: PeriodForm) -> tuple[date, date] | None:
    """Return the period that was asked for, or None where the form has to be mended first."""
    if not form.is_valid():
        return None
    first, last = form.cleaned_data["period_from"], form.cleaned_data["period_to"]
    try:
        services.check_period(first, last)
    except Invalid as error:
        form.refuse(error)
        return None
    return first, last


def _page(request: HttpRequest, form: PeriodForm, first: date | None, last: date | None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "runs": [(run, words_of(run)) for run in recent_runs()]}
    if first and last:
        preview = services.preview_invoices(actor=request.actor, period_from=first, period_to=last)  # type: ignore[attr-defined]
        context |= {
            "preview": preview,
            "words": period_words(first, last),
            "closed": last < services.studio_today(),
            "number_missing": _number_missing(),
        }
    return render(request, "studio/billing/invoicing.html", context, status=422 if form.errors else 200)


def words_of(run: InvoiceRun) -> str:
    """Write the period of a run."""
    return period_words(run.period_from, run.period_to)


def _number_missing() -> bool:
    """Whether tax is charged under a registration whose number the invoice could not show."""
    settings = services.billing_settings()
    return (settings.gst_registered and not settings.gst_number) or (
        settings.qst_registered and not settings.qst_number
    )


def _run(request: HttpRequest, run_id: UUID) -> dict[str, Any]:
    run = fetch_run(request.actor, run_id)  # type: ignore[attr-defined]
    return {
        "run": run,
        "words": words_of(run),
        "result": run_result(run) if run.finished_at else None,
        "progress_url": reverse("invoice_run_progress", args=[run.pk]),
        "again_url": f"{reverse('invoicing')}?period_from={run.period_from}&period_to={run.period_to}",
    }
