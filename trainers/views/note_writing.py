"""Writing a note: about a client in general, or about one of her sessions; from a template or as one text."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from clients.models import Client
from fitflow.core.errors import FitFlowError, NotFound
from studios.shared.requests import StudioRequest
from trainers.models import Note
from trainers.note_policies import may_write_about
from trainers.policies import visible_bookings
from trainers.services import templates_in_use, write_note
from trainers.views.note_forms import NoteForm, carried_over, empty_note_form, sent_note_form
from trainers.views.note_unkept import words_given_back
from trainers.views.notes import no_cache, trainers_only
from trainers.views.periods import uuid_from

KEPT = "Note kept. It is yours alone until you sign it."


def written(request: StudioRequest, form: NoteForm, client_id: UUID, session_id: UUID | None) -> Note | None:
    """Write the note of a valid form; None where a service refused it, which the form then says."""
    try:
        return write_note(
            actor=request.actor,
            client_id=client_id,
            session_id=session_id,
            template_id=form.template_id,
            visibility=form.cleaned_data["visibility"],
            note_id=form.note_id,
            **form.words,
        )
    except FitFlowError as error:
        form.refuse(error)
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@no_cache
@trainers_only
@words_given_back
def note_new(request: StudioRequest, client_id: UUID) -> HttpResponse:
    """Write a note about a client she trains, or (`session`) about one that she gives her."""
    session_id = uuid_from((request.POST or request.GET).get("session", ""))
    client = _subject(request, client_id, session_id)
    if request.method == "POST":
        form = sent_note_form(request.POST, request.actor)
    else:
        form = empty_note_form(request.actor, template_id=uuid_from(request.GET.get("template", "")))
    home = _home(client_id, session_id)
    if request.method == "POST" and form.is_valid():
        note = written(request, form, client_id, session_id)
        if note is not None:
            messages.success(request, KEPT)
            return HttpResponseRedirect(f"{home}#note-{note.pk}")
    context: dict[str, Any] = {
        "client": client,
        "note_form": form,
        "session_id": session_id,
        "home": home,
        "about": client.name,
    }
    return render(request, "trainer/note_new.html", context, status=422 if form.errors else 200)


def _home(client_id: UUID, session_id: UUID | None) -> str:
    if session_id is not None:
        return reverse("session_detail", args=[session_id])
    return reverse("client_notes", args=[client_id])


def _subject(request: StudioRequest, client_id: UUID, session_id: UUID | None) -> Client:
    """Return the client; raise NotFound where neither training her nor the session makes her known to the person."""
    actor = request.actor
    here = session_id and visible_bookings(actor).filter(session=session_id, client=client_id).exists()
    client = Client.objects.filter(pk=client_id).first()
    if client is None or not (here or may_write_about(actor, client_id)):
        raise NotFound()
    return client


@require_POST
@no_cache
@trainers_only
def note_fields(request: StudioRequest) -> HttpResponse:
    """Answer htmx the fields of another template (`?template=`, none for a quick note), with what was typed so far.

    Whose name stands above them (`about`) comes with the form: an address would leave it in other people's logs.
    """
    asked = uuid_from(request.GET.get("template", ""))
    template = next((row for row in templates_in_use(request.actor) if row.pk == asked), None)
    form = carried_over(request.POST, template, request.actor)
    context = {
        "note_form": form,
        "about": request.POST.get("about", "")[:200],
        "client_id": uuid_from(request.GET.get("client", "")),
        "session_id": uuid_from(request.GET.get("session", "")),
    }
    return render(request, "trainer/_note_fields.html", context)
