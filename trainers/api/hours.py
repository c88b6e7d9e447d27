"""A trainer's weekly hours, and the days that are not as usual, by API. Times are wall-clock times of each location."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.core.api import endpoint, paginate
from fitflow.core.api.inputs import Id, checked
from fitflow.core.api.schema import PAGE, page_of
from fitflow.core.errors import Invalid
from fitflow.core.formats import minutes_text
from studios.models import Location
from trainers.models import AvailabilityException, AvailabilityHours, TrainerProfile
from trainers.policies import availability_of, fetch_exception
from trainers.services import remove_exception, save_exception, set_week
from trainers.services.availability import WeeklyHours, exception_mark, hours_version


@extend_schema_field({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$", "example": "09:00"})
class ClockTime(serializers.RegexField):
    """A time of a day as a clock shows it, kept as its minute: "09:00"; the end of a day may be "24:00"."""

    default_error_messages = {"invalid": "Write a time such as 09:00, up to 24:00."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        self.run_validators(text)
        hours, _, minutes = text.partition(":")
        return int(hours) * 60 + int(minutes)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        is_empty, data = self.validate_empty_values(data)
        return data if is_empty else self.to_internal_value(data)


class HoursShape(serializers.Serializer[Any]):
    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="0 is Monday.")
    starts = ClockTime(source="starts_minute")
    ends = ClockTime(source="ends_minute")
    location = Id(source="location_id")
    valid_from = serializers.DateField(required=False, allow_null=True, help_text="The first day.")
    valid_until = serializers.DateField(required=False, allow_null=True, help_text="The last day.")


class WeekShape(serializers.Serializer[Any]):
    hours = HoursShape(many=True)
    version = serializers.CharField(
        max_length=40,
        required=False,
        help_text="Of the hours as you read them: 409 (version) where somebody has changed them since.",
    )


class ExceptionIn(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=AvailabilityException.Kind.choices)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, help_text="The last day; left out, the first one.")
    starts = ClockTime(
        source="starts_minute", required=False, allow_null=True, help_text="Of each day; null: all day."
    )
    ends = ClockTime(source="ends_minute", required=False, allow_null=True)
    location = Id(
        source="location_id", required=False, allow_null=True, help_text="Null: off at all of them."
    )
    reason = serializers.CharField(max_length=200, allow_blank=True, required=False)
    version = serializers.CharField(
        source="seen",
        max_length=40,
        required=False,
        help_text="To change one, as you read it: 409 (version) where somebody has changed it since.",
    )


class ExceptionOut(ExceptionIn):
    id = serializers.UUIDField()
    trainer = serializers.UUIDField()
    ends_on = serializers.DateField()
    version = serializers.CharField()


def _line(row: AvailabilityHours) -> dict[str, Any]:
    return {
        "weekday": row.weekday,
        "starts": minutes_text(row.starts_minute),
        "ends": minutes_text(row.ends_minute),
        "location": row.location_id,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
    }


def _week(trainer: TrainerProfile) -> Response:
    rows = AvailabilityHours.objects.filter(trainer=trainer)
    lines = [_line(row) for row in rows.order_by("weekday", "starts_minute", "valid_from")]
    return Response({"hours": lines, "version": hours_version(trainer)})


def _exception(row: AvailabilityException) -> dict[str, Any]:
    clock = {name: getattr(row, f"{name}_minute") for name in ("starts", "ends")}
    return {
        "id": row.id,
        "trainer": row.trainer_id,
        "kind": row.kind,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        **{name: None if minute is None else minutes_text(minute) for name, minute in clock.items()},
        "location": row.location_id,
        "reason": row.reason,
        "version": exception_mark(row),
    }


def _exceptions(rows: Sequence[AvailabilityException]) -> list[dict[str, Any]]:
    return [_exception(row) for row in rows]


@extend_schema(methods=["GET"], operation_id="trainer_hours_get", responses=WeekShape)
@extend_schema(methods=["PUT"], operation_id="trainer_hours_set", request=WeekShape, responses=WeekShape)
@endpoint("GET", "PUT")
def hours(request: Request, trainer_id: UUID) -> Response:
    """A trainer's weekly hours at all locations; PUT replaces all of them. A break is the gap between two lines."""
    actor = request.actor  # type: ignore[attr-defined]
    trainer = availability_of(actor, trainer_id)
    if request.method == "PUT":
        asked = checked(WeekShape, request)
        lines = [WeeklyHours(**line) for line in asked["hours"]]
        places = list(Location.objects.values_list("pk", flat=True))
        set_week(
            actor=actor,
            trainer_id=trainer.pk,
            location_ids={*places, *(line.location_id for line in lines)},
            hours=lines,
            version=asked.get("version", ""),
        )
    return _week(trainer)


@extend_schema(
    methods=["GET"],
    operation_id="exceptions_list",
    parameters=[OpenApiParameter("from", date, description="Those that end on this day or later."), *PAGE],
    responses=page_of(ExceptionOut, "ExceptionPage"),
)
@extend_schema(
    methods=["POST"], operation_id="exceptions_add", request=ExceptionIn, responses={201: ExceptionOut}
)
@endpoint("GET", "POST")
def exceptions(request: Request, trainer_id: UUID) -> Response:
    """A trainer's time off and extra hours, in order of the first day; adding one. What is booked stays booked."""
    actor = request.actor  # type: ignore[attr-defined]
    trainer = availability_of(actor, trainer_id)
    if request.method == "GET":
        rows = AvailabilityException.objects.filter(trainer=trainer, ends_on__gte=_since(request))
        return paginate(request, rows, _exceptions, ordering=("starts_on", "id"))
    fields = checked(ExceptionIn, request)
    fields.setdefault("ends_on", fields["starts_on"])
    fields.pop("seen", None)
    made = save_exception(actor=actor, trainer_id=trainer.pk, **fields)
    return Response(_exception(made), status=201)


def _since(request: Request) -> date:
    text = request.query_params.get("from", "").strip()
    try:
        return date.fromisoformat(text) if text else date.min
    except ValueError:
        raise Invalid("from must be a day such as 2027-07-01.", field="from") from None


@extend_schema(methods=["GET"], operation_id="exceptions_get", responses=ExceptionOut)
@extend_schema(
    methods=["PATCH"], operation_id="exceptions_change", request=ExceptionIn, responses=ExceptionOut
)
@extend_schema(methods=["DELETE"], operation_id="exceptions_remove", responses={204: None})
@endpoint("GET", "PATCH", "DELETE")
def exception(request: Request, exception_id: UUID) -> Response:
    """Time off, or extra hours."""
    actor = request.actor  # type: ignore[attr-defined]
    row = fetch_exception(actor, exception_id)
    if request.method == "DELETE":
        remove_exception(actor=actor, exception_id=row.pk)
        return Response(status=204)
    if request.method == "PATCH":
        names = ("kind", "starts_on", "ends_on", "starts_minute", "ends_minute", "location_id", "reason")
        fields = {name: getattr(row, name) for name in names} | checked(ExceptionIn, request, partial=True)
        row = save_exception(actor=actor, exception_id=row.pk, **fields)
    return Response(_exception(row))
