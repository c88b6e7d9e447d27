from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare

from fitflow.core.errors import NotFound
from fitflow.core.memo import remember
from fitflow.tenancy.context import studio_context
from studios.shared.models import RESERVED, Invitation, Member, Organization, Role, Studio
from studios.shared.policies import Actor

NOBODY = Actor(user_id=None, name="", roles=frozenset())


def actor_in(user: Any, studio: Studio | None) -> Actor:
    """Return who the user is in a studio (on the public host: a person without roles). One query."""
    if not user.is_authenticated:
        return NOBODY
    if studio is None:
        return Actor(user_id=user.pk, name=user.name, roles=frozenset())
    roles = Member.objects.filter(user_id=user.pk, studio_id=studio.id).values_list("role", flat=True)
    return Actor(user_id=user.pk, name=user.name, roles=frozenset(roles))


def actor_now(user: Any, studio: Studio) -> Actor:
    """Return `actor_in`, and nobody where the studio's host answers no more; nothing is taken from a cache."""
    row = Studio.objects.filter(pk=studio.id).only("status").first()
    return actor_in(user, studio) if row and row.answers else NOBODY


def remembered_actor(user: Any, studio: Studio | None) -> Actor:
    """Return `actor_in`, asked at most once in IDENTITY_SECONDS: for requests, which come in bursts."""
    if not user.is_authenticated or studio is None:
        return actor_in(user, studio)
    key = ("actor", user.pk, studio.id)
    return remember(key, lambda: actor_in(user, studio), seconds=settings.IDENTITY_SECONDS)


def studios_of(user: Any) -> list[Studio]:
    """Return the open studios in which a person holds any role, by name, each with `my_roles`.

    Memberships of other studios can be read on public rows only, so a request inside a studio steps out for it.
    """
    if not user.is_authenticated:
        return []
    with studio_context(None):
        members = (
            Member.objects.filter(user_id=user.pk)
            .select_related("studio__organization")
            .order_by("studio__name")
        )
        found: dict[Any, Studio] = {}
        for member in members:
            if member.studio.answers:
                studio = found.setdefault(member.studio_id, member.studio)
                studio.my_roles = [*getattr(studio, "my_roles", []), member.role]
        return list(found.values())


def invitation_of(token: str) -> Invitation:
    """Return the invitation that a link's token was made for, open or not, with its studio; raise NotFound.

    Works on public rows.
    """
    if not re.fullmatch(r"[0-9a-f]{32}-[0-9a-f]{40}", token):
        raise NotFound()
    rows = Invitation.objects.select_related("studio__organization", "invited_by")
    invitation = rows.filter(pk=UUID(token[:32])).first()
    if invitation is None or not constant_time_compare(invitation.token, token):
        raise NotFound()
    return invitation


def organizations_owned_by(user: Any) -> list[Organization]:
    """Return the organizations in one of whose studios the person is an owner, by name. Works on public rows."""
    mine = Member.objects.filter(user_id=user.pk, role=Role.OWNER).values("studio__organization_id")
    return list(Organization.objects.filter(pk__in=mine).order_by("name"))


def address_problem(slug: str) -> str:
    """Return why a studio cannot have this address, in a sentence, or nothing where it can. Works on public rows."""
    try:
        Studio._meta.get_field("slug").run_validators(slug)
    except ValidationError as error:
        return str(error.messages[0])
    if not slug:
        return "Choose an address."
    if slug in RESERVED or Studio.objects.filter(slug=slug).exists():
        return "That address is taken. Try another one."
    return ""
