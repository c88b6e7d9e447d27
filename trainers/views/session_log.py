"""The exercise log of the board: what its page shows, and its plain forms. With script the page talks to the API instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_POST

from fitflow.core import clock
from fitflow.core.errors import Conflict, FitFlowError, Invalid, NotFound
from fitflow.core.ids import uuid7
from studios.shared.decorators import staff_required
from studios.shared.policies import Capability, require
from studios.shared.requests import StudioRequest
from trainers.log_policies import log_session
from trainers.models import Exercise, Measure, Session
from trainers.policies import fetch_session
from trainers.selectors import SessionBoard
from trainers.selectors_log import GROUP, LoggedExercise, SessionLog, session_log
from trainers.services import change_set, log_set, record_log_reading, remove_set, repeat_last, share_log
from trainers.services.booking import CHECK_IN
from trainers.services.exercise_library import clean_name, exercise_named
from trainers.services.exercise_log import NewExercise
from trainers.views.log_forms import RefusedSet, figures_from, refused
from trainers.views.periods import uuid_from

EVERYBODY = "group"


@dataclass(frozen=True)
class Chosen:
    """What is to be logged next, as the plain form asked for it: an exercise of the library, or a new one by its name."""

    who: str
    entry: LoggedExercise
    exercise_id: str  # empty: a new one
    next_id: UUID
    repeat_id: UUID  # of the first set that repeating last time logs


def queue_key(request: StudioRequest) -> str:
    """Return the key under which this person's browser keeps what waits to be sent; it never leaves the page."""
    return salted_hmac(
        "session-board", f"{request.studio.pk}:{request.user.pk}", algorithm="sha256"
    ).hexdigest()


def _client(text: str) -> UUID | None:
    return None if text == EVERYBODY else uuid_from(text)


def _whose(text: str) -> UUID | None:
    """Return the client a form names, None for the whole group; raise NotFound for what names nobody."""
    client_id = _client(text)
    if client_id is None and text != EVERYBODY:
        raise NotFound("That client is not in this session.", field="client")
    return client_id


def _chosen(query: Mapping[str, str], log: SessionLog) -> Chosen | None:
    """Return what `?who=&exercise=` (a name) asks to log."""
    name = query.get("exercise", "")
    who = query.get("who", "") or (str(log.people[0].pk) if log.people else EVERYBODY)
    try:
        text = clean_name(name)
    except Invalid:
        return None
    found = exercise_named(text)
    measure = query.get("measure", "")
    kind = measure if measure in Measure.values else Measure.LOAD
    exercise = found or Exercise(name=text, measure=kind)
    entry = (
        log.entry_for(_client(who), exercise)
        if found
        else LoggedExercise(_client(who), _name(log, who), exercise, [], None)
    )
    exercise_id = str(found.pk) if found else ""
    return Chosen(who=who, entry=entry, exercise_id=exercise_id, next_id=uuid7(), repeat_id=uuid7())


def _name(log: SessionLog, who: str) -> str:
    return next((person.name for person in log.people if str(person.pk) == who), GROUP)


def log_context(
    request: StudioRequest, board: SessionBoard, refusal: RefusedSet | None = None
) -> dict[str, Any]:
    """Return what the board's template needs of the exercise log."""
    session = board.session
    log = session_log(request.actor, session)
    record_log_reading(actor=request.actor, sets=log.shown_sets)
    opened = session.starts_at - CHECK_IN <= clock.now()
    runs = session.status in {Session.Status.SCHEDULED, Session.Status.COMPLETED}
    return {
        "log": log,
        "shows_log": log.may_write and runs and (opened or bool(log.entries)),
        "shows_progress": not log.may_write and board.may_see_clients and runs and opened,
        "chosen": _chosen(refusal.query if refusal else request.GET, log) if log.may_write else None,
        "refused_set": refusal,
        "refused_next": refusal if refusal and not refusal.set_id else None,
        "measures": Measure.choices,
        "everybody": EVERYBODY,
        "queue_key": queue_key(request),
    }


