from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from fitflow.accounts.services import person_of_key, person_of_token
from fitflow.core.errors import Unauthenticated


def token_identity(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Whoever an Authorization header names takes the place of the session's user, on the API's paths.

    A header that is worth nothing leaves nobody: `identity_problem` makes the API answer 401. Runs before the request
    enters its studio, which could not read tokens.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        target: Any = request
        target.identity_source, target.identity_problem, target.token_chain = "session", "", None
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() in {"bearer", "api-key"} and request.path.startswith("/api/"):
            _identify(target, scheme.lower(), value.strip())
        return get_response(request)

    return middleware


def _identify(request: Any, scheme: str, value: str) -> None:
    request.identity_source = "token"
    try:
        if scheme == "bearer":
            request.user, request.token_chain = person_of_token(value)
        else:
            request.user = person_of_key(value)
    except Unauthenticated as error:
        request.user, request.identity_problem = AnonymousUser(), error.message
