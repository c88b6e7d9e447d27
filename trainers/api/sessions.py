from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.core.api import endpoint
from fitflow.core.api.inputs import checked, query_choice, query_id, query_window
from fitflow.core.api.schema import PAGE, WINDOW, page_of
from studios.shared.policies import Capability, require
from trainers.api.present import session_dict
from trainers.api.series_shapes import CancelIn
from trainers.api.session_pages import answer_sessions
from trainers.api.shapes import CompleteIn, PlacesIn, RescheduleIn, SessionIn, SessionOut
from trainers.models import Session
from trainers.selectors_sql import Wanted
from trainers.services import (
    KEEP,
    change_places,
    complete_session,
    reschedule_session,
    schedule_session,
)
from trainers.services.series_closing import cancel_sessions, restore_sessions

FILTERS = [
    *WINDOW,
    OpenApiParameter("trainer", UUID),
    OpenApiParameter("client", UUID),
    OpenApiParameter("location", UUID),
    OpenApiParameter("status", str, enum=list(Session.Status.values)),
]


@extend_schema(
    methods=["GET"],
    operation_id="sessions_list",
    parameters=[*FILTERS, *PAGE],
    responses=page_of(SessionOut, "SessionPage"),
)
@extend_schema(
    methods=["POST"], operation_id="sessions_schedule", request=SessionIn, responses={201: SessionOut}
)
@endpoint("GET", "POST")
def sessions(request: Request) -> Response:
    """The sessions of a period, in order of start; scheduling one (409: trainer, room or places taken, or not her hours)."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        require(actor, Capability.TIMETABLE_SEE)
        starts, ends = query_window(request, request.studio.timezone)  # type: ignore[attr-defined]
        wanted = Wanted(
            starts=starts,
            ends=ends,
            trainer=query_id(request, "trainer"),
            client=query_id(request, "client"),
            location=query_id(request, "location"),
            status=query_choice(request, "status", Session.Status.values),
        )
        return answer_sessions(request, actor, wanted)
    asked = checked(SessionIn, request)
    session = schedule_session(
        actor=actor,
        service_id=asked["service"],
        trainer_id=asked["trainer"],
        location_id=asked["location"],
        room_id=asked.get("room"),
        starts_at=asked["starts_at"],
        client_ids=asked.get("clients", []),
        outside_hours=asked["outside_hours"],
    )
    return Response(session_dict(actor, session.id), status=201)


@extend_schema(operation_id="sessions_get", responses=SessionOut)
@endpoint("GET")
def session(request: Request, session_id: UUID) -> Response:
    """One session."""
    return Response(session_dict(request.actor, session_id))  # type: ignore[attr-defined]


@extend_schema(operation_id="sessions_reschedule", request=RescheduleIn, responses=SessionOut)
@endpoint("POST")
def reschedule(request: Request, session_id: UUID) -> Response:
    """Move a session. With `version`, only where nobody has changed it since (409 with `conflict` version)."""
    actor = request.actor  # type: ignore[attr-defined]
    asked = checked(RescheduleIn, request)
    reschedule_session(
        actor=actor,
        session_id=session_id,
        starts_at=asked["starts_at"],
        ends_at=asked.get("ends_at"),
        trainer_id=asked.get("trainer"),
        room_id=asked.get("room", KEEP),
        version=asked.get("version"),
        outside_hours=asked["outside_hours"],
    )
    return Response(session_dict(actor, session_id))


@extend_schema(operation_id="sessions_cancel", request=CancelIn, responses=SessionOut)
@endpoint("POST")
def cancel(request: Request, session_id: UUID) -> Response:
    """Cancel a session and its bookings, or also those of its series that follow or are to come; free for the clients."""
    actor = request.actor  # type: ignore[attr-defined]
    cancel_sessions(actor=actor, session_id=session_id, **checked(CancelIn, request))
    return Response(session_dict(actor, session_id))


@extend_schema(operation_id="sessions_places", request=PlacesIn, responses=SessionOut)
@endpoint("POST")
def places(request: Request, session_id: UUID) -> Response:
    """Give one session more or fewer places (409 where more are booked); more of them are offered to the waitlist."""
    actor = request.actor  # type: ignore[attr-defined]
    change_places(actor=actor, session_id=session_id, places=checked(PlacesIn, request)["places"])
    return Response(session_dict(actor, session_id))


@extend_schema(operation_id="sessions_restore", request=None, responses=SessionOut)
@endpoint("POST")
def restore(request: Request, session_id: UUID) -> Response:
    """Undo a cancellation within three minutes, with all that was cancelled along with it."""
    actor = request.actor  # type: ignore[attr-defined]
    restore_sessions(actor=actor, session_id=session_id)
    return Response(session_dict(actor, session_id))


@extend_schema(operation_id="sessions_complete", request=CompleteIn, responses=SessionOut)
@endpoint("POST")
def complete(request: Request, session_id: UUID) -> Response:
    """Complete a session that has started; then its bookings can be invoiced."""
    actor = request.actor  # type: ignore[attr-defined]
    attendance = checked(CompleteIn, request).get("attendance", {})
    complete_session(actor=actor, session_id=session_id, attendance=attendance)
    return Response(session_dict(actor, session_id))
