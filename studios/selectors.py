"""Reads about a studio's team and premises."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from fitflow.core.errors import NotFound
from studios.models import Equipment, Location, Room
from studios.policies import STAFF_ROLES, may_give, may_take
from studios.shared.models import Invitation, Member, Role, Studio
from studios.shared.policies import Actor


@dataclass
class Colleague:
    """Somebody who works here, as another person sees her."""

    user_id: UUID
    name: str
    email: str
    since: datetime
    roles: list[Role] = field(default_factory=list)
    is_me: bool = False
    is_active: bool = True
    may_change: bool = False

    @property
    def role_words(self) -> str:
        """Return her roles in words, the widest first."""
        return ", ".join(role.label for role in STAFF_ROLES if role in self.roles)


def team(actor: Actor, studio: Studio) -> list[Colleague]:
    """Return everybody who works here, owners first, then by name."""
    members = (
        Member.objects.filter(studio_id=studio.id, role__in=STAFF_ROLES)
        .select_related("user")
        .only("role", "created_at", "user__name", "user__email", "user__is_active")
        .order_by("created_at")
    )
    people: dict[UUID, Colleague] = {}
    for member in members:
        user = member.user
        person = people.setdefault(
            user.pk,
            Colleague(user.pk, user.name, user.email, member.created_at, is_active=user.is_active),
        )
        person.roles.append(Role(member.role))
    for person in people.values():
        person.is_me = person.user_id == actor.user_id
        person.may_change = bool(changeable_roles(actor, person))
    return sorted(
        people.values(), key=lambda person: (min(map(STAFF_ROLES.index, person.roles)), person.name.lower())
    )


def colleague(actor: Actor, studio: Studio, user_id: UUID) -> Colleague:
    """Return one of the team; raise NotFound."""
    for person in team(actor, studio):
        if person.user_id == user_id:
            return person
    raise NotFound()


def changeable_roles(actor: Actor, person: Colleague) -> list[Role]:
    """Return the roles that she may give this person or take from her, as they stand."""
    return [
        role
        for role in STAFF_ROLES
        if (may_take(actor, role, person.user_id) if role in person.roles else may_give(actor, role))
    ]


def open_invitations(actor: Actor, studio: Studio) -> list[Invitation]:
    """Return the invitations to the team that wait or ran out, as far as she may give their role; newest first."""
    rows = Invitation.objects.filter(
        studio_id=studio.id, role__in=STAFF_ROLES, accepted_at=None, revoked_at=None
    ).order_by("-created_at")
    return [row for row in rows if may_give(actor, row.role)]


def places() -> QuerySet[Location]:
    """Return the studio's places, those in use first, each with its rooms and equipment."""
    rooms = Prefetch("rooms", Room.objects.order_by("-is_active", "name"))
    equipment = Prefetch("equipment", Equipment.objects.order_by("-is_active", "name"))
    return Location.objects.order_by("-is_active", "name").prefetch_related(rooms, equipment)


def fetch_location(location_id: UUID) -> Location:
    """Return a place; raise NotFound."""
    row = Location.objects.filter(pk=location_id).first()
    if row is None:
        raise NotFound()
    return row


def fetch_room(room_id: UUID) -> Room:
    """Return a room with its place; raise NotFound."""
    row = Room.objects.select_related("location").filter(pk=room_id).first()
    if row is None:
        raise NotFound()
    return row


def fetch_equipment(equipment_id: UUID) -> Equipment:
    """Return some equipment with its place; raise NotFound."""
    row = Equipment.objects.select_related("location").filter(pk=equipment_id).first()
    if row is None:
        raise NotFound()
    return row
