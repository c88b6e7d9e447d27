"""What stands against many planned sessions at once: the same few queries, however many there are."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from fitflow.core.clock import now
from fitflow.core.errors import Conflict, FitFlowError
from fitflow.core.formats import clock_text, day_text
from studios.models import Location, Room
from studios.public_holidays import public_holidays
from studios.shared.policies import Actor
from trainers.models import AvailabilityException, Session, TrainerProfile
from trainers.models.timetable import LONGEST
from trainers.selectors_equipment import Need, short_spans
from trainers.selectors_hours import outside_hours
from trainers.services.clashes import full, not_here, short_words
from trainers.services.scheduling import GRACE, HORIZON

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stands against a planned session. One that `blocks` cannot be overruled: the database would refuse."""

    kind: str  # past, far, trainer, room, equipment, itself; holiday, off, hours
    words: str
    blocks: bool = True


@dataclass(frozen=True)
class Setting:
    """What planned sessions have in common."""

    actor: Actor
    trainer: TrainerProfile
    location: Location
    room: Room | None
    before: timedelta
    after: timedelta
    needs: Sequence[Need] | None = ()  # of equipment; None: the place has none of it

    @property
    def zone(self) -> str:
        return self.location.timezone


@dataclass(frozen=True, slots=True)
class _Taken:
    start: datetime
    end: datetime
    elsewhere: bool = False


def find_problems(
    setting: Setting, spans: Sequence[Span], *, ignoring: Collection[UUID] = ()
) -> list[list[Problem]]:
    """Return what stands against each planned session `[start, end)`; sessions named in `ignoring` do not count.

    Five queries at most, however many spans. Only advice until the database agrees: another may book meanwhile.
    """
    if not spans:
        return []
    found: list[list[Problem]] = [[] for _ in spans]
    _add_times(setting, spans, found)
    padded = [(start - setting.before, end + setting.after) for start, end in spans]
    _add_itself(padded, found)
    # What cannot be for its time alone is looked at no further: a rule may reach over centuries.
    near = [number for number, some in enumerate(found) if not {one.kind for one in some} & {"past", "far"}]
    if near:
        _add_clashes(
            setting, [spans[number] for number in near], [found[number] for number in near], ignoring
        )
    return found


def _add_clashes(
    setting: Setting, spans: Sequence[Span], found: list[list[Problem]], ignoring: Collection[UUID]
) -> None:
    padded = [(start - setting.before, end + setting.after) for start, end in spans]
    _add_taken(setting, padded, found, _trainer_spans(setting, padded, ignoring), "trainer")
    if setting.room is not None:
        _add_taken(setting, spans, found, _room_spans(setting, spans, ignoring), "room")
    _add_equipment(setting, spans, found, ignoring)
    _add_days_off(setting, spans, found)


def _add_times(setting: Setting, spans: Sequence[Span], found: list[list[Problem]]) -> None:
    earliest, latest = now() - GRACE, now() + HORIZON
    for number, (start, _) in enumerate(spans):
        if start < earliest and not setting.actor.is_system:
            found[number].append(Problem("past", "This time has passed"))
        elif start > latest:
            found[number].append(Problem("far", "More than two years ahead"))


def _trainer_spans(setting: Setting, spans: Sequence[Span], ignoring: Collection[UUID]) -> list[_Taken]:
    every = "{" + ",".join(f"[{start.isoformat()},{end.isoformat()})" for start, end in spans) + "}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lower(span), upper(span), elsewhere, session_id"
            " FROM trainer_busy_spans(%s, range_merge(%s::tstzmultirange))"
            " WHERE span && %s::tstzmultirange ORDER BY lower(span)",
            [[setting.trainer.user_id], every, every],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [_Taken(start, end, there) for start, end, there, session in rows if session not in ignoring]


def _room_spans(setting: Setting, spans: Sequence[Span], ignoring: Collection[UUID]) -> list[_Taken]:
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    rows = Session.objects.filter(room=setting.room, starts_at__gt=first - LONGEST, starts_at__lt=last)
    rows = rows.exclude(status=Session.Status.CANCELLED).exclude(
        status=Session.Status.HELD, held_until__lte=now()
    )
    return [
        _Taken(start, end)
        for pk, start, end in rows.order_by("starts_at").values_list("pk", "starts_at", "ends_at")
        if pk not in ignoring
    ]


def _add_taken(
    setting: Setting, spans: Sequence[Span], found: list[list[Problem]], taken: list[_Taken], kind: str
) -> None:
    """Name the first thing that is in the way of each span. What is taken never overlaps itself, so its ends are in order."""
    ends = [one.end for one in taken]
    for number, (start, end) in enumerate(spans):
        at = bisect_right(ends, start)
        if at < len(taken) and taken[at].start < end:
            found[number].append(Problem(kind, _words(setting, taken[at], kind)))


