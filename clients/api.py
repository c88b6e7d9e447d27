"""The clients' API: contact data, as far as one may see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from phonenumber_field.serializerfields import PhoneNumberField
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients.models import Client
from clients.policies import fetch_client
from clients.selectors import search_clients
from clients.services import add_client, change_client, record_team_reading
from fitflow.core.api import endpoint, paginate
from fitflow.core.api.inputs import Name, checked
from fitflow.core.api.schema import PAGE, page_of
from studios.shared.models import Province
from studios.shared.policies import Capability, require


class ClientIn(serializers.Serializer[Any]):
    name = Name(max_length=200)
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    phone = PhoneNumberField(region="CA", allow_blank=True, required=False)
    street = serializers.CharField(max_length=200, allow_blank=True, required=False)
    city = serializers.CharField(max_length=100, allow_blank=True, required=False)
    province = serializers.ChoiceField(choices=Province.choices, allow_blank=True, required=False)
    postal_code = serializers.CharField(max_length=10, allow_blank=True, required=False)
    timezone = serializers.CharField(
        max_length=64,
        allow_blank=True,
        required=False,
        help_text="IANA name, such as America/Vancouver; empty: the zone of the place the client goes to.",
    )


class ClientChangeIn(ClientIn):
    is_active = serializers.BooleanField(required=False)


class ClientOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    phone = serializers.CharField()
    street = serializers.CharField()
    city = serializers.CharField()
    province = serializers.CharField()
    postal_code = serializers.CharField()
    timezone = serializers.CharField()
    has_account = serializers.BooleanField()
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    team_reading_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when a trainer admin reads her team's notes about this client."
    )


class TeamReadingIn(serializers.Serializer[Any]):
    agreed = serializers.BooleanField()


SHOWN = (
    "id",
    "name",
    "email",
    "street",
    "city",
    "province",
    "postal_code",
    "timezone",
    "is_active",
    "created_at",
    "team_reading_at",
)


def _client(client: Client) -> dict[str, Any]:
    fields = {name: getattr(client, name) for name in SHOWN}
    return {**fields, "phone": str(client.phone or ""), "has_account": client.user_id is not None}


def _clients(rows: Sequence[Client]) -> list[dict[str, Any]]:
    return [_client(row) for row in rows]


@extend_schema(
    methods=["GET"],
    operation_id="clients_list",
    parameters=[OpenApiParameter("q", str, description="Words of the name or address."), *PAGE],
    responses=page_of(ClientOut, "ClientPage"),
)
@extend_schema(methods=["POST"], operation_id="clients_add", request=ClientIn, responses={201: ClientOut})
@endpoint("GET", "POST")
def clients(request: Request) -> Response:
    """The clients whose contact data you may see; adding one."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        require(actor, Capability.CLIENTS_CONTACT)
        rows = search_clients(actor=actor, text=request.query_params.get("q", "")[:200])
        return paginate(request, rows, _clients)
    require(actor, Capability.CLIENTS_MANAGE)
    return Response(_client(add_client(actor=actor, **checked(ClientIn, request))), status=201)


@extend_schema(methods=["GET"], operation_id="clients_get", responses=ClientOut)
@extend_schema(methods=["PATCH"], operation_id="clients_change", request=ClientChangeIn, responses=ClientOut)
@endpoint("GET", "PATCH")
def client(request: Request, client_id: UUID) -> Response:
    """One client's contact data."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        return Response(_client(fetch_client(actor, client_id)))
    fields = checked(ClientChangeIn, request, partial=True)
    return Response(_client(change_client(actor=actor, client_id=client_id, **fields)))


@extend_schema(operation_id="clients_team_reading", request=TeamReadingIn, responses=ClientOut)
@endpoint("POST")
def team_reading(request: Request, client_id: UUID) -> Response:
    """Note that a client agrees that her trainer's team lead reads notes about her that are not private, or no longer does."""
    agreed = checked(TeamReadingIn, request)["agreed"]
    client = record_team_reading(actor=request.actor, client_id=client_id, agreed=agreed)  # type: ignore[attr-defined]
    return Response(_client(client))
