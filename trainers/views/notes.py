"""A trainer's own notes: those to sign, oldest first, and one note to change, share or sign."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fitflow.core.errors import FitFlowError
from studios.shared.decorators import roles_required
from studios.shared.models import Role
from studios.shared.requests import StudioRequest
from trainers.forms import NoteForm
from trainers.models import Note
from trainers.policies import own_note, visible_notes
from trainers.services import change_note, share_note, sign_note
from trainers.views.answers import back_to

PAGE = 20
trainers_only = roles_required(Role.TRAINER, Role.TRAINER_ADMIN)


@require_safe
@trainers_only
def notes_to_sign(request: StudioRequest) -> HttpResponse:
    """Show her unsigned notes, oldest first."""
    rows = visible_notes(request.actor).filter(author=request.actor.user_id, signed_at=None)
    rows = rows.select_related("client", "session__service", "session__location").order_by("created_at", "id")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "trainer/notes_to_sign.html", {"page": page, "total": page.paginator.count})


@require_http_methods(["GET", "HEAD", "POST"])
@trainers_only
def note_change(request: StudioRequest, note_id: UUID) -> HttpResponse:
    """Show one note of hers, and take its changed words."""
    note = own_note(request.actor, note_id)
    initial = {"body": note.body, "shared_with_client": "yes" if note.shared_with_client else "no"}
    form = NoteForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid() and _changed(request, note, form):
        messages.success(request, "Note kept.")
        return HttpResponseRedirect(_home_of(note))
    status = 422 if form.errors else 200
    return render(
        request, "trainer/note.html", {"note": note, "form": form, "home": _home_of(note)}, status=status
    )


def _changed(request: StudioRequest, note: Note, form: NoteForm) -> bool:
    try:
        change_note(
            actor=request.actor,
            note_id=note.pk,
            body=form.cleaned_data["body"],
            shared_with_client=form.cleaned_data["shared_with_client"],
        )
    except FitFlowError as error:
        form.refuse(error)
        return False
    return True


def _home_of(note: Note) -> str:
    if note.session_id is None:
        return reverse("notes_to_sign")
    return reverse("session_detail", args=[note.session_id])


@require_POST
@trainers_only
def note_sign(request: StudioRequest, note_id: UUID) -> HttpResponse:
    """Sign a note: its words stay as they are from now on."""
    note = sign_note(actor=request.actor, note_id=note_id)
    messages.success(request, "Note signed.")
    return back_to(request, _home_of(note))


@require_POST
@trainers_only
def note_share(request: StudioRequest, note_id: UUID) -> HttpResponse:
    """Let the client read a note, or take it back."""
    shared = request.POST.get("shared") == "yes"
    note = share_note(actor=request.actor, note_id=note_id, shared=shared)
    words = "The client can read this note now." if shared else "Only you can read this note now."
    messages.success(request, words)
    return back_to(request, _home_of(note))