def _add_equipment(
    setting: Setting, spans: Sequence[Span], found: list[list[Problem]], ignoring: Collection[UUID]
) -> None:
    """Name the first thing that is short at each span. What the planned sessions take from each other the database sees."""
    if setting.needs is None:
        for some in found:
            some.append(Problem("equipment", not_here(setting.location)))
        return
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    shorts = short_spans(setting.needs, first, last, ignoring=ignoring)
    for number, (start, end) in enumerate(spans):
        short = next((one for one in shorts if one.start < end and start < one.end), None)
        if short is not None:
            zone = setting.zone
            when = f"from {clock_text(short.start, zone)} to {clock_text(short.end, zone)}"
            found[number].append(Problem("equipment", short_words(short, setting.location, when)))


def _words(setting: Setting, taken: _Taken, kind: str) -> str:
    zone = setting.zone
    when = f"from {clock_text(taken.start, zone)} to {clock_text(taken.end, zone)}"
    if kind == "room":
        return f"{setting.room} is in use {when}"
    who = "You are" if setting.trainer.user_id == setting.actor.user_id else f"{setting.trainer.name} is"
    return f"{who} busy{' elsewhere' if taken.elsewhere else ''} {when}"


def _add_itself(padded: Sequence[Span], found: list[list[Problem]]) -> None:
    for (_, first), (number, second) in pairwise(sorted(enumerate(padded), key=lambda one: one[1])):
        if second[0] < first[1]:
            found[number].append(Problem("itself", "It overlaps the one before it"))


def _add_days_off(setting: Setting, spans: Sequence[Span], found: list[list[Problem]]) -> None:
    there = ZoneInfo(setting.zone)
    walls = [tuple(at.astimezone(there).replace(tzinfo=None) for at in span) for span in spans]
    first, last = min(start for start, _ in walls).date(), max(end for _, end in walls).date()
    holidays = public_holidays(setting.location.province, first, last)
    off = _time_off(setting, first, last)
    outside = outside_hours(trainer_id=setting.trainer.pk, location=setting.location, spans=spans)
    for number, (start, end) in enumerate(walls):
        if any(begun < end and start < over for begun, over in off):
            found[number].append(Problem("off", "Time off", blocks=False))
        elif outside.get(number) == "hours":
            found[number].append(Problem("hours", "Outside the weekly hours", blocks=False))
        if start.date() in holidays:
            words = f"Public holiday: {holidays[start.date()]}"
            found[number].append(Problem("holiday", words, blocks=False))


def _time_off(setting: Setting, first: date, last: date) -> list[Span]:
    """Return a trainer's time off at the location between two days, as wall-clock spans."""
    rows = AvailabilityException.objects.filter(
        Q(location=None) | Q(location=setting.location), trainer=setting.trainer, kind="off"
    ).filter(starts_on__lte=last, ends_on__gte=first)
    spans = []
    for row in rows:
        day, until = max(row.starts_on, first), min(row.ends_on, last)
        midnight = datetime.combine(day, time())
        if row.starts_minute is None or row.ends_minute is None:
            spans.append((midnight, datetime.combine(until, time()) + timedelta(days=1)))
            continue
        for ahead in range((until - day).days + 1):
            begins = midnight + timedelta(days=ahead)
            minutes = timedelta(minutes=row.starts_minute), timedelta(minutes=row.ends_minute)
            spans.append((begins + minutes[0], begins + minutes[1]))
    return spans


def clashes_conflict(
    plans: Sequence[tuple[str, datetime, Sequence[Problem]]], total: int, zone: str
) -> Conflict:
    """Return the refusal of a batch: which occurrences clash, when and why, and that nothing was written."""

    def one(start: datetime, problems: Sequence[Problem]) -> str:
        why = "; ".join(problem.words for problem in problems if problem.blocks)
        return f"{day_text(start, zone)}, {clock_text(start, zone)} ({why or 'taken meanwhile'})"

    named = "; ".join(one(start, problems) for _, start, problems in plans[:3])
    more = f"; and {len(plans) - 3} more" if len(plans) > 3 else ""
    verb = "clashes" if len(plans) == 1 else "clash"
    return Conflict(
        f"Nothing was changed: {len(plans)} of {total} {verb}. {named}{more}. Leave them out, or choose other times.",
        conflict="series",
        occurrences=[
            {
                "occurrence": wall,
                "starts_at": start.isoformat(),
                "conflicts": [{"kind": problem.kind, "message": problem.words} for problem in problems],
            }
            for wall, start, problems in plans
        ],
    )


def batch_refusal(
    explain: Callable[[], FitFlowError], capacity: int
) -> Callable[[str, str], Exception | None]:
    """Return the translation of the database's refusals of a batch, for `fitflow.core.db.refusals`."""

    def translate(name: str, state: str) -> Exception | None:
        if name.startswith(
            ("busytime_no_overlap", "session_room_once", "equipment_within_quantity", "equipment_at_place")
        ):
            return explain()
        if name.startswith("session_within_capacity"):
            return full(capacity)
        return None

    return translate
