"""The night's work: series without an end are kept made 26 weeks ahead."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from clients.services import begin_care
from fitflow.core import outbox
from fitflow.core.clock import now, today
from fitflow.core.db import constraint, lock_in_transaction, retry_deadlocks
from fitflow.core.rounds import one_by_one
from studios.public_holidays import public_holidays
from studios.services import record_event
from studios.shared.policies import SYSTEM
from trainers.models import Series, SeriesSkip
from trainers.recurrence import WALL, Occurrence, between, occurrence_at
from trainers.selectors_equipment import needs_of_service
from trainers.services.scheduling import trainer_lock
from trainers.services.series import AHEAD, make_sessions, rule_of, sessions_of
from trainers.services.series_edits import locked_series
from trainers.services.series_problems import Problem, Setting, find_problems
from trainers.services.sweeping import sweep_holds

TRIES = 3
REFUSALS = (
    "busytime_no_overlap",
    "session_room_once",
    "equipment_within_quantity",
    "equipment_at_place",
)


def due_series() -> list[UUID]:
    """Return the series of the entered studio that go on without an end and are not made far enough ahead."""
    latest = (now() + timedelta(days=1)).date() + AHEAD  # in the easternmost zone it is tomorrow already
    rows = Series.objects.filter(ended_at=None, made_until__lt=latest, trainer__is_active=True)
    rows = rows.filter(service__is_active=True, location__is_active=True)
    return list(
        rows.exclude(Q(rule__contains="COUNT=") | Q(rule__contains="UNTIL=")).values_list("pk", flat=True)
    )


def carry_on_all() -> int:
    """Carry on every series of the entered studio, each in a transaction of its own; return how many sessions were made.

    Killed half-way, the next call does the rest; called twice, it makes nothing twice. One that fails keeps no other waiting.
    """
    return one_by_one(due_series(), lambda series_id: carry_on_series(series_id=series_id), name="series")


@retry_deadlocks
def carry_on_series(*, series_id: UUID) -> int:
    """Make a series' sessions up to 26 weeks from today; return how many were made.

    What clashes, or falls on the trainer's time off, is left out and recorded, and the trainer is told once. Publishes
    series.carried_on where something was made, series.clashed where something was left out.
    """
    seen = Series.objects.select_related("trainer").get(pk=series_id)
    with transaction.atomic():
        lock_in_transaction(trainer_lock(seen.trainer))
        series = locked_series(series_id)
        through = today(series.location.timezone) + AHEAD
        if (
            series.ended_at is not None
            or series.trainer_id != seen.trainer_id
            or series.made_until is None
            or series.made_until >= through
        ):
            return 0
        sweep_holds(people=[series.trainer.user_id], rooms=[series.room_id])
        zone, minutes = series.location.timezone, series.duration_minutes
        walls = between(rule_of(series), series.starts, after=series.made_until, through=through)
        found = [occurrence_at(wall, zone=zone, minutes=minutes) for wall in walls]
        found = [one for one in found if one.starts_at > now()]
        made, skips = _make(series, _without_holidays(series, found))
        was = series.made_until
        Series.objects.filter(pk=series.pk).update(made_until=through)
        if made:
            outbox.publish("series.carried_on", series=series.id)
        if skips:
            outbox.publish("series.clashed", series=series.id, after=was.isoformat())
        if made or skips:
            record_event(
                actor=SYSTEM, action="series.carried_on", subject=series, sessions=made, left_out=len(skips)
            )
    return made


def _without_holidays(series: Series, found: list[Occurrence]) -> list[Occurrence]:
    if not found or not series.skips_holidays:
        return found
    day_of = {one.wall: datetime.strptime(one.wall, WALL).date() for one in found}  # noqa: DTZ007
    closed = public_holidays(series.location.province, min(day_of.values()), max(day_of.values()))
    SeriesSkip.objects.bulk_create(
        SeriesSkip(
            series=series,
            occurrence=wall,
            why=SeriesSkip.Why.HOLIDAY,
            words=f"Public holiday: {closed[day]}"[:300],
        )
        for wall, day in day_of.items()
        if day in closed
    )
    return [one for one in found if day_of[one.wall] not in closed]


def _make(series: Series, found: list[Occurrence]) -> tuple[int, list[SeriesSkip]]:
    """Make what nothing stands against: nothing new in a room out of use. A room may be taken while we look: then look again."""
    service = series.service
    setting = Setting(
        actor=SYSTEM,
        trainer=series.trainer,
        location=series.location,
        room=series.room,
        before=timedelta(minutes=service.buffer_before_minutes),
        after=timedelta(minutes=service.buffer_after_minutes),
        needs=needs_of_service(service.pk, series.location_id),
    )
    shut = series.room is not None and not series.room.is_active
    closed = [Problem("room", f"{series.room} is out of use")] if shut else []
    clients = list(series.clients.filter(is_active=True).values_list("pk", flat=True))[: service.capacity]
    for attempt in range(TRIES):
        problems = find_problems(setting, [(one.starts_at, one.ends_at) for one in found])
        against = [[*closed, *(one for one in some if one.blocks or one.kind == "off")] for some in problems]
        rows = [
            (one.wall, one.starts_at, one.ends_at)
            for one, some in zip(found, against, strict=True)
            if not some
        ]
        try:
            with transaction.atomic():
                make_sessions(series, sessions_of(series, rows), clients)
        except IntegrityError as error:
            if attempt + 1 == TRIES or not constraint(error).startswith(REFUSALS):
                raise
        else:
            break
    skips = [
        SeriesSkip(
            series=series,
            occurrence=one.wall,
            why=SeriesSkip.Why.CLASH,
            words="; ".join(problem.words for problem in some)[:300],
        )
        for one, some in zip(found, against, strict=True)
        if some
    ]
    SeriesSkip.objects.bulk_create(skips)
    if rows:
        begin_care(user_id=series.trainer.user_id, client_ids=clients)
    return len(rows), skips
