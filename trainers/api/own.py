"""A person's own rows: a client's portal, and a trainer's calendar over all her studios."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.core.api import endpoint, paginate
from fitflow.core.api.inputs import bounded, query_window, query_zone
from fitflow.core.api.schema import PAGE, WINDOW, page_of
from fitflow.core.clock import today, week_bounds
from trainers.api.note_shapes import PortalNoteOut
from trainers.api.shapes import CalendarItemOut, PortalSessionOut
from trainers.models import Booking, Note
from trainers.note_policies import shared_notes
from trainers.policies import own_bookings
from trainers.selectors import my_calendar
from trainers.selectors_notes import addenda_of, threads, with_addenda
from trainers.services import record_reading

LONGEST = timedelta(days=93)


def _portal_sessions(rows: Sequence[Booking]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.session_id,
            "booking": row.id,
            "service": row.session.service.name,
            "trainer": row.session.trainer.name,
            "location": row.session.location.name,
            "address": row.session.location.address,
            "timezone": row.session.location.timezone,
            "room": row.session.room.name if row.session.room else None,
            "starts_at": row.session.starts_at,
            "ends_at": row.session.ends_at,
            "status": row.session.status,
            "booking_status": row.status,
            "attendance": row.attendance,
            "late_cancel": row.late_cancel,
        }
        for row in rows
    ]


def _portal_notes(rows: Sequence[Note]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.id,
            "session": row.session_id,
            "author": row.author_name,
            "title": row.title,
            "body": row.body,
            "signed_at": row.signed_at,
            "created_at": row.created_at,
        }
        for row in rows
    ]


def _portal_threads(rows: Sequence[Note]) -> list[dict[str, Any]]:
    found = _portal_notes(rows)
    for note, row in zip(rows, found, strict=True):
        row["addenda"] = _portal_notes(addenda_of(note))
    return found


@extend_schema(
    operation_id="portal_sessions", parameters=PAGE, responses=page_of(PortalSessionOut, "PortalSessionPage")
)
@endpoint("GET")
def portal_sessions(request: Request) -> Response:
    """The signed-in client's own sessions, the latest first."""
    rows = own_bookings(request.actor).select_related(  # type: ignore[attr-defined]
        "session__service", "session__trainer", "session__location", "session__room"
    )
    rows = rows.annotate(at=F("session__starts_at"))
    return paginate(request, rows, _portal_sessions, ordering=["-at", "-id"])


@extend_schema(
    operation_id="portal_notes", parameters=PAGE, responses=page_of(PortalNoteOut, "PortalNotePage")
)
@endpoint("GET")
def portal_notes(request: Request) -> Response:
    """The notes shared with the signed-in client, the latest first, each with what was added to it."""
    actor = request.actor  # type: ignore[attr-defined]

    def present(rows: Sequence[Note]) -> list[dict[str, Any]]:
        record_reading(actor=actor, notes=with_addenda(rows))
        return _portal_threads(rows)

    return paginate(request, threads(actor, shared_notes(actor)), present)


@extend_schema(
    operation_id="my_calendar",
    parameters=[*WINDOW, OpenApiParameter("timezone", str, description="The zone of bare dates.")],
    responses=page_of(CalendarItemOut, "CalendarPage"),
)
@endpoint("GET")
def calendar(request: Request) -> Response:
    """Your sessions in all your studios, and when you are busy otherwise, in time order; this week unless you say."""
    zone = query_zone(request, settings.TIME_ZONE)
    this_week = week_bounds(today(zone), zone)
    starts, ends = bounded(query_window(request, zone), default=this_week, longest=LONGEST)
    items = my_calendar(user=request.user, starts=starts, ends=ends)  # type: ignore[arg-type]
    return Response({"next": None, "previous": None, "results": items})
