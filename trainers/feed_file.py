"""Sessions as an iCalendar file (RFC 5545, September 2009; RFC 7986) that calendar programs ask for again and again.

The same rows give the same bytes, so that an ETag tells whether anything has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from fitflow.core.formats import one_line

if TYPE_CHECKING:
    from icalendar import Event

EVERY = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One session as a calendar shows it. `changed_at` is when it last changed, as far as is known."""

    session_id: UUID
    version: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    changed_at: datetime
    summary: str
    place: str
    description: str = ""
    status: str = "CONFIRMED"


def feed_file(entries: Sequence[Entry], *, name: str, about: str = "") -> bytes:
    """Return the file. UID and SEQUENCE are those of the files that go out by mail, so that one replaces the other."""
    from icalendar import Calendar  # heavy, and only feeds need it

    calendar = Calendar()
    calendar.add("prodid", "-//FitFlow//Timetable//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", one_line(name))
    calendar.add("x-wr-calname", one_line(name))
    if about:
        calendar.add("x-wr-caldesc", one_line(about))
    calendar.add("refresh-interval", EVERY)
    calendar["refresh-interval"].params["VALUE"] = "DURATION"
    calendar.add("x-published-ttl", "PT15M")
    for entry in entries:
        calendar.add_component(_event(entry))
    if entries:
        first, last = min(one.starts_at for one in entries), max(one.ends_at for one in entries)
        # Whole years: the rules of a zone do not change from one day to the next because the window moved.
        calendar.add_missing_timezones(
            first_date=date(first.year - 1, 1, 1), last_date=date(last.year + 2, 1, 1)
        )
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    from icalendar import Event

    zone = ZoneInfo(entry.zone)
    gone = entry.status == "CANCELLED"
    event = Event()
    event.add("uid", f"{entry.session_id}@{settings.PUBLIC_HOST}")
    event.add("sequence", entry.version)
    # Without a METHOD it says when the entry was last revised (RFC 5545, 3.8.7.2).
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("summary", one_line(entry.summary))
    if entry.place:
        event.add("location", one_line(entry.place))
    if entry.description:
        event.add("description", one_line(entry.description))
    event.add("status", entry.status)
    event.add("transp", "TRANSPARENT" if gone else "OPAQUE")
    return event
