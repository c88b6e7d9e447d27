"""What a calendar's address says: which view of which days, and what is filtered away. It is all in the URL, so that
reload, back and a sent link show the same."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.http import QueryDict
from django.utils import dateformat

from fitflow.core import clock

BESIDE = ("trainers", "rooms", "locations")
# What stands side by side: as columns of one day, as rows with the hours of the day across, as rows with the week's days across.
VIEWS = ("day", "week", "month", *BESIDE, *(f"{by}{how}" for by in BESIDE for how in ("-hours", "-week")))
ONE_DAY = frozenset({"day", *BESIDE, *(f"{by}-hours" for by in BESIDE)})
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the strip of a phone."""

    date: date
    chosen: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class CalendarAddress:
    """A calendar's view, its day, and the ids each filter leaves visible (an empty filter leaves all)."""

    view: str
    day: date
    today: date
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def by(self) -> str:
        """Return what stands side by side: `trainers`, `rooms` or `locations`; empty where nothing does."""
        by = self.view.partition("-")[0]
        return by if by in BESIDE else ""

    @property
    def unit(self) -> str:
        """Return the word for one step: day, week or month."""
        if self.view in ONE_DAY:
            return "day"
        return "month" if self.view == "month" else "week"

    @property
    def first(self) -> date:
        """Return the first day shown."""
        return {"day": self.day, "week": self.monday, "month": self.day.replace(day=1)}[self.unit]

    @property
    def last(self) -> date:
        """Return the last day shown."""
        if self.unit == "month":
            return self.day.replace(day=monthrange(self.day.year, self.day.month)[1])
        return self.first + timedelta(days=6 if self.unit == "week" else 0)

    @property
    def drawn(self) -> tuple[date, date]:
        """Return the first day a grid draws and the day after its last: a month is drawn in whole weeks."""
        first = self.first - timedelta(days=self.first.weekday()) if self.unit == "month" else self.first
        last = self.last + timedelta(days=6 - self.last.weekday()) if self.unit == "month" else self.last
        return first, last + timedelta(days=1)

    @property
    def monday(self) -> date:
        """Return the Monday of the day's week."""
        return self.day - timedelta(days=self.day.weekday())

    @property
    def title(self) -> str:
        """Write the period: `Thursday 19 November`, `16 – 22 November`, `November`; the year when it is not this one."""
        year = "" if self.last.year == self.today.year else f" {self.last.year}"
        if self.unit == "day":
            return dateformat.format(self.day, "l j F") + year
        if self.unit == "month":
            return dateformat.format(self.day, "F") + year
        start = "j" if self.first.month == self.last.month else "j F"
        return f"{dateformat.format(self.first, start)} – {dateformat.format(self.last, 'j F')}{year}"

    @property
    def week(self) -> list[Day]:
        """Return the seven days around the chosen one."""
        days = [self.monday + timedelta(days=n) for n in range(7)]
        return [Day(one, one == self.day, one == self.today) for one in days]

    @property
    def earlier(self) -> str:
        """Return the address one step back."""
        return self.url(day=self.first - timedelta(days=7 if self.unit == "week" else 1))

    @property
    def later(self) -> str:
        """Return the address one step on."""
        return self.url(day=self.last + timedelta(days=1))

    @property
    def now(self) -> str:
        """Return the address of today."""
        return self.url(day=self.today)

    def url(self, **changes: object) -> str:
        """Return the query of this address with some of it changed; what is the default is left out."""
        other = replace(self, **changes)  # type: ignore[arg-type]
        words: list[tuple[str, str]] = [("view", other.view), ("date", other.day.isoformat())]
        words += [(name, value) for name in sorted(other.filters) for value in other.filters[name]]
        return f"?{urlencode(words)}"

    def shows(self, name: str, value: object) -> bool:
        """Whether a filter leaves one id visible."""
        chosen = self.filters.get(name, ())
        return not chosen or str(value) in chosen


def address_from(
    query: QueryDict, *, zone: str, filters: dict[str, list[str]], views: tuple[str, ...] = VIEWS
) -> CalendarAddress:
    """Read an address. What is not known (a view, a day, an id of nothing here) falls back to the default.

    `filters` gives per name every id there is: one that names all of them, or none, is no filter.
    """
    today = clock.today(zone)
    chosen: dict[str, tuple[str, ...]] = {}
    for name, every in filters.items():
        wanted = tuple(value for value in every if value in set(query.getlist(name)))
        if wanted and len(wanted) < len(every):
            chosen[name] = wanted
    view = query.get("view", "week")
    day = _day(query.get("date", "")) or today
    return CalendarAddress(view if view in views else "week", day, today, chosen)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def instant_from(text: str) -> datetime | None:
    """Read a wall-clock time (`2026-11-19T10:00`) of a link; None where it is none, or of another century."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return value.replace(tzinfo=None, second=0, microsecond=0) if EARLIEST <= value.date() <= LATEST else None


def on_clocks(instant: datetime, zone: str) -> datetime | None:
    """Return what the clocks of a zone show at an instant; None where it is no zone."""
    if zone not in available_timezones():
        return None
    return instant.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0, tzinfo=None)


def on_clocks_of(wall: datetime, here: str, there: str) -> datetime:
    """Return what the clocks of one zone show when those of another show a wall-clock time; as it is where a zone is none."""
    if here == there or not {here, there} <= available_timezones():
        return wall
    return wall.replace(tzinfo=ZoneInfo(here)).astimezone(ZoneInfo(there)).replace(tzinfo=None)


def uuid_from(text: str) -> UUID | None:
    """Read an id; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def id_asked(query: QueryDict, name: str) -> list[UUID]:
    """Read an id of an address, as a list to look it up by: empty where it is none."""
    found = uuid_from(query.get(name, ""))
    return [found] if found else []


def clock_changes(zone: str, first: date, end: date) -> list[tuple[str, int]]:
    """Return where the clocks of a zone change in some days: the wall-clock time at which they do, and by how many minutes.

    Spring's `("2027-03-14T02:00", 60)` goes on at 03:00; autumn's `("2027-11-07T02:00", -60)` shows the hour before again.
    """
    there, found = ZoneInfo(zone), []
    for number in range((end - first).days):
        low, high = (datetime.combine(first + timedelta(days=number + n), time(), there) for n in (0, 1))
        before, after = low.utcoffset(), high.utcoffset()
        if before is None or after is None or before == after:
            continue
        low, high = low.astimezone(UTC), high.astimezone(UTC)
        while high - low > timedelta(minutes=1):
            middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
            low, high = (middle, high) if middle.astimezone(there).utcoffset() == before else (low, middle)
        wall = (high + before).replace(tzinfo=None)
        found.append((f"{wall:%Y-%m-%dT%H:%M}", int((after - before).total_seconds()) // 60))
    return found


def zone_text(zone: str) -> str:
    """Write a zone for people: `America/Toronto` is `Toronto time`."""
    place = zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{place.replace('St Johns', 'St. John’s')} time"


def days_from(query: QueryDict, address: CalendarAddress) -> tuple[date, date]:
    """Read the span a grid asks for: `from` and `to` (exclusive), six weeks and a bit at most; else the address's own."""
    first = _day(query.get("from", "")) or address.first
    last = _day(query.get("to", "")) or address.last + timedelta(days=1)
    return first, min(max(last, first + timedelta(days=1)), first + timedelta(days=45))
