"""The studio's templates of notes: their list in the order they are offered, and one to change, with its preview."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fitflow.core.errors import Conflict, FitFlowError
from fitflow.core.flash import undoable
from studios.shared.decorators import roles_required
from studios.shared.models import Role
from studios.shared.requests import StudioRequest
from trainers.models import NoteTemplate
from trainers.note_policies import editable_template
from trainers.services import all_templates, move_template, retire_template, save_template
from trainers.views.note_forms import TemplateForm

managers_only = roles_required(Role.OWNER, Role.MANAGER)


@require_safe
@managers_only
def note_templates(request: StudioRequest) -> HttpResponse:
    """Show what notes are begun from."""
    rows = all_templates(request.actor)
    context = {
        "offered": [row for row in rows if row.is_active],
        "retired": [row for row in rows if not row.is_active],
    }
    return render(request, "studio/notes/templates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@managers_only
def note_template_new(request: StudioRequest) -> HttpResponse:
    """Add a template."""
    return _template_form(request, TemplateForm(request.POST if request.method == "POST" else None), None)


@require_http_methods(["GET", "HEAD", "POST"])
@managers_only
def note_template_edit(request: StudioRequest, template_id: UUID) -> HttpResponse:
    """Change a template for notes begun from now on."""
    template = editable_template(request.actor, template_id)
    form = TemplateForm(request.POST if request.method == "POST" else None, template=template)
    return _template_form(request, form, template)


def _template_form(request: StudioRequest, form: TemplateForm, template: NoteTemplate | None) -> HttpResponse:
    if form.is_valid() and _saved(request, form, template):
        return redirect("note_templates")
    context = {"form": form, "template": template, "preview": form.filled_rows}
    return render(request, "studio/notes/template.html", context, status=422 if form.errors else 200)


def _saved(request: StudioRequest, form: TemplateForm, template: NoteTemplate | None) -> bool:
    try:
        saved = save_template(
            actor=request.actor,
            template_id=template.pk if template else None,
            name=form.cleaned_data["name"],
            kind=form.cleaned_data["kind"],
            sections=[{**row} for row in form.filled_rows],
            version=form.cleaned_data["version"],
        )
    except FitFlowError as error:
        form.refuse(error)
        return False
    messages.success(request, f"{saved.name} is saved. Notes begun before keep their structure.")
    return True


@require_POST
@managers_only
def note_template_preview(request: StudioRequest) -> HttpResponse:
    """Answer htmx what a trainer sees of the template as it is typed."""
    form = TemplateForm(request.POST)
    context = {"preview": form.filled_rows, "name": request.POST.get("name", "")}
    return render(request, "studio/notes/_preview.html", context)


@require_POST
@managers_only
def note_template_move(request: StudioRequest, template_id: UUID) -> HttpResponse:
    """Offer a template one place earlier or later."""
    move_template(actor=request.actor, template_id=template_id, up=request.POST.get("to") != "down")
    return redirect("note_templates")


@require_POST
@managers_only
def note_template_retire(request: StudioRequest, template_id: UUID) -> HttpResponse:
    """Offer a template no longer."""
    template = retire_template(actor=request.actor, template_id=template_id)
    undo = reverse("note_template_restore", args=[template.pk])
    undoable(request, f"{template.name} is not offered any more.", undo)
    return HttpResponseRedirect(reverse("note_templates"))


@require_POST
@managers_only
def note_template_restore(request: StudioRequest, template_id: UUID) -> HttpResponse:
    """Offer a retired template again."""
    try:
        template = retire_template(actor=request.actor, template_id=template_id, retired=False)
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{template.name} is offered again.")
    return redirect("note_templates")
