"""Where a studio works: its places, their rooms and equipment, and its own name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction

from fitflow.core.db import constraint, detail
from fitflow.core.errors import Conflict, Invalid
from fitflow.core.formats import span_text
from fitflow.tenancy import hosts
from fitflow.tenancy.context import studio_context
from studios.models import Equipment, Location, Room
from studios.services.audit import record_event
from studios.shared.models import Domain, Studio
from studios.shared.policies import Actor, Capability, require

LOCATION_FIELDS = ("name", "street", "city", "province", "postal_code", "timezone", "closed_on_holidays")
ROOM_FIELDS = ("name", "capacity")
EQUIPMENT_FIELDS = ("name", "quantity")
HUES = range(1, 6)


def add_location(*, actor: Actor, name: str, province: str, timezone: str, **more: Any) -> Location:
    """Add a place where the studio works. `more`: street, city, postal_code, closed_on_holidays.

    Raises NotPermitted, ValidationError.
    """
    require(actor, Capability.PREMISES_MANAGE)
    location = Location(name=name.strip(), province=province, timezone=timezone, **more)
    location.full_clean()
    with transaction.atomic():
        location.save()
        record_event(actor=actor, action="location.added", subject=location, name=location.name)
    return location


def change_location(*, actor: Actor, location: Location, **changes: Any) -> Location:
    """Change a place's name, address, province or zone; sessions keep the instants they were booked at.

    Raises NotPermitted, Invalid for a field that is none of these, ValidationError.
    """
    require(actor, Capability.PREMISES_MANAGE)
    return _change(actor, location, LOCATION_FIELDS, changes)


def retire_location(*, actor: Actor, location: Location) -> Location:
    """Take a place out of use: nothing new is booked there, what is booked stays.

    Raises NotPermitted, and Conflict for the last place in use.
    """
    require(actor, Capability.PREMISES_MANAGE)
    with transaction.atomic():
        used = {row.pk for row in Location.objects.select_for_update().filter(is_active=True).order_by("pk")}
        if used == {location.pk}:
            raise Conflict("This is your only place. Add another one first.", conflict="location")
        return _set_active(actor, location, False)


def restore_location(*, actor: Actor, location: Location) -> Location:
    """Take a retired place into use again. Raises NotPermitted."""
    require(actor, Capability.PREMISES_MANAGE)
    return _set_active(actor, location, True)


def add_room(*, actor: Actor, location: Location, name: str, capacity: int) -> Room:
    """Add a room to a location. Raises NotPermitted, ValidationError (a name that is there already among them)."""
    require(actor, Capability.PREMISES_MANAGE)
    room = Room(location=location, name=name.strip(), capacity=capacity)
    room.full_clean()
    with transaction.atomic():
        room.save()
        record_event(actor=actor, action="room.added", subject=room, name=room.name)
    return room


def change_room(*, actor: Actor, room: Room, **changes: Any) -> Room:
    """Change a room's name or capacity (people); sessions keep the capacity they were given.

    Raises NotPermitted, Invalid for another field, ValidationError.
    """
    require(actor, Capability.PREMISES_MANAGE)
    return _change(actor, room, ROOM_FIELDS, changes)


def retire_room(*, actor: Actor, room: Room) -> Room:
    """Take a room out of use: nothing new is booked there, what is booked stays. Raises NotPermitted."""
    require(actor, Capability.PREMISES_MANAGE)
    return _set_active(actor, room, False)


def restore_room(*, actor: Actor, room: Room) -> Room:
    """Take a retired room into use again. Raises NotPermitted."""
    require(actor, Capability.PREMISES_MANAGE)
    return _set_active(actor, room, True)


def add_equipment(*, actor: Actor, location: Location, name: str, quantity: int) -> Equipment:
    """Add things of one kind that are at a location, such as three reformers.

    Raises NotPermitted, ValidationError (a name that is there already among them).
    """
    require(actor, Capability.PREMISES_MANAGE)
    equipment = Equipment(location=location, name=name.strip(), quantity=quantity)
    equipment.full_clean()
    with transaction.atomic():
        equipment.save()
        record_event(
            actor=actor, action="equipment.added", subject=equipment, name=equipment.name, quantity=quantity
        )
    return equipment


def change_equipment(*, actor: Actor, equipment: Equipment, **changes: Any) -> Equipment:
    """Change the name of some equipment, or how many there are.

    Raises NotPermitted, Invalid for another field, ValidationError, Conflict (`equipment`, with the first `session` of those)
    where sessions to come need more at once than would be left.
    """
    require(actor, Capability.PREMISES_MANAGE)
    zone = equipment.location.timezone
    try:
        return _change(actor, equipment, EQUIPMENT_FIELDS, changes)
    except DatabaseError as error:
        if not constraint(error).startswith("equipment_within_quantity"):
            raise
        raise _too_few(detail(error), zone) from error


def _too_few(needed: dict[str, Any], zone: str) -> Conflict:
    """Say when more are needed than would be left. The trigger of `trainers` tells it."""
    starts, ends = (datetime.fromisoformat(needed[name]) for name in ("starts_at", "ends_at"))
    return Conflict(
        f"{needed['needed']} are needed at once: {span_text(starts, ends, zone)}. Move or cancel some of that first.",
        field="quantity",
        conflict="equipment",
        session=needed["session"],
        starts_at=needed["starts_at"],
    )


def retire_equipment(*, actor: Actor, equipment: Equipment) -> Equipment:
    """Take equipment out of use: nothing new that needs it is booked, what is booked stays. Raises NotPermitted."""
    require(actor, Capability.PREMISES_MANAGE)
    return _set_active(actor, equipment, False)


def restore_equipment(*, actor: Actor, equipment: Equipment) -> Equipment:
    """Take retired equipment into use again. Raises NotPermitted."""
    require(actor, Capability.PREMISES_MANAGE)
    return _set_active(actor, equipment, True)


def change_studio(*, actor: Actor, studio: Studio, name: str, hue: int) -> Studio:
    """Change the studio's name and its colour on calendars (1 to 5). Raises NotPermitted, Invalid, ValidationError."""
    require(actor, Capability.STUDIO_MANAGE)
    if hue not in HUES:
        raise Invalid("Choose one of the five colours.", field="hue")
    row: Studio = Studio.objects.get(pk=studio.id)
    row.name, row.hue = name.strip(), hue
    row.clean_fields(exclude={"schema_name"})
    with transaction.atomic():
        Studio.objects.filter(pk=row.pk).update(name=row.name, hue=row.hue)
        record_event(actor=actor, action="studio.changed", subject=row, name=row.name, hue=hue)
    # The request's own copy of the row is cached by host, and hosts are on the platform's rows.
    with studio_context(None):
        domains = list(Domain.objects.filter(tenant_id=row.pk).values_list("domain", flat=True))
    hosts.forget(*domains, studio_id=row.pk)
    return row


def _change[R: (Location, Room, Equipment)](
    actor: Actor, row: R, allowed: tuple[str, ...], changes: dict[str, Any]
) -> R:
    if unknown := changes.keys() - set(allowed):
        raise Invalid(f"{', '.join(sorted(unknown))} cannot be changed here.")
    for field, value in changes.items():
        setattr(row, field, value.strip() if isinstance(value, str) else value)
    row.full_clean()
    with transaction.atomic():
        row.save(update_fields=list(changes))
        record_event(actor=actor, action=f"{row._meta.model_name}.changed", subject=row, **changes)
    return row


def _set_active[R: (Location, Room, Equipment)](actor: Actor, row: R, active: bool) -> R:
    row.is_active = active
    with transaction.atomic():
        row.save(update_fields=["is_active"])
        action = "restored" if active else "retired"
        record_event(actor=actor, action=f"{row._meta.model_name}.{action}", subject=row)
    return row
