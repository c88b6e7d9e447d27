"""The API of a studio's premises: its places, their rooms and equipment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.core.api import endpoint, paginate
from fitflow.core.api.inputs import Name, checked
from fitflow.core.api.schema import PAGE, page_of
from fitflow.core.api.throttles import slow_down
from fitflow.core.errors import Invalid, NotFound, NotPermitted
from studios.models import Equipment, Location, Room
from studios.services import (
    add_equipment,
    add_location,
    add_room,
    change_equipment,
    change_location,
    change_room,
    open_own_studio,
    restore_equipment,
    retire_equipment,
)
from studios.shared.models import Province
from studios.shared.policies import Actor, Capability, require
from studios.shared.selectors import organizations_owned_by


class LocationIn(serializers.Serializer[Any]):
    name = Name(max_length=120)
    address = serializers.CharField(source="street", max_length=200, allow_blank=True, required=False)
    city = serializers.CharField(max_length=100, allow_blank=True, required=False)
    province = serializers.ChoiceField(choices=Province.choices)
    postal_code = serializers.CharField(max_length=10, allow_blank=True, required=False)
    timezone = serializers.CharField(max_length=40, help_text="An IANA zone, such as America/Toronto.")
    closed_on_holidays = serializers.BooleanField(
        required=False, help_text="On the province's public holidays no free slots are offered."
    )


class LocationOut(LocationIn):
    id = serializers.UUIDField()
    address = serializers.CharField(help_text="Street and number.")
    closed_on_holidays = serializers.BooleanField()
    is_active = serializers.BooleanField()


class RoomIn(serializers.Serializer[Any]):
    name = Name(max_length=80)
    capacity = serializers.IntegerField(min_value=1, max_value=5000)


class RoomOut(RoomIn):
    id = serializers.UUIDField()
    location = serializers.UUIDField()
    is_active = serializers.BooleanField()


class EquipmentIn(serializers.Serializer[Any]):
    name = Name(max_length=80)
    quantity = serializers.IntegerField(min_value=1, max_value=500, help_text="How many there are.")


class EquipmentOut(EquipmentIn):
    id = serializers.UUIDField()
    location = serializers.UUIDField()
    is_active = serializers.BooleanField()


class EquipmentChangeIn(EquipmentIn):
    is_active = serializers.BooleanField(help_text="False takes it out of use; what is booked stays.")


class StudioIn(serializers.Serializer[Any]):
    name = Name(max_length=120)
    slug = serializers.CharField(max_length=40, help_text="The studio's host is this, below the platform's.")
    province = serializers.ChoiceField(choices=Province.choices)
    timezone = serializers.CharField(max_length=40, help_text="An IANA zone, such as America/Toronto.")
    organization = serializers.UUIDField(
        required=False, allow_null=True, help_text="One of yours that it joins."
    )


class StudioOut(StudioIn):
    id = serializers.UUIDField()
    url = serializers.URLField()
    status = serializers.CharField()


def _location(row: Location) -> dict[str, Any]:
    fields = ("id", "name", "city", "province", "postal_code", "timezone", "closed_on_holidays", "is_active")
    return {**{name: getattr(row, name) for name in fields}, "address": row.street}


def _room(row: Room) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in ("id", "name", "capacity", "is_active")}
    return {**fields, "location": row.location_id}


def _equipment(row: Equipment) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in ("id", "name", "quantity", "is_active")}
    return {**fields, "location": row.location_id}


def _equipment_rows(rows: Sequence[Equipment]) -> list[dict[str, Any]]:
    return [_equipment(row) for row in rows]


def _locations(rows: Sequence[Location]) -> list[dict[str, Any]]:
    return [_location(row) for row in rows]


def _rooms(rows: Sequence[Room]) -> list[dict[str, Any]]:
    return [_room(row) for row in rows]


def _seen(actor: Actor, location_id: UUID) -> Location:
    """Return a place, to whoever works here; raise NotPermitted or NotFound."""
    _works_here(actor)
    location = Location.objects.filter(pk=location_id).first()
    if location is None:
        raise NotFound()
    return location


def _works_here(actor: Actor) -> None:
    if not actor.is_staff:
        raise NotPermitted()


@extend_schema(
    methods=["GET"],
    operation_id="locations_list",
    parameters=PAGE,
    responses=page_of(LocationOut, "LocationPage"),
)
@extend_schema(
    methods=["POST"], operation_id="locations_add", request=LocationIn, responses={201: LocationOut}
)
@endpoint("GET", "POST")
def locations(request: Request) -> Response:
    """The places where the studio works; adding one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _works_here(actor)
    if request.method == "GET":
        return paginate(request, Location.objects.filter(is_active=True), _locations)
    require(actor, Capability.PREMISES_MANAGE)
    return Response(_location(add_location(actor=actor, **checked(LocationIn, request))), status=201)


