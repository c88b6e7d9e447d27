"""The statement and the brute force agree on worlds made at random, most of them around a change of clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fitflow.tenancy.context import studio_context
from tests.cast import Cast
from tests.trainers.availability.build import Built, trainer_user
from tests.trainers.availability.oracle import Busy, Gear, Hours, Irregular, Room, World

ZONES = [
    "America/Toronto",
    "America/St_Johns",
    "America/Regina",
    "America/Vancouver",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
]
# Days before changes of clocks in those zones (Lord Howe's are of half an hour), a plain one, and one before a leap day.
DAYS = [
    date(2027, 3, 13),
    date(2027, 11, 6),
    date(2027, 4, 3),
    date(2027, 10, 2),
    date(2027, 6, 20),
    date(2028, 2, 28),
]
PEOPLE, PLACES = ("ann", "bob"), ("first", "second")
USERS_OF_ROOMS = ("cleo", "dan", "eve")
USERS_OF_GEAR = ("fay", "gus", "hal", "ida")


@pytest.fixture(scope="module", autouse=True)
def in_2027() -> Iterator[None]:
    with time_machine.travel("2027-01-04T12:00:00Z", tick=False):
        yield


def _world(chance: Random, day: date) -> World:
    world = World(
        zones={name: chance.choice(ZONES) for name in PLACES},
        default_travel=chance.choice([0, 20, 45]),
        minutes=chance.choice([15, 25, 60, 90]),
        before=chance.choice([0, 10]),
        after=chance.choice([0, 15]),
        capacity=chance.choice([1, 6]),
        named_trainers=set(chance.sample(PEOPLE, chance.choice([0, 0, 1]))),
        travel={frozenset(PLACES): chance.choice([0, 30, 70])} if chance.random() < 0.5 else {},
        hours=list(_hours(chance, day)),
        exceptions=[_irregular(chance, day) for _ in range(chance.randint(0, 4))],
        busy=[row for name in PEOPLE for row in _busy(chance, day, name)],
        rooms=[_room(chance, day, number) for number in range(chance.choice([0, 0, 1, 2, 3]))],
        gear=[_gear(chance, day, number) for number in range(chance.choice([0, 0, 1, 2]))],
    )
    if world.rooms and chance.random() < 0.3:
        world.named_rooms = {chance.choice(world.rooms).name}
    return world


def _hours(chance: Random, day: date) -> Iterator[Hours]:
    for trainer in PEOPLE:
        for weekday in range(7):
            cuts = [0, *sorted(chance.sample(range(0, 1440, chance.choice([1, 5, 15])), 4)), 1440]
            begin = chance.choice([0, 1])
            for starts, ends in list(pairwise(cuts))[begin::2]:
                since = day + timedelta(days=1) if chance.random() < 0.1 else None
                until = day + timedelta(days=1) if chance.random() < 0.1 else None
                if ends > starts:
                    yield Hours(trainer, chance.choice(PLACES), weekday, starts, ends, since, until)


def _irregular(chance: Random, day: date) -> Irregular:
    kind = chance.choice(["off", "extra"])
    first = day + timedelta(days=chance.randint(-2, 2))
    starts, ends = sorted(chance.sample(range(1441), 2))
    whole = kind == "off" and chance.random() < 0.3
    return Irregular(
        trainer=chance.choice(PEOPLE),
        place=None if kind == "off" and chance.random() < 0.5 else chance.choice(PLACES),
        kind=kind,
        first=first,
        last=first + timedelta(days=chance.randint(0, 2)),
        starts=None if whole else starts,
        ends=None if whole else ends,
    )


def _stretches(chance: Random, day: date, most: int) -> list[tuple[datetime, datetime]]:
    begun = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=12)
    starts = sorted(chance.sample(range(0, 84 * 12, 4), chance.randint(0, most)))
    found = []
    for start, following in zip(starts, [*starts[1:], 84 * 12], strict=False):
        end = min(start + chance.randint(1, 40), following)
        found.append((begun + timedelta(minutes=5 * start), begun + timedelta(minutes=5 * end)))
    return found


def _busy(chance: Random, day: date, trainer: str) -> list[Busy]:
    kinds = [*PLACES, chance.choice(["studio:0", "studio:25"]), "external"]
    return [Busy(trainer, start, end, chance.choice(kinds)) for start, end in _stretches(chance, day, 8)]


def _room(chance: Random, day: date, number: int) -> Room:
    taken = tuple(_stretches(chance, day, 6))
    return Room(f"room {number}", chance.choice(PLACES), chance.choice([2, 6, 6, 20]), taken)


def _gear(chance: Random, day: date, number: int) -> Gear:
    many = chance.choice([1, 1, 2])
    taken = tuple((start, end, many) for _ in range(2) for start, end in _stretches(chance, day, 6))
    there, needed = chance.choice([(2, 1), (3, 1), (4, 2), (3, 0), (1, 1)])
    return Gear(f"gear {number}", chance.choice(PLACES), there, needed, taken)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), day=st.sampled_from(DAYS))
def test_it_answers_what_brute_force_answers(cast: Cast, seed: int, day: date) -> None:
    chance = Random(seed)
    world = _world(chance, day)
    starts = datetime(day.year, day.month, day.day, chance.randint(0, 20), 7, tzinfo=UTC)
    ends = starts + timedelta(hours=chance.choice([6, 30, 49]))
    example: Any = transaction.atomic()
    example._from_testcase = True  # as the test's own: rolled back whole, so studios may be entered within
    with example:
        people = [trainer_user(name, cast.lotus) for name in (*PEOPLE, *USERS_OF_ROOMS, *USERS_OF_GEAR)]
        with studio_context(cast.lotus):
            built = Built(world, people, cast.summit)
            assert built.slots(starts, ends) == world.slots(starts, ends)
        transaction.set_rollback(True)


def test_an_unfitting_rule_would_be_seen() -> None:
    """The negative control: leave one rule out of the brute force, and the two no longer agree."""
    day = DAYS[0]
    starts = datetime(day.year, day.month, day.day, tzinfo=UTC)
    differs = {"busy": 0, "exceptions": 0, "rooms": 0, "gear": 0}
    for seed in range(12):
        for rule in differs:
            world, less = _world(Random(seed), day), _world(Random(seed), day)
            setattr(less, rule, [])
            ends = starts + timedelta(hours=49)
            differs[rule] += world.slots(starts, ends) != less.slots(starts, ends)
    assert all(differs.values()), differs
