"""Who may open a page. Each view still calls services, which ask the policies again about what is done."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from fitflow.core.context import public_url
from fitflow.core.errors import NotFound, NotPermitted
from studios.shared.models import Role

View = Callable[..., HttpResponse]
STAFF = frozenset(Role.values) - {Role.CLIENT.value}


def sign_in_url(next_url: str = "") -> str:
    """Return the address of the sign-in page on the platform's own host, coming back to `next_url` afterwards."""
    url = public_url(reverse("account_login", urlconf=settings.PUBLIC_SCHEMA_URLCONF))
    return f"{url}?{urlencode({'next': next_url})}" if next_url else url


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send whoever is not signed in to the sign-in page, and back to this page afterwards (after a POST: to the start)."""
    here = (
        request.build_absolute_uri() if request.method in {"GET", "HEAD"} else request.build_absolute_uri("/")
    )
    if getattr(request, "htmx", False):
        page = getattr(request.htmx, "current_url", None) or request.build_absolute_uri("/")  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": sign_in_url(page)})
    return HttpResponseRedirect(sign_in_url(here))


def signed_in(view: View) -> View:
    """Let in who has signed in, in whatever role; others are sent to sign in and come back.

    What she sees stays out of caches: going back after signing out shows nobody's name. A view may say otherwise.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return guarded


def roles_required(*roles: str) -> Callable[[View], View]:
    """Let in who holds one of the roles in this request's studio.

    Not signed in: to the sign-in page. No role in this studio: 404. A role, but none of these: 403.
    """
    wanted = frozenset(str(role) for role in roles)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            held = request.actor.roles  # type: ignore[attr-defined]
            if not held:
                raise NotFound()
            if not held & wanted:
                raise NotPermitted()
            return view(request, *args, **kwargs)

        return signed_in(guarded)

    return decorate


member_required = roles_required(*Role.values)
staff_required = roles_required(*STAFF)
client_required = roles_required(Role.CLIENT)
