"""The page of an invitation, on the platform's own host: whoever holds the link may look, whose address it is may take it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from fitflow.accounts.forms import ClaimForm
from fitflow.accounts.selectors import has_verified_email, is_known_address
from fitflow.accounts.services import claim_account
from fitflow.core.errors import Conflict
from fitflow.core.refusals import REFUSALS, show_refusal
from studios.services import accept_invitation
from studios.shared.decorators import signed_in
from studios.shared.models import Invitation, Role
from studios.shared.selectors import invitation_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@require_safe
def invitation(request: Any, token: str) -> HttpResponse:
    """Who invites, to what; and the one next step for this person."""
    row = invitation_of(token)
    return _page(request, row, ClaimForm(initial={"name": row.name}))


def _page(request: Any, row: Invitation, form: ClaimForm, status: int = 200) -> HttpResponse:
    next_step = urlencode({"next": reverse("invitation", args=[row.token])})
    context = {
        "invitation": row,
        "step": _step(request.user, row),
        "form": form,
        "role": Role(row.role).label.lower(),
        "sign_in_url": f"{reverse('account_login')}?{next_step}",
    }
    return render(request, "public/invitation.html", context, status=status)


def _step(user: Any, row: Invitation) -> str:
    """Return what this person can do: `accept`, `claim`, `sign_in`, `switch`, or why nothing (`closed`, `taken`, `shut`)."""
    if row.state == Invitation.State.ACCEPTED:
        return "taken"
    if row.state != Invitation.State.OPEN:
        return "closed"
    if not row.studio.answers:
        return "shut"
    if user.is_authenticated:
        return "accept" if has_verified_email(user, row.email) else "switch"
    return "sign_in" if is_known_address(row.email) else "claim"


@require_POST
@signed_in
def accept(request: Any, token: str) -> HttpResponse:
    """Take the invitation as the person signed in."""
    return _take(request, invitation_of(token), request.user)


@never_cache
@require_POST
def claim(request: Any, token: str) -> HttpResponse:
    """Make an account for the invited address, sign in, and take the invitation: the link has proved the address."""
    row, form = invitation_of(token), ClaimForm(request.POST)
    if not row.is_open or request.user.is_authenticated or not form.is_valid():
        return _page(request, row, form, status=422)
    try:
        user = claim_account(email=row.email, **form.cleaned_data)
    except REFUSALS as error:
        show_refusal(form, error)
        return _page(request, row, form, status=422)
    login(request, user, backend=BACKEND)
    return _take(request, row, user)


def _take(request: Any, row: Invitation, user: Any) -> HttpResponse:
    try:
        accept_invitation(invitation=row, user=user)
    except Conflict as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("invitation", args=[row.token]))
    messages.success(request, f"Welcome to {row.studio.name}.")
    return HttpResponseRedirect(row.studio.url)
