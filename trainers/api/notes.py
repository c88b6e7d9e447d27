from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.http import urlencode
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.core.api import endpoint, paginate
from fitflow.core.api.inputs import checked, query_choice, query_id
from fitflow.core.api.schema import PAGE, page_of
from fitflow.core.errors import Invalid, NotFound
from studios.shared.policies import Actor, Capability, require
from trainers.api.note_shapes import (
    AddendumIn,
    NewNoteIn,
    NoteChangeIn,
    NoteOut,
    SessionNoteIn,
    VisibilityIn,
)
from trainers.api.present import note_dict, note_dicts
from trainers.models import Booking, Note, NoteKind, NoteTemplate
from trainers.note_policies import fetch_note, noted_client, own_note, trains, visible_notes
from trainers.policies import fetch_session, visible_bookings
from trainers.selectors_notes import MOST, Asked, threads, with_addenda
from trainers.selectors_notes import client_notes as find_notes
from trainers.services import (
    add_addendum,
    change_note,
    discard_note,
    record_reading,
    set_visibility,
    sign_note,
    write_note,
)

FILTERS = [
    OpenApiParameter("q", str, description="Words the note or an addendum holds, accents and case aside."),
    OpenApiParameter("author", str, description="The id of the person who wrote it."),
    OpenApiParameter("kind", str, enum=NoteKind.values),
    OpenApiParameter("state", str, enum=["draft", "signed"]),
    OpenApiParameter("visibility", str, enum=Note.Visibility.values),
    OpenApiParameter("cursor", str, description="Where the page begins, from `next`."),
    PAGE[1],
]


def _about(actor: Actor, session_id: UUID) -> UUID:
    """Return the one client a session has; raise Invalid where it has none or several."""
    booked = visible_bookings(actor).filter(session=fetch_session(actor, session_id))
    clients = list(booked.filter(status=Booking.Status.BOOKED).values_list("client_id", flat=True)[:2])
    if len(clients) != 1:
        raise Invalid("Say which client the note is about.", field="client")
    return clients[0]


def _visibility(asked: dict[str, Any], now: str) -> str:
    """Return who is to read a note: as `visibility` says, else as `shared_with_client` does, else as it is now."""
    if "visibility" in asked:
        return str(asked["visibility"])
    if asked.get("shared_with_client"):
        return Note.Visibility.CLIENT
    taken_back = "shared_with_client" in asked and now == Note.Visibility.CLIENT
    return Note.Visibility.PRIVATE if taken_back else now


def _words(asked: dict[str, Any], headings: Sequence[str]) -> dict[str, Any]:
    """Return the words as the services take them: one text, or a text for each heading. Raises Invalid."""
    if not headings or "sections" not in asked:
        if "body" not in asked or headings:
            needed = "sections" if headings else "body"
            raise Invalid(f"Send the words of the note as {needed}.", field=needed)
        return {"body": asked["body"]}
    texts = {part["heading"]: part["text"] for part in asked["sections"]}
    if len(texts) < len(asked["sections"]):
        raise Invalid(
            "Each section comes once: of two with one heading the words of one would be lost.",
            field="sections",
        )
    if unknown := texts.keys() - set(headings):
        raise Invalid(f"The note has no section {sorted(unknown)[0]!r}.", field="sections")
    return {"parts": [(heading, texts.get(heading, "")) for heading in headings]}


def _written(actor: Actor, asked: dict[str, Any], client_id: UUID, session_id: UUID | None) -> Response:
    template_id = asked.get("template")
    template = NoteTemplate.objects.filter(pk=template_id).first() if template_id else None
    if "sections" in asked and template_id is None:
        raise Invalid("Name the template whose sections these are.", field="template")
    note = write_note(
        actor=actor,
        client_id=client_id,
        session_id=session_id,
        template_id=template_id,
        visibility=_visibility(asked, Note.Visibility.PRIVATE),
        **_words(asked, template.headings if template else []),
    )
    return Response(note_dict(note), status=201)


