"""What the studio offers: services, their prices, what they need and what cancelling costs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from fitflow.core.db import refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid, NotFound
from studios.models import Equipment, Room
from studios.services import record_event
from studios.shared.policies import Actor, Capability, require
from trainers.models import Service, ServiceEquipment, TrainerProfile

FIELDS = frozenset(
    {
        "name",
        "description",
        "duration_minutes",
        "buffer_before_minutes",
        "buffer_after_minutes",
        "capacity",
        "price",
        "price_includes_tax",
        "tax_category",
        "free_until_hours",
        "late_fee_percent",
        "no_show_fee_percent",
        "fee_from_strike",
        "notice_hours",
        "horizon_weeks",
    }
)
# Who can give it and where, by ids; none named means all of them.
NAMED = {"trainer_ids": ("trainers", TrainerProfile), "room_ids": ("rooms", Room)}

_categories_of_tax: list[Callable[[], Collection[str]]] = []


def tell_tax_categories(codes: Callable[[], Collection[str]]) -> None:
    """Let the subject that knows sales tax (billing, which lies above) say which tax categories there are."""
    _categories_of_tax[:] = [codes]


def _check_tax_category(code: str) -> None:
    """Raise Invalid for a category that no invoice could be made with."""
    known = _categories_of_tax[0]() if _categories_of_tax else {code}
    if code not in known:
        raise Invalid(
            f"{code[:60]} is no tax category. Use one of {', '.join(sorted(known))}.", field="tax_category"
        )


def _refusal(name: str, state: str) -> Exception | None:
    if name.startswith("service_name_once"):
        return Conflict("You offer a service of that name already.", field="name", conflict="name")
    return None


def _named(name: str, ids: Collection[UUID]) -> list[Any]:
    model: Any = NAMED[name][1]
    rows = list(model.objects.filter(pk__in=ids))
    if len(rows) != len(set(ids)):
        raise NotFound("One of those is not there.", field=NAMED[name][0])
    return rows


def _set_needs(service: Service, needs: Mapping[UUID, int]) -> bool:
    """Write what each session of a service uses (0 takes it off, what is not named stays); return whether that changed it."""
    before = dict(service.needs.values_list("equipment", "quantity"))
    there = Equipment.objects.select_related("location").in_bulk(list(needs))
    if len(there) != len(needs):
        raise NotFound("One of those is not there.", field="equipment")
    for pk, row in there.items():
        if needs[pk] not in range(row.quantity + 1):
            raise Invalid(
                f"{row.name}: {row.quantity} at {row.location}, not {needs[pk]}.", field="equipment"
            )
    after = {pk: quantity for pk, quantity in {**before, **needs}.items() if quantity}
    if after == before:
        return False
    service.needs.all().delete()
    ServiceEquipment.objects.bulk_create(
        ServiceEquipment(service=service, equipment_id=pk, quantity=quantity)
        for pk, quantity in after.items()
    )
    return True


def _service(service_id: UUID) -> Service:
    service = Service.objects.select_for_update(no_key=True).filter(pk=service_id).first()
    if service is None:
        raise NotFound()
    return service


@retry_deadlocks
def save_service(*, actor: Actor, service_id: UUID | None = None, **fields: Any) -> Service:
    """Add a service, or change the named fields of one. Sessions and bookings that exist keep what was agreed.

    `price` is in the studio's currency; `free_until_hours` before the start cancelling is free, later it costs
    `late_fee_percent` of the price, and not coming `no_show_fee_percent` (of a new service the same, where it is not named), from
    the client's strike `fee_from_strike` within twelve months on. `equipment` says how many of which equipment each session
    booked from now on uses, by id: 0 takes it off, what is not named stays.

    Raises NotPermitted, NotFound, Invalid, ValidationError, Conflict (`name`).
    """
    require(actor, Capability.PRICES_MANAGE)
    needs: Mapping[UUID, int] | None = fields.pop("equipment", None)
    named = {name: _named(name, fields.pop(name)) for name in NAMED if name in fields}
    if unknown := fields.keys() - FIELDS:
        raise Invalid(f"A service has no {', '.join(sorted(unknown))}.")
    with refusals(_refusal), transaction.atomic():
        service = Service() if service_id is None else _service(service_id)
        if service_id is None and "late_fee_percent" in fields:
            fields.setdefault("no_show_fee_percent", fields["late_fee_percent"])
        changed = [name for name, value in fields.items() if getattr(service, name) != value]
        for name, value in fields.items():
            setattr(service, name, value.strip() if isinstance(value, str) else value)
        if "tax_category" in changed and service.tax_category:
            _check_tax_category(service.tax_category)
        service.full_clean(validate_unique=False, validate_constraints=False)
        service.save()
        for name, rows in named.items():
            getattr(service, NAMED[name][0]).set(rows)
        if needs is not None and _set_needs(service, needs):
            changed.append("equipment")
        action = "service.added" if service_id is None else "service.changed"
        record_event(
            actor=actor,
            action=action,
            subject=service,
            price=service.price,
            fields=",".join([*changed, *named]),
        )
    return service


@retry_deadlocks
def retire_service(*, actor: Actor, service_id: UUID, retired: bool = True) -> Service:
    """Stop offering a service (or, with `retired` False, offer it again); its sessions stay.

    Raises NotPermitted, NotFound, Conflict (`name`) where its name is in use again.
    """
    require(actor, Capability.PRICES_MANAGE)
    with refusals(_refusal), transaction.atomic():
        service = _service(service_id)
        if service.is_active is not retired:
            return service
        service.is_active = not retired
        service.save(update_fields=["is_active"])
        action = "service.retired" if retired else "service.offered"
        record_event(actor=actor, action=action, subject=service)
    return service
