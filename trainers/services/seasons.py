"""Weekly hours that hold for a time: "from 1 July to 31 August" instead of the usual ones, which go on before and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from fitflow.core.clock import day_bounds, now
from fitflow.core.db import lock_in_transaction, refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid
from fitflow.core.formats import day_text, short_day_text
from studios.models import Location
from studios.shared.policies import Actor
from trainers.models import AvailabilityHours, Session, TrainerProfile
from trainers.policies import availability_of
from trainers.selectors_hours import outside_hours
from trainers.services.availability import (
    CHANGED,
    WeeklyHours,
    announce,
    check_day,
    check_version,
    check_week,
    overlap_refusal,
)
from trainers.services.scheduling import trainer_lock

DAY = timedelta(days=1)
Days = tuple[date | None, date | None]


@dataclass(frozen=True)
class Period:
    """A time over which the same weekly hours hold, both days included; None where it has no beginning or no end."""

    first: date | None
    last: date | None
    hours: frozenset[WeeklyHours]  # without days of their own

    @property
    def days(self) -> Days:
        """Its first and last day."""
        return self.first, self.last

    @property
    def mark(self) -> str:
        """What its hours are, in a short word: who changes them names the one she saw."""
        every = sorted(
            (one.weekday, one.starts_minute, one.ends_minute, str(one.location_id)) for one in self.hours
        )
        return sha256(repr(every).encode()).hexdigest()[:16]

    @property
    def words(self) -> str:
        """Its days: `From 1 Jul to 31 Aug`."""
        if self.first and self.last:
            return f"{short_day_text(self.first)} – {short_day_text(self.last)}"
        if self.first:
            return f"From {short_day_text(self.first)}"
        return f"Until {short_day_text(self.last)}" if self.last else "Always"


def periods_of(rows: Iterable[AvailabilityHours]) -> list[Period]:
    """Return the periods of a trainer's hours in order: they touch each other, from no beginning to no end."""
    every = list(rows)
    cuts = {row.valid_from for row in every if row.valid_from}
    cuts |= {row.valid_until + DAY for row in every if row.valid_until}
    edges = [None, *sorted(cuts)]
    found = []
    for first, following in zip(edges, [*edges[1:], None], strict=True):
        last = following - DAY if following else None
        held = (row for row in every if _holds(row, first, last))
        found.append(Period(first, last, frozenset(_plain(row) for row in held)))
    return _joined(found)


def _holds(row: AvailabilityHours, first: date | None, last: date | None) -> bool:
    begun = row.valid_from is None or (first is not None and row.valid_from <= first)
    return begun and (row.valid_until is None or (last is not None and last <= row.valid_until))


def _plain(row: AvailabilityHours) -> WeeklyHours:
    return WeeklyHours(row.weekday, row.starts_minute, row.ends_minute, row.location_id)


def _joined(periods: Sequence[Period]) -> list[Period]:
    """Return the periods with neighbours of the same hours made one."""
    found: list[Period] = []
    for period in periods:
        if found and found[-1].hours == period.hours:
            found[-1] = replace(found[-1], last=period.last)
        else:
            found.append(period)
    return found


def with_season(
    periods: Sequence[Period], first: date | None, last: date | None, hours: Iterable[WeeklyHours]
) -> list[Period]:
    """Return the periods with other hours from one day to another; what lies before and after stays."""
    found = [Period(first, last, frozenset(hours))]
    for one in periods:
        if first is not None and (one.first is None or one.first < first):
            found.append(replace(one, last=min(one.last or date.max, first - DAY)))
        if last is not None and (one.last is None or last < one.last):
            found.append(replace(one, first=max(one.first or date.min, last + DAY)))
    return _joined(sorted(found, key=lambda period: period.first or date.min))