@extend_schema(
    methods=["GET"],
    operation_id="session_notes_list",
    parameters=PAGE,
    responses=page_of(NoteOut, "NotePage"),
)
@extend_schema(
    methods=["POST"], operation_id="session_notes_write", request=SessionNoteIn, responses={201: NoteOut}
)
@endpoint("GET", "POST")
def session_notes(request: Request, session_id: UUID) -> Response:
    """The notes of a session that you may read; writing one about a client who is in it."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        require(actor, Capability.RECORDS_READ)
        rows = threads(actor, visible_notes(actor).filter(session=fetch_session(actor, session_id)))

        def present(found: Sequence[Note]) -> list[dict[str, Any]]:
            record_reading(actor=actor, notes=with_addenda(found))
            return note_dicts(found)

        return paginate(request, rows, present)
    require(actor, Capability.RECORDS_WRITE)
    asked = checked(SessionNoteIn, request)
    client_id = asked["client"] if "client" in asked else _about(actor, session_id)
    return _written(actor, asked, client_id, session_id)


@extend_schema(
    methods=["GET"],
    operation_id="client_notes_list",
    parameters=FILTERS,
    responses=page_of(NoteOut, "ClientNotePage"),
)
@extend_schema(
    methods=["POST"], operation_id="client_notes_write", request=NewNoteIn, responses={201: NoteOut}
)
@endpoint("GET", "POST")
def client_notes(request: Request, client_id: UUID) -> Response:
    """The notes about a client that you may read, the latest first, each with its addenda; writing one that is of no session.

    A search opens 600 notes at most for an answer. It may therefore hold less than a page, or nothing, and still a `next`.
    """
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        require(actor, Capability.RECORDS_WRITE)
        if not trains(actor, client_id):
            raise NotFound()
        return _written(actor, checked(NewNoteIn, request), client_id, None)
    noted_client(actor, client_id)
    asked = Asked(
        text=request.query_params.get("q", ""),
        author=query_id(request, "author"),
        kind=query_choice(request, "kind", NoteKind.values) or "",
        state=query_choice(request, "state", ["draft", "signed"]) or "",
        visibility=query_choice(request, "visibility", Note.Visibility.values) or "",
        before=query_id(request, "cursor"),
    )
    found = find_notes(actor=actor, client_id=client_id, asked=asked, limit=_page_size(request))
    record_reading(actor=actor, notes=found.shown)
    page = {"next": _further(request, found.next), "previous": None, "results": note_dicts(found.notes)}
    return Response(page)


def _page_size(request: Request) -> int:
    size = request.query_params.get("page_size", "")
    return min(int(size), MOST) if size.isdecimal() and 0 < len(size) < 6 and int(size) else 20


def _further(request: Request, cursor: UUID | None) -> str | None:
    if cursor is None:
        return None
    query = {**request.query_params.dict(), "cursor": str(cursor)}
    return request.build_absolute_uri(f"{request.path}?{urlencode(query)}")


@extend_schema(methods=["GET"], operation_id="notes_get", responses=NoteOut)
@extend_schema(methods=["PUT"], operation_id="notes_change", request=NoteChangeIn, responses=NoteOut)
@extend_schema(methods=["DELETE"], operation_id="notes_discard", responses={204: None})
@endpoint("GET", "PUT", "DELETE")
def note(request: Request, note_id: UUID) -> Response:
    """One note you may read; its author changes or discards it until it is signed."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "DELETE":
        discard_note(actor=actor, note_id=note_id)
        return Response(status=204)
    if request.method == "PUT":
        asked, kept = checked(NoteChangeIn, request), own_note(actor, note_id)
        change_note(
            actor=actor,
            note_id=note_id,
            visibility=_visibility(asked, kept.visibility),
            seen_at=asked.get("seen_at"),
            **_words(asked, [part["heading"] for part in kept.structure or []]),
        )
    return _shown(actor, note_id)


def _shown(actor: Actor, note_id: UUID, status: int = 200) -> Response:
    """Answer a note with its addenda; an addendum by itself."""
    found = fetch_note(actor, note_id)
    if found.addendum_to_id is None:
        found = threads(actor, visible_notes(actor)).get(pk=found.pk)
    record_reading(actor=actor, notes=with_addenda([found]))
    return Response(note_dict(found), status=status)


@extend_schema(operation_id="notes_sign", request=None, responses=NoteOut)
@endpoint("POST")
def sign(request: Request, note_id: UUID) -> Response:
    """Sign a note of yours: its words never change again."""
    actor = request.actor  # type: ignore[attr-defined]
    sign_note(actor=actor, note_id=note_id)
    return _shown(actor, note_id)


@extend_schema(operation_id="notes_set_visibility", request=VisibilityIn, responses=NoteOut)
@endpoint("POST")
def visibility(request: Request, note_id: UUID) -> Response:
    """Let others read a note of yours, signed or not, or take it back."""
    actor = request.actor  # type: ignore[attr-defined]
    own_note(actor, note_id)
    set_visibility(actor=actor, note_id=note_id, **checked(VisibilityIn, request))
    return _shown(actor, note_id)


@extend_schema(operation_id="notes_add_addendum", request=AddendumIn, responses={201: NoteOut})
@endpoint("POST")
def addenda(request: Request, note_id: UUID) -> Response:
    """Add to a signed note of yours: a draft beneath it, to be signed as any other."""
    actor = request.actor  # type: ignore[attr-defined]
    own_note(actor, note_id)
    added = add_addendum(actor=actor, note_id=note_id, **checked(AddendumIn, request))
    return Response(note_dict(added), status=201)
