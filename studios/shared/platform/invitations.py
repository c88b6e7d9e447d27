from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from fitflow.accounts.models import User
from fitflow.core import outbox
from fitflow.core.errors import Conflict, NotFound
from fitflow.tenancy.context import studio_context
from studios.shared.models import Invitation, new_nonce, two_weeks_on
from studios.shared.platform.rights import require_staff
from studios.shared.services import record_platform_event


def resend_invitation(*, staff: User, invitation_id: UUID) -> Invitation:
    """Send an open or expired invitation again with a fresh link, for another 14 days; the older link is dead.

    Raises NotPermitted, NotFound, Conflict where it was accepted or taken back.
    """
    with studio_context(None), transaction.atomic():
        invitation = _fetch(staff, invitation_id)
        invitation.nonce, invitation.expires_at = new_nonce(), two_weeks_on()
        invitation.save(update_fields=["nonce", "expires_at"])
        outbox.publish("invitation.made", studio=invitation.studio_id, invitation=invitation.id)
        _record(staff, "invitation.sent_again", invitation)
    return invitation


def revoke_invitation(*, staff: User, invitation_id: UUID) -> Invitation:
    """Take an invitation back: its link is dead. Raises NotPermitted, NotFound, Conflict where it is closed."""
    with studio_context(None), transaction.atomic():
        invitation = _fetch(staff, invitation_id)
        invitation.revoked_at = now()
        invitation.save(update_fields=["revoked_at"])
        _record(staff, "invitation.revoked", invitation)
    return invitation


def _fetch(staff: User, invitation_id: UUID) -> Invitation:
    require_staff(staff)
    invitation = Invitation.objects.select_for_update().filter(pk=invitation_id).first()
    if invitation is None:
        raise NotFound()
    if invitation.accepted_at or invitation.revoked_at:
        raise Conflict("This invitation is closed already.", conflict="invitation")
    return invitation


def _record(staff: User, action: str, invitation: Invitation) -> None:
    record_platform_event(
        action=action,
        subject_type="invitation",
        subject_id=invitation.pk,
        actor=staff,
        facts={"studio": str(invitation.studio_id), "role": invitation.role},
    )
