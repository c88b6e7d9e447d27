"""All notes about one client: filtered, and searched by words that stand in no address."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from clients.policies import visible_clients
from studios.shared.requests import StudioRequest
from trainers.models import Note, NoteKind
from trainers.note_policies import may_write_about, noted_client
from trainers.selectors_notes import LONGEST_SEARCH, Asked, authors_of, client_notes
from trainers.services import record_reading
from trainers.views.notes import no_cache, trainers_only
from trainers.views.periods import uuid_from

STATES = {"draft": "Not signed", "signed": "Signed"}


def _asked(request: StudioRequest) -> Asked:
    """Read what is looked for. Words come by POST alone: an address ends in histories and in other people's logs."""
    sent = request.POST or request.GET
    kind, visibility, state = (sent.get(name, "") for name in ("kind", "visibility", "state"))
    return Asked(
        text=request.POST.get("q", "")[:LONGEST_SEARCH],
        author=uuid_from(sent.get("author", "")),
        kind=kind if kind in NoteKind.values else "",
        state=state if state in STATES else "",
        visibility=visibility if visibility in Note.Visibility.values else "",
        before=uuid_from(sent.get("before", "")),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@no_cache
@trainers_only
def client_notes_page(request: StudioRequest, client_id: UUID) -> HttpResponse:
    """Show the notes about a client that the person may read; htmx is answered with the list alone."""
    actor = request.actor
    client = noted_client(actor, client_id)
    asked = _asked(request)
    answer = client_notes(actor=actor, client_id=client_id, asked=asked)
    record_reading(actor=actor, notes=answer.shown)
    context = {
        "client": client,
        "asked": asked,
        "answer": answer,
        "authors": authors_of(actor, client),
        "kinds": NoteKind.choices,
        "states": STATES.items(),
        "visibilities": Note.Visibility.choices,
        "may_write": may_write_about(actor, client_id),
        "may_open": visible_clients(actor).filter(pk=client_id).exists(),
    }
    if request.htmx:
        name = "_notes_more" if asked.before else "_notes_found"
        return render(request, f"trainer/{name}.html", context)
    return render(request, "trainer/client_notes.html", context)
