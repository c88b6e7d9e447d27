"""A week's sessions through the studio's host against psycopg's own json_agg of the same rows; and how it scales."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import mean, median
from typing import Any

import orjson
import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from fitflow.tenancy.context import studio_context
from studios.shared.models import Studio
from studios.shared.selectors import actor_in
from tests.bench.figures import Figure
from tests.bench.ground import ROUNDS, ground
from tests.bench.tenancy import Caller
from tests.cast import Cast
from tests.make import session
from trainers import selectors_sql
from trainers.models import Booking
from trainers.selectors_sql import Wanted

CALLS = 20  # a turn; a round is taken in short turns, so that what else the machine does falls on all alike
TURNS = 10
WEEK = 50
FEW, MANY = 1_000, 500_000
TABLES = ("trainers_session", "trainers_booking")

# Sessions every half-hour back into the past, one client in each: a busy studio of many years, copied from one that was made
# as all are. The triggers that keep busy time and places in step are off meanwhile.
FILL = """
WITH made AS (
    INSERT INTO trainers_session
    SELECT (jsonb_populate_record(model, jsonb_build_object('id', gen_random_uuid(), 'status', 'completed', 'booked', 1,
        'starts_at', instant, 'ends_at', instant + interval '30 minutes'))).*
    FROM trainers_session AS model, generate_series(1, %(number)s) AS number,
        LATERAL (SELECT now() - number * interval '30 minutes' AS instant) AS at
    WHERE model.id = %(session)s
    RETURNING id
)
INSERT INTO trainers_booking
SELECT (jsonb_populate_record(model, jsonb_build_object('id', gen_random_uuid(), 'session_id', made.id,
    'attendance', 'present'))).*
FROM trainers_booking AS model, made WHERE model.session_id = %(session)s
"""


def fill_past(cast: Cast, studio: Studio, number: int) -> None:
    """Give a studio that many sessions behind it, a client in each."""
    person = "Client" if studio == cast.lotus else "Client2"
    with studio_context(studio), connection.cursor() as cursor:
        far = timezone.now() + timedelta(days=700 if studio == cast.lotus else 710)
        model = session(cast, starts_at=far)
        Booking.objects.create(
            session=model, client=cast.client(person), price="80.00", tax_category="fitness"
        )
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(FILL, {"session": model.id, "number": number})
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"ANALYZE {table}")


def _week(cast: Cast, studio: Studio) -> tuple[datetime, datetime]:
    """Return the window of a studio's 50 sessions. The trainer is one person: her weeks in the two studios don't meet."""
    start = timezone.now().replace(minute=0, second=0, microsecond=0)
    start += timedelta(days=7 if studio == cast.lotus else 21)
    return start, start + timedelta(hours=2 * WEEK)


def _fill(cast: Cast, studio: Studio, *, others: int) -> None:
    """Give a studio a coming week of 50 sessions with a client in each, and that many others before it."""
    start, _ = _week(cast, studio)
    person = "Client" if studio == cast.lotus else "Client2"
    with studio_context(studio):
        for number in range(WEEK):
            made = session(cast, starts_at=start + timedelta(hours=2 * number))
            Booking.objects.create(
                session=made, client=cast.client(person), price="80.00", tax_category="fitness"
            )
    fill_past(cast, studio, others)


def _caller(cast: Cast, studio: Studio, person: str) -> Caller:
    browser = Client()
    browser.force_login(cast.user[person], backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    starts, ends = (f"{bound:%Y-%m-%dT%H:%M:%SZ}" for bound in _week(cast, studio))
    return Caller(
        "ours",
        BENCH_QUERY=f"page_size={WEEK}&from={starts}&to={ends}",
        BENCH_HOST=f"{studio.slug}.{settings.PUBLIC_HOST}",
        BENCH_COOKIE=cookie,
    )


def _connect(schema: str) -> psycopg.Connection[tuple[Any, ...]]:
    """Return a connection of psycopg alone, in the studio's schema and role."""
    parameters = connection.get_connection_params()
    kept = ("host", "port", "user", "password", "dbname")
    raw = psycopg.connect(
        **{name: parameters[name] for name in kept if parameters.get(name)}, autocommit=True
    )
    setting = "SELECT set_config('search_path', %s, false), set_config('role', %s, false)"
    raw.execute(setting, [f"{schema},public", schema])
    return raw


def _anchor(cast: Cast, raw: psycopg.Connection[tuple[Any, ...]]) -> Callable[[], bytes]:
    """Return psycopg's way to the same rows: one json_agg."""
    starts, ends = _week(cast, cast.lotus)
    wanted, actor = Wanted(starts=starts, ends=ends), actor_in(cast.user["owner"], cast.lotus)
    rows = selectors_sql.rows(actor, wanted, page=f"ORDER BY session.starts_at, session.id LIMIT {WEEK + 1}")
    statement = f"SELECT json_agg(found ORDER BY starts_at, id)::text FROM ({rows}) AS found"
    values = selectors_sql.parameters(actor, wanted)

    def ask() -> bytes:
        row = raw.execute(statement, values).fetchone()
        assert row is not None
        return str(row[0]).encode()

    return ask


def _each(call: Callable[[], object]) -> float:
    """Return the seconds of the clock that one of many calls takes."""
    start = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - start) / CALLS


def _each_request(caller: Caller) -> float:
    """Return the seconds of the clock that one of many requests takes in the measured process."""
    start = time.perf_counter()
    caller.run(CALLS)
    return (time.perf_counter() - start) / CALLS


def main() -> list[Figure]:
    """Measure, in turns: 50 sessions, signed in, through the host of a studio of 1,000 and of 500,000; and psycopg alone."""
    with ground() as cast:
        _fill(cast, cast.lotus, others=FEW - WEEK)
        _fill(cast, cast.summit, others=MANY - WEEK)
        few, many = _caller(cast, cast.lotus, "owner"), _caller(cast, cast.summit, "owner2")
        small: list[float] = []
        bare: list[float] = []
        large: list[float] = []
        with _connect(cast.lotus.schema_name) as raw:
            ask = _anchor(cast, raw)
            assert len(orjson.loads(ask())) == WEEK
            for _ in range(ROUNDS):
                turns = [(_each_request(few), _each(ask), _each_request(many)) for _ in range(TURNS)]
                for kept, times in zip((small, bare, large), zip(*turns, strict=True), strict=True):
                    kept.append(mean(times))
        sizes = {few.size, many.size}
        few.end()
        many.end()
    assert max(sizes) - min(sizes) < WEEK * 60, sizes
    return [
        Figure(
            "a week's 50 sessions / psycopg's json_agg of them", median(small) / median(bare), 4.0, "times"
        ),
        Figure(f"the same at {MANY:,} sessions / at {FEW:,}", median(large) / median(small), 1.1, "times"),
        Figure("a week's 50 sessions, signed in, through the studio's host", median(small) * 1e3, None, "ms"),
        Figure("psycopg's json_agg of the same", median(bare) * 1e3, None, "ms"),
    ]
