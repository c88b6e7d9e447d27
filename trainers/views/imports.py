"""Moving in: the imports there were, a new file, and one import from its dry run to its undo."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fitflow.core.errors import Conflict, Invalid
from fitflow.core.refusals import REFUSALS, show_refusal
from studios.shared.decorators import roles_required
from studios.shared.models import Role
from studios.shared.requests import StudioRequest
from trainers.import_forms import UploadForm
from trainers.import_messages import to_tell
from trainers.import_policies import fetch_import
from trainers.models import Import
from trainers.selectors_imports import LISTS, imports_here, problems_csv, rows_in, say_what_was_read
from trainers.services import importing

PER_PAGE = 50
managers = roles_required(Role.OWNER, Role.MANAGER)


@require_GET
@managers
def import_list(request: StudioRequest) -> HttpResponse:
    """Show the imports there were, and the way to a new one."""
    page = Paginator(imports_here(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "studio/imports/list.html", {"page": page})


@require_http_methods(["GET", "POST"])
@managers
def import_new(request: StudioRequest) -> HttpResponse:
    """Take in a file."""
    form = UploadForm(request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind")})
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = importing.start_import(
                actor=request.actor,
                kind=form.cleaned_data["kind"],
                file_name=file.name or "file",
                file=file.file,
                size=file.size,
            )
        except REFUSALS as error:
            show_refusal(form, error)
        else:
            return redirect("import_detail", batch.pk)
    return render(request, "studio/imports/new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@managers
def import_detail(request: StudioRequest, import_id: UUID) -> HttpResponse:
    """Show where an import stands: how far it is, what the dry run found, or what it made."""
    batch = fetch_import(request.actor, import_id)
    if batch.state == Import.State.MAPPING:
        return redirect("import_columns", batch.pk)
    return _detail(request, batch)


def _detail(request: StudioRequest, batch: Import, *, status: int = 200, **more: Any) -> HttpResponse:
    context: dict[str, Any] = {"batch": batch, **_progress(batch), **more}
    if batch.state in {Import.State.CHECKED, Import.State.DONE}:
        context |= _rows(request, batch)
    if batch.state == Import.State.DONE and batch.kind == Import.Kind.TIMETABLE and not batch.told_at:
        context["to_tell"] = to_tell(batch).count()
    return render(request, "studio/imports/detail.html", context, status=status)


def _rows(request: StudioRequest, batch: Import) -> dict[str, Any]:
    """Return the list of rows that is looked at; after the import only what was left out is still there."""
    kept = ["problem"] if batch.state == Import.State.DONE else list(LISTS)
    lists = [(key, LISTS[key], batch.counts.get(key, 0)) for key in kept if batch.counts.get(key)]
    shown = request.GET.get("show", "")
    if shown not in {key for key, _, _ in lists}:
        shown = lists[0][0] if lists else ""
    text = request.GET.get("q", "").strip()[:100]
    page = Paginator(rows_in(batch, shown, text), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    say_what_was_read(page.object_list)
    return {"lists": lists, "shown": shown, "text": text, "page": page}


def _progress(batch: Import) -> dict[str, Any]:
    if not batch.is_busy:
        return {}
    labels = {
        "reading": "Reading the calendar",
        "checking": "Checking rows" if batch.read < batch.total else "Comparing with what is here",
        "importing": "Importing",
        "undoing": "Taking everything back",
    }
    done = {"checking": batch.read, "importing": importing.progress_of(batch)}.get(batch.state, 0)
    return {
        "label": labels[batch.state],
        "done": done,
        "counted": batch.state in {"checking", "importing"},
        "progress_url": reverse("import_progress", args=[batch.pk]),
    }


@require_GET
@managers
def import_progress(request: StudioRequest, import_id: UUID) -> HttpResponse:
    """The part of that page which asks for itself until there is something to look at."""
    batch = fetch_import(request.actor, import_id)
    if not batch.is_busy:
        return HttpResponse(headers={"HX-Redirect": reverse("import_detail", args=[batch.pk])})
    return render(request, "studio/imports/_progress.html", {"batch": batch, **_progress(batch)})


@require_GET
@managers
def import_problems_csv(request: StudioRequest, import_id: UUID) -> HttpResponse:
    """Give the problem rows as a file, to mend them in a spreadsheet."""
    batch = fetch_import(request.actor, import_id)
    # Written here: what a response streams is asked for when the studio is left already.
    file = SpooledTemporaryFile(max_size=1_000_000)  # noqa: SIM115 - the response closes it
    file.writelines(problems_csv(batch))
    file.seek(0)
    answer = FileResponse(
        cast(IO[bytes], file),
        as_attachment=True,
        filename="problems.csv",
        content_type="text/csv; charset=utf-8",
    )
    answer["Cache-Control"] = "private, no-store"
    return cast(HttpResponse, answer)


@require_POST
@managers
def import_check(request: StudioRequest, import_id: UUID) -> HttpResponse:
    """Check the file again, say after something was mended in the studio."""
    try:
        importing.request_check(actor=request.actor, import_id=import_id)
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
    return redirect("import_detail", import_id)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0


@require_POST
@managers
def import_run(request: StudioRequest, import_id: UUID) -> HttpResponse:
    """Import what was checked."""
    try:
        importing.request_import(
            actor=request.actor,
            import_id=import_id,
            leaving_out=_number(request.POST.get("leaving_out", "")),
            seen=_number(request.POST["round"]) if "round" in request.POST else None,
        )
    except Conflict as error:
        messages.error(request, error.message)
    return redirect("import_detail", import_id)


@require_POST
@managers
def import_tell(request: StudioRequest, import_id: UUID) -> HttpResponse:
    """Mail each client her sessions to come."""
    try:
        importing.tell_clients(actor=request.actor, import_id=import_id)
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "We are mailing the clients.")
    return redirect("import_detail", import_id)


@require_POST
@managers
def import_undo(request: StudioRequest, import_id: UUID) -> HttpResponse:
    """Take back what an import made, or say what stands on it."""
    try:
        importing.request_undo(actor=request.actor, import_id=import_id)
    except Conflict as error:
        batch = fetch_import(request.actor, import_id)
        if error.details.get("reasons"):
            return _detail(request, batch, status=409, reasons=error.details["reasons"])
        messages.error(request, error.message)
    return redirect("import_detail", import_id)


@require_POST
@managers
def import_drop(request: StudioRequest, import_id: UUID) -> HttpResponse:
    """Throw a file away that was not imported."""
    try:
        importing.drop_import(actor=request.actor, import_id=import_id)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("import_detail", import_id)
    messages.success(request, "The file is thrown away. Nothing was imported.")
    return redirect("import_list")
