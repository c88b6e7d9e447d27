"""The pages about a person's own account. Signing in itself is allauth's, with our forms and templates."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from fitflow.accounts import services
from fitflow.accounts.forms import KeyForm, NameForm
from fitflow.accounts.models import User
from fitflow.accounts.selectors import factors_of
from fitflow.core.errors import FitFlowError


class OwnRequest(HttpRequest):
    """A request by somebody who is signed in."""

    user: User


@login_required
@require_safe
def security(request: OwnRequest) -> HttpResponse:
    """The account: name, e-mail, password, second step, programs."""
    return _security(request, NameForm(initial={"name": request.user.name}))


def _security(request: OwnRequest, form: NameForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "factors": factors_of(request.user),
        "keys": services.live_keys(request.user).count(),
    }
    return render(request, "account/security.html", context, status=status)


@login_required
@require_POST
def change_name(request: OwnRequest) -> HttpResponse:
    """Change the name under which every studio sees her."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return _security(request, form, status=422)
    services.change_name(user=request.user, name=form.cleaned_data["name"])
    messages.success(request, "Your name is changed.")
    return redirect("account_security")


@login_required
@require_safe
def keys(request: OwnRequest) -> HttpResponse:
    """Her API keys."""
    return _keys(request, KeyForm())


def _keys(request: OwnRequest, form: KeyForm, made: str = "", status: int = 200) -> HttpResponse:
    context = {"form": form, "keys": services.live_keys(request.user), "made": made}
    return render(request, "account/keys.html", context, status=status)


@reauthentication_required
@never_cache
@require_POST
def add_key(request: OwnRequest) -> HttpResponse:
    """Make an API key and show it, this once."""
    form = KeyForm(request.POST)
    if form.is_valid():
        days = form.cleaned_data["days"]
        expires_at = timezone.now() + timedelta(days=int(days)) if days else None
        try:
            _, key = services.make_key(
                user=request.user, name=form.cleaned_data["name"], expires_at=expires_at
            )
        except FitFlowError as error:
            form.add_error(error.field, error.message)
        else:
            return _keys(request, KeyForm(), made=key)
    return _keys(request, form, status=422)


@login_required
@require_POST
def revoke_key(request: OwnRequest, key_id: UUID) -> HttpResponse:
    """Make one of her API keys worthless."""
    services.revoke_key(user=request.user, key_id=key_id)
    messages.success(request, "The key is worthless now.")
    return redirect("account_keys")