def without_season(periods: Sequence[Period], days: Days) -> list[Period]:
    """Return the periods as if one had never been: the hours before it go on, those after it where nothing is before.

    Raises Conflict (`version`) where there is no such period any more.
    """
    at = _found(periods, days)
    if len(periods) == 1:
        return [replace(periods[0], hours=frozenset())]
    other = periods[at - 1] if at else periods[1]
    return _joined(
        [replace(one, hours=other.hours) if place == at else one for place, one in enumerate(periods)]
    )


def _found(periods: Sequence[Period], days: Days) -> int:
    place = next((number for number, one in enumerate(periods) if one.days == days), None)
    if place is None:
        raise Conflict(CHANGED, conflict="version")
    return place


def hours_rows(periods: Sequence[Period]) -> list[WeeklyHours]:
    """Return the lines of all periods with their days, each as long as it goes on unchanged."""
    found, begun, last = [], dict[WeeklyHours, date | None](), None
    for period in periods:
        over = begun.keys() - period.hours
        found += [replace(line, valid_from=begun.pop(line), valid_until=last) for line in over]
        begun |= {line: period.first for line in period.hours if line not in begun}
        last = period.last
    return found + [replace(line, valid_from=since) for line, since in begun.items()]


@dataclass(frozen=True)
class SeasonPreview:
    """What other hours for a time would change: the week they make, and what is booked outside of it then."""

    period: Period
    outside: list[Session]
    changes_nothing: bool  # those are the hours of that time already


@retry_deadlocks
def set_season(
    *,
    actor: Actor,
    trainer_id: UUID,
    hours: Iterable[WeeklyHours],
    first: date | None,
    last: date | None,
    instead_of: Days | None = None,
    seen: str = "",
    version: str = "",
) -> None:
    """Let weekly hours hold from one day to another (None: without a beginning, without an end); before and after, the week
    stays as it is. With `instead_of`, the days of a period there is, that one goes first: so its days are changed.
    `seen` is the mark of that period as its reader saw it, `version` that of all her hours (`hours_version`). Where the hours
    are so already nothing is written: saying it twice says it once.

    Raises NotFound, NotPermitted, Invalid, and Conflict: `hours` where two lines overlap, `version` where the period named is
    there no more, or other hours than were seen. Publishes availability.changed.
    """
    with transaction.atomic():
        _set(actor, trainer_id, list(hours), first, last, instead_of, seen=seen, version=version)


@retry_deadlocks
def preview_season(
    *,
    actor: Actor,
    trainer_id: UUID,
    hours: Iterable[WeeklyHours],
    first: date | None,
    last: date | None,
    instead_of: Days | None = None,
    version: str = "",
) -> SeasonPreview:
    """Return what `set_season` would change; nothing is written. Raises what it raises."""
    lines = list(hours)
    trainer = availability_of(actor, trainer_id)
    _check_days(first, last)
    before = {session.pk for session in _outside(trainer, first, last)}
    periods = _stored(trainer)
    with transaction.atomic():
        _set(actor, trainer_id, lines, first, last, instead_of, version=version)
        after, same = _outside(trainer, first, last), _stored(trainer) == periods
        transaction.set_rollback(True)
    outside = [session for session in after if session.pk not in before]
    return SeasonPreview(Period(first, last, frozenset(lines)), outside, same)


@retry_deadlocks
def end_season(
    *, actor: Actor, trainer_id: UUID, first: date | None, last: date | None, seen: str = ""
) -> Period:
    """Take away the hours of a period, and return it as it was: those before it go on. `seen` is its mark.

    Raises NotFound, NotPermitted, Conflict (`version`). Publishes availability.changed.
    """
    trainer = availability_of(actor, trainer_id)
    with transaction.atomic():
        lock_in_transaction(trainer_lock(trainer))
        periods = _stored(trainer)
        ended = periods[_found(periods, (first, last))]
        _check_seen(ended, seen)
        _write(trainer, without_season(periods, ended.days))
        announce(actor, trainer, "availability.season_ended", first=first, last=last)
    return ended


