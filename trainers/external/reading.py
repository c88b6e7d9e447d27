"""When the owner of a calendar file is busy. Imports nothing of Django: the child process uses it.

Recurrence, exceptions and zones are icalendar's and recurring-ical-events'. Ours is what counts as busy: not what is cancelled,
free (TRANSPARENT, or Outlook's busy status), declined by her, an all-day entry that does not say OPAQUE itself, or a session
of ours that came back through her calendar.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event

from trainers.external.trouble import Trouble

MOST_OCCURRENCES = 20_000
FAR = 9000
TOO_OFTEN = {"SECONDLY", "MINUTELY"}
FREE_IN_OUTLOOK = {"FREE", "WORKINGELSEWHERE"}
MARKS = (b"BEGIN:VCALENDAR", b"END:VCALENDAR")
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Wanted:
    """What is asked of a file: the window, the zone of times that name none, whose calendar it is, whose sessions are ours."""

    starts: datetime
    ends: datetime
    zone: str
    addresses: frozenset[str] = frozenset()
    own_uids: str = ""


@dataclass(frozen=True)
class Busy:
    """Spans that do not touch, in order of time, and how many entries could not be understood."""

    spans: list[Span]
    skipped: int = 0


def busy_spans(content: bytes, wanted: Wanted) -> Busy:
    """Return when a calendar file says its owner is busy within a window. Raises Trouble."""
    found: list[Span] = []
    skipped = occurrences = 0
    for calendar in calendars_in(content):
        zone, whose = zone_of(calendar, wanted), _addresses(calendar, wanted)
        skipped += drop_unreadable(calendar)
        query = recurring_ical_events.of(calendar, skip_bad_series=True)
        try:
            events = query.between(wanted.starts, wanted.ends)
        except (ValueError, TypeError, KeyError, OverflowError, AttributeError) as error:
            raise Trouble("not_calendar") from error
        occurrences += len(events)
        if occurrences > MOST_OCCURRENCES:
            raise Trouble("too_many")
        found += [
            span
            for event in events
            if isinstance(event, Event) and _is_busy(event, whose, wanted) and (span := _span(event, zone))
        ]
    return Busy(_joined(found, wanted), skipped)


def calendars_in(content: bytes) -> list[Calendar]:
    content = content.removeprefix(b"\xef\xbb\xbf").strip()
    opened, closed = (content[:200].upper(), content[-200:].upper())
    if not opened.startswith(MARKS[0]):
        raise Trouble("not_calendar")
    if not closed.endswith(MARKS[1]):
        raise Trouble("broken_off")
    try:
        found: list[Any] = list(Calendar.from_ical(content, multiple=True))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise Trouble("not_calendar") from error
    return [one for one in found if isinstance(one, Calendar)]


def zone_of(calendar: Calendar, wanted: Wanted) -> ZoneInfo:
    """Return the zone of times that name none: the calendar's own (X-WR-TIMEZONE), else the one its owner chose."""
    for name in (str(calendar.get("X-WR-TIMEZONE", "")), wanted.zone):
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, KeyError):  # no such zone
            continue
    return ZoneInfo("UTC")


def _addresses(calendar: Calendar, wanted: Wanted) -> frozenset[str]:
    """Return the e-mail addresses under which its owner answers invitations: Google names the calendar by hers."""
    name = str(calendar.get("X-WR-CALNAME", "")).strip().lower()
    return wanted.addresses | {name} if "@" in name else wanted.addresses


def drop_unreadable(calendar: Calendar) -> int:
    """Take out entries without a start that is a time of our ages; return how many. Refuse what repeats every minute."""
    kept: list[Any] = []
    dropped = 0
    for part in calendar.subcomponents:
        if not isinstance(part, Event):
            kept.append(part)
            continue
        if part.errors or not _is_within_time(part):
            dropped += 1
            continue
        if any(
            {str(one).upper() for one in rule.get("FREQ", [])} & TOO_OFTEN
            for rule in listed(part.get("RRULE"))
        ):
            raise Trouble("too_many")
        kept.append(part)
    calendar.subcomponents = kept
    return dropped


def _is_within_time(part: Event) -> bool:
    """Whether an entry has a start that is a time. Near the end of all time the libraries calculate beyond it: such an entry
    would cost the whole calendar."""
    start, end = (getattr(part.get(name), "dt", None) for name in ("DTSTART", "DTEND"))
    return isinstance(start, date) and max(start.year, getattr(end, "year", 0)) < FAR


def _is_busy(event: Any, addresses: frozenset[str], wanted: Wanted) -> bool:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return False
    shown = str(event.get("TRANSP", "")).upper()
    if shown == "TRANSPARENT" or _outlook(event) in FREE_IN_OUTLOOK:
        return False
    if not isinstance(event["DTSTART"].dt, datetime) and shown != "OPAQUE":
        return False
    if wanted.own_uids and str(event.get("UID", "")).endswith(wanted.own_uids):
        return False
    return not any(_declined(one, addresses) for one in listed(event.get("ATTENDEE")))


def _outlook(event: Any) -> str:
    return str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()


def listed(value: Any) -> Iterable[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _declined(attendee: Any, addresses: frozenset[str]) -> bool:
    said = str(getattr(attendee, "params", {}).get("PARTSTAT", "")).upper()
    return said == "DECLINED" and str(attendee).lower().removeprefix("mailto:") in addresses


def _span(event: Any, zone: ZoneInfo) -> Span | None:
    start = instant_of(event["DTSTART"].dt, zone)
    end = instant_of(event["DTEND"].dt, zone) if "DTEND" in event else start
    return (start, end) if end > start else None


def instant_of(value: date, zone: ZoneInfo) -> datetime:
    """Return when a time of the file is: a date is its midnight, a time without a zone stands on the zone's clocks."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), zone)
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _joined(spans: list[Span], wanted: Wanted) -> list[Span]:
    """Cut spans to the window and join what meets: how many entries there are is nobody's business either."""
    joined: list[Span] = []
    # By the instant: comparing two times of one zone, Python compares what the clocks show.
    for start, end in sorted((one.timestamp(), other.timestamp()) for one, other in spans):
        start, end = max(start, wanted.starts.timestamp()), min(end, wanted.ends.timestamp())
        if end <= start:
            continue
        if joined and start <= joined[-1][1].timestamp():
            start, end = joined[-1][0].timestamp(), max(end, joined.pop()[1].timestamp())
        joined.append((_utc(start), _utc(end)))
    return joined


def _utc(instant: float) -> datetime:
    return datetime.fromtimestamp(instant, tz=ZoneInfo("UTC"))
