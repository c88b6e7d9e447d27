from __future__ import annotations

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from fitflow.core.api.errors import plain_error


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


def api_not_found(request: HttpRequest, path: str = "") -> HttpResponse:
    """A path below /api/ that is no endpoint: the documented error, not a page."""
    return plain_error(404, "There is nothing here.")
