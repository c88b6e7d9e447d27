"""The view that is measured with and without tenancy: the API's sessions of a week. Also its own URL file."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path

from studios.shared.policies import Actor
from trainers.api.sessions import sessions

OWNER = UUID(os.environ.get("BENCH_OWNER", UUID(int=0).hex))
PERSON = SimpleNamespace(pk=OWNER, is_active=True, is_authenticated=True)
ACTOR = Actor(user_id=OWNER, name="Owner", roles=frozenset({"owner"}))
STUDIO = SimpleNamespace(timezone="America/Toronto")


def somebody(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """What the plain site has instead of studio, session and roles: they are known."""

    def middleware(request: Any) -> HttpResponse:
        request.user, request.actor, request.studio = PERSON, ACTOR, STUDIO
        return get_response(request)

    return middleware


urlpatterns = [path("api/week/", sessions)]
