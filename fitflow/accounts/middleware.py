from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware, auser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from fitflow.accounts.services import person_of_key, person_of_token
from fitflow.core.errors import Unauthenticated
from fitflow.core.memo import remember


class SessionIdentity(AuthenticationMiddleware):
    """Django's own, whose look-up of a session's user is remembered for IDENTITY_SECONDS.

    The session itself is read for every request, so signing out and suspending (which ends the sessions) count at once. What
    is remembered is bound to the session's own mark of the password: after a new password nothing old answers.
    """

    def process_request(self, request: HttpRequest) -> None:
        target: Any = request
        target.user = SimpleLazyObject(lambda: _user_of(target))
        target.auser = partial(auser, request)


def _user_of(request: Any) -> Any:
    if not hasattr(request, "_cached_user"):
        session = request.session
        key = (
            "user",
            session.get(auth.SESSION_KEY),
            session.get(auth.HASH_SESSION_KEY),
            session.get(auth.BACKEND_SESSION_KEY),
        )
        if key[1] is None:
            request._cached_user = AnonymousUser()
        else:
            user = remember(key, lambda: auth.get_user(request), seconds=settings.IDENTITY_SECONDS)
            request._cached_user = copy.copy(user)
    return request._cached_user


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
