"""What lets a request into the admin: platform staff, a second factor shown in this browser session, from a page of this host."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac
from django_otp import login as verified_by
from django_otp.models import Device

from fitflow.accounts.models import User
from fitflow.core.errors import NotPermitted

View = Callable[..., HttpResponse]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# The site's cookie stays for weeks and goes to every studio's host. This one goes to the admin alone and ends with the
# browser session; without it the second factor is asked again.
COOKIE = "fitflow_admin"
ENTERED, PENDING = "admin_entered", "admin_pending"
LONGEST_SECONDS = 12 * 3600
PENDING_SECONDS = 600
MOST_TRIES = 5
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
# unfold's pages are driven by Alpine, which compiles the expressions of its attributes; everything else stays as on the
# rest of the site: scripts and styles from this host only, nothing inline.
PAGES_POLICY = {"script-src": ["'unsafe-eval'"]}


def may_enter(request: HttpRequest) -> bool:
    """Whether the request comes from active staff who showed a second factor in this browser session, at most 12 h ago."""
    user: Any = request.user
    if not (user.is_active and user.is_staff and user.is_verified()):
        return False
    entered = request.session.get(ENTERED) or {}
    fresh = 0 <= time.time() - entered.get("at", 0) < LONGEST_SECONDS
    return fresh and constant_time_compare(entered.get("mark", ""), _mark(request.COOKIES.get(COOKIE, "")))


def enter(request: HttpRequest, response: HttpResponse, *, user: User, device: Device) -> None:
    """Sign her in (under a new session key) as verified by the device, and mark this browser session."""
    login(request, user, backend=BACKEND)
    verified_by(request, device)
    value = secrets.token_urlsafe(32)
    request.session.pop(PENDING, None)
    request.session[ENTERED] = {"at": int(time.time()), "mark": _mark(value)}
    response.set_cookie(
        COOKIE, value, path="/admin/", secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Strict"
    )


def begin(request: HttpRequest, *, user: User, key: str) -> None:
    """Remember for ten minutes that her password was right; `key` is the new secret of one who has no device yet."""
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": str(user.pk),
        "hash": user.get_session_auth_hash(),
        "at": int(time.time()),
        "key": key,
        "tries": 0,
    }


def pending(request: HttpRequest) -> tuple[User, str] | None:
    """Return who has shown her password here a moment ago, and the new secret offered to her."""
    noted = request.session.get(PENDING)
    if not noted or not 0 <= time.time() - noted["at"] < PENDING_SECONDS:
        return None
    user = User.objects.filter(pk=UUID(noted["user"]), is_active=True, is_staff=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), noted["hash"]):
        return None
    return user, noted["key"]


def count_try(request: HttpRequest) -> bool:
    """Count a wrong code; return False when there were five, and the password must be given again."""
    noted = request.session.get(PENDING)
    if not noted:
        return True
    if noted["tries"] + 1 >= MOST_TRIES:
        del request.session[PENDING]
        return False
    request.session[PENDING] = {**noted, "tries": noted["tries"] + 1}
    return True


def own_pages_only(view: View) -> View:
    """Refuse what another page sends, a studio's included: they share the site's cookies but have no business here."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        origin = request.headers.get("Origin")
        own = f"{request.scheme}://{request.get_host()}"
        if request.method not in SAFE_METHODS and origin is not None and origin != own:
            raise NotPermitted("That was sent from a page outside the admin.")
        return view(request, *args, **kwargs)

    return guarded


def with_pages_policy(view: View) -> View:
    """Give the view's answers the policy that unfold's pages need."""
    relax: Any = csp_update(PAGES_POLICY)
    return wraps(view)(relax(view))


def _mark(value: str) -> str:
    return salted_hmac("fitflow.admin", value, algorithm="sha256").hexdigest()
