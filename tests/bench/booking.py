"""Sixty-four clients who book at once, against a bare INSERT under the same constraint; and how a studio's past weighs on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from statistics import median
from typing import Any
from uuid import uuid4

import psycopg
from django.utils import timezone
from psycopg_pool import ConnectionPool

from fitflow.core.errors import Conflict
from fitflow.tenancy.context import leave, studio_context
from fitflow.tenancy.db import connection
from studios.shared.models import Studio
from studios.shared.policies import Actor
from studios.shared.selectors import actor_in
from tests.bench.figures import Figure
from tests.bench.ground import ROUNDS, ground
from tests.bench.timetable import FEW, MANY, fill_past
from tests.cast import Cast
from trainers.services import schedule_session

# What the triggers, off while the past is filled in, would have written of it.
BUSY = """
INSERT INTO public.trainers_shared_busytime (id, created_at, user_id, studio_id, kind, session_id, location_id, span)
SELECT session.id, now(), trainer.user_id, public.current_studio_id(), 'session', session.id, session.location_id,
    tstzrange(session.starts_at - %s, session.ends_at - %s)
FROM trainers_session AS session JOIN trainers_trainerprofile AS trainer ON trainer.id = session.trainer_id
WHERE session.starts_at < now()
"""

AT_ONCE = 64
EACH = 2  # bookings a client makes in a turn
HOUR = timedelta(hours=1)

_hours = count(1)  # every cold slot is another hour of the years ahead: nobody has it


class Booker:
    """Books at one studio as its owner would, over the service, each thread with a connection of the pool."""

    def __init__(self, cast: Cast, studio: Studio, *, owner: str, trainer: str, client: str) -> None:
        self.studio = studio
        with studio_context(studio):
            self.actor: Actor = actor_in(cast.user[owner], studio)
            self.service = cast.service()
            self.trainer = cast.trainer(trainer)
            self.location = cast.location()
            self.client = cast.client(client)

    def __call__(self, starts_at: datetime) -> bool:
        """Book an hour; return whether it was free. Nothing but the documented conflict may come back."""
        try:
            with studio_context(self.studio):
                schedule_session(
                    actor=self.actor,
                    service_id=self.service.id,
                    trainer_id=self.trainer.id,
                    location_id=self.location.id,
                    starts_at=starts_at,
                    client_ids=[self.client.id],
                )
        except Conflict as error:
            if error.details["conflict"] != "trainer":
                raise
            return False
        finally:
            leave()
            connection.close()
        return True


class Bare:
    """Inserts a span under the same exclusion constraint with psycopg alone."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        self.pool, self.user = pool, uuid4()
        with pool.connection() as raw:
            raw.execute(
                "CREATE TABLE IF NOT EXISTS bench_busy (id uuid PRIMARY KEY, user_id uuid NOT NULL, span tstzrange NOT NULL,"
                " EXCLUDE USING gist (user_id WITH =, span WITH &&))"
            )

    def __call__(self, starts_at: datetime) -> bool:
        try:
            with self.pool.connection() as raw:
                raw.execute(
                    "INSERT INTO bench_busy VALUES (%s, %s, tstzrange(%s, %s))",
                    [uuid4(), self.user, starts_at, starts_at + HOUR],
                )
        except psycopg.errors.ExclusionViolation:
            return False
        return True


def _free_hours(number: int) -> list[datetime]:
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    return [start + next(_hours) * HOUR * 2 for _ in range(number)]


def _run(
    book: Callable[[datetime], bool], starts: list[datetime], threads: ThreadPoolExecutor
) -> tuple[float, int]:
    """Return the seconds that one booking of many at once takes, and how many were made."""
    begun = time.perf_counter()
    made = sum(threads.map(book, starts))
    return (time.perf_counter() - begun) / len(starts), made


def _cold(book: Callable[[datetime], bool], threads: ThreadPoolExecutor) -> float:
    starts = _free_hours(AT_ONCE * EACH)
    seconds, made = _run(book, starts, threads)
    assert made == len(starts), made
    return seconds


def _hot(book: Callable[[datetime], bool], threads: ThreadPoolExecutor) -> float:
    seconds, made = _run(book, _free_hours(1) * AT_ONCE, threads)
    assert made == 1, made
    return seconds


def _fill(cast: Cast, studio: Studio, others: int) -> None:
    fill_past(cast, studio, others)
    with studio_context(studio), connection.cursor() as cursor:
        # One person trains in both studios: her pasts there must not meet.
        before = timedelta(days=365 * (100 if studio == cast.summit else 0))
        cursor.execute(BUSY, [before, before])


def main() -> list[Figure]:
    """Measure, in turns: cold hours and one hot hour, the service and the bare INSERT; a studio of 1,000 and of 500,000."""
    with ground() as cast:
        _fill(cast, cast.lotus, FEW)
        _fill(cast, cast.summit, MANY)
        # Two people, because a person's busy time is one over all studios: the past is all the other one's.
        few = Booker(cast, cast.lotus, owner="owner", trainer="trainer", client="Client")
        many = Booker(cast, cast.summit, owner="owner2", trainer="lead", client="Client2")
        parameters = connection.get_connection_params()
        kept = ("host", "port", "user", "password", "dbname")
        wanted = {name: parameters[name] for name in kept if parameters.get(name)}
        size = connection.settings_dict["OPTIONS"]["pool"]["max_size"]
        with (
            ConnectionPool(kwargs=wanted, min_size=size, max_size=size, timeout=60) as pool,
            ThreadPoolExecutor(AT_ONCE) as threads,
        ):
            bare = Bare(pool)
            rounds = [
                (
                    _cold(few, threads),
                    _cold(bare, threads),
                    _cold(many, threads),
                    _hot(few, threads),
                    _hot(bare, threads),
                )
                for _ in range(ROUNDS)
            ]
    cold, anchor, large, hot, hot_anchor = (median(times) for times in zip(*rounds, strict=True))
    return [
        Figure(f"{AT_ONCE} clients book free hours / bare INSERT", cold / anchor, 15.0, "times"),
        Figure(f"{AT_ONCE} clients want the same hour / bare INSERT", hot / hot_anchor, 15.0, "times"),
        Figure(f"a booking at {MANY:,} bookings / at {FEW:,}", large / cold, 1.3, "times"),
        Figure("bookings a second", 1 / cold, None, "/s"),
        Figure("bare INSERTs a second", 1 / anchor, None, "/s"),
    ]
