"""The stretches of time reports are about: whole days of the studio's own calendar, first and last included."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.dateformat import format as date_format


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From a first to a last day, both included."""

    first: date
    last: date

    @property
    def label(self) -> str:
        """The two days in words: `1 June to 20 November 2026`."""
        if self.first == self.last:
            return date_format(self.last, "j F Y")
        pattern = "j F" if self.first.year == self.last.year else "j F Y"
        return f"{date_format(self.first, pattern)} to {date_format(self.last, 'j F Y')}"

    @property
    def slug(self) -> str:
        """The two days as a file's name has them."""
        return f"{self.first:%Y-%m-%d}-to-{self.last:%Y-%m-%d}"


class Grain(StrEnum):
    """What a period is cut into."""

    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice(Period):
    """A month or a quarter, or what of it lies within the period. `is_open` while it is not over yet."""

    start: date
    grain: Grain
    is_open: bool
    is_part: bool

    @property
    def name(self) -> str:
        """`October 2026`, or `July to September 2026`."""
        if self.grain is Grain.MONTH:
            return date_format(self.start, "F Y")
        return f"{date_format(self.start, 'F')} to {date_format(_end_of(self.start, 3), 'F Y')}"

    @property
    def plain_name(self) -> str:
        """Its name without the year: `October`."""
        return self.name.rsplit(" ", 1)[0]

    @property
    def words(self) -> str:
        """Its name, and whether it is whole: `November 2026, to date`."""
        return self.name + self._aside

    @property
    def plain_words(self) -> str:
        """The same without the year."""
        return self.plain_name + self._aside

    @property
    def _aside(self) -> str:
        return ", to date" if self.is_open else ", in part" if self.is_part else ""

    @property
    def short(self) -> str:
        """What stands below its bar: `Oct`, `Q3 2026`."""
        if self.grain is Grain.MONTH:
            return date_format(self.start, "M")
        return f"Q{(self.start.month + 2) // 3} {self.start.year}"


def _end_of(start: date, months: int) -> date:
    """Return the last day of the stretch of whole months that begins on the first day `start`."""
    last = month_start(start, months - 1)
    return last.replace(day=monthrange(last.year, last.month)[1])


def month_start(day: date, months: int = 0) -> date:
    """Return the first day of the month around a day, or of the one that many months later."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def slice_start(day: date, grain: Grain) -> date:
    """Return the first day of the month or quarter around a day."""
    return month_start(day) if grain is Grain.MONTH else month_start(day, -((day.month - 1) % 3))


def slices(period: Period, *, grain: Grain, today: date) -> list[Slice]:
    """Return the months or quarters a period is made of, oldest first; the first and last may be part of one."""
    length = 1 if grain is Grain.MONTH else 3
    start = slice_start(period.first, grain)
    found = []
    while start <= period.last:
        end = _end_of(start, length)
        first, last = max(start, period.first), min(end, period.last)
        found.append(
            Slice(
                first=first,
                last=last,
                start=start,
                grain=grain,
                is_open=first <= today <= end and last >= min(end, today),
                is_part=(first, last) != (start, end),
            )
        )
        start = month_start(start, length)
    return found


def last_months(count: int, today: date) -> Period:
    """Return the month around today, to date, and the whole months before it: `count` in all."""
    return Period(first=month_start(today, 1 - count), last=today)


def whole_month(day: date) -> Period:
    """Return the whole month around a day."""
    return _whole_months(day, 0, 1)


def _whole_months(today: date, first: int, count: int) -> Period:
    start = month_start(today, first)
    return Period(first=start, last=_end_of(start, count))


def _this_quarter(today: date) -> Period:
    return Period(first=slice_start(today, Grain.QUARTER), last=today)


PRESETS: dict[str, tuple[str, Callable[[date], Period]]] = {
    "this-month": ("This month", lambda today: last_months(1, today)),
    "last-month": ("Last month", lambda today: _whole_months(today, -1, 1)),
    "this-quarter": ("This quarter", _this_quarter),
    "last-quarter": (
        "Last quarter",
        lambda today: _whole_months(today, -((today.month - 1) % 3) - 3, 3),
    ),
    "six-months": ("Last 6 months", lambda today: last_months(6, today)),
    "twelve-months": ("Last 12 months", lambda today: last_months(12, today)),
    "this-year": ("This year", lambda today: Period(first=date(today.year, 1, 1), last=today)),
    "last-year": (
        "Last year",
        lambda today: Period(first=date(today.year - 1, 1, 1), last=date(today.year - 1, 12, 31)),
    ),
}
DEFAULT = "six-months"
OWN = "own"
LONGEST = timedelta(days=5 * 366)


def preset_period(name: str, today: date) -> Period:
    """Return the period of that name as it stands today; raises KeyError for an unknown one."""
    return PRESETS[name][1](today)
