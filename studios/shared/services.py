from __future__ import annotations

from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import now

from fitflow.accounts.models import User
from fitflow.core import memo, outbox
from fitflow.core.context import public_url
from fitflow.core.db import refusals
from fitflow.core.errors import Conflict, Invalid
from fitflow.tenancy import hosts, schema
from fitflow.tenancy.context import schema_of, studio_context
from studios.shared.models import (
    RESERVED,
    Domain,
    Invitation,
    Member,
    Organization,
    PlatformAuditEvent,
    Role,
    Studio,
)


def record_platform_event(
    *,
    action: str,
    subject_type: str,
    subject_id: UUID | None,
    actor: User | None = None,
    facts: dict[str, object] | None = None,
) -> None:
    """Add one row to the platform's audit trail; call it last in the transaction."""
    PlatformAuditEvent.objects.create(
        actor_id=actor.pk if actor else None,
        actor_name=actor.name if actor else "FitFlow",
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        facts=facts or {},
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )


def _taken(name: str, state: str) -> Exception | None:
    if "slug" in name or "domain" in name:
        return Conflict("That address is taken. Try another one.", field="slug", conflict="slug")
    return None


def open_studio(
    *,
    name: str,
    slug: str,
    province: str,
    timezone: str,
    organization: Organization | None = None,
    organization_name: str = "",
    owner: User | None = None,
    opened_by: User | None = None,
    hue: int = 1,
) -> Studio:
    """Open a studio: its row, domain, role, schema with every table, and its owner's membership, in one transaction.

    The studio's host answers as soon as this returns. `organization` takes a further studio of the same business; without it one
    is made under `organization_name` (or the studio's name). Raises Invalid for what can't be right, Conflict (`slug`)
    for an address that is taken. Works on public rows: call it outside any studio.
    """
    studio = Studio(
        name=name.strip(), slug=slug.strip().lower(), province=province, timezone=timezone, hue=hue
    )
    if studio.slug in RESERVED:
        raise Conflict("That address is taken. Try another one.", field="slug", conflict="slug")
    studio.schema_name = schema_of(studio.id)
    studio.full_clean(
        exclude=["organization", "schema_name"], validate_unique=False, validate_constraints=False
    )
    domain = f"{studio.slug}.{settings.PUBLIC_HOST}"
    with studio_context(None), refusals(_taken), transaction.atomic():
        studio.organization = organization or Organization.objects.create(
            name=(organization_name or name).strip()
        )
        studio.save()
        Domain.objects.create(domain=domain, tenant=studio, is_primary=True)
        if owner is not None:
            add_member(studio=studio, user=owner, role=Role.OWNER)
        schema.create_role_and_schema(studio.schema_name)
        schema.replay_template(studio.schema_name)
        outbox.publish("studio.opened", studio=studio.id)
        record_platform_event(
            action="studio.opened",
            subject_type="studio",
            subject_id=studio.id,
            actor=opened_by or owner,
            facts={"slug": studio.slug},
        )
    # Whoever asked for the host a moment ago was told that nobody lives there, and that answer is cached.
    hosts.forget(domain, studio_id=studio.id)
    transaction.on_commit(lambda: hosts.forget(domain, studio_id=studio.id))
    return studio


def add_member(*, studio: Studio, user: User, role: str, invited_by: UUID | None = None) -> Member:
    """Give a person a role in a studio; giving it again changes nothing.

    Announces `member.added` (studio, user, role, invited_by), so that the subjects above make what goes with the role.
    Raises Invalid for an unknown role.
    """
    if role not in Role.values:
        raise Invalid("That is no role.", field="role")
    with transaction.atomic():
        member, added = Member.objects.get_or_create(studio=studio, user=user, role=role)
        if added:
            memo.forget(("actor", user.pk, studio.id))
            outbox.publish(
                "member.added",
                studio=studio.id,
                member=member.id,
                user=user.pk,
                role=str(role),
                invited_by=invited_by,
            )
    return member


def _invited_already(name: str, state: str) -> Exception | None:
    if name.startswith("invitation_open_once"):
        words = "There is an open invitation to this address for that role. Send it again from the list."
        return Conflict(words, field="email", conflict="invitation")
    return None


def issue_invitation(
    *, studio: Studio, email: str, role: str, name: str = "", invited_by: UUID | None = None
) -> Invitation:
    """Write an invitation and announce `invitation.made`; its mail is sent after the commit.

    Asks no policy: it is the part that `studios.services.invite` and `invite_owner` share. Raises
    ValidationError for an impossible address or role, Conflict where the same invitation is open.
    """
    invitation = Invitation(
        studio=studio, email=email.strip().lower(), name=name.strip(), role=role, invited_by_id=invited_by
    )
    invitation.clean_fields(exclude={"studio", "invited_by"})
    same = Invitation.objects.filter(studio=studio, email=invitation.email, role=role)
    with refusals(_invited_already), transaction.atomic():
        same.filter(accepted_at=None, revoked_at=None, expires_at__lte=now()).update(revoked_at=now())
        invitation.save(force_insert=True)
        outbox.publish("invitation.made", studio=studio.id, invitation=invitation.id)
    return invitation


def invite_owner(*, staff: User, studio: Studio, email: str, name: str = "") -> Invitation:
    """Invite the owner of a studio that platform staff opened for her. Works on public rows; audited there."""
    with studio_context(None), transaction.atomic():
        invitation = issue_invitation(
            studio=studio, email=email, name=name, role=Role.OWNER, invited_by=staff.pk
        )
        record_platform_event(
            action="owner.invited",
            subject_type="studio",
            subject_id=studio.id,
            actor=staff,
            facts={"invitation": str(invitation.id)},
        )
    return invitation


def invitation_url(invitation: Invitation) -> str:
    """Return the address of the page on which an invitation is taken; it goes into the mail and nowhere else."""
    return public_url(reverse("invitation", urlconf=settings.PUBLIC_SCHEMA_URLCONF, args=[invitation.token]))
