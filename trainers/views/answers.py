"""How a POST of the timetable is answered: back to where the person was, with what happened and a way to undo it."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from fitflow.core.flash import undoable
from fitflow.core.formats import clock_text, day_text
from studios.shared.requests import StudioRequest
from trainers.models import Session


def calendar_at(session: Session) -> str:
    """Return the address of the calendar in the session's week."""
    day = session.starts_at.astimezone(ZoneInfo(session.location.timezone)).date()
    return f"{reverse('calendar')}?view=week&date={day.isoformat()}"


def when(session: Session) -> str:
    """Write when a session starts, at its place: `Thursday 19 November, 10:00`."""
    zone = session.location.timezone
    return f"{day_text(session.starts_at, zone)}, {clock_text(session.starts_at, zone)}"


def back_to(request: StudioRequest, fallback: str) -> HttpResponseRedirect:
    """Send her back to the page she came from (`next`, else the page that held the form), if it is one of this host."""
    for url in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if url and url_has_allowed_host_and_scheme(
            url, {request.get_host()}, require_https=request.is_secure()
        ):
            return HttpResponseRedirect(url)
    return HttpResponseRedirect(fallback)


def told(request: StudioRequest, text: str, undo: str, *, fallback: str) -> HttpResponse:
    """Say what was done on the page she goes back to, and offer to undo it."""
    undoable(request, text, undo)
    return back_to(request, fallback)


def toasted(text: str, *, event: str, **toast: Any) -> HttpResponse:
    """Answer htmx without a page: a toast, and an event that the page's script waits for."""
    trigger = json.dumps({"ff:toast": {"text": text, **toast}, event: {}})
    return HttpResponse(status=204, headers={"HX-Trigger": trigger})
