"""One note, and a trainer's drafts: changed until signed, then added to; who reads it may change at any time."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fitflow.core.errors import Conflict, FitFlowError
from fitflow.core.flash import undoable
from studios.shared.decorators import roles_required
from studios.shared.models import Role
from studios.shared.requests import StudioRequest
from trainers.models import Note
from trainers.note_policies import fetch_note, own_note, visible_notes
from trainers.selectors_notes import drafts_of, threads, with_addenda
from trainers.services import (
    add_addendum,
    change_note,
    discard_note,
    record_reading,
    set_visibility,
    sign_note,
)
from trainers.views.answers import back_to
from trainers.views.note_forms import AddendumForm, NoteForm, draft_form, typed_words
from trainers.views.note_unkept import words_given_back

PAGE = 20
TOO_LATE = "You signed this note elsewhere meanwhile, and it keeps its words. What you wrote is below: add it, or leave it."
trainers_only = roles_required(Role.TRAINER, Role.TRAINER_ADMIN)
no_cache = cache_control(private=True, no_store=True)  # what notes say stays in no browser's store
READERS = {
    Note.Visibility.PRIVATE: "Only you can read this note now.",
    Note.Visibility.TRAINERS: "The trainers of this client can read this note now.",
    Note.Visibility.CLIENT: "The client can read this note now.",
}
READERS_OF_DRAFTS = {
    Note.Visibility.PRIVATE: "Only you will read this note, signed or not.",
    Note.Visibility.TRAINERS: "The trainers of this client can read this note once you sign it.",
    Note.Visibility.CLIENT: "The client can read this note once you sign it.",
}
SIGNED = {
    Note.Visibility.PRIVATE: "Note signed. Only you can read it.",
    Note.Visibility.TRAINERS: "Note signed. The trainers of this client can read it now.",
    Note.Visibility.CLIENT: "Note signed. The client can read it now.",
}


@require_safe
@no_cache
@trainers_only
def notes_to_sign(request: StudioRequest) -> HttpResponse:
    """Show her unsigned notes, oldest first."""
    page = Paginator(drafts_of(request.actor), PAGE).get_page(request.GET.get("page"))
    return render(request, "trainer/notes_to_sign.html", {"page": page, "total": page.paginator.count})


@require_http_methods(["GET", "HEAD", "POST"])
@no_cache
@trainers_only
@words_given_back
def note_change(request: StudioRequest, note_id: UUID) -> HttpResponse:
    """Show one note; a draft of hers to change, any other to read and, where it is hers, to add to."""
    note = fetch_note(request.actor, note_id)
    if request.method == "POST":
        note = own_note(request.actor, note_id)
    if note.is_signed or note.author_id != request.actor.user_id:
        return note_page(request, note, _too_late(request, note))
    form = draft_form(request, note)
    if request.method == "POST" and form.is_valid() and _changed(request, note, form):
        messages.success(request, "Note kept.")
        return HttpResponseRedirect(f"{home_of(note)}#note-{note.pk}")
    context = {"note": note, "note_form": form, "home": home_of(note)}
    return render(request, "trainer/note.html", context, status=422 if form.errors else 200)


def note_page(request: StudioRequest, note: Note, form: AddendumForm | None = None) -> HttpResponse:
    """Show a note with its addenda (an addendum with the note that it adds to), and the form to add one."""
    base = threads(request.actor, visible_notes(request.actor)).get(pk=note.addendum_to_id or note.pk)
    record_reading(actor=request.actor, notes=with_addenda([base]))
    form = form or AddendumForm()
    context = {"note": base, "addendum_form": form, "home": home_of(base)}
    return render(request, "trainer/note_read.html", context, status=422 if form.errors else 200)


def _too_late(request: StudioRequest, note: Note) -> AddendumForm | None:
    """Return what she sent to change a note that she has signed elsewhere meanwhile, as an addendum to it; None if nothing."""
    typed = typed_words(request.POST)
    if not typed or typed.split() == " ".join(part.text for part in note.parts).split():
        return None
    form = AddendumForm({"body": typed})
    form.add_error(None, TOO_LATE)
    return form


def _changed(request: StudioRequest, note: Note, form: NoteForm) -> bool:
    try:
        change_note(
            actor=request.actor,
            note_id=note.pk,
            visibility=form.cleaned_data["visibility"],
            seen_at=form.cleaned_data["seen_at"],
            **form.words,
        )
    except FitFlowError as error:
        form.refuse(error)
        if error.details.get("conflict") == "version":
            form.data = form.data.copy()  # type: ignore[attr-defined]
            form.data["seen_at"] = error.details["updated_at"]  # type: ignore[index]
        return False
    return True


def home_of(note: Note) -> str:
    """Return where a note is at home: the page of its session, else its client's notes."""
    if note.session_id is None:
        return reverse("client_notes", args=[note.client_id])
    return reverse("session_detail", args=[note.session_id])


@require_POST
@trainers_only
def note_sign(request: StudioRequest, note_id: UUID) -> HttpResponse:
    """Sign a note: its words stay as they are from now on, and whom it is for can read them."""
    note = sign_note(actor=request.actor, note_id=note_id)
    messages.success(request, SIGNED[Note.Visibility(note.visibility)])
    return back_to(request, home_of(note))


@require_POST
@trainers_only
def note_share(request: StudioRequest, note_id: UUID) -> HttpResponse:
    """Let others read a note, or take it back; can be undone."""
    before = own_note(request.actor, note_id).visibility
    asked = request.POST.get("visibility") or request.GET.get("visibility", "")
    note = set_visibility(actor=request.actor, note_id=note_id, visibility=asked)
    undo = f"{reverse('note_share', args=[note.pk])}?visibility={before}"
    if note.visibility != before:
        words = READERS if note.is_signed else READERS_OF_DRAFTS
        undoable(request, words[Note.Visibility(note.visibility)], undo)
    return back_to(request, home_of(note))


@require_POST
@trainers_only
def note_discard(request: StudioRequest, note_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    note = own_note(request.actor, note_id)
    try:
        discard_note(actor=request.actor, note_id=note_id)
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Draft discarded.")
    return HttpResponseRedirect(home_of(note))


@require_POST
@no_cache
@trainers_only
@words_given_back
def note_addendum(request: StudioRequest, note_id: UUID) -> HttpResponse:
    """Add a draft beneath a signed note."""
    form = AddendumForm(request.POST)
    if not own_note(request.actor, note_id).is_signed:
        raise Conflict("An addendum follows a signed note. Sign it first.", conflict="addendum")
    if form.is_valid():
        try:
            addendum = add_addendum(actor=request.actor, note_id=note_id, body=form.cleaned_data["body"])
        except FitFlowError as error:
            form.refuse(error)
        else:
            messages.success(request, "Addendum kept. Sign it when its words are final.")
            return HttpResponseRedirect(
                f"{reverse('note_change', args=[addendum.addendum_to_id])}#note-{addendum.pk}"
            )
    return note_page(request, own_note(request.actor, note_id), form)
