from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.core.api import endpoint, paginate
from fitflow.core.api.inputs import checked
from fitflow.core.api.schema import PAGE, page_of
from studios.shared.policies import Capability, require
from trainers.api.present import service_dict, service_dicts, trainer_dict, trainer_dicts
from trainers.api.shapes import ServiceIn, ServiceOut, TrainerIn, TrainerOut
from trainers.models import ServiceEquipment
from trainers.policies import fetch_service, fetch_trainer, visible_services, visible_trainers
from trainers.services import change_trainer, retire_service, save_service


def _flat(data: dict[str, Any]) -> dict[str, Any]:
    cancellation = data.pop("cancellation", {})
    return {**data, **cancellation}


def _needs(data: dict[str, Any], before: Iterable[UUID] = ()) -> dict[str, Any]:
    """Return the fields with the equipment as the service takes it: what the list leaves out is taken off."""
    if "equipment" not in data:
        return data
    named = {need["equipment"]: need["quantity"] for need in data["equipment"]}
    return {**data, "equipment": dict.fromkeys(before, 0) | named}


@extend_schema(
    methods=["GET"],
    operation_id="services_list",
    parameters=PAGE,
    responses=page_of(ServiceOut, "ServicePage"),
)
@extend_schema(methods=["POST"], operation_id="services_add", request=ServiceIn, responses={201: ServiceOut})
@endpoint("GET", "POST")
def services(request: Request) -> Response:
    """The services the studio offers; adding one."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        return paginate(request, visible_services(actor), service_dicts)
    require(actor, Capability.PRICES_MANAGE)
    service = save_service(actor=actor, **_needs(_flat(checked(ServiceIn, request))))
    return Response(service_dict(service), status=201)


@extend_schema(methods=["GET"], operation_id="services_get", responses=ServiceOut)
@extend_schema(methods=["PATCH"], operation_id="services_change", request=ServiceIn, responses=ServiceOut)
@extend_schema(methods=["DELETE"], operation_id="services_retire", responses={204: None})
@endpoint("GET", "PATCH", "DELETE")
def service(request: Request, service_id: UUID) -> Response:
    """One service; changing it keeps what was agreed for bookings that exist, deleting it ends the offer."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        return Response(service_dict(fetch_service(actor, service_id)))
    if request.method == "DELETE":
        retire_service(actor=actor, service_id=service_id)
        return Response(status=204)
    needs = ServiceEquipment.objects.filter(service=service_id).values_list("equipment", flat=True)
    fields = _needs(_flat(checked(ServiceIn, request, partial=True)), needs)
    return Response(service_dict(save_service(actor=actor, service_id=service_id, **fields)))


@extend_schema(operation_id="trainers_list", parameters=PAGE, responses=page_of(TrainerOut, "TrainerPage"))
@endpoint("GET")
def trainers(request: Request) -> Response:
    """The people who give sessions here."""
    return paginate(request, visible_trainers(request.actor), trainer_dicts)  # type: ignore[attr-defined]


@extend_schema(methods=["GET"], operation_id="trainers_get", responses=TrainerOut)
@extend_schema(methods=["PATCH"], operation_id="trainers_change", request=TrainerIn, responses=TrainerOut)
@endpoint("GET", "PATCH")
def trainer(request: Request, trainer_id: UUID) -> Response:
    """One trainer; her name, bio, hue, lead, and whether she works here now."""
    actor = request.actor  # type: ignore[attr-defined]
    seen = fetch_trainer(actor, trainer_id)
    if request.method == "GET":
        return Response(trainer_dict(seen))
    fields = checked(TrainerIn, request, partial=True)
    return Response(trainer_dict(change_trainer(actor=actor, trainer_id=trainer_id, **fields)))
