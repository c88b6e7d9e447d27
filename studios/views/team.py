"""Who works in the studio, who is invited, and who may do what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fitflow.core.api.throttles import slow_down_mail
from fitflow.core.context import public_url
from fitflow.core.errors import Conflict, NotPermitted
from fitflow.core.refusals import REFUSALS, show_refusal
from studios import selectors
from studios.forms import InviteForm, RolesForm
from studios.policies import may_take, roles_to_give
from studios.services import invite, remove_member, resend_invitation, revoke_invitation, set_roles
from studios.shared.decorators import roles_required, staff_required
from studios.shared.models import Role
from studios.words import capability_table

leads = roles_required(Role.OWNER, Role.MANAGER, Role.TRAINER_ADMIN)


@staff_required
@require_safe
def team(request: Any) -> HttpResponse:
    """Who works here, and who is invited to."""
    return _team(request, InviteForm(roles=roles_to_give(request.actor)))


def _team(request: Any, form: InviteForm, status: int = 200) -> HttpResponse:
    roles = roles_to_give(request.actor)
    context = {
        "team": selectors.team(request.actor, request.studio),
        "invitations": selectors.open_invitations(request.actor, request.studio),
        "form": form,
        "may_invite": bool(roles),
        "sees_addresses": bool(roles),
    }
    return render(request, "studio/team/list.html", context, status=status)


@staff_required
@require_POST
def team_invite(request: Any) -> HttpResponse:
    """Invite somebody to the team."""
    form = InviteForm(request.POST, roles=roles_to_give(request.actor))
    if form.is_valid():
        try:
            slow_down_mail(request.user.pk)
            invitation = invite(actor=request.actor, studio=request.studio, **form.cleaned_data)
        except NotPermitted:
            raise
        except REFUSALS as error:
            show_refusal(form, error)
        else:
            messages.success(request, f"{invitation.email} gets the invitation by e-mail now.")
            return redirect("team")
    return _team(request, form, status=422)


@leads
@require_POST
def invitation_resend(request: Any, invitation_id: UUID) -> HttpResponse:
    """Send an invitation again, with a fresh link."""
    slow_down_mail(request.user.pk)
    try:
        row = resend_invitation(actor=request.actor, invitation_id=invitation_id)
        messages.success(request, f"{row.email} gets a fresh link by e-mail now. The older one is dead.")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect("team")


@leads
@require_POST
def invitation_revoke(request: Any, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    try:
        row = revoke_invitation(actor=request.actor, invitation_id=invitation_id)
        messages.success(request, f"The invitation of {row.email} is taken back.")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect("team")


@leads
@require_http_methods(["GET", "POST"])
def team_member(request: Any, user_id: UUID) -> HttpResponse:
    """What one person is here; change it."""
    person = selectors.colleague(request.actor, request.studio, user_id)
    offered = selectors.changeable_roles(request.actor, person)
    fixed = [role for role in person.roles if role not in offered]
    form = RolesForm(
        request.POST or None, roles=offered, initial={"roles": [role.value for role in person.roles]}
    )
    if request.method == "POST" and form.is_valid():
        try:
            wanted = {*form.cleaned_data["roles"], *(role.value for role in fixed)}
            set_roles(actor=request.actor, studio=request.studio, user_id=user_id, roles=wanted)
        except Conflict as error:
            show_refusal(form, error)
        else:
            messages.success(request, f"{person.name}’s roles are changed.")
            return redirect("team")
    context = {
        "person": person,
        "form": form,
        "offered": offered,
        "fixed": fixed,
        "may_remove": _removable(request, person),
    }
    return render(request, "studio/team/member.html", context, status=422 if form.errors else 200)


def _removable(request: Any, person: selectors.Colleague) -> bool:
    return not person.is_me and all(may_take(request.actor, role, person.user_id) for role in person.roles)


@leads
@require_POST
def team_remove(request: Any, user_id: UUID) -> HttpResponse:
    """Take every role of the team from a person."""
    person = selectors.colleague(request.actor, request.studio, user_id)
    try:
        remove_member(actor=request.actor, studio=request.studio, user_id=user_id)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("team_member", user_id=user_id)
    messages.success(request, f"{person.name} no longer works here.")
    return redirect("team")


@staff_required
@require_POST
def team_leave(request: Any) -> HttpResponse:
    """Lay down every role of the team oneself."""
    try:
        remove_member(actor=request.actor, studio=request.studio, user_id=request.user.pk)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("team")
    messages.success(request, f"You no longer work at {request.studio.name}.")
    return HttpResponseRedirect(public_url("/home/"))


@roles_required(Role.OWNER, Role.MANAGER)
@require_safe
def roles(request: Any) -> HttpResponse:
    """Who may do what here, in plain words."""
    return render(request, "studio/team/roles.html", {"table": capability_table()})
