"""When the demo's trainers work: around the sessions they give, with a lunch break where none is at noon; and one vacation."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from fitflow.accounts.models import User
from fitflow.core.clock import today
from fitflow.demo.world import Slot, StudioFacts
from studios.models import Location, Room
from studios.shared.policies import SYSTEM
from trainers.models import TrainerProfile
from trainers.services import save_exception, set_travel, set_week
from trainers.services.availability import WeeklyHours

HOUR, NINE, NOON, ONE, FIVE = 60, 9 * 60, 12 * 60, 13 * 60, 17 * 60
WAY = 25  # minutes between two places of a studio


def set_hours(facts: StudioFacts, people: dict[str, User], *, after_weeks: int) -> None:
    """Give each trainer the week her sessions need, and the studio its ways; its first trainer a week off after all of them."""
    places = dict(Room.objects.values_list("name", "location_id"))
    lengths = {offer.name: offer.minutes for offer in facts.offers}
    trainers = {profile.user_id: profile for profile in TrainerProfile.objects.all()}
    everywhere = list(Location.objects.values_list("pk", flat=True))
    for key in facts.trainers:
        slots = [slot for slot in facts.slots if slot.trainer == key]
        hours = _week(slots, places, lengths) if slots else _usual(everywhere[0])
        trainer = trainers[people[key].pk]
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


def _usual(place: UUID) -> list[WeeklyHours]:
    return [WeeklyHours(day, a, b, place) for day in range(5) for a, b in ((NINE, NOON), (ONE, FIVE))]


def _week(slots: list[Slot], places: dict[str, UUID], lengths: dict[str, int]) -> list[WeeklyHours]:
    days: dict[int, list[Slot]] = defaultdict(list)
    for slot in slots:
        days[slot.weekday].append(slot)
    return [
        row
        for weekday, given in days.items()
        for row in _day(weekday, sorted(given, key=lambda slot: slot.start), places, lengths)
    ]


def _day(
    weekday: int, slots: list[Slot], places: dict[str, UUID], lengths: dict[str, int]
) -> list[WeeklyHours]:
    """Return the stretches of a day: whole hours around the sessions at each place, the day itself from nine to five at least."""
    stretches = []
    for place, group in groupby(slots, key=lambda slot: places[slot.room]):
        given = list(group)
        starts = min(_minute(slot.start) for slot in given) // HOUR * HOUR
        ends = -(-max(_minute(slot.start) + lengths[slot.offer] for slot in given) // HOUR) * HOUR
        stretches.append([place, starts, ends])
    stretches[0][1] = min(stretches[0][1], NINE)
    stretches[-1][2] = max(stretches[-1][2], FIVE)
    found = []
    for place, starts, ends in stretches:
        at_noon = any(
            _minute(slot.start) < ONE and _minute(slot.start) + lengths[slot.offer] > NOON for slot in slots
        )
        cut = starts < NOON and ends > ONE and not at_noon
        spans = ((starts, NOON), (ONE, ends)) if cut else ((starts, ends),)
        found += [WeeklyHours(weekday, a, b, place) for a, b in spans]
    return found


def _minute(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * HOUR + int(minutes)
