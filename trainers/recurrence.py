"""Rules that repeat (RFC 5545, RRULE) over the wall-clock time of a place: pure functions, nothing is read or written.

Times are walls: "2026-11-24T09:00", what the clock on the wall shows. 09:00 stays 09:00 across both changes of clock. A wall
time that the clocks skip moves forward by the gap (02:30 becomes 03:30); one that they show twice means the first of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, YEARLY, rrule, weekday

from fitflow.core.errors import Invalid

MOST = 400  # occurrences made at once
LONGEST = 300  # characters of a rule
LAST_MINUTE = time(23, 59)
WALL = "%Y-%m-%dT%H:%M"
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAYS = (MO, TU, WE, TH, FR, SA, SU)
_FREQUENCIES: dict[str, Literal[0, 1, 2, 3]] = {
    "DAILY": DAILY,
    "WEEKLY": WEEKLY,
    "MONTHLY": MONTHLY,
    "YEARLY": YEARLY,
}
MOST_EVERY = {"DAILY": 31, "WEEKLY": 52, "MONTHLY": 24, "YEARLY": 4}
# What a rule of each frequency may say. Other parts of RFC 5545 name times of day, or can keep a search going for ever.
_PARTS = {
    "DAILY": set(),
    "WEEKLY": {"BYDAY"},
    "MONTHLY": {"BYDAY", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": {"BYMONTH", "BYMONTHDAY"},
}
_ALWAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
_MONTH_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_BYDAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, read and found sound. `until` is the last wall time, seconds left out; `days` are (nth or 0, weekday) pairs."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    days: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0

    @property
    def endless(self) -> bool:
        """Whether it goes on until somebody ends it."""
        return self.count is None and self.until is None

    def __str__(self) -> str:
        parts = [f"FREQ={self.freq}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        named = {
            "BYMONTH": [str(month) for month in self.months],
            "BYMONTHDAY": [str(day) for day in self.month_days],
            "BYDAY": [f"{nth or ''}{DAYS[day]}" for nth, day in self.days],
            "BYSETPOS": [str(position) for position in self.positions],
        }
        parts += [f"{name}={','.join(values)}" for name, values in named.items() if values]
        if self.week_start:
            parts.append(f"WKST={DAYS[self.week_start]}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until:%Y%m%dT%H%M%S}")
        return ";".join(parts)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence: its wall-clock start, the instants it means, and what the clocks do to it."""

    wall: str
    starts_at: datetime
    ends_at: datetime
    is_skipped_time: bool  # no clock shows it that day: it starts later by the gap
    is_double_time: bool  # the clocks show it twice that day: it starts at the first


def _refuse(words: str) -> Invalid:
    return Invalid(words, field="rrule")


def _whole(text: str, name: str, lowest: int, highest: int) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,4}", text) or not lowest <= int(text) <= highest:
        raise _refuse(f"{name} must be a whole number from {lowest} to {highest}.")
    return int(text)


def _wholes(text: str, name: str, highest: int, *, negative: bool = True) -> tuple[int, ...]:
    found = {_whole(one, name, -highest if negative else 1, highest) for one in text.split(",")}
    if 0 in found:
        raise _refuse(f"{name} cannot be 0.")
    return tuple(sorted(found))


def _days(text: str, freq: str) -> tuple[tuple[int, int], ...]:
    found = set()
    for one in text.split(","):
        match = _BYDAY.fullmatch(one)
        if match is None or (match[1] and freq != "MONTHLY"):
            raise _refuse("BYDAY names weekdays such as TU,TH, in a monthly rule also 2TU or -1FR.")
        found.add((int(match[1] or 0), DAYS.index(match[2])))
    return tuple(sorted(found, key=lambda pair: (pair[1], pair[0])))


def _until(text: str, zone: str) -> datetime:
    match = _UNTIL.fullmatch(text)
    if match is None:
        raise _refuse("UNTIL must be a day such as 20270630, or a day and time such as 20270630T090000.")
    try:
        # A bare day is meant with all of its occurrences.
        found = datetime.strptime(f"{match[1]}{match[2] or '235900'}", "%Y%m%d%H%M%S")  # noqa: DTZ007
        if match[3]:
            found = found.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise _refuse("UNTIL is no day of the calendar.") from None
    return found.replace(second=0)


def _parts(text: str) -> dict[str, str]:
    if len(text) > LONGEST:
        raise _refuse(f"A rule has {LONGEST} characters at most.")
    found: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").rstrip(";").split(";"):
        name, is_named, value = part.partition("=")
        if not is_named or not value or name in found:
            raise _refuse("A rule is written like FREQ=WEEKLY;BYDAY=TU,TH, each part once.")
        found[name] = value
    return found


