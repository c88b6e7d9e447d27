"""A person opens a studio of her own."""

from __future__ import annotations

from django.db import transaction

from fitflow.accounts.models import User
from fitflow.accounts.selectors import has_verified_email
from fitflow.core import outbox
from fitflow.core.errors import NotPermitted
from studios.models import Location
from studios.services.premises import add_location
from studios.shared.models import Organization, Role, Studio
from studios.shared.policies import SYSTEM
from studios.shared.selectors import organizations_owned_by
from studios.shared.services import add_member, open_studio


def open_own_studio(
    *,
    owner: User,
    name: str,
    slug: str,
    province: str,
    timezone: str,
    trains: bool = False,
    organization: Organization | None = None,
) -> Studio:
    """Open a studio for its owner, with a first place of the same name; it can be used when the transaction has ended.

    `trains` makes her a trainer too; `organization` is one of hers that the studio joins. Works on public rows: call it outside
    any studio. Raises NotPermitted without a verified e-mail address or for another's organization, and
    what `open_studio` raises.
    """
    if not has_verified_email(owner):
        raise NotPermitted("Verify your e-mail address first; then you can open a studio.")
    if organization is not None and organization not in organizations_owned_by(owner):
        raise NotPermitted("That organization is not yours.")
    with transaction.atomic():
        studio = open_studio(
            name=name, slug=slug, province=province, timezone=timezone, organization=organization, owner=owner
        )
        if trains:
            add_member(studio=studio, user=owner, role=Role.TRAINER)
        outbox.publish("studio.to_furnish", studio=studio.id)
    # She waits for it; should this process die here, a relay does it.
    transaction.on_commit(lambda: _furnish_now(studio))
    return studio


def _furnish_now(studio: Studio) -> None:
    outbox.deliver_now("studio.to_furnish", studio=studio.id)
    outbox.deliver_now("member.added", studio=studio.id)


def furnish(*, studio: Studio) -> None:
    """Give a new studio its first place, named like itself; does nothing where it has one. Call it inside the studio."""
    if not Location.objects.exists():
        add_location(actor=SYSTEM, name=studio.name, province=studio.province, timezone=studio.timezone)
