"""Whose sessions a person may have as a calendar file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db.models import Q, QuerySet

from clients.models import Client
from fitflow.core.errors import NotFound, NotPermitted
from studios.models import Room
from studios.shared.models import Role
from studios.shared.policies import Actor, Capability, Scope, scope_of
from trainers.models import CalendarFeed, TrainerProfile
from trainers.policies import given_by

Kind = Literal["trainer", "client", "room"]


@dataclass(frozen=True)
class Subject:
    """Whose sessions: a trainer's, a client's or a room's."""

    kind: Kind
    id: UUID


def feed_trainers(actor: Actor) -> QuerySet[TrainerProfile]:
    """Return the trainers whose sessions she may have: her own, her team's, or all; whoever schedules them sees who is booked."""
    working = TrainerProfile.objects.filter(is_active=True)
    scope = scope_of(actor, Capability.SESSIONS_MANAGE)
    if scope is Scope.ALL:
        return working
    if scope is Scope.NONE or not actor.is_staff:
        return working.none()
    return working.filter(given_by(actor, scope, ""))


def feed_clients(actor: Actor) -> QuerySet[Client]:
    """Return the clients whose sessions she may have: only herself, and not while she is archived.

    Her portal, which she signs in to, stays open then. A feed is asked for by a program, for years, with nobody looking.
    """
    if actor.user_id is None or not actor.has(Role.CLIENT):
        return Client.objects.none()
    return Client.objects.filter(user_id=actor.user_id, is_active=True)


def feed_rooms(actor: Actor) -> QuerySet[Room]:
    """Return the rooms whose sessions she may have: those who run the premises, all of them."""
    if scope_of(actor, Capability.PREMISES_MANAGE) is not Scope.ALL:
        return Room.objects.none()
    return Room.objects.filter(is_active=True, location__is_active=True)


def reaches_subject(actor: Actor, subject: Subject) -> None:
    """Raise NotFound where there is no such trainer, client or room, NotPermitted where its sessions are not for her."""
    if subject.kind == "trainer":
        if feed_trainers(actor).filter(pk=subject.id).exists():
            return
        if actor.is_staff and TrainerProfile.objects.filter(pk=subject.id).exists():
            raise NotPermitted("You can have your own sessions and your team's.")
    elif subject.kind == "client":
        if feed_clients(actor).filter(pk=subject.id).exists():
            return
    elif feed_rooms(actor).filter(pk=subject.id).exists():
        return
    raise NotFound()


def visible_feeds(actor: Actor) -> QuerySet[CalendarFeed]:
    """Return the feeds in use that she made, and those of what is hers to manage."""
    if actor.user_id is None or not actor.roles:
        return CalendarFeed.objects.none()
    hers = (
        Q(made_by_id=actor.user_id) | Q(trainer__in=feed_trainers(actor)) | Q(client__in=feed_clients(actor))
    )
    return CalendarFeed.objects.filter(hers | Q(room__in=feed_rooms(actor)), revoked_at=None)


def subject_of(feed: CalendarFeed) -> Subject:
    """Return whose sessions a feed shows."""
    if feed.trainer_id:
        return Subject("trainer", feed.trainer_id)
    if feed.client_id:
        return Subject("client", feed.client_id)
    if feed.room_id:
        return Subject("room", feed.room_id)
    raise NotFound()
