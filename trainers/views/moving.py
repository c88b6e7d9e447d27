"""Moving a session: by form, or by dragging it on the calendar, which posts the same form."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from fitflow.core.api.errors import plain_error
from fitflow.core.errors import Conflict, FitFlowError, Invalid, NotFound
from fitflow.core.flash import undoable
from studios.shared.decorators import staff_required
from studios.shared.requests import StudioRequest
from trainers.forms import MoveForm
from trainers.models import Session
from trainers.policies import editable_session
from trainers.services import reschedule_session
from trainers.views.answers import back_to, when
from trainers.views.periods import instant_from, on_clocks, on_clocks_of, uuid_from, zone_text
from trainers.views.series_changes import change_url, scope_asked
from trainers.views.series_forms import ScopeForm

SALT = "trainers.moved_from"
UNDO_SECONDS = 600


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def session_move(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Show the form that moves a session, and take its POST."""
    session = editable_session(request.actor, session_id)
    if request.method != "POST" or request.POST.get("pick"):
        return _page(request, session, _form(request, session))
    form = _form(request, session, _on_the_clocks_there(request.POST, session))
    scope = scope_asked(request, session)
    if scope and form.is_valid():
        return HttpResponseRedirect(change_url(session, scope, form.cleaned_data))
    moved = _reschedule(request, form) if form.is_valid() else None
    if moved is None:
        return _refused(request, session, form)
    undo = f"{reverse('session_move_back', args=[session.pk])}?to={_token(session, moved)}"
    text = _told(session, moved)
    if not request.accepts("text/html"):
        return JsonResponse({"message": text, "undo": undo})
    undoable(request, text, undo)
    return HttpResponseRedirect(reverse("session_detail", args=[moved.pk]))


def _told(before: Session, moved: Session) -> str:
    """Say what became of a session: only longer or shorter, or where it went, and to whom."""
    name, minutes = moved.service.name, int((moved.ends_at - moved.starts_at).total_seconds()) // 60
    given = "" if moved.trainer_id == before.trainer_id else f", with {moved.trainer.name}"
    stays = (moved.starts_at, moved.trainer_id, moved.room_id) == (
        before.starts_at,
        before.trainer_id,
        before.room_id,
    )
    if stays and moved.ends_at != before.ends_at:
        return f"{name} on {when(moved)} lasts {minutes} minutes now."
    return f"{name} moved to {when(moved)}{given}."


@require_POST
@staff_required
def session_move_back(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Undo a move: put the session back where it stood, if nothing else stands there and nobody changed it since."""
    try:
        starts, ends, trainer, room, version = _read_token(request.GET.get("to", ""), session_id)
        session = reschedule_session(
            actor=request.actor,
            session_id=session_id,
            starts_at=datetime.fromisoformat(starts),
            ends_at=datetime.fromisoformat(ends),
            trainer_id=uuid_from(trainer),
            room_id=uuid_from(room),
            version=int(version),
            outside_hours=True,  # where it stood, it stood knowingly
        )
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{session.service.name} is back at {when(session)}.")
    return back_to(request, reverse("session_detail", args=[session_id]))


def _on_the_clocks_there(typed: QueryDict, session: Session) -> QueryDict:
    """Return what was sent, with a start on a calendar's clocks (`zone`) as those of the session's place show it."""
    wall = instant_from(f"{typed.get('starts_on')}T{typed.get('starts_at')}")
    if "zone" not in typed or wall is None:
        return typed
    here, place = typed.get("zone", ""), session.location.timezone
    there = typed.copy()
    if wall == on_clocks(session.starts_at, here):
        wall = (
            on_clocks(session.starts_at, place) or wall
        )  # it stays, also in an hour that one of the two shows twice
    else:
        wall = on_clocks_of(wall, here, place)
    there["starts_on"], there["starts_at"] = f"{wall:%Y-%m-%d}", f"{wall:%H:%M}"
    return there


def _form(request: StudioRequest, session: Session, data: Any = None) -> MoveForm:
    return MoveForm(data, initial=_initial(request, session), actor=request.actor, session=session)


def _initial(request: StudioRequest, session: Session) -> dict[str, Any]:
    """Return where the session stands, under what was typed before one of the offered starts was picked."""
    there = session.starts_at.astimezone(ZoneInfo(session.location.timezone))
    place = f"{session.location_id}:{session.room_id}" if session.room_id else str(session.location_id)
    initial: dict[str, Any] = {
        "starts_on": there.date(),
        "starts_at": there.time().replace(second=0, microsecond=0),
        "minutes": int((session.ends_at - session.starts_at).total_seconds()) // 60,
        "trainer": session.trainer_id,
        "place": place,
        "version": session.version,
    }
    initial |= {name: value for name, value in request.POST.items() if name in initial}
    starts = instant_from(request.POST.get("pick", "").partition(":")[2])
    return initial | ({"starts_on": starts.date(), "starts_at": starts.time()} if starts else {})


def _page(request: StudioRequest, session: Session, form: MoveForm, status: int = 200) -> HttpResponse:
    zone = session.location.timezone
    context = {"form": form, "session": session, "zone": zone, "zone_words": zone_text(zone)}
    scope = request.POST.get("scope") or request.GET.get("scope") or "this"
    context["scope_form"] = ScopeForm(initial={"scope": scope}) if session.series_id else None
    return render(request, "trainer/session_move.html", context, status=status)


def _refused(request: StudioRequest, session: Session, form: MoveForm) -> HttpResponse:
    if request.accepts("text/html"):
        return _page(request, session, form, status=422)
    words = [str(error) for errors in form.errors.values() for error in errors]
    return plain_error(409, " ".join(words))


def _reschedule(request: StudioRequest, form: MoveForm) -> Session | None:
    data = form.cleaned_data
    try:
        return reschedule_session(
            actor=request.actor,
            session_id=form.session.pk,
            starts_at=data["instant"],
            ends_at=data["instant"] + timedelta(minutes=data["minutes"]),
            trainer_id=data["trainer"].pk,
            room_id=data["room_id"],
            version=data["version"],
            outside_hours=data["outside_hours"],
        )
    except FitFlowError as error:
        form.refuse(error)
        return None


def _token(before: Session, moved: Session) -> str:
    """Return where a session stood and the version its move made, signed, so that it can be undone from its message."""
    where = [before.starts_at.isoformat(), before.ends_at.isoformat(), str(before.trainer_id)]
    return signing.dumps([str(before.pk), *where, str(before.room_id or ""), str(moved.version)], salt=SALT)


def _read_token(token: str, session_id: UUID) -> list[str]:
    try:
        known, *where = signing.loads(token, salt=SALT, max_age=UNDO_SECONDS)
    except signing.SignatureExpired as error:
        raise Conflict("That was a while ago. Move the session by its form.", conflict="too_late") from error
    except signing.BadSignature as error:
        raise NotFound() from error
    if known != str(session_id):
        raise NotFound()
    return list(where)
