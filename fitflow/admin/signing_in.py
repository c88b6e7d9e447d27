"""Into the admin: password, then a code from an authenticator app (or a recovery code); an app is set up on the first visit."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fitflow.accounts.models import User
from fitflow.accounts.services import check_password, second_factor
from fitflow.admin import guard
from fitflow.admin.forms import CodeForm, PasswordForm
from fitflow.core.api.throttles import seconds_to_wait
from fitflow.core.errors import FitFlowError, TooMany, Unauthenticated
from studios.shared.platform import note_sign_in

View = Callable[..., HttpResponse]
POSTS_A_MINUTE = 30
NOT_STAFF = "These are not the e-mail address and password of platform staff."


def sign_in_step(view: View) -> View:
    """Decorate a step of the sign-in: never cached, never from another page, and not too often from one address."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            who = get_adapter().get_client_ip(request)
            wait = seconds_to_wait(f"admin:{who}", per_minute=POSTS_A_MINUTE, burst=POSTS_A_MINUTE)
            if wait:
                raise TooMany("Too many attempts to sign in. Wait a minute.", retry_after=int(wait) + 1)
        return view(request, *args, **kwargs)

    steps: View = require_http_methods(["GET", "POST"])(guard.own_pages_only(guarded))
    return never_cache(csrf_protect(sensitive_post_parameters()(steps)))


@sign_in_step
def password(request: HttpRequest) -> HttpResponse:
    """First step. Who is signed in to the site as staff already goes on to the code."""
    if request.method == "GET":
        if _signed_in_staff(request) and "again" not in request.GET:
            return _step("admin:sign_in_code", request)
        return _page(request, "password", PasswordForm())
    form = PasswordForm(request.POST)
    if form.is_valid():
        try:
            user = check_password(request=request, **form.cleaned_data)
            if user.is_staff:
                known = second_factor.has_second_factor(user)
                guard.begin(request, user=user, key="" if known else second_factor.new_key())
                return _step("admin:sign_in_code" if known else "admin:sign_in_set_up", request)
            raise Unauthenticated(NOT_STAFF)
        except FitFlowError as error:
            form.add_error(None, NOT_STAFF if isinstance(error, Unauthenticated) else error.message)
    return _page(request, "password", form)


@sign_in_step
def code(request: HttpRequest) -> HttpResponse:
    """Second step: six digits of the app, or a recovery code."""
    user = _whose_turn(request)
    if user is None or not second_factor.has_second_factor(user):
        return _step("admin:login", request, again=1)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            device = second_factor.check_code(user=user, code=form.cleaned_data["code"])
        except FitFlowError as error:
            form.add_error("code", error.message)
            if not isinstance(error, TooMany) and not guard.count_try(request):
                messages.error(request, "That were five wrong codes. Begin again with your password.")
                return _step("admin:login", request, again=1)
        else:
            response = redirect(_next(request))
            guard.enter(request, response, user=user, device=device)
            note_sign_in(staff=user, device=device.name)
            _warn_of_few_codes(request, user)
            return response
    return _page(request, "code", form, person=user)


@sign_in_step
def set_up(request: HttpRequest) -> HttpResponse:
    """First visit: scan the secret, show that it works, keep the recovery codes. Only right after the password."""
    known = guard.pending(request)
    if known is None or not known[1]:
        return _step("admin:login", request, again=1)
    user, key = known
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            device, codes = second_factor.set_up(user=user, key=key, code=form.cleaned_data["code"])
        except FitFlowError as error:
            form.add_error("code", error.message)
            if not guard.count_try(request):
                return _step("admin:login", request, again=1)
        else:
            response = _codes_page(request, codes, _next(request))
            guard.enter(request, response, user=user, device=device)
            note_sign_in(staff=user, device=f"{device.name}, set up now")
            return response
    secret = second_factor.base32(key)
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    picture = _qr_code(second_factor.key_uri(user, key))
    return _page(request, "set_up", form, person=user, picture=picture, secret=groups)


@sign_in_step
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes for who is in the admin already; the old ones end."""
    user: Any = request.user
    if request.method == "POST":
        codes = second_factor.make_recovery_codes(user=User.objects.get(pk=user.pk))
        return _codes_page(request, codes, reverse("admin:index"))
    left = second_factor.recovery_codes_left(user)
    return render(request, "admin/sign_in/new_codes.html", {"left": left})


def leave(request: HttpRequest) -> HttpResponse:
    """End the session, of the site as well."""
    if request.method != "POST":
        return redirect("admin:index")
    logout(request)
    response = redirect("/")
    response.delete_cookie(guard.COOKIE, path="/admin/", samesite="Strict")
    return response


def _signed_in_staff(request: HttpRequest) -> bool:
    user: Any = request.user
    return user.is_authenticated and user.is_staff and second_factor.has_second_factor(user)


def _whose_turn(request: HttpRequest) -> User | None:
    known = guard.pending(request)
    if known:
        return known[0]
    user: Any = request.user
    return User.objects.get(pk=user.pk) if _signed_in_staff(request) else None


def _next(request: HttpRequest) -> str:
    """Where she wanted to go: inside the admin, or its start."""
    start, wanted = reverse("admin:index"), request.GET.get("next", "")
    inside = wanted.startswith(start) and not wanted.startswith(
        (reverse("admin:login"), reverse("admin:logout"))
    )
    return wanted if inside and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else start


def _step(name: str, request: HttpRequest, **query: Any) -> HttpResponse:
    if _next(request) != reverse("admin:index"):
        query["next"] = _next(request)
    return redirect(f"{reverse(name)}?{urlencode(query)}" if query else reverse(name))


def _page(request: HttpRequest, step: str, form: Any, **context: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, f"admin/sign_in/{step}.html", {"form": form, **context}, status=status)


def _codes_page(request: HttpRequest, codes: list[str], go_on: str) -> HttpResponse:
    return render(request, "admin/sign_in/codes.html", {"codes": codes, "go_on": go_on})


def _warn_of_few_codes(request: HttpRequest, user: User) -> None:
    left = second_factor.recovery_codes_left(user)
    if 0 < left <= 3:
        messages.warning(
            request, f"{left} recovery codes are left. Make new ones from the menu under your name."
        )


def _qr_code(text: str) -> str:
    import qrcode
    from qrcode.image.svg import SvgPathImage

    out = BytesIO()
    qrcode.make(text, image_factory=SvgPathImage, border=2).save(out)
    return f"data:image/svg+xml;base64,{b64encode(out.getvalue()).decode()}"
