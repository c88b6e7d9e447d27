from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.core.api import endpoint, paginate
from fitflow.core.api.inputs import checked
from fitflow.core.api.schema import PAGE, page_of
from fitflow.core.errors import Invalid, NotFound
from studios.shared.policies import Actor, Capability, require
from trainers.api.present import note_dict, note_dicts
from trainers.api.shapes import NoteIn, NoteOut, SessionNoteIn
from trainers.models import Booking
from trainers.policies import fetch_session, visible_bookings, visible_notes
from trainers.services import change_note, sign_note, write_note


def _about(actor: Actor, session_id: UUID) -> UUID:
    """Return the one client a session has; raise Invalid where it has none or several."""
    booked = visible_bookings(actor).filter(session=fetch_session(actor, session_id))
    clients = list(booked.filter(status=Booking.Status.BOOKED).values_list("client_id", flat=True)[:2])
    if len(clients) != 1:
        raise Invalid("Say which client the note is about.", field="client")
    return clients[0]


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
    """Your notes of a session; writing one about a client who is in it."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        require(actor, Capability.RECORDS_READ)
        rows = visible_notes(actor).filter(session=fetch_session(actor, session_id))
        return paginate(request, rows, note_dicts)
    require(actor, Capability.RECORDS_WRITE)
    asked = checked(SessionNoteIn, request)
    note = write_note(
        actor=actor,
        client_id=asked["client"] if "client" in asked else _about(actor, session_id),
        session_id=session_id,
        body=asked["body"],
        shared_with_client=asked["shared_with_client"],
    )
    return Response(note_dict(note), status=201)


@extend_schema(methods=["GET"], operation_id="notes_get", responses=NoteOut)
@extend_schema(methods=["PUT"], operation_id="notes_change", request=NoteIn, responses=NoteOut)
@endpoint("GET", "PUT")
def note(request: Request, note_id: UUID) -> Response:
    """One note you may read; its author changes it until it is signed."""
    actor = request.actor  # type: ignore[attr-defined]
    found = visible_notes(actor).filter(pk=note_id).first()
    if found is None:
        raise NotFound()
    if request.method == "PUT":
        found = change_note(actor=actor, note_id=note_id, **checked(NoteIn, request))
    return Response(note_dict(found))


@extend_schema(operation_id="notes_sign", request=None, responses=NoteOut)
@endpoint("POST")
def sign(request: Request, note_id: UUID) -> Response:
    """Sign a note of yours: its words never change again."""
    return Response(note_dict(sign_note(actor=request.actor, note_id=note_id)))  # type: ignore[attr-defined]
