from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.core.api import endpoint, paginate
from fitflow.core.api.inputs import checked
from fitflow.core.api.schema import PAGE, page_of
from fitflow.core.errors import Invalid
from fitflow.core.folding import Folded, fold
from fitflow.core.formats import short_day_text
from studios.shared.policies import Actor, Capability, require
from trainers import services
from trainers.api.log_shapes import (
    ExerciseChangeIn,
    ExerciseIn,
    ExerciseOut,
    LogOut,
    SetChangeIn,
    SetIn,
    SetOut,
    ShareIn,
)
from trainers.log_policies import all_exercises, exercises_in_use, fetch_exercise, log_session
from trainers.models import Exercise, ExerciseSet, Session
from trainers.policies import fetch_session
from trainers.selectors_log import LastTime, LoggedExercise, session_log
from trainers.services.exercise_log import Figures, NewExercise, figures_of

FIGURES = ("repetitions", "load", "load_unit", "seconds", "metres")


def exercise_dict(exercise: Exercise) -> dict[str, Any]:
    return {
        "id": exercise.pk,
        "name": exercise.name,
        "measure": exercise.measure,
        "retired": exercise.retired_at is not None,
    }


def set_dict(row: ExerciseSet) -> dict[str, Any]:
    return {
        "id": row.pk,
        "position": row.position,
        "version": row.version,
        **figures_of(row),
        "author": row.author_name,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
    }


def _entry_dict(entry: LoggedExercise) -> dict[str, Any]:
    return {
        "client": entry.client_id,
        "client_name": entry.who,
        "exercise": entry.exercise.pk,
        "exercise_name": entry.exercise.name,
        "measure": entry.exercise.measure,
        "words": entry.words,
        "sets": [set_dict(row) for row in entry.sets],
    }


def _last_dict(last: LastTime) -> dict[str, Any]:
    return {
        "client": last.client_id,
        "exercise": last.exercise_id,
        "on": last.at.astimezone(ZoneInfo(last.zone)).date(),
        "day": short_day_text(last.at, last.zone),
        "words": last.words,
        "sets": [figures_of(row) for row in last.sets],
    }


def log_dict(actor: Actor, session: Session) -> dict[str, Any]:
    """Return a session's log as this person may see it."""
    log = session_log(actor, session)
    services.record_log_reading(actor=actor, sets=log.shown_sets)
    return {
        "session": session.pk,
        "shared_with_clients": log.shared,
        "may_write": log.may_write,
        "exercises_logged": log.exercise_count if actor.is_staff else len(log.entries),
        "entries": [_entry_dict(entry) for entry in log.entries],
        "last": [_last_dict(last) for last in log.last],
    }


def _figures(asked: dict[str, Any]) -> Figures:
    return Figures(**{name: asked[name] for name in FIGURES if name in asked})


def _which(asked: dict[str, Any]) -> UUID | NewExercise:
    if "new_exercise" in asked:
        return NewExercise(**asked["new_exercise"])
    if "exercise" not in asked:
        raise Invalid("Say which exercise.", field="exercise")
    return UUID(str(asked["exercise"]))


@extend_schema(methods=["GET"], operation_id="session_log", responses=LogOut)
@extend_schema(methods=["POST"], operation_id="session_log_set", request=SetIn, responses={201: SetOut})
@extend_schema(methods=["PATCH"], operation_id="session_log_share", request=ShareIn, responses=LogOut)
@endpoint("GET", "POST", "PATCH")
def log(request: Request, session_id: UUID) -> Response:
    """What was trained in a session; logging a set; sharing the log with the session's clients."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method != "GET":
        log_session(actor, session_id)
    if request.method == "POST":
        asked = checked(SetIn, request)
        row = services.log_set(
            actor=actor,
            session_id=session_id,
            set_id=asked.get("id"),
            client_id=asked["client"],
            exercise=_which(asked),
            figures=_figures(asked),
        )
        return Response({**set_dict(row), "exercise": row.entry.exercise_id}, status=201)
    if request.method == "PATCH":
        shared = checked(ShareIn, request)["shared_with_clients"]
        services.share_log(actor=actor, session_id=session_id, shared=shared)
    return Response(log_dict(actor, fetch_session(actor, session_id)))


VERSION = OpenApiParameter("version", int, description="The version you saw: what was changed since stays.")


@extend_schema(methods=["PATCH"], operation_id="session_log_change", request=SetChangeIn, responses=SetOut)
@extend_schema(
    methods=["DELETE"],
    operation_id="session_log_remove",
    parameters=[VERSION],
    request=None,
    responses={204: None},
)
@endpoint("PATCH", "DELETE")
def logged_set(request: Request, session_id: UUID, set_id: UUID) -> Response:
    """Change a set, or take it back (409 `version`: it was changed since; `current` is the set as it is now)."""
    actor = request.actor  # type: ignore[attr-defined]
    log_session(actor, session_id)
    which = {"actor": actor, "session_id": session_id, "set_id": set_id}
    if request.method == "DELETE":
        seen = request.query_params.get("version", "")
        if seen and not (seen.isdecimal() and len(seen) < 10):
            raise Invalid("version must be a number.", field="version")
        services.remove_set(**which, version=int(seen) if seen else None)
        return Response(status=204)
    asked = checked(SetChangeIn, request)
    row = services.change_set(**which, version=asked["version"], figures=_figures(asked))
    return Response(set_dict(row))


@extend_schema(
    methods=["GET"],
    operation_id="exercises_list",
    parameters=[OpenApiParameter("q", str), OpenApiParameter("retired", bool), *PAGE],
    responses=page_of(ExerciseOut, "ExercisePage"),
)
@extend_schema(
    methods=["POST"], operation_id="exercises_add", request=ExerciseIn, responses={201: ExerciseOut}
)
@endpoint("GET", "POST")
def exercises(request: Request) -> Response:
    """The studio's exercises on offer, by name (`q` finds those that hold it; `retired=true` shows all); adding one."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        made = services.add_exercise(actor=actor, **checked(ExerciseIn, request))
        return Response(exercise_dict(made), status=201)
    every = request.query_params.get("retired", "") in {"true", "1"}
    rows = all_exercises(actor) if every else exercises_in_use(actor)
    if words := fold(request.query_params.get("q", "").replace("\x00", "").strip()):
        rows = rows.annotate(folded=Folded("name")).filter(folded__contains=words)
    return paginate(
        request, rows, lambda found: [exercise_dict(row) for row in found], ordering=["name", "id"]
    )


@extend_schema(methods=["GET"], operation_id="exercises_get", responses=ExerciseOut)
@extend_schema(
    methods=["PATCH"], operation_id="exercises_change", request=ExerciseChangeIn, responses=ExerciseOut
)
@endpoint("GET", "PATCH")
def exercise(request: Request, exercise_id: UUID) -> Response:
    """One exercise; renaming, measuring anew, retiring it, or offering it again."""
    actor = request.actor  # type: ignore[attr-defined]
    found = fetch_exercise(actor, exercise_id)
    if request.method == "PATCH":
        require(actor, Capability.EXERCISES_MANAGE)
        asked = checked(ExerciseChangeIn, request, partial=True)
        if "name" in asked or "measure" in asked:
            found = services.change_exercise(
                actor=actor,
                exercise_id=exercise_id,
                name=asked.get("name", found.name),
                measure=asked.get("measure", found.measure),
            )
        if "retired" in asked:
            found = services.retire_exercise(actor=actor, exercise_id=exercise_id, retired=asked["retired"])
    return Response(exercise_dict(found))
