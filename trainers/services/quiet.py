"""When a client may be asked, and how long she has to answer: nobody is woken, and no deadline ends in the night."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_FROM, QUIET_UNTIL = time(21), time(9)
CUT_OFF = timedelta(hours=1)  # before the start; later, nobody is offered a place
LONGEST, SHORTEST = timedelta(hours=12), timedelta(minutes=15)


def is_quiet(at: datetime, zone: str) -> bool:
    """Whether it is between 21:00 and 09:00 in the zone."""
    clock = at.astimezone(ZoneInfo(zone)).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def quiet_until(at: datetime, zone: str) -> datetime:
    """Return the end of the quiet hours an instant lies in: the next 09:00 of the zone's clocks."""
    there = at.astimezone(ZoneInfo(zone))
    day = there.date() + timedelta(days=there.time() >= QUIET_UNTIL)
    return datetime.combine(day, QUIET_UNTIL, ZoneInfo(zone)).astimezone(UTC)


def first_chance(at: datetime, zone: str) -> datetime:
    """Return when somebody in a zone can first be asked: at once, or when the night she is in is over."""
    return quiet_until(at, zone) if is_quiet(at, zone) else at


def answer_by(at: datetime, starts_at: datetime, zone: str) -> datetime | None:
    """Return until when an offer made at an instant is open; None where none is made then.

    A quarter of the time left until the start, at most 12 hours and at least 15 minutes. A deadline in the quiet hours goes on
    to 09:00 where that is before the cut-off, else it ends at 21:00 that evening; where not even 15 minutes are left until
    then, nobody is asked.
    """
    last = starts_at - CUT_OFF
    if at > last or is_quiet(at, zone):
        return None
    until = (at + max(SHORTEST, min(LONGEST, (starts_at - at) / 4))).astimezone(UTC)
    if not is_quiet(until, zone):
        return until
    morning = quiet_until(until, zone)
    if morning <= last:
        return morning
    there = at.astimezone(ZoneInfo(zone))
    evening = datetime.combine(there.date(), QUIET_FROM, ZoneInfo(zone)).astimezone(UTC)
    return evening if evening - at.astimezone(UTC) >= SHORTEST else None
