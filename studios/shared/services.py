from __future__ import annotations

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from fitflow.accounts.models import User
from fitflow.core import outbox
from fitflow.core.db import refusals
from fitflow.core.errors import Conflict, Invalid
from fitflow.tenancy import hosts, schema
from fitflow.tenancy.context import schema_of, studio_context
from studios.shared.models import Domain, Member, Organization, PlatformAuditEvent, Role, Studio

RESERVED = frozenset(
    "www api app admin static media mail smtp ftp ns status help support docs blog dev staff my id auth login cdn assets".split()
)


def record_platform_event(
    *, action: str, subject_type: str, subject_id: object, actor: User | None = None, facts: dict[str, object] | None = None
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
    studio = Studio(name=name.strip(), slug=slug.strip().lower(), province=province, timezone=timezone, hue=hue)
    if studio.slug in RESERVED:
        raise Conflict("That address is taken. Try another one.", field="slug", conflict="slug")
    studio.schema_name = schema_of(studio.id)
    studio.full_clean(exclude=["organization", "schema_name"], validate_unique=False, validate_constraints=False)
    domain = f"{studio.slug}.{settings.PUBLIC_HOST}"
    with studio_context(None), refusals(_taken), transaction.atomic():
        studio.organization = organization or Organization.objects.create(name=(organization_name or name).strip())
        studio.save()
        Domain.objects.create(domain=domain, tenant=studio, is_primary=True)
        if owner is not None:
            Member.objects.create(studio=studio, user=owner, role=Role.OWNER)
        schema.create_role_and_schema(studio.schema_name)
        schema.replay_template(studio.schema_name)
        outbox.publish("studio.opened", studio=studio.id)
        record_platform_event(
            action="studio.opened", subject_type="studio", subject_id=studio.id, actor=opened_by or owner, facts={"slug": studio.slug}
        )
    hosts.forget(domain, studio_id=studio.id)
    return studio


def add_member(*, studio: Studio, user: User, role: str) -> Member:
    """Give a person a role in a studio; giving it again changes nothing. Raises Invalid for an unknown role."""
    if role not in Role.values:
        raise Invalid("That is no role.", field="role")
    try:
        with transaction.atomic():
            return Member.objects.create(studio=studio, user=user, role=role)
    except IntegrityError:
        return Member.objects.get(studio=studio, user=user, role=role)
