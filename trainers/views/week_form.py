"""The form of a weekly timetable of hours: a few lines a day, as many as somebody adds. It works without a script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from fitflow.core.errors import FitFlowError
from fitflow.core.formats import minutes_text
from studios.models import Location
from trainers.services.availability import DAYS, WeeklyHours
from trainers.views.periods import uuid_from

CLOCK = re.compile(r"^(\d{1,2})(?:[:.h]?(\d{2}))?$")
NAMES = re.compile(r"^starts-([0-6])-(\d{1,2})$")
NINE, NOON, ONE, FIVE = 9 * 60, 12 * 60, 13 * 60, 17 * 60
WORKDAYS = range(1, 5)


def minute_from(text: str, *, end: bool = False) -> int | None:
    """Read a time of a day as its minute; None where it is none. Midnight at the end is 1440."""
    found = CLOCK.match(text.strip())
    if found is None:
        return None
    minute = int(found[1]) * 60 + int(found[2] or 0)
    if int(found[2] or 0) > 59 or minute > 1440:
        return None
    return 1440 if end and minute == 0 else minute


def day_from(text: str) -> date | None:
    """Read a day; None where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass
class Line:
    """One line: from, to and where, as typed; what is wrong with it."""

    weekday: int
    number: int
    starts: str = ""
    ends: str = ""
    place: str = ""
    error: str = ""

    @property
    def key(self) -> str:
        return f"{self.weekday}-{self.number}"

    @property
    def is_blank(self) -> bool:
        return not self.starts.strip() and not self.ends.strip()


@dataclass
class Day:
    """A weekday with its lines."""

    weekday: int
    name: str
    lines: list[Line] = field(default_factory=list)


class WeekForm:
    """The lines of seven days. `act` adds, removes, splits and copies lines without saving anything."""

    def __init__(self, days: list[Day], places: list[Location]) -> None:
        self.days, self.places = days, places
        self.errors: list[str] = []
        self.changed_meanwhile = False

    @classmethod
    def of(cls, rows: Iterable[WeeklyHours], places: list[Location]) -> WeekForm:
        """Return the form of the hours as they are stored."""
        days = _empty_days()
        for row in sorted(rows):
            lines = days[row.weekday].lines
            lines.append(
                Line(
                    row.weekday,
                    len(lines),
                    minutes_text(row.starts_minute),
                    minutes_text(row.ends_minute),
                    str(row.location_id),
                )
            )
        return cls(days, places)

    @classmethod
    def typed(cls, data: Mapping[str, Any], places: list[Location]) -> WeekForm:
        """Return the form as it was typed."""
        days = _empty_days()
        for name in data:
            found = NAMES.match(name)
            if found:
                key = f"{found[1]}-{found[2]}"
                typed = {part: str(data.get(f"{part}-{key}", ""))[:40] for part in Line.__match_args__[2:5]}
                days[int(found[1])].lines.append(Line(int(found[1]), int(found[2]), **typed))
        for day in days:
            day.lines.sort(key=lambda line: line.number)
        return cls(days, places)

    @property
    def is_refused(self) -> bool:
        """Whether something stands against what was typed."""
        wrong = any(line.error for day in self.days for line in day.lines)
        return bool(self.errors) or self.changed_meanwhile or wrong

    def refuse(self, error: FitFlowError) -> None:
        """Put a refusal above the days; remember where it is that somebody else has changed the hours."""
        self.changed_meanwhile = error.details.get("conflict") == "version"
        if not self.changed_meanwhile:
            self.errors.append(error.message)

    @property
    def is_empty(self) -> bool:
        return not any(day.lines for day in self.days)

    def act(self, what: str) -> None:
        """Do what a button of the form says: `add:0`, `remove:0:1`, `break:0:1`, `copy`, `usual`."""
        verb, _, rest = what.partition(":")
        weekday, _, number = rest.partition(":")
        day = self.days[int(weekday)] if weekday in {str(one) for one in range(7)} else None
        if verb == "copy":
            self._copy()
        elif verb == "usual":
            self._usual()
        elif verb == "add" and day:
            day.lines.append(Line(day.weekday, 0, place=day.lines[-1].place if day.lines else ""))
        elif day and number.isdecimal():
            self._one(verb, day, int(number))
        self._number()

    def _one(self, verb: str, day: Day, number: int) -> None:
        line = next((one for one in day.lines if one.number == number), None)
        if line and verb == "remove":
            day.lines.remove(line)
        elif line and verb == "break":
            self._split(day, line)

    def _split(self, day: Day, line: Line) -> None:
        """Put a break in: an hour at noon where it fits, else in the middle."""
        starts, ends = minute_from(line.starts), minute_from(line.ends, end=True)
        if starts is None or ends is None or ends - starts < 60:
            line.error = "A break needs a longer line: from one time to another, an hour at least."
            return
        middle = (starts + ends) // 2 // 15 * 15
        first, second = (NOON, ONE) if starts < NOON and ends > ONE else (middle, min(middle + 30, ends - 15))
        after = Line(day.weekday, line.number + 1, minutes_text(second), line.ends, line.place)
        line.ends = minutes_text(first)
        day.lines.insert(day.lines.index(line) + 1, after)

    def _copy(self) -> None:
        for weekday in WORKDAYS:
            self.days[weekday].lines = [
                Line(weekday, 0, one.starts, one.ends, one.place)
                for one in self.days[0].lines
                if not one.is_blank
            ]

    def _usual(self) -> None:
        for weekday in range(5):
            self.days[weekday].lines = [
                Line(weekday, 0, minutes_text(a), minutes_text(b)) for a, b in ((NINE, NOON), (ONE, FIVE))
            ]

    def _number(self) -> None:
        for day in self.days:
            for number, line in enumerate(day.lines):
                line.number = number

    def hours(self) -> list[WeeklyHours] | None:
        """Return the hours that were typed, blank lines left out; None where a line cannot be read (see its `error`)."""
        found, known = [], {str(place.pk) for place in self.places}
        for day in self.days:
            for line in day.lines:
                if line.is_blank:
                    continue
                starts, ends = minute_from(line.starts), minute_from(line.ends, end=True)
                place = str(self.places[0].pk) if len(self.places) == 1 else line.place
                if starts is None or ends is None:
                    line.error = "Write times such as 9:00 and 17:30."
                elif ends <= starts:
                    line.error = (
                        "It ends before it starts. For a night, use two lines: until 24:00, then from 0:00."
                    )
                elif place not in known:
                    line.error = "Choose the place."
                else:
                    found.append(_hours(line, starts, ends, place))
        return None if any(line.error for day in self.days for line in day.lines) else found


def _hours(line: Line, starts: int, ends: int, place: str) -> WeeklyHours:
    location: UUID | None = uuid_from(place)
    assert location is not None  # noqa: S101
    return WeeklyHours(line.weekday, starts, ends, location)


def _empty_days() -> list[Day]:
    return [Day(weekday, name) for weekday, name in enumerate(DAYS)]
