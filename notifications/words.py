"""Words of messages: instants with their zone named, because a client may read them anywhere."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from fitflow.core.formats import clock_text, day_text

# As people say it; the other zones go by their city.
ZONES = {
    "America/St_Johns": "Newfoundland time",
    "America/Halifax": "Atlantic time",
    "America/Moncton": "Atlantic time",
    "America/Toronto": "Eastern time",
    "America/Iqaluit": "Eastern time",
    "America/Winnipeg": "Central time",
    "America/Regina": "Saskatchewan time",
    "America/Edmonton": "Mountain time",
    "America/Vancouver": "Pacific time",
    "America/Whitehorse": "Yukon time",
}


def zone_text(zone: str, at: datetime) -> str:
    """Return how people call a zone, with its abbreviation on that day: `Eastern time (EST)`."""
    name = ZONES.get(zone) or f"{zone.rpartition('/')[2].replace('_', ' ')} time"
    short = at.astimezone(ZoneInfo(zone)).strftime("%Z")
    return f"{name} ({short})" if short.isalpha() else name


def when_lines(starts_at: datetime, ends_at: datetime, zone: str) -> tuple[str, str]:
    """Return the day, and the clock times with the zone named."""
    until = clock_text(ends_at, zone)
    if starts_at.astimezone(ZoneInfo(zone)).date() != ends_at.astimezone(ZoneInfo(zone)).date():
        until = f"{day_text(ends_at, zone)}, {until}"
    return day_text(
        starts_at, zone
    ), f"{clock_text(starts_at, zone)} to {until}, {zone_text(zone, starts_at)}"
