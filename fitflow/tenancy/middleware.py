"""The studio of a request: named by its host, entered just around the view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fitflow.tenancy import context, hosts

GetResponse = Callable[[HttpRequest], HttpResponse]


def public_rows(view: Any) -> Any:
    """Mark a view that works on public rows only (sign-in, tokens): on a studio's host it does not enter the studio."""
    view.public_rows = True
    return view


class StudioMiddleware:
    """Puts `request.studio` (None on the public host) and the host's URLs on the request; an unknown host is a 404."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = request.get_host()
        request.studio = None  # type: ignore[attr-defined]
        request.tenant = None  # type: ignore[attr-defined]
        if not hosts.is_public(host):
            try:
                studio = hosts.studio_of(host)
            except hosts.UnknownHost:
                return render(request, "studio_not_found.html", {"host": hosts.bare(host)}, status=404)
            request.studio = request.tenant = studio  # type: ignore[attr-defined]
            request.urlconf = settings.STUDIO_URLCONF
        return self.get_response(request)


class EnterStudioMiddleware:
    """Innermost: enters the studio once the view is known and leaves it before the session is saved."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            context.leave()

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        studio = request.studio  # type: ignore[attr-defined]
        marked = getattr(view, "public_rows", False) or getattr(
            getattr(view, "cls", None), "public_rows", False
        )
        if studio is not None and not marked:
            context.enter(studio)