@extend_schema(methods=["GET"], operation_id="locations_get", responses=LocationOut)
@extend_schema(methods=["PATCH"], operation_id="locations_change", request=LocationIn, responses=LocationOut)
@endpoint("GET", "PATCH")
def location(request: Request, location_id: UUID) -> Response:
    """One place."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    seen = _seen(actor, location_id)
    if request.method == "GET":
        return Response(_location(seen))
    fields = checked(LocationIn, request, partial=True)
    return Response(_location(change_location(actor=actor, location=seen, **fields)))


@extend_schema(
    methods=["GET"], operation_id="rooms_list", parameters=PAGE, responses=page_of(RoomOut, "RoomPage")
)
@extend_schema(methods=["POST"], operation_id="rooms_add", request=RoomIn, responses={201: RoomOut})
@endpoint("GET", "POST")
def rooms(request: Request, location_id: UUID) -> Response:
    """The rooms of a place; adding one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    seen = _seen(actor, location_id)
    if request.method == "GET":
        return paginate(request, seen.rooms.filter(is_active=True), _rooms)
    require(actor, Capability.PREMISES_MANAGE)
    return Response(_room(add_room(actor=actor, location=seen, **checked(RoomIn, request))), status=201)


@extend_schema(methods=["GET"], operation_id="rooms_get", responses=RoomOut)
@extend_schema(methods=["PATCH"], operation_id="rooms_change", request=RoomIn, responses=RoomOut)
@endpoint("GET", "PATCH")
def room(request: Request, location_id: UUID, room_id: UUID) -> Response:
    """One room."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = _seen(actor, location_id).rooms.filter(pk=room_id).first()
    if found is None:
        raise NotFound()
    if request.method == "GET":
        return Response(_room(found))
    return Response(_room(change_room(actor=actor, room=found, **checked(RoomIn, request, partial=True))))


@extend_schema(
    methods=["GET"],
    operation_id="equipment_list",
    parameters=PAGE,
    responses=page_of(EquipmentOut, "EquipmentPage"),
)
@extend_schema(
    methods=["POST"], operation_id="equipment_add", request=EquipmentIn, responses={201: EquipmentOut}
)
@endpoint("GET", "POST")
def equipment_all(request: Request, location_id: UUID) -> Response:
    """The equipment of a place; adding some."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    seen = _seen(actor, location_id)
    if request.method == "GET":
        return paginate(request, seen.equipment.filter(is_active=True), _equipment_rows)
    require(actor, Capability.PREMISES_MANAGE)
    made = add_equipment(actor=actor, location=seen, **checked(EquipmentIn, request))
    return Response(_equipment(made), status=201)


@extend_schema(methods=["GET"], operation_id="equipment_get", responses=EquipmentOut)
@extend_schema(
    methods=["PATCH"], operation_id="equipment_change", request=EquipmentChangeIn, responses=EquipmentOut
)
@endpoint("GET", "PATCH")
def equipment(request: Request, location_id: UUID, equipment_id: UUID) -> Response:
    """Equipment of one kind: its name, how many there are, and whether it is in use."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = _seen(actor, location_id).equipment.filter(pk=equipment_id).first()
    if found is None:
        raise NotFound()
    if request.method == "GET":
        return Response(_equipment(found))
    require(actor, Capability.PREMISES_MANAGE)
    fields = checked(EquipmentChangeIn, request, partial=True)
    active = fields.pop("is_active", found.is_active)
    with transaction.atomic():
        if fields:
            change_equipment(actor=actor, equipment=found, **fields)
        if active is not found.is_active:
            (restore_equipment if active else retire_equipment)(actor=actor, equipment=found)
    return Response(_equipment(found))


def not_too_many_studios(user: Any) -> None:
    """Raise TooMany where a person opens one studio after the other: each is a schema and a role of the database."""
    words = "That were many studios at once. Wait a minute."
    slow_down("open-studio", user.pk, per_minute=5, burst=20, words=words)


@extend_schema(operation_id="studios_open", request=StudioIn, responses={201: StudioOut})
@endpoint("POST")
def studios(request: Request) -> Response:
    """Open a studio of one's own: its host answers as soon as this does. Takes a verified e-mail address."""
    fields = checked(StudioIn, request)
    wanted = fields.pop("organization", None)
    mine = {row.pk: row for row in organizations_owned_by(request.user)}
    if wanted is not None and wanted not in mine:
        raise Invalid("That is no organization of yours.", field="organization")
    user: Any = request.user
    not_too_many_studios(user)
    studio = open_own_studio(owner=user, organization=mine.get(wanted) if wanted else None, **fields)
    shown = {
        name: getattr(studio, name)
        for name in ("id", "name", "slug", "province", "timezone", "status", "url")
    }
    return Response({**shown, "organization": studio.organization_id}, status=201)
