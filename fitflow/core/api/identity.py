from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

REALM = 'Bearer realm="api"'


class RequestIdentity(SessionAuthentication):
    """Whoever the middleware found: by cookie (then CSRF is enforced), access token or API key.

    Identity is settled before the request enters its studio, because a studio's database role cannot read it.
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        problem = getattr(request._request, "identity_problem", "")
        if problem:
            raise AuthenticationFailed(problem)
        user = getattr(request._request, "user", None)
        if user is None or not user.is_active:
            return None
        if getattr(request._request, "identity_source", "session") == "session":
            self.enforce_csrf(request)
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return REALM


class NoIdentity(BaseAuthentication):
    """For signing in and renewing tokens: whatever identity is sent along, even a dead one, is not looked at."""

    def authenticate(self, request: Request) -> None:
        return None

    def authenticate_header(self, request: Request) -> str:
        return REALM
