from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from rest_framework.decorators import (
    api_view,
    authentication_classes,
    parser_classes,
    permission_classes,
)
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fitflow.core.api.idempotency import answer_once
from fitflow.core.api.identity import NoIdentity
from fitflow.core.api.io import JSONParser
from fitflow.core.db import retry_deadlocks
from fitflow.core.errors import NotFound, NotPermitted

View = Callable[..., Response]
NO_STORE = "private, no-store"


def endpoint(
    *methods: str,
    anonymous: bool = False,
    public_rows: bool = False,
    signs_in: bool = False,
    clients_too: bool = False,
) -> Callable[[View], Any]:
    """Make a function `(request, …) -> Response` an endpoint of the API.

    Unsafe methods honour Idempotency-Key. What is answered, refusals too, no cache keeps: it may be health data, and it is
    somebody's own. `anonymous` lets in who has not signed in; `public_rows` keeps the request out
    of the studio on a studio's host (sign-in and tokens). `signs_in` is for who is about to show who she is: anyone is let
    in, and an identity sent along, even a dead one, is not looked at.

    On a studio's host, who holds no role there finds nothing, and only who works there may write, before anything that was
    sent is looked at; `clients_too` lets clients write as well. Finer rules are the service's.
    """

    def decorate(view: View) -> Any:
        @wraps(view)
        def handle(request: Request, *args: Any, **kwargs: Any) -> Response:
            if not (anonymous or public_rows or signs_in):
                _check_place(request, clients_too)
            if request.method in {"GET", "HEAD", "OPTIONS"} or not request.user.is_authenticated:
                return view(request, *args, **kwargs)
            return retry_deadlocks(answer_once)(request, lambda: view(request, *args, **kwargs))

        wrapped = parser_classes([JSONParser])(handle)
        if signs_in:
            wrapped = authentication_classes([NoIdentity])(wrapped)
        if anonymous or signs_in:
            wrapped = permission_classes([AllowAny])(wrapped)
        made = api_view(list(methods))(wrapped)
        made.cls.public_rows = public_rows  # type: ignore[attr-defined]
        made.cls.default_response_headers = property(_response_headers)  # type: ignore[assignment]
        return made

    return decorate


def _response_headers(view: APIView) -> dict[str, str]:
    return {"Allow": ", ".join(view.allowed_methods), "Cache-Control": NO_STORE}


def _check_place(request: Request, clients_too: bool) -> None:
    """Raise NotFound for who has no business in this studio, NotPermitted for a client who would write."""
    place: Any = request
    if place.studio is None:
        return
    if not place.actor.roles:
        raise NotFound()
    if request.method not in {"GET", "HEAD", "OPTIONS"} and not (clients_too or place.actor.is_staff):
        raise NotPermitted()
