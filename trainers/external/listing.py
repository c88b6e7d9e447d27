"""What is in a calendar file that somebody moves in with. Imports nothing of Django: the child process uses it.

Unlike busy time, titles, places and people are wanted here: whoever uploads the file has them already.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Event

from trainers.external.reading import (
    MOST_OCCURRENCES,
    Wanted,
    calendars_in,
    drop_unreadable,
    instant_of,
    listed,
    zone_of,
)
from trainers.external.trouble import Trouble

LONGEST = 300  # characters of a title, place or name


@dataclass
class Listed:
    """A row for each occurrence and each who attends it, in order of time, and how many entries are not among them.

    A row has title, start, end, place, organizer, name and e-mail of who attends, state.
    """

    rows: list[list[str]] = field(default_factory=list)
    whole_days: int = 0
    unreadable: int = 0


def listed_events(content: bytes, wanted: Wanted) -> Listed:
    """Return what is in a calendar file; events of whole days are left out. Raises Trouble."""
    told, occurrences = Listed(), 0
    found: list[tuple[datetime, list[str]]] = []
    for calendar in calendars_in(content):
        zone = zone_of(calendar, wanted)
        told.unreadable += drop_unreadable(calendar)
        query = recurring_ical_events.of(calendar, skip_bad_series=True)
        try:
            events = [one for one in query.between(wanted.starts, wanted.ends) if isinstance(one, Event)]
        except (ValueError, TypeError, KeyError, OverflowError, AttributeError) as error:
            raise Trouble("not_calendar") from error
        occurrences += len(events)
        if occurrences > MOST_OCCURRENCES:
            raise Trouble("too_many")
        for event in events:
            start = _moment(event, "DTSTART", zone)
            told.whole_days += start is None
            if start:
                found += [(start, row) for row in _rows(event, start, _moment(event, "DTEND", zone))]
    told.rows = [row for _, row in sorted(found, key=lambda pair: pair[0])]
    return told


def _moment(event: Any, name: str, zone: ZoneInfo) -> datetime | None:
    """Return when an event starts or ends; nothing where it names whole days, or no end."""
    value = getattr(event.get(name), "dt", None)
    return instant_of(value, zone).astimezone(UTC) if isinstance(value, datetime) else None


def _rows(event: Any, start: datetime, end: datetime | None) -> list[list[str]]:
    organizer = event.get("ORGANIZER")
    host = _address(organizer)
    common = [
        _text(event.get("SUMMARY")),
        start.isoformat(),
        end.isoformat() if end and end > start else "",
        _text(event.get("LOCATION")),
        _name(organizer) or host,
    ]
    state = _text(event.get("STATUS"))
    guests = [
        [_name(one), _address(one), state]
        for one in listed(event.get("ATTENDEE"))
        if not (host and _address(one) == host) and _is_guest(one)
    ]
    return [common + guest for guest in guests or [["", "", state]]]


def _is_guest(attendee: Any) -> bool:
    params = getattr(attendee, "params", {})
    kind = str(params.get("CUTYPE", "INDIVIDUAL")).upper()
    return kind == "INDIVIDUAL" and str(params.get("PARTSTAT", "")).upper() != "DECLINED"


def _name(person: Any) -> str:
    name = _text(getattr(person, "params", {}).get("CN", ""))
    return "" if "@" in name else name


def _address(person: Any) -> str:
    text = str(person or "").strip().lower()
    return text.removeprefix("mailto:")[:LONGEST] if text.startswith("mailto:") else ""


def _text(value: Any) -> str:
    return " ".join(str(value or "").split())[:LONGEST]
