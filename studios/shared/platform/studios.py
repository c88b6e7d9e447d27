from __future__ import annotations

from django.core.validators import validate_email
from django.db import transaction

from fitflow.accounts.models import User
from fitflow.core import outbox
from fitflow.core.errors import Conflict, Invalid
from fitflow.tenancy import hosts
from fitflow.tenancy.context import studio_context
from studios.shared.models import Domain, Invitation, Organization, PlatformAuditEvent, Studio
from studios.shared.platform.rights import require_staff
from studios.shared.services import invite_owner, open_studio, record_platform_event

CLOSED_ALREADY = "This studio is closed for good; it cannot be suspended or opened again."


def hand_over_studio(
    *,
    staff: User,
    name: str,
    slug: str,
    province: str,
    timezone: str,
    owner_email: str,
    owner_name: str = "",
    organization: Organization | None = None,
    organization_name: str = "",
) -> tuple[Studio, Invitation]:
    """Open a studio for somebody else and invite her as its owner; its host answers when this returns.

    Call it outside any studio. Raises ValidationError for an impossible address before anything is written,
    NotPermitted, and what `open_studio` raises.
    """
    require_staff(staff)
    validate_email(owner_email.strip())
    with transaction.atomic():
        studio = open_studio(
            name=name,
            slug=slug,
            province=province,
            timezone=timezone,
            organization=organization,
            organization_name=organization_name,
            opened_by=staff,
        )
        invitation = invite_owner(staff=staff, studio=studio, email=owner_email, name=owner_name)
        # What is inside the studio is not staff's to touch: the relay gives it its first place.
        outbox.publish("studio.to_furnish", studio=studio.id)
    return studio, invitation


def suspend_studio(*, staff: User, studio: Studio, reason: str) -> Studio:
    """Let a studio's host answer no more; its rows stay as they are. Suspending it again changes nothing.

    Raises NotPermitted, Invalid without a reason, Conflict for a closed studio.
    """
    require_staff(staff)
    if not reason.strip():
        raise Invalid("Say why, for whoever reads the trail later.", field="reason")
    return _move(staff, studio, Studio.Status.SUSPENDED, "studio.suspended", reason=reason.strip()[:300])


def reactivate_studio(*, staff: User, studio: Studio) -> Studio:
    """Let a suspended studio's host answer again, on trial or active as it was. Raises NotPermitted, Conflict if closed."""
    require_staff(staff)
    suspended = PlatformAuditEvent.objects.filter(subject_id=studio.pk, action="studio.suspended")
    before = suspended.order_by("-seq").values_list("facts__before", flat=True).first()
    was_on_trial = before == Studio.Status.TRIAL
    status = Studio.Status.TRIAL if was_on_trial else Studio.Status.ACTIVE
    return _move(staff, studio, status, "studio.reactivated")


def rename_organization(*, staff: User, organization: Organization, name: str) -> Organization:
    """Change the name of the business. Raises NotPermitted, ValidationError."""
    require_staff(staff)
    with studio_context(None), transaction.atomic():
        row = Organization.objects.select_for_update().get(pk=organization.pk)
        before, row.name = row.name, name.strip()
        row.full_clean()
        row.save(update_fields=["name"])
        record_platform_event(
            action="organization.renamed",
            subject_type="organization",
            subject_id=row.pk,
            actor=staff,
            facts={"before": before, "after": row.name},
        )
    for studio in row.studios.all():
        _forget(studio)
    return row


def _move(staff: User, studio: Studio, status: str, action: str, **facts: object) -> Studio:
    with studio_context(None), transaction.atomic():
        row: Studio = Studio.objects.select_for_update().select_related("organization").get(pk=studio.pk)
        if row.status == Studio.Status.CLOSED:
            raise Conflict(CLOSED_ALREADY, conflict="closed")
        open_already = status != Studio.Status.SUSPENDED and row.answers
        if row.status != status and not open_already:
            facts["before"] = row.status
            Studio.objects.filter(pk=row.pk).update(status=status)
            row.status = status
            if not row.answers:
                outbox.publish("studio.suspended", studio=row.pk)
            record_platform_event(
                action=action, subject_type="studio", subject_id=row.pk, actor=staff, facts=facts
            )
    _forget(row)
    return row


def _forget(studio: Studio) -> None:
    domains = Domain.objects.filter(tenant_id=studio.pk).values_list("domain", flat=True)
    hosts.forget(*domains, studio_id=studio.pk)
