"""Saying what a file's columns and values mean."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from fitflow.core.errors import Conflict
from fitflow.core.refusals import REFUSALS, show_refusal
from studios.shared.requests import StudioRequest
from trainers.import_forms import ColumnsForm, ValuesForm, columns_initial
from trainers.import_policies import fetch_import
from trainers.importing.fields import PRESET_LABELS
from trainers.models import Import
from trainers.services import importing
from trainers.services.importing.mapping import (
    OPEN_STATES,
    choices_here,
    first_mapping,
    samples_of,
    values_of,
)
from trainers.views.imports import managers


@require_http_methods(["GET", "POST"])
@managers
def import_columns(request: StudioRequest, import_id: UUID) -> HttpResponse:
    """Say which column holds what."""
    batch = fetch_import(request.actor, import_id)
    if batch.state not in OPEN_STATES:
        return redirect("import_detail", batch.pk)
    begin = batch.mapping if batch.mapping.get("columns") else first_mapping(batch)
    form = ColumnsForm(
        request.POST or None, batch=batch, samples=samples_of(batch), initial=columns_initial(begin)
    )
    if request.method == "POST" and form.is_valid():
        try:
            importing.save_columns(actor=request.actor, import_id=batch.pk, **form.chosen())
            if batch.kind == Import.Kind.CLIENTS:
                importing.request_check(actor=request.actor, import_id=batch.pk)
        except REFUSALS as error:
            show_refusal(form, error)
        else:
            return _after_columns(batch)
    return _page(request, "columns", batch, form, preset=PRESET_LABELS.get(batch.preset, ""))


def _after_columns(batch: Import) -> HttpResponse:
    return redirect("import_detail" if batch.kind == Import.Kind.CLIENTS else "import_values", batch.pk)


@require_http_methods(["GET", "POST"])
@managers
def import_values(request: StudioRequest, import_id: UUID) -> HttpResponse:
    """Say which of the studio's services, trainers and places the file's values mean."""
    batch = fetch_import(request.actor, import_id)
    if (
        batch.state not in OPEN_STATES
        or not batch.mapping.get("columns")
        or batch.kind == Import.Kind.CLIENTS
    ):
        return redirect("import_detail", batch.pk)
    form = ValuesForm(request.POST or None, found=values_of(batch), here=choices_here(), saved=batch.mapping)
    if request.method == "POST" and form.is_valid():
        try:
            importing.save_values(actor=request.actor, import_id=batch.pk, **form.chosen())
            importing.request_check(actor=request.actor, import_id=batch.pk)
        except Conflict as error:
            messages.error(request, error.message)
            return redirect("import_detail", batch.pk)
        except REFUSALS as error:
            show_refusal(form, error)
        else:
            return redirect("import_detail", batch.pk)
    return _page(request, "values", batch, form)


def _page(request: StudioRequest, name: str, batch: Import, form: Any, **more: Any) -> HttpResponse:
    context = {"batch": batch, "form": form, **more}
    return render(request, f"studio/imports/{name}.html", context, status=422 if form.errors else 200)