def _to_log(session_id: UUID, **query: str) -> HttpResponseRedirect:
    asked = f"?{urlencode(query)}" if query else ""
    return HttpResponseRedirect(f"{reverse('session_detail', args=[session_id])}{asked}#board-log")


def _attempt(
    request: StudioRequest, session_id: UUID, write: Callable[[], object], set_id: str = "", **query: str
) -> HttpResponse:
    """Write into the log and go back to it; a set that was refused is shown again as it was typed, with the reason."""
    from trainers.views.board import board_page

    try:
        write()
    except Invalid as error:
        refusal = refused(request.POST, error, set_id, query)
        return board_page(request, session_id, status=422, refusal=refusal)
    except (Conflict, NotFound) as error:
        if isinstance(error, NotFound):
            fetch_session(request.actor, session_id)
        messages.error(request, error.message)
    return _to_log(session_id, **query)


@require_POST
@staff_required
def session_log_set(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Log one set; an exercise that the library has not got is named with how it is measured."""
    require(request.actor, Capability.RECORDS_WRITE)
    log_session(request.actor, session_id)
    data = request.POST
    who, exercise_id = data.get("client", ""), uuid_from(data.get("exercise", ""))
    new = NewExercise(name=data.get("name", ""), measure=data.get("measure", ""))

    def write() -> None:
        log_set(
            actor=request.actor,
            session_id=session_id,
            set_id=uuid_from(data.get("set_id", "")),
            client_id=_whose(who),
            exercise=exercise_id or new,
            figures=figures_from(data),
        )

    return _attempt(
        request, session_id, write, who=who, exercise=data.get("name", ""), measure=data.get("measure", "")
    )


@require_POST
@staff_required
def session_log_repeat(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Log for a client the sets of an exercise that she did last time, as they were."""
    require(request.actor, Capability.RECORDS_WRITE)
    log_session(request.actor, session_id)
    data = request.POST

    def write() -> None:
        exercise_id = uuid_from(data.get("exercise", ""))
        if exercise_id is None:
            raise NotFound("That exercise is not there.", field="exercise")
        repeat_last(
            actor=request.actor,
            session_id=session_id,
            client_id=_whose(data.get("client", "")),
            exercise_id=exercise_id,
            set_id=uuid_from(data.get("set_id", "")),
        )

    return _attempt(request, session_id, write)


@require_POST
@staff_required
def session_log_change(request: StudioRequest, session_id: UUID, set_id: UUID) -> HttpResponse:
    """Change one set to what was typed, unless somebody changed it since."""
    require(request.actor, Capability.RECORDS_WRITE)
    version = request.POST.get("version", "")

    def write() -> None:
        change_set(
            actor=request.actor,
            session_id=session_id,
            set_id=set_id,
            version=int(version) if version.isdecimal() and len(version) < 10 else 0,
            figures=figures_from(request.POST),
        )

    return _attempt(request, session_id, write, str(set_id))


@require_POST
@staff_required
def session_log_remove(request: StudioRequest, session_id: UUID, set_id: UUID) -> HttpResponse:
    """Take one set back."""
    require(request.actor, Capability.RECORDS_WRITE)
    return _attempt(
        request,
        session_id,
        lambda: remove_set(actor=request.actor, session_id=session_id, set_id=set_id),
    )


@require_POST
@staff_required
def session_log_share(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Show the log to the session's clients in their portal, or stop."""
    require(request.actor, Capability.RECORDS_WRITE)
    shared = request.POST.get("shared") == "yes"
    try:
        share_log(actor=request.actor, session_id=session_id, shared=shared)
    except FitFlowError as error:
        if not isinstance(error, Conflict):
            raise
        messages.error(request, error.message)
    else:
        words = (
            "Its clients read this log now, each her own." if shared else "Its clients read this log no more."
        )
        messages.success(request, words)
    return _to_log(session_id)
