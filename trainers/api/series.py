from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.core.api import endpoint, paginate
from fitflow.core.api.inputs import checked
from fitflow.core.api.schema import PAGE, page_of
from trainers.api.present import session_dict
from trainers.api.series_shapes import EditIn, SeriesDetailOut, SeriesIn, SeriesOut, SeriesPreviewOut
from trainers.api.shapes import SessionOut
from trainers.models import Series
from trainers.recurrence import wall_of
from trainers.series_policies import fetch_series, visible_series
from trainers.services.parts import open_location
from trainers.services.scheduling import KEEP
from trainers.services.series import Planned, SeriesPlan, create_series, preview_series, words_of
from trainers.services.series_edits import edit_session


def _wish(request: Request) -> dict[str, Any]:
    asked = checked(SeriesIn, request)
    zone = open_location(asked["location"]).timezone
    return {
        "service_id": asked["service"],
        "trainer_id": asked["trainer"],
        "location_id": asked["location"],
        "room_id": asked.get("room"),
        "starts": wall_of(asked["starts_at"], zone),
        "rule": asked["rrule"],
        "skips_holidays": asked["skips_holidays"],
        "client_ids": asked.get("clients", []),
        "skip": asked.get("skip", []),
        "moves": {one["occurrence"]: one["starts_at"] for one in asked.get("moves", [])},
    }


def _occurrence(row: Planned) -> dict[str, Any]:
    return {
        "occurrence": row.occurrence.wall,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "left_out": row.left_out or None,
        "is_moved": row.is_moved,
        "nonexistent": row.occurrence.is_skipped_time,
        "ambiguous": row.occurrence.is_double_time,
        "conflicts": [{"kind": one.kind, "message": one.words, "blocks": one.blocks} for one in row.problems],
    }


def _preview_dict(plan: SeriesPlan) -> dict[str, Any]:
    return {
        "description": plan.words,
        "rrule": str(plan.rule),
        "timezone": plan.setting.zone,
        "endless": plan.rule.endless,
        "sessions": len(plan.made),
        "left_out": len(plan.left_out),
        "blocked": len(plan.blocked),
        "occurrences": [_occurrence(row) for row in plan.rows],
    }


def series_dict(series: Series) -> dict[str, Any]:
    """Return a series as the lists show it."""
    same = ("id", "starts", "duration_minutes", "skips_holidays", "made_until", "ended_at", "version")
    return {
        **{name: getattr(series, name) for name in same},
        "description": words_of(series),
        "rrule": series.rule,
        "timezone": series.location.timezone,
        "service": series.service_id,
        "trainer": series.trainer_id,
        "location": series.location_id,
        "room": series.room_id,
        "follows": series.follows_id,
    }


def _detail(series: Series) -> dict[str, Any]:
    fields = ("id", "occurrence", "starts_at", "ends_at", "status", "version")
    return {
        **series_dict(series),
        "sessions": list(series.sessions.order_by("starts_at").values(*fields)),
        "skips": list(series.skips.order_by("occurrence").values("occurrence", "why", "words")),
    }


@extend_schema(operation_id="series_preview", request=SeriesIn, responses=SeriesPreviewOut)
@endpoint("POST")
def preview(request: Request) -> Response:
    """Every occurrence of a series and what stands against it; nothing is written."""
    plan = preview_series(actor=request.actor, **_wish(request))  # type: ignore[attr-defined]
    return Response(_preview_dict(plan))


@extend_schema(
    methods=["GET"],
    operation_id="series_list",
    parameters=PAGE,
    responses=page_of(SeriesOut, "SeriesPage"),
)
@extend_schema(
    methods=["POST"], operation_id="series_make", request=SeriesIn, responses={201: SeriesDetailOut}
)
@endpoint("GET", "POST")
def series_all(request: Request) -> Response:
    """The studio's series, newest first; making one: every session or none (409 with the `occurrences` that clash)."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        rows = visible_series(actor)
        return paginate(request, rows, lambda page: [series_dict(row) for row in page], ordering="-id")
    made = create_series(actor=actor, **_wish(request))
    return Response(_detail(fetch_series(actor, made.pk)), status=201)


@extend_schema(operation_id="series_get", responses=SeriesDetailOut)
@endpoint("GET")
def series_one(request: Request, series_id: UUID) -> Response:
    """One series with its sessions and what was left out."""
    return Response(_detail(fetch_series(request.actor, series_id)))  # type: ignore[attr-defined]


@extend_schema(operation_id="sessions_edit", request=EditIn, responses=SessionOut)
@endpoint("POST")
def edit(request: Request, session_id: UUID) -> Response:
    """Change this session, this and those that follow, or all to come of its series; all of them or none."""
    actor = request.actor  # type: ignore[attr-defined]
    asked = checked(EditIn, request)
    edit_session(
        actor=actor,
        session_id=session_id,
        scope=asked["scope"],
        starts_at=asked.get("starts_at"),
        trainer_id=asked.get("trainer"),
        room_id=asked.get("room", KEEP),
        duration_minutes=asked.get("duration_minutes"),
        leave_out=asked.get("leave_out", ()),
        version=asked.get("version"),
        outside_hours=asked["outside_hours"],
    )
    return Response(session_dict(actor, session_id))
