"""Free slots the slow way: every quarter of an hour tried against every rule, minute by minute. It shares no code with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Hours:
    """Minutes of a weekday, from a day and until one."""

    trainer: str
    place: str
    weekday: int
    starts: int
    ends: int
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Irregular:
    trainer: str
    place: str | None
    kind: str
    first: date
    last: date
    starts: int | None = None
    ends: int | None = None


@dataclass(frozen=True)
class Busy:
    """`where` is a place here, or "studio:<minutes of travel>" elsewhere, or "external"."""

    trainer: str
    starts: datetime
    ends: datetime
    where: str


@dataclass(frozen=True)
class Room:
    name: str
    place: str
    capacity: int
    taken: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True)
class Gear:
    """Things at a place: how many there are, how many the service needs, and (start, end, how many) of what is taken."""

    name: str
    place: str
    there: int
    needed: int
    taken: tuple[tuple[datetime, datetime, int], ...] = ()


@dataclass
class World:
    zones: dict[str, str]
    closed: dict[str, set[date]] = field(default_factory=dict)
    hours: list[Hours] = field(default_factory=list)
    exceptions: list[Irregular] = field(default_factory=list)
    busy: list[Busy] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    gear: list[Gear] = field(default_factory=list)
    travel: dict[frozenset[str], int] = field(default_factory=dict)
    default_travel: int = 0
    minutes: int = 60
    before: int = 0
    after: int = 0
    capacity: int = 1
    named_rooms: set[str] = field(default_factory=set)
    named_trainers: set[str] = field(default_factory=set)

    def there(self, trainer: str, place: str, at: datetime) -> bool:
        """Whether the trainer's clock reads a time she works, in the minute that begins at an instant."""
        wall = at.astimezone(ZoneInfo(self.zones[place]))
        day, minute = wall.date(), wall.hour * 60 + wall.minute
        if day in self.closed.get(place, ()):
            return False
        for one in self.exceptions:
            if one.kind == "off" and one.trainer == trainer and one.place in {None, place}:
                span = range(one.starts or 0, 1440 if one.ends is None else one.ends)
                if one.first <= day <= one.last and minute in span:
                    return False
        for one in self.exceptions:
            extra = one.kind == "extra" and (one.trainer, one.place) == (trainer, place)
            if extra and one.first <= day <= one.last and minute in range(one.starts or 0, one.ends or 0):
                return True
        return any(
            (row.trainer, row.place, row.weekday) == (trainer, place, day.weekday())
            and row.starts <= minute < row.ends
            and (row.since is None or row.since <= day)
            and (row.until is None or day <= row.until)
            for row in self.hours
        )

    def way(self, place: str, where: str) -> timedelta:
        if where == "external" or where == place:
            return timedelta()
        if where.startswith("studio:"):
            return timedelta(minutes=int(where.partition(":")[2]))
        return timedelta(minutes=self.travel.get(frozenset({place, where}), self.default_travel))

    def is_free(self, trainer: str, place: str, start: datetime, end: datetime) -> bool:
        for span in self.busy:
            if span.trainer == trainer:
                way = self.way(place, span.where)
                if (
                    start - self.before * MINUTE - way < span.ends
                    and span.starts < end + self.after * MINUTE + way
                ):
                    return False
        return True

    def room(self, place: str, start: datetime, end: datetime) -> str | Literal[False] | None:
        """Return the smallest free room, None where the place has no rooms at all, False where none is free."""
        here = [room for room in self.rooms if room.place == place]
        if not here and not self.named_rooms:
            return None
        fitting = [
            room
            for room in sorted(here, key=lambda room: (room.capacity, room.name))
            if room.capacity >= self.capacity
            and (not self.named_rooms or room.name in self.named_rooms)
            and not any(start < until and since < end for since, until in room.taken)
        ]
        return fitting[0].name if fitting else False

    def equipped(self, place: str, start: datetime) -> bool:
        """Whether enough of all that is needed is left in each minute."""
        needed = [one for one in self.gear if one.needed]
        here = [one for one in needed if one.place == place]
        return (bool(here) or not needed) and all(
            sum(many for since, until, many in one.taken if since <= at < until) + one.needed <= one.there
            for one in here
            for at in (start + n * MINUTE for n in range(self.minutes))
        )

    def slots(self, starts: datetime, ends: datetime) -> set[tuple[datetime, str, str, str | None]]:
        """Return every free (start, trainer, place, room) with a start in `[starts, ends)`."""
        found = set()
        length = self.minutes * MINUTE
        at = datetime(starts.year, starts.month, starts.day, tzinfo=UTC) - timedelta(days=1)
        trainers = {row.trainer for row in self.hours} | {row.trainer for row in self.exceptions}
        for trainer in trainers:
            if self.named_trainers and trainer not in self.named_trainers:
                continue
            for place in self.zones:
                start = at
                while start < ends:
                    if start >= starts and self.is_free(trainer, place, start, start + length):
                        minutes = (start + n * MINUTE for n in range(self.minutes))
                        if all(self.there(trainer, place, minute) for minute in minutes):
                            room = self.room(place, start, start + length)
                            if room is not False and self.equipped(place, start):
                                found.add((start, trainer, place, room))
                    start += QUARTER
        return found
