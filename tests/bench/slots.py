"""Free slots of a month against one multirange statement over busy time alone; by trainers, and by the length of the past."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fitflow.accounts.models import User
from fitflow.tenancy.context import studio_context
from studios.models import Room
from studios.shared.models import Member, Role, Studio
from studios.shared.policies import SYSTEM
from tests.bench.figures import Figure
from tests.bench.ground import ROUNDS, alternating, ground
from tests.cast import Cast
from trainers.models import AvailabilityHours, Service, TrainerProfile
from trainers.selectors_slots import Ask, free_slots_json

TRAINERS, ROOMS, HALF, WHOLE = 50, 18, 250_000, 500_000
WORKDAYS, A_DAY = 20, 5
IN_THE_MONTH = WORKDAYS * A_DAY * TRAINERS  # 5,000 sessions
OPENS, CLOSES = 9, 17
CALLS = 60

# Five half hours a day for each trainer, three of whose kinds take turns, so that 17 rooms are enough at any time.
IN_RANGE = """
INSERT INTO trainers_session (id, created_at, service_id, trainer_id, location_id, room_id, starts_at, ends_at,
    buffer_before_minutes, buffer_after_minutes, status, capacity, booked, waitlisted, version, cancel_reason, occurrence)
SELECT gen_random_uuid(), now(), %(service)s, trainer.id, %(place)s, (%(rooms)s)[1 + trainer.number / 3], starts_at,
    starts_at + interval '30 minutes', 0, 0, 'scheduled', 1, 0, 0, 1, '', ''
FROM unnest(%(trainers)s::uuid[]) WITH ORDINALITY AS trainer(id, number), unnest(%(days)s::timestamptz[]) AS day,
    generate_series(0, %(a_day)s - 1) AS part,
    LATERAL (SELECT day + make_interval(mins => (30 * (3 * part + trainer.number %% 3))::int) AS starts_at) AS at
"""
# Every half hour of each trainer, back into the past from what is there: the triggers that keep busy time and places in step
# are off meanwhile, and what they would have written is written as it would stand.
BEFORE = """
INSERT INTO trainers_session (id, created_at, service_id, trainer_id, location_id, room_id, starts_at, ends_at,
    buffer_before_minutes, buffer_after_minutes, status, capacity, booked, waitlisted, version, cancel_reason, occurrence)
SELECT gen_random_uuid(), now(), %(service)s, trainer.id, %(place)s, (%(rooms)s)[trainer.number],
    %(until)s - back * interval '30 minutes', %(until)s - (back - 1) * interval '30 minutes', 0, 0, 'completed',
    1, 0, 0, 1, '', ''
FROM unnest(%(trainers)s::uuid[]) WITH ORDINALITY AS trainer(id, number), generate_series(1, %(each)s) AS back
"""
BUSY = """
INSERT INTO trainers_shared_busytime (id, created_at, user_id, studio_id, kind, session_id, location_id, span)
SELECT session.id, now(), trainer.user_id, public.current_studio_id(), 'session', session.id, session.location_id,
    tstzrange(session.starts_at, session.ends_at)
FROM trainers_session AS session JOIN trainers_trainerprofile AS trainer ON trainer.id = session.trainer_id
WHERE NOT EXISTS (SELECT FROM trainers_shared_busytime AS busy WHERE busy.id = session.id)
"""
# The anchor: the working hours of all trainers given as a literal, busy time taken from them, starts read off every quarter.
ANCHOR = """
SELECT '[' || coalesce(string_agg('{"starts_at":' || to_json(starts_at) || ',"ends_at":' || to_json(starts_at + interval '1 hour')
    || ',"trainer":"' || user_id || '"}', ',' ORDER BY starts_at, user_id), '') || ']'
