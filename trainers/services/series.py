"""Series: sessions that repeat. Each occurrence is shown before anything is made; then all are made, or none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from clients.models import Client
from clients.services import begin_care
from fitflow.core import outbox
from fitflow.core.clock import now, today
from fitflow.core.db import lock_in_transaction, refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid, NotPermitted
from studios.models import Location
from studios.public_holidays import public_holidays
from studios.services import record_event
from studios.shared.policies import Actor, Capability, require
from trainers.models import Booking, Series, SeriesSkip, Service, Session
from trainers.policies import reaches_trainer
from trainers.recurrence import Occurrence, Rule, expand, occurrence_at, read_rule, read_wall
from trainers.recurrence_words import describe
from trainers.selectors_equipment import needs_of_service
from trainers.services.parts import parts_of
from trainers.services.scheduling import HORIZON, booking_of, chosen_clients, trainer_lock
from trainers.services.series_problems import (
    Problem,
    Setting,
    batch_refusal,
    clashes_conflict,
    find_problems,
)
from trainers.services.sweeping import sweep_holds

AHEAD = timedelta(weeks=26)
FAR = date(9000, 1, 1)
Why = SeriesSkip.Why


@dataclass(frozen=True)
class Planned:
    """One occurrence as it would be made: where its rule puts it, where it was moved to, and what stands against it."""

    occurrence: Occurrence
    starts_at: datetime
    ends_at: datetime
    left_out: str = ""  # why: left_out, holiday
    problems: tuple[Problem, ...] = ()

    @property
    def is_moved(self) -> bool:
        """Whether it starts at another time than its rule says."""
        return self.starts_at != self.occurrence.starts_at

    @property
    def is_blocked(self) -> bool:
        """Whether it would be made and cannot be."""
        return not self.left_out and any(problem.blocks for problem in self.problems)


@dataclass(frozen=True)
class SeriesPlan:
    """A series before it is made: its rule in words and every occurrence."""

    setting: Setting
    service: Service
    rule: Rule
    starts: str
    rows: list[Planned]
    made_until: date
    clients: list[UUID] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The rule in plain words."""
        return describe(self.rule, self.starts)

    @property
    def made(self) -> list[Planned]:
        """The occurrences that become sessions."""
        return [row for row in self.rows if not row.left_out]

    @property
    def left_out(self) -> list[Planned]:
        """The occurrences that do not."""
        return [row for row in self.rows if row.left_out]

    @property
    def blocked(self) -> list[Planned]:
        """The sessions that cannot be made as they are."""
        return [row for row in self.rows if row.is_blocked]


def _check_first(starts: str) -> datetime:
    first = read_wall(starts)
    if first.year < 2000:
        raise Invalid("That time has passed. Choose a later one.", field="starts_at")
    if first.date() > (now() + HORIZON).date():
        raise Invalid("That is more than two years ahead. Choose an earlier day.", field="starts_at")
    return first


def _wall(named: str | datetime, walls: Mapping[datetime, str]) -> str:
    return named if isinstance(named, str) else walls.get(named, named.isoformat())


def _left_out(
    found: Sequence[Occurrence],
    location: Location,
    skip: Collection[str],
    kept: Collection[str],
    holidays: bool,
) -> dict[str, str]:
    unknown = set(skip) | set(kept)
    unknown -= {one.wall for one in found}
    if unknown:
        raise Invalid(
            f"The series has no occurrence at {min(unknown)}.", field="skip", occurrences=sorted(unknown)
        )
    out = dict.fromkeys(skip, Why.LEFT_OUT.value)
    if holidays:
        first, last = _days(found)
        days = public_holidays(location.province, first, min(last, (now() + HORIZON).date()))
        closed = [one.wall for one in found if read_wall(one.wall).date() in days]
        out |= {wall: Why.HOLIDAY.value for wall in closed if wall not in kept}
    return out


def _days(found: Sequence[Occurrence]) -> tuple[date, date]:
    return read_wall(found[0].wall).date(), read_wall(found[-1].wall).date()


@retry_deadlocks
def preview_series(
    *,
    actor: Actor,
    service_id: UUID,
    trainer_id: UUID,
    location_id: UUID,
    room_id: UUID | None = None,
    starts: str,
    rule: str,
    skips_holidays: bool = False,
    client_ids: Iterable[UUID] = (),
    skip: Collection[str | datetime] = (),
    moves: Mapping[str | datetime, datetime] | Mapping[str, datetime] | None = None,
) -> SeriesPlan:
    """Return a series with every occurrence and what stands against each; nothing is written.

    `starts` is the first wall-clock start at the location, `rule` an RRULE. `skip` names occurrences to leave out, `moves`
    those to start at another instant; each by its wall-clock start or its instant. With `skips_holidays` the province's
    holidays are left out unless moved. A rule without an end is planned 26 weeks ahead. Raises NotPermitted, NotFound, Invalid.
    A constant number of queries.
    """
    require(actor, Capability.SESSIONS_MANAGE)
    parts = parts_of(trainer_id=trainer_id, service_id=service_id, location_id=location_id, room_id=room_id)
    trainer, service, location, room = parts
    if not reaches_trainer(actor, trainer, Capability.SESSIONS_MANAGE):
        raise NotPermitted("You can schedule your own sessions and your team's.", field="trainer")
    clients = chosen_clients(actor, client_ids)
    zone, minutes = location.timezone, service.duration_minutes
    first, read = _check_first(starts), read_rule(rule, zone=zone)
    through = max(today(zone), first.date()) + AHEAD if read.endless else FAR
    found = expand(read, starts, zone=zone, minutes=minutes, through=through)
    walls = {one.starts_at: one.wall for one in found}
    moved = {_wall(one, walls): start.astimezone(UTC) for one, start in (moves or {}).items()}
    if any(not 2000 <= start.year < 9000 for start in moved.values()):
        raise Invalid("That day is too far away. Choose another.", field="moves")
    out = _left_out(found, location, {_wall(one, walls) for one in skip}, moved.keys(), skips_holidays)
    setting = Setting(
        actor=actor,
        trainer=trainer,
        location=location,
        room=room,
        before=timedelta(minutes=service.buffer_before_minutes),
        after=timedelta(minutes=service.buffer_after_minutes),
        needs=needs_of_service(service.pk, location.pk),
    )
    rows = _with_problems(setting, found, out, moved, minutes)
    made_until = through if read.endless else _days(found)[1]
    return SeriesPlan(setting, service, read, found[0].wall, rows, made_until, clients)


