from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.core.api import endpoint
from fitflow.core.api.inputs import bounded, query_id, query_window
from fitflow.core.api.schema import WINDOW
from fitflow.core.clock import now
from fitflow.core.errors import Invalid
from trainers.selectors_slots import LONGEST_RANGE, Ask, free_slots_json, require_slots

WEEK = timedelta(days=7)


class SlotOut(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    trainer = serializers.UUIDField()
    location = serializers.UUIDField()
    room = serializers.UUIDField(allow_null=True)


class SlotsOut(serializers.Serializer[Any]):
    results = SlotOut(many=True)


@extend_schema(
    operation_id="availability_list",
    parameters=[
        OpenApiParameter("service", UUID, required=True),
        OpenApiParameter("trainer", UUID),
        OpenApiParameter("location", UUID),
        *WINDOW,
    ],
    responses=SlotsOut,
)
@endpoint("GET")
def availability(request: Request) -> Response:
    """The free slots of a service that start within a period (the coming week, up to 93 days), in order of start."""
    actor = request.actor  # type: ignore[attr-defined]
    require_slots(actor)
    service = query_id(request, "service")
    if service is None:
        raise Invalid("Name the service.", field="service")
    window = query_window(request, request.studio.timezone)  # type: ignore[attr-defined]
    at = now()
    starts, ends = bounded(window, default=(at, at + WEEK), longest=LONGEST_RANGE + timedelta(hours=1))
    ask = Ask(
        service=service,
        starts=starts,
        ends=ends,
        trainer=query_id(request, "trainer"),
        location=query_id(request, "location"),
    )
    found = free_slots_json(actor=actor, ask=ask)
    return Response(b'{"results":%b}' % found, content_type="application/json")
