"""Who works in the studio, and as what."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import connection, transaction

from fitflow.accounts.models import User
from fitflow.core import memo, outbox
from fitflow.core.db import lock_in_transaction, refusals
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from studios.policies import STAFF_ROLES, may_give, may_take
from studios.services.audit import record_event
from studios.shared.models import Member, Role, Studio
from studios.shared.policies import Actor
from studios.shared.services import add_member


def _last_owner(name: str, state: str) -> Exception | None:
    if name.startswith("member_last_owner"):
        return Conflict("A studio needs an owner. Make somebody else an owner first.", conflict="last_owner")
    return None


def set_roles(*, actor: Actor, studio: Studio, user_id: UUID, roles: Collection[str]) -> list[Member]:
    """Make a person of this studio exactly these things among owner, manager, trainer admin and trainer.

    What she is as a client stays. Announces `member.added` and `member.removed` for what changes. Raises NotFound for a person
    who is no member, NotPermitted where the actor may not give or take one of the roles, Conflict (`last_owner`).
    """
    wanted = {str(role) for role in roles}
    if wanted - set(STAFF_ROLES):
        raise Invalid("That is no role of the team.", field="roles")
    with refusals(_last_owner), transaction.atomic():
        lock_in_transaction(f"members:{studio.id}:{user_id}")
        members = list(
            Member.objects.filter(studio_id=studio.id, user_id=user_id).only("role", "studio_id", "user_id")
        )
        if not members:
            raise NotFound()
        held = {member.role for member in members} & set(STAFF_ROLES)
        _check(actor, user_id, given=wanted - held, taken=held - wanted)
        user = User.people.get(pk=user_id)
        for role in sorted(wanted - held):
            add_member(studio=studio, user=user, role=role, invited_by=actor.user_id)
        _take(studio, user_id, held - wanted)
        if wanted != held:
            facts = {"before": ", ".join(sorted(held)), "after": ", ".join(sorted(wanted))}
            record_event(actor=actor, action="member.roles_changed", subject=user, **facts)
    return list(Member.objects.filter(studio_id=studio.id, user_id=user_id, role__in=wanted))


def remove_member(*, actor: Actor, studio: Studio, user_id: UUID) -> None:
    """Take every role of the team from a person; what she is as a client stays. She loses access at once.

    Raises what `set_roles` raises.
    """
    set_roles(actor=actor, studio=studio, user_id=user_id, roles=())


def remove_client(*, actor: Actor, studio: Studio, user_id: UUID) -> None:
    """Close the portal for a client; her data stays with the studio. Raises NotFound, NotPermitted."""
    with transaction.atomic():
        member = Member.objects.filter(studio_id=studio.id, user_id=user_id, role=Role.CLIENT).first()
        if member is None:
            raise NotFound()
        _check(actor, user_id, given=set(), taken={str(Role.CLIENT)})
        _take(studio, user_id, {str(Role.CLIENT)})
        record_event(actor=actor, action="member.removed", subject=member, role=Role.CLIENT)


def _check(actor: Actor, user_id: UUID, *, given: set[str], taken: set[str]) -> None:
    refused = [role for role in given if not may_give(actor, role)]
    refused += [role for role in taken if not may_take(actor, role, user_id)]
    if refused:
        words = " or ".join(Role(role).label.lower() for role in sorted(refused))
        raise NotPermitted(f"Your role does not let you decide who is {words} here.")


def _take(studio: Studio, user_id: UUID, roles: set[str]) -> None:
    if not roles:
        return
    Member.objects.filter(studio_id=studio.id, user_id=user_id, role__in=roles).delete()
    # The rule is deferred, so that roles can be handed over; it must speak before the audit row is written.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS public.member_last_owner IMMEDIATE")
        cursor.execute("SET CONSTRAINTS public.member_last_owner DEFERRED")
    memo.forget(("actor", user_id, studio.id))
    for role in sorted(roles):
        outbox.publish("member.removed", studio=studio.id, user=user_id, role=role)
