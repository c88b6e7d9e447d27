from __future__ import annotations

from typing import Any

import structlog
from django.db import transaction

from studios.models import AuditEvent, Location, Room
from studios.shared.policies import Actor, Capability, require


def record_event(*, actor: Actor, action: str, subject: Any, **facts: Any) -> None:
    """Add one row to the studio's audit trail, about a model instance; call it last in the transaction.

    `facts` are ids, states and amounts that changed: never the contents of notes or other records.
    """
    AuditEvent.objects.create(
        actor_id=actor.user_id,
        actor_name=actor.name,
        action=action,
        subject_type=subject._meta.model_name,
        subject_id=subject.pk,
        facts={key: value if value is None or isinstance(value, (bool, int)) else str(value) for key, value in facts.items()},
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )


def add_location(*, actor: Actor, name: str, province: str, timezone: str, **address: str) -> Location:
    """Add a place where the studio works. `address`: street, city, postal_code. Raises NotPermitted, ValidationError."""
    require(actor, Capability.PREMISES_MANAGE)
    location = Location(name=name.strip(), province=province, timezone=timezone, **address)
    location.full_clean()
    with transaction.atomic():
        location.save()
        record_event(actor=actor, action="location.added", subject=location, name=location.name)
    return location


def add_room(*, actor: Actor, location: Location, name: str, capacity: int) -> Room:
    """Add a room to a location. Raises NotPermitted, ValidationError (a name that is there already among them)."""
    require(actor, Capability.PREMISES_MANAGE)
    room = Room(location=location, name=name.strip(), capacity=capacity)
    room.full_clean()
    with transaction.atomic():
        room.save()
        record_event(actor=actor, action="room.added", subject=room, name=room.name)
    return room
