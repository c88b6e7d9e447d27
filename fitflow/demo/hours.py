"""When the demo's trainers work: around the sessions they give, with a lunch break where none is at noon; and one vacation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from fitflow.accounts.models import User
from fitflow.core.clock import today
from fitflow.demo.world import StudioFacts
from studios.models import Location
from studios.shared.policies import SYSTEM
from trainers.models import Session, TrainerProfile
from trainers.services import save_exception, set_travel, set_week
from trainers.services.availability import WeeklyHours

HOUR, NINE, NOON, ONE, FIVE = 60, 9 * 60, 12 * 60, 13 * 60, 17 * 60
WAY = 25  # minutes between two places of a studio


class Given(NamedTuple):
    """A session she gives each week, in minutes of its weekday."""

    weekday: int
    starts: int
    ends: int
    place: UUID


def set_hours(facts: StudioFacts, people: dict[str, User], *, after_weeks: int) -> None:
    """Give each trainer the week her sessions need, and the studio its ways; its first trainer a week off after all of them."""
    trainers = {profile.user_id: profile for profile in TrainerProfile.objects.all()}
    everywhere = list(Location.objects.values_list("pk", flat=True))
    for key in facts.trainers:
        trainer = trainers[people[key].pk]
        given = _given(trainer, ZoneInfo(facts.timezone))
        hours = _week(given) if given else _usual(everywhere[0])
        set_week(actor=SYSTEM, trainer_id=trainer.pk, location_ids=everywhere, hours=hours)
    if len(everywhere) > 1:
        set_travel(actor=SYSTEM, default=WAY, ways={})
    monday = today(facts.timezone) - timedelta(days=today(facts.timezone).weekday())
    first = monday + timedelta(weeks=after_weeks + 1)
    save_exception(
        actor=SYSTEM,
        trainer_id=trainers[people[facts.trainers[0]].pk].pk,
        kind="off",
        starts_on=first,
        ends_on=first + timedelta(days=6),
        reason="Vacation",
    )


def _given(trainer: TrainerProfile, zone: ZoneInfo) -> set[Given]:
    rows = Session.objects.filter(trainer=trainer).values_list("starts_at", "ends_at", "location")
    return {_weekly(starts.astimezone(zone), ends - starts, place) for starts, ends, place in rows}


def _weekly(starts: datetime, length: timedelta, place: UUID) -> Given:
    minute = starts.hour * HOUR + starts.minute
    return Given(starts.weekday(), minute, minute + length // timedelta(minutes=1), place)


def _usual(place: UUID) -> list[WeeklyHours]:
    return [WeeklyHours(day, a, b, place) for day in range(5) for a, b in ((NINE, NOON), (ONE, FIVE))]


def _week(given: Collection[Given]) -> list[WeeklyHours]:
    days: dict[int, list[Given]] = defaultdict(list)
    for row in sorted(given):
        days[row.weekday].append(row)
    worked = [row for weekday, rows in days.items() for row in _day(weekday, rows)]
    # On the other days from Monday to Friday she can be booked all the same, where her week begins.
    place = min(given).place
    return worked + [row for row in _usual(place) if row.weekday not in days]


def _day(weekday: int, given: list[Given]) -> list[WeeklyHours]:
    """Return the stretches of a day: whole hours around the sessions at each place, the day itself from nine to five at least."""
    stretches = []
    for place, group in groupby(given, key=lambda row: row.place):
        rows = list(group)
        starts = min(row.starts for row in rows) // HOUR * HOUR
        ends = -(-max(row.ends for row in rows) // HOUR) * HOUR
        stretches.append((place, starts, ends))
    place, starts, ends = stretches[0]
    stretches[0] = (place, min(starts, NINE), ends)
    place, starts, ends = stretches[-1]
    stretches[-1] = (place, starts, max(ends, FIVE))
    at_noon = any(row.starts < ONE and row.ends > NOON for row in given)
    found = []
    for place, starts, ends in stretches:
        cut = starts < NOON and ends > ONE and not at_noon
        spans = ((starts, NOON), (ONE, ends)) if cut else ((starts, ends),)
        found += [WeeklyHours(weekday, a, b, place) for a, b in spans]
    return found