def _set(
    actor: Actor,
    trainer_id: UUID,
    lines: list[WeeklyHours],
    first: date | None,
    last: date | None,
    instead_of: Days | None,
    *,
    seen: str = "",
    version: str = "",
) -> None:
    trainer = availability_of(actor, trainer_id)
    places = {line.location_id for line in lines}
    check_week(places, lines)
    _check_days(first, last)
    with refusals(overlap_refusal(trainer, lines)), transaction.atomic():
        lock_in_transaction(trainer_lock(trainer))
        periods = _stored(trainer)
        if _is_so(periods, with_season(periods, first, last, lines), (first, last), instead_of):
            return
        check_version(trainer, version)
        if instead_of is not None:
            _check_seen(periods[_found(periods, instead_of)], seen)
            if instead_of != (first, last):
                periods = without_season(periods, instead_of)
        _write(trainer, with_season(periods, first, last, lines))
        announce(actor, trainer, "availability.season_set", first=first, last=last, rows=len(lines))


def _is_so(periods: Sequence[Period], after: Sequence[Period], days: Days, instead_of: Days | None) -> bool:
    """Whether all is as it is asked for: nothing would change, and the period that should go is gone."""
    gone = instead_of in {None, days} or all(one.days != instead_of for one in periods)
    return gone and list(periods) == list(after)


def _check_seen(period: Period, seen: str) -> None:
    if seen and seen != period.mark:
        raise Conflict(CHANGED, conflict="version")


def _check_days(first: date | None, last: date | None) -> None:
    if first and last and last < first:
        raise Invalid("The last day lies before the first one.", field="last")
    check_day(first, field="first")
    check_day(last, field="last")


def _stored(trainer: TrainerProfile) -> list[Period]:
    return periods_of(AvailabilityHours.objects.filter(trainer=trainer))


def _write(trainer: TrainerProfile, periods: Sequence[Period]) -> None:
    AvailabilityHours.objects.filter(trainer=trainer).delete()
    AvailabilityHours.objects.bulk_create(
        AvailabilityHours(
            trainer=trainer,
            location_id=line.location_id,
            weekday=line.weekday,
            starts_minute=line.starts_minute,
            ends_minute=line.ends_minute,
            valid_from=line.valid_from,
            valid_until=line.valid_until,
        )
        for line in hours_rows(periods)
    )


def _outside(trainer: TrainerProfile, first: date | None, last: date | None) -> list[Session]:
    """Return the sessions to come of some days that lie outside the hours as they are now; a query for each place."""
    found = []
    for place in Location.objects.all():
        rows = Session.objects.filter(trainer=trainer, location=place, status=Session.Status.SCHEDULED)
        rows = rows.filter(starts_at__gt=now()).select_related("service", "location").order_by("starts_at")
        if first:
            rows = rows.filter(starts_at__gte=day_bounds(first, place.timezone)[0])
        if last:
            rows = rows.filter(starts_at__lt=day_bounds(last, place.timezone)[1])
        sessions = list(rows)
        spans = [(session.starts_at, session.ends_at) for session in sessions]
        outside = outside_hours(trainer_id=trainer.pk, location=place, spans=spans)
        found += [session for number, session in enumerate(sessions) if outside.get(number) == "hours"]
    return sorted(found, key=lambda session: session.starts_at)


def days_words(first: date | None, last: date | None) -> str:
    """Write `From Thursday 1 July to Tuesday 31 August`."""
    words = [f"from {day_text(first)}"] if first else []
    words += [f"{'to' if first else 'until'} {day_text(last)}"] if last else []
    text = " ".join(words) or "always"
    return text[0].upper() + text[1:]


def facts_of(period: Period) -> dict[str, Any]:
    """Return a period's days as a link's query names them."""
    days = {"from": period.first, "until": period.last}
    return {name: day.isoformat() if day else "" for name, day in days.items()}