FROM (
    SELECT person AS user_id, unnest(%(starts)s::tstzmultirange - coalesce((
        SELECT range_agg(tstzrange(lower(span) - interval '1 hour', upper(span), '()'))
        FROM trainers_shared_busytime WHERE user_id = person AND span && tstzrange(%(from)s, %(to)s)), '{}')) AS span
    FROM unnest(%(people)s::uuid[]) AS person
) AS free CROSS JOIN LATERAL generate_series(lower(span), upper(span), interval '15 minutes') AS starts_at
WHERE span @> starts_at
"""


class Busy:
    """Fifty trainers of a studio with a week of hours each, and a service for 1, 10, 20 or all of them."""

    def __init__(self, cast: Cast, studio: Studio) -> None:
        self.studio = studio
        self.place = cast.location()
        self.begin = _next_monday()
        self.end = self.begin + timedelta(days=31)
        self.rooms = [
            Room.objects.create(name=f"Bench {number}", location=self.place, capacity=30).pk
            for number in range(ROOMS)
        ]
        self.services: dict[int, UUID] = {}

    def people(self) -> None:
        """Make the trainers; on public rows."""
        self.users = [
            User.objects.create(email=f"{self.studio.slug}{number}@fitflow.test", name=f"Bench {number}")
            for number in range(TRAINERS)
        ]
        Member.objects.bulk_create(
            Member(studio=self.studio, user=user, role=Role.TRAINER) for user in self.users
        )

    def work(self) -> None:
        """Give them their hours, and services to so many of them."""
        self.trainers = [TrainerProfile.objects.create(user=user, name=user.name) for user in self.users]
        AvailabilityHours.objects.bulk_create(
            AvailabilityHours(
                trainer=trainer,
                location=self.place,
                weekday=weekday,
                starts_minute=begin * 60,
                ends_minute=end * 60,
            )
            for trainer in self.trainers
            for weekday in range(5)
            for begin, end in ((OPENS, 12), (12, CLOSES))
        )
        for many in (1, 10, 20, TRAINERS):
            service = Service.objects.create(
                name=f"For {many}", duration_minutes=60, price="10.00", tax_category="fitness"
            )
            service.trainers.set(self.trainers[:many])
            self.services[many] = service.pk
        type(self.place).objects.update(timezone="UTC", closed_on_holidays=False)

    def fill(self) -> None:
        """Put 5,000 sessions into the month."""
        days = [self.begin + timedelta(days=7 * (n // 5) + n % 5, hours=OPENS) for n in range(WORKDAYS)]
        self._insert(IN_RANGE, days=days, a_day=A_DAY)

    def fill_before(self, sessions: int) -> None:
        """Put so many sessions before the month, an equal share for each trainer."""
        self._insert(BEFORE, until=self.begin - timedelta(days=1), each=sessions // TRAINERS)

    def use_up_rooms(self) -> None:
        """Leave one room with time for an hour: the answer is then found only after asking for most of the others."""
        Room.objects.filter(location=self.place).exclude(pk__in=self.rooms).update(is_active=False)

    def _insert(self, statement: str, **values: Any) -> None:
        values |= {
            "service": self.services[1],
            "place": self.place.pk,
            "rooms": self.rooms,
            "trainers": [trainer.pk for trainer in self.trainers],
        }
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE trainers_session DISABLE TRIGGER USER")
            cursor.execute(statement, values)
            cursor.execute("ALTER TABLE trainers_session ENABLE TRIGGER USER")
            cursor.execute(BUSY)

    def ours(self, many: int) -> Callable[[], bytes]:
        """Return our answer for so many trainers."""
        ask = Ask(service=self.services[many], starts=self.begin, ends=self.end)
        return lambda: free_slots_json(actor=SYSTEM, ask=ask)

    def anchor(self, many: int) -> Callable[[], bytes]:
        """Return the anchor's answer for so many trainers."""
        days = [self.begin + timedelta(days=n) for n in range(31)]
        starts = ",".join(
            f"[{day + timedelta(hours=OPENS)},{day + timedelta(hours=CLOSES - 1)}]"
            for day in days
            if day.weekday() < 5
        )
        values: dict[str, Any] = {
            "starts": f"{{{starts}}}",
            "from": self.begin - timedelta(hours=1),
            "to": self.end + timedelta(hours=1),
            "people": [user.pk for user in self.users[:many]],
        }

        def ask() -> bytes:
            with connection.cursor() as cursor:
                cursor.execute(ANCHOR, values)
                return str(cursor.fetchone()[0]).encode()

        return ask


def _next_monday() -> datetime:
    at = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return at + timedelta(days=-at.weekday() % 7)


def _times(call: Callable[[], object]) -> list[float]:
    found = []
    for _ in range(CALLS):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return found


def _built(cast: Cast, studio: Studio, sessions: int) -> Busy:
    with studio_context(studio):
        busy = Busy(cast, studio)
    busy.people()
    with studio_context(studio):
        busy.work()
        busy.fill()
        busy.fill_before(sessions - IN_THE_MONTH)
        _settle()
    return busy


def _settle() -> None:
    """Leave the tables as they are once their rows have been there for a while: else the first readers would tidy up."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # what is not this role's own it leaves out


def _turn(busy: Busy) -> float:
    """Return the seconds one answer of many takes, planned and warm."""
    with studio_context(busy.studio):
        answer = busy.ours(20)
        answer()
        return median(_times(answer))


def main() -> list[Figure]:
    """Measure a month's free slots of 1, 10, 20 and 50 trainers in a studio of 500,000 sessions, in turns with one of 250,000."""
    figures = []
    with ground() as cast:
        shorter, busy = _built(cast, cast.summit, HALF), _built(cast, cast.lotus, WHOLE)
        _settle()
        half, whole = zip(*((_turn(shorter), _turn(busy)) for _ in range(ROUNDS)), strict=True)
        with studio_context(busy.studio):
            per: dict[int, float] = {}
            for many in (1, 10, TRAINERS):
                found, bare = orjson.loads(busy.ours(many)()), orjson.loads(busy.anchor(many)())
                assert len(found) == len(bare) > 0, (many, len(found), len(bare))
                ours, anchor = alternating(busy.ours(many), busy.anchor(many), repeat=20)
                per[many] = ours
                figures.append(
                    Figure(
                        f"a month's free slots, {many} trainers / one multirange statement",
                        ours / anchor,
                        2.0,
                        "times",
                    )
                )
            times = _times(busy.ours(20))
            busy.use_up_rooms()
            crowded, beside = alternating(busy.ours(1), busy.anchor(1), repeat=20)
            with CaptureQueriesContext(connection) as queries:
                busy.ours(20)()
    return [
        *figures,
        Figure("a trainer more, of 50 / of 10", (per[TRAINERS] / TRAINERS) / (per[10] / 10), 1.2, "times"),
        Figure(
            "a month's free slots, 20 trainers, 95th percentile", quantiles(times, n=20)[-1] * 1e3, 100, "ms"
        ),
        Figure("queries", len(queries), 6, ""),
        Figure(f"a studio of {WHOLE:,} sessions / of {HALF:,}", median(whole) / median(half), 1.1, "times"),
        Figure("the same, 1 trainer, where one room of 18 has time left", crowded / beside, None, "times"),
        Figure("a month's free slots, 20 trainers", median(whole) * 1e3, None, "ms"),
    ]