def read_rule(text: str, *, zone: str) -> Rule:
    """Return a rule as it is kept: an UNTIL in UTC becomes the zone's wall time, a bare day its last minute.

    Raises Invalid for what is no RRULE, repeats more often than daily, names parts that no timetable needs, can never
    happen, or asks for more than `MOST` occurrences.
    """
    parts = _parts(text)
    freq = parts.get("FREQ", "")
    if freq in {"SECONDLY", "MINUTELY", "HOURLY"}:
        raise _refuse("A series repeats daily at most. Choose days, weeks or months.")
    if freq not in _FREQUENCIES:
        raise _refuse("FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY.")
    if strange := sorted(parts.keys() - _ALWAYS - _PARTS[freq]):
        raise _refuse(f"A {freq.lower()} series cannot say {', '.join(strange)[:80]}.")
    if "COUNT" in parts and "UNTIL" in parts:
        raise _refuse("A series ends on a day or after a number of times, not both.")
    if parts.get("WKST", "MO") not in DAYS:
        raise _refuse("WKST must be a weekday such as MO.")
    rule = Rule(
        freq=freq,
        interval=_whole(parts.get("INTERVAL", "1"), "INTERVAL", 1, MOST_EVERY[freq]),
        count=_whole(parts["COUNT"], "COUNT", 1, MOST) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"], zone) if "UNTIL" in parts else None,
        days=_days(parts["BYDAY"], freq) if "BYDAY" in parts else (),
        month_days=_wholes(parts["BYMONTHDAY"], "BYMONTHDAY", 31) if "BYMONTHDAY" in parts else (),
        months=_wholes(parts["BYMONTH"], "BYMONTH", 12, negative=False) if "BYMONTH" in parts else (),
        positions=_wholes(parts["BYSETPOS"], "BYSETPOS", 5) if "BYSETPOS" in parts else (),
        week_start=DAYS.index(parts.get("WKST", "MO")),
    )
    _check_sense(rule)
    return rule


def _check_sense(rule: Rule) -> None:
    """Raise Invalid for a rule that never happens: without a result, dateutil would search to the year 9999."""
    if rule.positions and not rule.days:
        raise _refuse("BYSETPOS needs BYDAY beside it.")
    if rule.positions and any(nth for nth, _ in rule.days):
        raise _refuse("Say 2TU or BYSETPOS, not both.")
    if rule.month_days and rule.days:
        raise _refuse("A series goes by weekdays or by days of the month, not both.")
    longest = max(_MONTH_LENGTHS[month - 1] for month in rule.months) if rule.months else 31
    if rule.month_days and min(abs(day) for day in rule.month_days) > longest:
        raise _refuse("None of these months has such a day.")


def wall_of(instant: datetime, zone: str) -> str:
    """Return what a clock at the place shows at an instant."""
    return instant.astimezone(ZoneInfo(zone)).strftime(WALL)


def read_wall(text: str) -> datetime:
    """Return a wall time as a naive datetime; raise Invalid for what is none."""
    try:
        found = datetime.strptime(text, WALL)  # noqa: DTZ007
    except (ValueError, TypeError):
        raise Invalid("A wall-clock time is written like 2026-11-24T09:00.", field="starts_at") from None
    if not 1900 < found.year < 9000:
        raise Invalid("That day is too far away. Choose another.", field="starts_at")
    return found


def occurrence_at(wall: datetime, *, zone: str, minutes: int) -> Occurrence:
    """Return what a wall time means in a zone, by the rule stated above; it lasts so many real minutes."""
    there = wall.replace(tzinfo=ZoneInfo(zone), fold=0)
    starts_at = there.astimezone(UTC)
    shown = starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    skipped = shown != wall
    return Occurrence(
        wall=wall.strftime(WALL),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        is_skipped_time=skipped,
        is_double_time=not skipped and there.utcoffset() != there.replace(fold=1).utcoffset(),
    )


def walls(rule: Rule, starts: str) -> Iterator[datetime]:
    """Yield the wall times of a rule from its first start on, in order, without an end where the rule has none."""
    by_day: list[weekday] = [_WEEKDAYS[day](nth) if nth else _WEEKDAYS[day] for nth, day in rule.days]
    yield from rrule(
        _FREQUENCIES[rule.freq],
        dtstart=read_wall(starts),
        interval=rule.interval,
        count=rule.count,
        until=rule.until,
        byweekday=by_day or None,
        bymonthday=rule.month_days or None,
        bymonth=rule.months or None,
        bysetpos=rule.positions or None,
        wkst=rule.week_start,
    )


