from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.core.api import endpoint
from fitflow.core.api.inputs import checked
from trainers import services
from trainers.api.present import session_dict
from trainers.api.shapes import ConfirmIn, HoldIn, HoldOut, SessionOut


@extend_schema(operation_id="holds_add", request=HoldIn, responses={201: HoldOut})
@endpoint("POST")
def holds(request: Request) -> Response:
    """Hold a slot for ten minutes while somebody checks out (409 where trainer or room are taken)."""
    asked = checked(HoldIn, request)
    held = services.hold_slot(
        actor=request.actor,  # type: ignore[attr-defined]
        service_id=asked["service"],
        trainer_id=asked["trainer"],
        location_id=asked["location"],
        room_id=asked.get("room"),
        starts_at=asked["starts_at"],
    )
    return Response({"id": held.id, "held_until": held.held_until}, status=201)


@extend_schema(operation_id="holds_release", responses={204: None})
@endpoint("DELETE")
def hold(request: Request, session_id: UUID) -> Response:
    """Give a held slot back before its time is over."""
    services.release_hold(actor=request.actor, session_id=session_id)  # type: ignore[attr-defined]
    return Response(status=204)


@extend_schema(operation_id="holds_confirm", request=ConfirmIn, responses=SessionOut)
@endpoint("POST")
def confirm(request: Request, session_id: UUID) -> Response:
    """Make a held slot a session with its clients; also after its time, unless somebody took it (409, `conflict` hold)."""
    actor = request.actor  # type: ignore[attr-defined]
    clients = checked(ConfirmIn, request).get("clients", [])
    services.confirm_hold(actor=actor, session_id=session_id, client_ids=clients)
    return Response(session_dict(actor, session_id))
