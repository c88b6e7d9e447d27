"""Instants are aware; "today" is always asked of a zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils import timezone


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return timezone.now()


def today(zone: str) -> date:
    """Return the date it is now in an IANA zone."""
    return timezone.now().astimezone(ZoneInfo(zone)).date()


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """Return the instants at which a local day begins and ends; it may be 23 or 25 hours long."""
    tz = ZoneInfo(zone)
    return datetime.combine(day, time(), tz), datetime.combine(day + timedelta(days=1), time(), tz)


def week_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """Return the instants at which the local week (Monday to Monday) around a day begins and ends."""
    monday = day - timedelta(days=day.weekday())
    return day_bounds(monday, zone)[0], day_bounds(monday + timedelta(days=6), zone)[1]


def validate_zone(name: str) -> None:
    """Model and form validator: an IANA zone name that this machine knows."""
    if name not in available_timezones():
        raise ValidationError("Choose a time zone such as America/Toronto.")
