from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware, auser
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django_otp.middleware import OTPMiddleware

from fitflow.accounts.services import person_of_key, person_of_token
from fitflow.core.errors import Unauthenticated
from fitflow.core.memo import remember


class Sessions(SessionMiddleware):
    """Django's own, but reads of the API only glance at the session (`fitflow.accounts.sessions`) and never save it."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        target: Any = request
        target.session.glance = request.method == "GET" and request.path.startswith("/api/")

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session: Any = request.session
        if not session.glance:
            return super().process_response(request, response)
        if session.accessed:
            patch_vary_headers(response, ("Cookie",))
        return response


class SessionIdentity(AuthenticationMiddleware):
    """Django's own, whose look-up of a session's user is remembered for IDENTITY_SECONDS.

    The session itself is read for every request (reads of the API glance at it), so signing out and suspending (which ends
    the sessions) count at once. What is remembered is bound to the session's own mark of the password: after a new password
    nothing old answers. Every request needs its user, so it is looked up at once: a lazy object would be asked thirty times.
    """

    def process_request(self, request: HttpRequest) -> None:
        target: Any = request
        target.user = target._cached_user = _user_of(target)
        target.auser = partial(auser, request)


def _user_of(request: Any) -> Any:
    known = dict(request.session.items())
    if auth.SESSION_KEY not in known:
        return AnonymousUser()
    marks = (auth.SESSION_KEY, auth.HASH_SESSION_KEY, auth.BACKEND_SESSION_KEY)
    key = ("user", *(known.get(mark) for mark in marks))
    return _own_copy(remember(key, lambda: auth.get_user(request), seconds=settings.IDENTITY_SECONDS))


def _own_copy(user: Any) -> Any:
    """Return a copy for one request, which may hang on it what it likes: copy.copy, at a fifth of its price."""
    if user.is_anonymous:
        return user
    twin = object.__new__(type(user))
    twin.__dict__.update(user.__dict__)
    twin._state = copy.copy(user._state)
    twin._state.fields_cache = {}
    return twin


class SecondFactor(OTPMiddleware):
    """django-otp's own, for the user who is known already."""

    def _install_lazy_accessors(self, request: Any) -> None:
        request.user = self._verify_user_sync(request, request.user)
        request.auser = partial(self._verify_user_async_via_auser, request, request.auser)


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
