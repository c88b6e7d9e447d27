"""Inviting people, and taking an invitation."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from fitflow.accounts.models import User
from fitflow.accounts.selectors import has_verified_email
from fitflow.core import outbox
from fitflow.core.errors import Conflict, NotFound, NotPermitted
from fitflow.tenancy.context import studio_context
from studios.policies import may_give
from studios.services.audit import record_event
from studios.shared.models import Invitation, Member, Role, Studio, new_nonce, two_weeks_on
from studios.shared.policies import Actor
from studios.shared.services import add_member, issue_invitation


def invite(*, actor: Actor, studio: Studio, email: str, role: str, name: str = "") -> Invitation:
    """Invite an e-mail address to a role; the mail with the link follows the commit (`invitation.made`).

    Raises NotPermitted where the actor may not give the role, Conflict where the person has it or the same invitation
    is open, Invalid, ValidationError.
    """
    _check(actor, role)
    if Member.objects.filter(studio_id=studio.id, role=role, user__email=email.strip().lower()).exists():
        words = f"{email} is {_a(role)} here already."
        raise Conflict(words, field="email", conflict="member")
    with transaction.atomic():
        invitation = issue_invitation(
            studio=studio, email=email, role=role, name=name, invited_by=actor.user_id
        )
        record_event(actor=actor, action="invitation.made", subject=invitation, role=role)
    return invitation


def resend_invitation(*, actor: Actor, invitation_id: UUID) -> Invitation:
    """Send an open or expired invitation again with a fresh link, for another 14 days; the older link is dead.

    Raises NotFound, NotPermitted, Conflict where it was accepted or taken back.
    """
    with transaction.atomic():
        invitation = _fetch(actor, invitation_id)
        invitation.nonce, invitation.expires_at = new_nonce(), two_weeks_on()
        invitation.save(update_fields=["nonce", "expires_at"])
        outbox.publish("invitation.made", studio=invitation.studio_id, invitation=invitation.id)
        record_event(actor=actor, action="invitation.sent_again", subject=invitation, role=invitation.role)
    return invitation


def revoke_invitation(*, actor: Actor, invitation_id: UUID) -> Invitation:
    """Take an invitation back: its link is dead. Raises NotFound, NotPermitted, Conflict where it was accepted."""
    with transaction.atomic():
        invitation = _fetch(actor, invitation_id)
        invitation.revoked_at = now()
        invitation.save(update_fields=["revoked_at"])
        record_event(actor=actor, action="invitation.revoked", subject=invitation, role=invitation.role)
    return invitation


def accept_invitation(*, invitation: Invitation, user: User) -> Member:
    """Give the person what she was invited to, once. Call it on public rows; it enters the studio itself.

    The address invited must be a verified one of hers. Raises NotPermitted where it is not, Conflict where the
    invitation is no longer open.
    """
    if not has_verified_email(user, invitation.email):
        raise NotPermitted(
            f"This invitation is for {invitation.email}. Sign in with that address to take it."
        )
    studio = invitation.studio
    with studio_context(studio), transaction.atomic():
        locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if not locked.is_open:
            raise Conflict("This invitation is no longer open. Ask for a new one.", conflict="invitation")
        locked.accepted_at = now()
        locked.save(update_fields=["accepted_at"])
        member = add_member(studio=studio, user=user, role=locked.role, invited_by=locked.invited_by_id)
        joined = Actor(user_id=user.pk, name=user.name, roles=frozenset({locked.role}))
        record_event(actor=joined, action="invitation.accepted", subject=locked, role=locked.role)
    outbox.deliver_now("member.added", member=member.id)
    return member


def _check(actor: Actor, role: str) -> None:
    if role not in Role.values:
        raise NotPermitted("That is no role.")
    if not may_give(actor, role):
        raise NotPermitted(f"Your role does not let you invite {_a(role)}.")


def _fetch(actor: Actor, invitation_id: UUID) -> Invitation:
    invitation = Invitation.objects.select_for_update().filter(pk=invitation_id).first()
    if invitation is None:
        raise NotFound()
    _check(actor, invitation.role)
    if invitation.accepted_at or invitation.revoked_at:
        raise Conflict("This invitation is closed already.", conflict="invitation")
    return invitation


def _a(role: str) -> str:
    word = Role(role).label.lower()
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