def _with_problems(
    setting: Setting,
    found: Sequence[Occurrence],
    out: Mapping[str, str],
    moved: Mapping[str, datetime],
    minutes: int,
) -> list[Planned]:
    length = timedelta(minutes=minutes)
    starts = [moved.get(one.wall, one.starts_at) for one in found]
    kept = [number for number, one in enumerate(found) if one.wall not in out]
    gone = [number for number, one in enumerate(found) if one.wall in out]
    problems: dict[int, list[Problem]] = {}
    # What is left out is in nobody's way; it is still shown what it was left out for.
    for some in (kept, gone):
        spans = [(starts[number], starts[number] + length) for number in some]
        problems |= dict(zip(some, find_problems(setting, spans), strict=True))
    return [
        Planned(
            occurrence=one,
            starts_at=starts[number],
            ends_at=starts[number] + length,
            left_out=out.get(one.wall, ""),
            problems=tuple(problems[number]),
        )
        for number, one in enumerate(found)
    ]


def _conflict_of(plan: SeriesPlan) -> Conflict:
    blocked = [(row.occurrence.wall, row.starts_at, row.problems) for row in plan.blocked]
    return clashes_conflict(blocked, len(plan.made), plan.setting.zone)


def sessions_of(series: Series, rows: Iterable[tuple[str, datetime, datetime]]) -> list[Session]:
    """Return unsaved sessions of a series: (occurrence, start, end) each, with the service's places and buffers of today."""
    service = series.service
    return [
        Session(
            service=service,
            trainer=series.trainer,
            location=series.location,
            room=series.room,
            starts_at=starts_at,
            ends_at=ends_at,
            buffer_before_minutes=service.buffer_before_minutes,
            buffer_after_minutes=service.buffer_after_minutes,
            capacity=service.capacity,
            series=series,
            occurrence=wall,
        )
        for wall, starts_at, ends_at in rows
    ]


def make_sessions(series: Series, sessions: list[Session], clients: Sequence[UUID]) -> None:
    """Insert sessions and a booking of each client in each of them."""
    Session.objects.bulk_create(sessions)
    Booking.objects.bulk_create(
        booking_of(session, series.service, client, Booking.Status.BOOKED)
        for session in sessions
        for client in clients
    )


@retry_deadlocks
def create_series(*, actor: Actor, **wish: Any) -> Series:
    """Make a series and all of its sessions (but those left out) with the clients booked into each: all of them or none.

    Takes what `preview_series` takes. Raises the same, and Conflict: `series` with the `occurrences` that clash, or
    `capacity`. Publishes series.scheduled, once for the whole batch.
    """
    plan = preview_series(actor=actor, **wish)
    if any(problem.kind in {"past", "far"} for row in plan.made for problem in row.problems):
        raise _conflict_of(plan)
    if not plan.made:
        raise Invalid("Every occurrence is left out. Keep at least one.", field="skip")
    setting, service = plan.setting, plan.service
    explain = batch_refusal(lambda: _conflict_of(preview_series(actor=actor, **wish)), service.capacity)
    with refusals(explain), transaction.atomic():
        lock_in_transaction(trainer_lock(setting.trainer))
        sweep_holds(people=[setting.trainer.user_id], rooms=[setting.room.pk if setting.room else None])
        series = Series.objects.create(
            service=service,
            trainer=setting.trainer,
            location=setting.location,
            room=setting.room,
            duration_minutes=service.duration_minutes,
            starts=plan.starts,
            rule=str(plan.rule),
            skips_holidays=bool(wish.get("skips_holidays")),
            made_until=plan.made_until,
        )
        series.clients.set(Client.objects.filter(pk__in=plan.clients))
        rows = [(row.occurrence.wall, row.starts_at, row.ends_at) for row in plan.made]
        make_sessions(series, sessions_of(series, rows), plan.clients)
        SeriesSkip.objects.bulk_create(
            SeriesSkip(series=series, occurrence=row.occurrence.wall, why=row.left_out, words=_why(row))
            for row in plan.left_out
        )
        begin_care(user_id=setting.trainer.user_id, client_ids=plan.clients)
        outbox.publish("series.scheduled", series=series.id, version=series.version)
        record_event(
            actor=actor,
            action="series.scheduled",
            subject=series,
            sessions=len(rows),
            clients=len(plan.clients),
        )
    return series


def _why(row: Planned) -> str:
    return "; ".join(problem.words for problem in row.problems)[:300]


def rule_of(series: Series) -> Rule:
    """Return the rule of a stored series."""
    return read_rule(series.rule, zone=series.location.timezone)


def words_of(series: Series) -> str:
    """Return a stored series' rule in plain words."""
    return describe(rule_of(series), series.starts)


def start_of(series: Series, wall: str) -> Occurrence:
    """Return what one of a stored series' wall times means."""
    return occurrence_at(read_wall(wall), zone=series.location.timezone, minutes=series.duration_minutes)
