"""The price list, and how the studio invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing import services
from billing.forms import BillingSettingsForm, ServiceForm, category_label
from billing.models import BillingSettings
from billing.policies import require_billing
from billing.tax import TaxableLine, TaxError, quote
from fitflow.core.errors import Conflict, FitFlowError
from fitflow.core.flash import undoable
from studios.shared.decorators import staff_required
from studios.shared.models import Province
from studios.shared.policies import Capability, require
from trainers.models import Service
from trainers.policies import fetch_service
from trainers.services import retire_service, save_service


@require_GET
@staff_required
def price_list(request: HttpRequest) -> HttpResponse:
    """Show what is sold now, with its tax category and what a client pays in the end."""
    require(request.actor, Capability.PRICES_MANAGE)  # type: ignore[attr-defined]
    rows, kept = list(Service.objects.all()), services.billing_settings()
    context = {
        "offered": [_priced(row, kept) for row in rows if row.is_active],
        "retired": [_priced(row, kept) for row in rows if not row.is_active],
        "province": Province(kept.province).label,
    }
    return render(request, "studio/billing/prices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def service_new(request: HttpRequest) -> HttpResponse:
    """Add a service to the price list."""
    require(request.actor, Capability.PRICES_MANAGE)  # type: ignore[attr-defined]
    return _service_form(request, ServiceForm(request.POST or None), None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def service_edit(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Change a service from now on; what is booked keeps its price."""
    actor = request.actor  # type: ignore[attr-defined]
    require(actor, Capability.PRICES_MANAGE)
    service = fetch_service(actor, service_id)
    form = ServiceForm(request.POST) if request.method == "POST" else ServiceForm.of(service)
    return _service_form(request, form, service)


@require_POST
@staff_required
def service_retire(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Stop offering a service."""
    service = retire_service(actor=request.actor, service_id=service_id)  # type: ignore[attr-defined]
    undoable(request, f"{service.name} is not offered any more.", reverse("service_offer", args=[service.pk]))
    return redirect("price_list")


@require_POST
@staff_required
def service_offer(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Offer a retired service again."""
    try:
        service = retire_service(actor=request.actor, service_id=service_id, retired=False)  # type: ignore[attr-defined]
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{service.name} is offered again.")
    return redirect("price_list")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def billing_settings(request: HttpRequest) -> HttpResponse:
    """Show and change how the studio invoices."""
    actor = request.actor  # type: ignore[attr-defined]
    require_billing(actor)
    kept = services.billing_settings()
    form = BillingSettingsForm(request.POST) if request.method == "POST" else BillingSettingsForm.of(kept)
    if form.is_valid():
        try:
            services.save_billing_settings(actor=actor, **form.cleaned_data)
        except (FitFlowError, ValidationError) as error:
            form.refuse(error)
        else:
            messages.success(
                request, "Saved. The next invoice is printed this way; issued ones stay as they are."
            )
            return redirect("billing_settings")
    return render(
        request,
        "studio/billing/settings.html",
        {"form": form, "kept": kept},
        status=422 if form.errors else 200,
    )


def _service_form(request: HttpRequest, form: ServiceForm, service: Service | None) -> HttpResponse:
    if form.is_valid():
        try:
            saved = save_service(
                actor=request.actor,  # type: ignore[attr-defined]
                service_id=service.pk if service else None,
                **form.values(),
            )
        except (FitFlowError, ValidationError) as error:
            form.refuse(error)
        else:
            messages.success(request, f"{saved.name} is on the price list.")
            return redirect("price_list")
    context = {"form": form, "service": service}
    return render(request, "studio/billing/service.html", context, status=422 if form.errors else 200)


def _priced(service: Service, kept: BillingSettings) -> dict[str, Any]:
    """Return a service with its category in words and what a client pays today, in the province of the settings."""
    try:
        answer = quote(
            province=kept.province,
            on=services.studio_today(),
            lines=[
                TaxableLine(
                    amount=service.price,
                    category=service.tax_category,
                    price_includes_tax=service.price_includes_tax,
                )
            ],
            registered=kept.gst_registered,
            qst_registered=kept.qst_registered,
            pst_registered=kept.pst_registered,
        )
        total: Decimal | None = answer.totals.total
        taxes = ", ".join(f"{tax.name} {tax.percent_text}%" for tax in answer.taxes)
    except TaxError:
        total, taxes = None, "Tax not known"
    return {
        "row": service,
        "category": category_label(service.tax_category),
        "taxes": taxes or "No tax",
        "total": total,
    }
