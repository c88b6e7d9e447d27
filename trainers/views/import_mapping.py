"""Saying what a file's columns and values mean."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from fitflow.core.errors import Conflict
from fitflow.core.refusals import REFUSALS, show_refusal
from studios.shared.requests import StudioRequest
from trainers.import_forms import SHOWN, ColumnsForm, ValuesForm, columns_initial, pairs_of
from trainers.import_policies import fetch_import
from trainers.importing.fields import PRESET_LABELS
from trainers.importing.files import looks_like_data
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
    preset = PRESET_LABELS.get(batch.preset, "")
    return _page(request, "columns", batch, form, preset=preset, assumed=_assumed(batch))


def _assumed(batch: Import) -> list[tuple[str, str]]:
    """Return what was assumed of how the file is written, in sentences, each with its tone."""
    found: list[tuple[str, str]] = []
    names = "look at names with accents in the samples."
    if batch.encoding == "mixed":
        found.append((f"The file mixes two encodings. We read both; {names}", "info"))
    elif batch.mended_lines:
        found.append((f"The file is not written in UTF-8. We read it as {batch.encoding}; {names}", "info"))
    if looks_like_data(batch.header):
        words = "The first row looks like data, not like headings, and is not imported."
        found.append((f"{words} Put a row of headings above it and upload the file again.", "warning"))
    elif batch.header_row > 1:
        words = f"Row {batch.header_row} is read as the headings. What stands above it is not imported."
        found.append((words, "info"))
    return found


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
    form, page = _values_form(request, batch)
    if request.method == "POST" and form.is_valid():
        try:
            importing.save_values(actor=request.actor, import_id=batch.pk, **form.chosen())
            if page.has_next():
                return redirect(f"{reverse('import_values', args=[batch.pk])}?page={page.next_page_number()}")
            importing.request_check(actor=request.actor, import_id=batch.pk)
        except REFUSALS as error:
            if isinstance(error, Conflict) and error.details.get("conflict") == "status":
                messages.error(request, error.message)
                return redirect("import_detail", batch.pk)
            show_refusal(form, error)
        else:
            return redirect("import_detail", batch.pk)
    return _page(request, "values", batch, form, page=page, back=_way_back(batch, page))


def _way_back(batch: Import, page: Page[Any]) -> tuple[str, str]:
    """Return the address and the name of what comes before a page of values."""
    if page.has_previous():
        address = reverse("import_values", args=[batch.pk])
        return f"{address}?page={page.previous_page_number()}", "Values before"
    return reverse("import_columns", args=[batch.pk]), "Columns"


def _values_form(request: StudioRequest, batch: Import) -> tuple[ValuesForm, Page[Any]]:
    """Return the form of some of the file's values, and which of its pages it is."""
    found = values_of(batch)
    page = Paginator(pairs_of(found), SHOWN).get_page(request.GET.get("page"))
    form = ValuesForm(
        request.POST or None,
        batch=batch,
        found=found,
        here=choices_here(),
        shown=list(page.object_list),
        first=page.number == 1,
    )
    return form, page


def _page(request: StudioRequest, name: str, batch: Import, form: Any, **more: Any) -> HttpResponse:
    context = {"batch": batch, "form": form, **more}
    return render(request, f"studio/imports/{name}.html", context, status=422 if form.errors else 200)
