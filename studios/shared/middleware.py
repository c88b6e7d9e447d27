"""Who is asking, in which roles: settled before the request enters its studio."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from fitflow.core.callers import address_of
from studios.shared import selectors


class ActorMiddleware:
    """Puts `request.actor`, `request.roles` and (lazily) `request.my_studios` on the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        target: Any = request
        user = target.user
        known = {"user_id": str(user.pk)} if user.is_authenticated else {}
        structlog.contextvars.bind_contextvars(ip=address_of(request), **known)
        target.actor = selectors.remembered_actor(user, target.studio)
        target.roles = target.actor.roles
        target.my_studios = SimpleLazyObject(lambda: selectors.studios_of(user))
        return self.get_response(request)
