"""Who may give and take which role."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from studios.shared.models import Role
from studios.shared.policies import Actor, Capability, Scope, scope_of

CAPABILITY_OF = {
    Role.OWNER: Capability.MEMBERS_STAFF,
    Role.MANAGER: Capability.MEMBERS_STAFF,
    Role.TRAINER_ADMIN: Capability.MEMBERS_TRAINERS,
    Role.TRAINER: Capability.MEMBERS_TRAINERS,
    Role.CLIENT: Capability.MEMBERS_CLIENTS,
}
# What works here, in the order in which it is shown.
STAFF_ROLES = (Role.OWNER, Role.MANAGER, Role.TRAINER_ADMIN, Role.TRAINER)

TeamOf = Callable[[Actor], Collection[UUID]]
_team_of: list[TeamOf] = []


def tell_teams(team_of: TeamOf) -> None:
    """Let the subject that keeps teams (trainers, which lies above) say whose users are in a trainer admin's team."""
    _team_of[:] = [team_of]


def team_of(actor: Actor) -> Collection[UUID]:
    """Return the people a trainer admin leads, herself included."""
    return _team_of[0](actor) if _team_of else []


def may_give(actor: Actor, role: str) -> bool:
    """Whether she may invite somebody as, or make somebody, this. A trainer admin gives no role as high as her own."""
    scope = scope_of(actor, CAPABILITY_OF[Role(role)])
    if role == Role.CLIENT:
        return scope is not Scope.NONE
    return scope is Scope.ALL or (scope is Scope.TEAM and role == Role.TRAINER)


def may_take(actor: Actor, role: str, user_id: UUID) -> bool:
    """Whether she may take this role from this person. Everyone may lay down a role of her own."""
    if actor.user_id == user_id:
        return True
    scope = scope_of(actor, CAPABILITY_OF[Role(role)])
    if scope is Scope.TEAM and role == Role.TRAINER:
        return user_id in team_of(actor)
    return scope is Scope.ALL


def roles_to_give(actor: Actor) -> list[Role]:
    """Return the roles of the team she may invite people as."""
    return [role for role in STAFF_ROLES if may_give(actor, role)]
