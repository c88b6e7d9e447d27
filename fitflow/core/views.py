from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from fitflow.core.api.errors import NOTHING_HERE, plain_error
from fitflow.core.live import events_since

OLDEST_POLL = timedelta(hours=1)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form whose token is missing or old."""
    return render(request, "403_csrf.html", status=403)


def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Whether the database and Redis answer too; 503 names the one that does not."""
    failed = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        failed.append("database")
    try:
        caches["platform"].set("readyz", settings.RELEASE, 5)
    except Exception:
        failed.append("redis")
    return JsonResponse(
        {"status": "unavailable" if failed else "ok", "failed": failed}, status=503 if failed else 200
    )


def live_events(request: HttpRequest) -> HttpResponse:
    """What happened in the studio's timetable since `?since=`: the fallback of who has no socket."""
    if not request.user.is_authenticated:
        return plain_error(401, "Sign in first.")
    if not request.actor.is_staff:  # type: ignore[attr-defined]
        return plain_error(404, NOTHING_HERE)
    now = timezone.now()
    since = parse_datetime(request.GET.get("since", "")) or now
    if timezone.is_naive(since):
        return plain_error(400, "`since` needs its offset from UTC.")
    events = events_since(max(since, now - OLDEST_POLL))
    return JsonResponse({"now": now.isoformat(), "events": events}, headers={"Cache-Control": "no-store"})


def api_not_found(request: HttpRequest, path: str = "") -> HttpResponse:
    """A path below /api/ that is no endpoint: the documented error, not a page."""
    return plain_error(404, NOTHING_HERE)