def between(rule: Rule, starts: str, *, after: date | None, through: date) -> list[datetime]:
    """Return the wall times later than the day `after` (None: from the first) up to and with the day `through`."""
    first = datetime.combine(after + timedelta(days=1), time()) if after else datetime.min  # noqa: DTZ901
    end = datetime.combine(through + timedelta(days=1), time())
    found = []
    for wall in walls(rule, starts):
        if wall >= end:
            break
        if wall >= first:
            found.append(wall)
    return found


def expand(rule: Rule, starts: str, *, zone: str, minutes: int, through: date) -> list[Occurrence]:
    """Return a rule's occurrences up to and with a day. Raises Invalid where there is none, or more than `MOST`."""
    end = datetime.combine(through + timedelta(days=1), time())
    found: list[Occurrence] = []
    for wall in islice(walls(rule, starts), MOST + 1):
        if wall >= end:
            if not found:
                raise _refuse(f"Its first session would be on {wall:%Y-%m-%d}, too far ahead. Begin earlier.")
            break
        found.append(occurrence_at(wall, zone=zone, minutes=minutes))
    if not found:
        raise _refuse("This rule never comes true. Choose an end after its first day, and days that exist.")
    if len(found) > MOST:
        raise _refuse(f"That makes more than {MOST} sessions. Choose an earlier end.")
    return found


def shifted(rule: Rule, starts: str, by: timedelta, *, count: int | None) -> Rule:
    """Return the rule of the same occurrences, each later (or earlier) by so much; `count` takes the place of a count.

    `starts` is a wall time of the rule as it was. Raises Invalid where a month's or a year's days would have to move.
    """
    was = read_wall(starts)
    days = ((was + by).date() - was.date()).days
    if days and rule.freq in {"MONTHLY", "YEARLY"}:
        raise Invalid(
            f"A {rule.freq.lower()} series keeps its day: change its time alone, or cancel it and begin another.",
            field="starts_at",
        )
    until = rule.until
    if until is not None:
        until += timedelta(days=days) if until.time() == LAST_MINUTE else by
    turned = ((nth, (day + days) % 7) for nth, day in rule.days)
    return replace(
        rule,
        count=count if rule.count is not None else None,
        until=until,
        days=tuple(sorted(turned, key=lambda pair: (pair[1], pair[0]))),
        # The week turns with its days, so that every second week stays the same second week.
        week_start=(rule.week_start + days) % 7 if rule.freq == "WEEKLY" else rule.week_start,
    )


def ended_before(rule: Rule, wall: datetime) -> Rule:
    """Return the rule with the day before a wall time as its last."""
    return replace(rule, count=None, until=datetime.combine(wall.date() - timedelta(days=1), LAST_MINUTE))


def _ends(until: date | None, count: int | None) -> str:
    text = f";UNTIL={until:%Y%m%d}" if until is not None else ""
    return text if count is None else f"{text};COUNT={count}"


def weekly(
    days: list[int], *, every: int = 1, until: date | None = None, count: int | None = None, zone: str
) -> Rule:
    """Return the rule of a plain form: weekdays (0 is Monday), every so many weeks, until a day or so many times."""
    named = ",".join(DAYS[day] for day in sorted(set(days)))
    return read_rule(f"FREQ=WEEKLY;INTERVAL={every};BYDAY={named}{_ends(until, count)}", zone=zone)


def monthly(
    on: int | tuple[int, int],
    *,
    every: int = 1,
    until: date | None = None,
    count: int | None = None,
    zone: str,
) -> Rule:
    """Return the rule of a plain form: a day of the month (-1 is the last), or (nth, weekday) such as (-1, 1), the last
    Tuesday; every so many months. A month without that day has none.
    """
    day = f"BYMONTHDAY={on}" if isinstance(on, int) else f"BYDAY={on[0]}{DAYS[on[1]]}"
    return read_rule(f"FREQ=MONTHLY;INTERVAL={every};{day}{_ends(until, count)}", zone=zone)


def yearly(
    on: date, *, every: int = 1, until: date | None = None, count: int | None = None, zone: str
) -> Rule:
    """Return the rule of a plain form: the month and day of a date, every so many years."""
    day = f"BYMONTH={on.month};BYMONTHDAY={on.day}"
    return read_rule(f"FREQ=YEARLY;INTERVAL={every};{day}{_ends(until, count)}", zone=zone)


def first_from(rule: Rule, starts: str) -> str:
    """Return the first wall time of a rule from a start on, taking every week, month or year: so that "every second month"
    begins with the first that fits.
    """
    each = replace(rule, interval=1, until=None, count=None)
    return next(walls(each, starts)).strftime(WALL)
