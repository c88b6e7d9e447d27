"""What the API takes in: bodies checked by serializers, windows of time and filters from the query."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date, parse_datetime
from rest_framework import serializers
from rest_framework.request import Request

from fitflow.core.clock import day_bounds, validate_zone
from fitflow.core.errors import Invalid
from fitflow.core.fields import validate_name


class Instant(serializers.DateTimeField):
    """An ISO 8601 instant that says its offset: without one it would mean another time in each zone."""

    default_error_messages = {
        "naive": "Give the time with its offset, such as 2026-11-20T10:00:00-05:00.",
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("naive")
        return super().enforce_timezone(value)


class Name(serializers.CharField):
    """A name of somebody or something: one line of what can be seen."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators.append(validate_name)


class Id(serializers.UUIDField):
    """An id, written as text: a number is none, though a UUID could be made of it."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


def checked(
    serializer: type[serializers.Serializer[Any]], request: Request, *, partial: bool = False
) -> dict[str, Any]:
    """Return the body's known fields, checked; raise DRF's ValidationError. Unknown fields are left out."""
    found = serializer(data=request.data, partial=partial)
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)


def query_id(request: Request, name: str) -> UUID | None:
    """Return an id from the query, or None where it is not given; raise Invalid for what is none."""
    text = request.query_params.get(name, "").strip()
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(f"{name} must be an id.", field=name) from None


def query_choice(request: Request, name: str, choices: list[str]) -> str | None:
    """Return one of the choices from the query, or None where it is not given; raise Invalid for any other."""
    text = request.query_params.get(name, "").strip()
    if not text:
        return None
    if text not in choices:
        raise Invalid(f"{name} must be one of {', '.join(choices)}.", field=name)
    return text


def query_zone(request: Request, default: str) -> str:
    """Return `?timezone=`, an IANA zone, or the default; raise Invalid for what is none."""
    zone = request.query_params.get("timezone", "").strip() or default
    try:
        validate_zone(zone)
    except ValidationError as error:
        raise Invalid(error.messages[0], field="timezone") from None
    return zone


def _bound(text: str, name: str, zone: str, *, end: bool) -> datetime:
    try:
        # A "+" of the offset that was not escaped arrives as a space.
        instant = parse_datetime(text.replace(" ", "+") if "T" in text else text)
        day: date | None = parse_date(text) if len(text) == len("2026-11-20") else None
        if day is not None:
            return day_bounds(day, zone)[1 if end else 0]
    except (ValueError, OverflowError):
        instant = None
    if instant is None or instant.tzinfo is None:
        raise Invalid(f"{name} must be a date, or a time with its offset.", field=name)
    return instant


def query_window(request: Request, zone: str) -> tuple[datetime | None, datetime | None]:
    """Return `?from=&to=` as instants; None where one is not given.

    A bare date means the whole local day of `zone`, the last day included. Raises Invalid for what is neither a date nor a
    time with an offset, and for a window that ends before it starts.
    """
    start, end = (request.query_params.get(name, "").strip() for name in ("from", "to"))
    starts = _bound(start, "from", zone, end=False) if start else None
    ends = _bound(end, "to", zone, end=True) if end else None
    if starts and ends and ends <= starts:
        raise Invalid("to must come after from.", field="to")
    if any(bound and not 1900 < bound.year < 9000 for bound in (starts, ends)):
        raise Invalid("That is too far away.", field="from")
    return starts, ends


def bounded(
    window: tuple[datetime | None, datetime | None], *, default: tuple[datetime, datetime], longest: timedelta
) -> tuple[datetime, datetime]:
    """Return a window with both ends, an open one closed by the default's length; raise Invalid where it is too long."""
    starts, ends = window
    length = default[1] - default[0]
    if starts is None:
        starts = ends - length if ends else default[0]
    if ends is None:
        ends = starts + length
    if ends - starts > longest:
        raise Invalid(f"Ask for {longest.days} days at most.", field="to")
    return starts, ends
