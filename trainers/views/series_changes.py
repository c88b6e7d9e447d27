"""Changing and cancelling what repeats: each shows first what it touches."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods

from fitflow.core.errors import Conflict, Invalid
from fitflow.core.flash import undoable
from studios.shared.decorators import staff_required
from studios.shared.requests import StudioRequest
from trainers.models import Session
from trainers.policies import editable_session
from trainers.services.series import words_of
from trainers.services.series_closing import SeriesCancel, cancel_sessions, preview_series_cancel
from trainers.services.series_edits import edit_session, preview_series_edit
from trainers.services.series_plans import SeriesEdit
from trainers.views.periods import id_asked, uuid_from, zone_text


def scope_asked(request: StudioRequest, session: Session) -> str:
    """Return which more than this session a form is about, or an empty string."""
    scope = request.POST.get("scope", "")
    return scope if session.series_id and scope in {"following", "all"} else ""


def change_url(session: Session, scope: str, data: dict[str, Any]) -> str:
    """Return the address of the preview of a change, as the form of one session has it."""
    asked = {
        "scope": scope,
        "starts": data["instant"].isoformat(),
        "minutes": data["minutes"],
        "trainer": data["trainer"].pk,
        "room": data["room_id"] or "",
    }
    return f"{reverse('session_change_series', args=[session.pk])}?{urlencode(asked)}"


def _asked(query: QueryDict, session: Session) -> dict[str, Any]:
    """Return what an address asks to change; what stays as it is on this session is left out."""
    starts = _instant(query.get("starts", ""))
    minutes = query.get("minutes", "")
    trainer, room = id_asked(query, "trainer"), id_asked(query, "room")
    asked: dict[str, Any] = {}
    if starts is not None and starts != session.starts_at:
        asked["starts_at"] = starts
    if minutes.isdecimal() and timedelta(minutes=int(minutes[:6])) != session.ends_at - session.starts_at:
        asked["duration_minutes"] = int(minutes[:6])
    if trainer and trainer[0] != session.trainer_id:
        asked["trainer_id"] = trainer[0]
    if "room" in query and (room[0] if room else None) != session.room_id:
        asked["room_id"] = room[0] if room else None
    return asked


def _instant(text: str) -> datetime | None:
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found and found.tzinfo and 2000 <= found.year < 9000 else None


def _version(request: StudioRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else None


def _left_out(request: StudioRequest) -> list[UUID] | None:
    """Return the sessions that are not ticked; None where the list has not been shown yet."""
    rows, keep = request.POST.getlist("row"), set(request.POST.getlist("keep"))
    if not rows:
        return None
    return [found for one in rows if one not in keep and (found := uuid_from(one))]


def _plan(wish: dict[str, Any], left_out: list[UUID] | None) -> SeriesEdit:
    if left_out is not None:
        return preview_series_edit(**wish, leave_out=left_out)
    plan = preview_series_edit(**wish)
    blocked = [change.session.pk for change in plan.blocked]
    # What clashes is left out to begin with, where the others can do without it.
    if blocked and len(blocked) < len(plan.changes):
        return preview_series_edit(**wish, leave_out=blocked)
    return plan


def _plan_or_all(wish: dict[str, Any], left_out: list[UUID] | None) -> tuple[SeriesEdit, str]:
    """Return the plan; where what is left out of it cannot be, the plan of all of them, and why."""
    try:
        return _plan(wish, left_out), ""
    except Invalid as error:
        if error.field != "leave_out":
            raise
        return _plan(wish, None), error.message


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def session_change_series(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Show what a change of this and the following sessions touches, and make it by POST."""
    session = editable_session(request.actor, session_id)
    wish: dict[str, Any] = {
        "actor": request.actor,
        "session_id": session_id,
        "scope": request.GET.get("scope", "following"),
        **_asked(request.GET, session),
    }
    problem, left_out = "", _left_out(request)
    try:
        if request.method == "POST" and "check" not in request.POST:
            moved = edit_session(**wish, leave_out=left_out or (), version=_version(request))
            messages.success(request, "The series is changed. Each client gets one e-mail.")
            return HttpResponseRedirect(reverse("series_detail", args=[moved.series_id]))
    except Conflict as error:
        problem = error.message
    except Invalid as error:
        if error.field != "leave_out":
            messages.error(request, error.message)
            return HttpResponseRedirect(reverse("session_move", args=[session_id]))
        problem, left_out = error.message, None
    try:
        plan, more = _plan_or_all(wish, left_out)
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("session_detail", args=[session_id]))
    return _change_page(request, session, plan, problem or more)


def _change_page(request: StudioRequest, session: Session, plan: SeriesEdit, problem: str) -> HttpResponse:
    zone = plan.series.location.timezone
    context = {
        "plan": plan,
        "session": session,
        "zone": zone,
        "zone_words": zone_text(zone),
        "kept": sum(1 for change in plan.made if change.keeps_time) if plan.by else 0,
        "before": words_of(plan.series),
        "problem": problem,
        "query": request.GET.urlencode(),
    }
    return render(request, "trainer/series_change.html", context, status=409 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def session_cancel_series(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Show what cancelling this and the following sessions takes, and do it by POST."""
    session = editable_session(request.actor, session_id)
    scope = request.GET.get("scope", "following")
    asked: dict[str, Any] = {"actor": request.actor, "session_id": session_id, "scope": scope}
    problem, reason = "", request.GET.get("reason", "")[:300]
    try:
        if request.method == "POST":
            cancel_sessions(**asked, reason=reason, version=_version(request))
            words = f"{session.service.name} is cancelled. Each client gets one e-mail."
            undoable(request, words, reverse("session_restore", args=[_taken(session)]))
            return HttpResponseRedirect(reverse("series_detail", args=[session.series_id]))
    except Conflict as error:
        problem = error.message
    try:
        plan = preview_series_cancel(**asked)
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("session_detail", args=[session_id]))
    return _cancel_page(request, session, plan, reason, problem)


def _cancel_page(
    request: StudioRequest, session: Session, plan: SeriesCancel, reason: str, problem: str
) -> HttpResponse:
    context = {
        "plan": plan,
        "session": session,
        "reason": reason,
        "zone": session.location.timezone,
        "words": words_of(plan.series),
        "problem": problem,
        "query": request.GET.urlencode(),
    }
    return render(request, "trainer/series_cancel.html", context, status=409 if problem else 200)


def _taken(session: Session) -> UUID:
    """Return a session that went with the series just cancelled: by it an undo knows them all."""
    rows = Session.objects.filter(series=session.series, status=Session.Status.CANCELLED)
    newest = rows.order_by("-cancelled_at", "occurrence").values_list("pk", flat=True).first()
    return newest or session.pk
