"""The outbox: what must happen after a commit, kept in the database, so that losing the broker loses nothing.

A service calls `publish` inside its transaction. One row per subscribed handler is written; after the commit a relay is
woken (a hint only: beat sweeps as well), claims rows one by one with SKIP LOCKED under a lease, enters the row's studio
and calls the handler. A handler may be called again after a crash, so each one is idempotent; `docs/outbox.md` shows how.

All times are the database's own, so machines whose clocks differ agree on what is due.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from psycopg.types.json import Jsonb

from fitflow.core import hints
from fitflow.core.errors import FitFlowError
from fitflow.core.ids import uuid7
from fitflow.core.models import OutboxMessage
from fitflow.core.redact import without_rows
from fitflow.tenancy.context import current_studio, studio_context
from fitflow.tenancy.hosts import UnknownHost, studio_by_id

log = structlog.get_logger(__name__)

Handler = Callable[[OutboxMessage], None]
LANES = ("live", "mail", "work")
MAX_ATTEMPTS = 24  # with the pauses of `_pause`: most of a day
LONGEST_PAUSE = 3600
# A relay ends after this long and wakes the next one, so that no task meets Celery's time limit or hoards a process.
TURN_SECONDS = 30
# Relays of one process that may work in a lane at once: a mail server that hangs must not take the sockets' threads.
_places = {"mail": BoundedSemaphore(4)}
_hinting: ContextVar[bool] = ContextVar("outbox_hinting", default=True)


class Continue(Exception):
    """Raised by a handler that has done a part of its work and committed it: it is called again, as if for the first time."""

    def __init__(self, after: timedelta = timedelta()) -> None:
        super().__init__("there is more to do")
        self.after = after


class LeaseLost(Exception):
    """Another relay has the row now: this one stopped for longer than its lease and must not go on."""


@dataclass(frozen=True)
class Subscription:
    path: str
    lane: str


_subscriptions: dict[str, list[Subscription]] = defaultdict(list)


def subscribe(*topics: str, lane: str = "work") -> Callable[[Handler], Handler]:
    """Decorate a module-level function in an app's tasks.py that must run after each of the topics.

    `lane` keeps quick things from waiting behind slow ones: "live" for sockets, "mail" for messages, "work" for the rest.
    """
    if lane not in LANES:
        raise ValueError(f"{lane!r} is no lane of the outbox.")

    def register(handler: Handler) -> Handler:
        subscription = Subscription(f"{handler.__module__}.{handler.__name__}", lane)
        for topic in topics:
            if subscription not in _subscriptions[topic]:
                _subscriptions[topic].append(subscription)
        return handler

    return register


def subscriptions_of(topic: str) -> tuple[Subscription, ...]:
    """Return who is called after a topic."""
    return tuple(_subscriptions.get(topic, ()))


# One row for each handler. Not by the ORM, whose way of writing "now, and some time" takes a tenth of a booking.
PUBLISH = """
INSERT INTO core_outboxmessage (id, created_at, studio_id, topic, handler, lane, ids, state, attempts, due_at, last_error)
SELECT key, statement_timestamp(), %(studio)s::uuid, %(topic)s, handler, lane, %(ids)s, 'pending', 0,
    statement_timestamp() + %(due_in)s, ''
FROM unnest(%(keys)s::uuid[], %(handlers)s::text[], %(lanes)s::text[]) AS called(key, handler, lane)
"""


def publish(topic: str, *, due_in: timedelta = timedelta(), **ids: Any) -> None:
    """Write what must follow this transaction. `ids` are ids and plain facts (never contents); each is kept as text.

    What is due later (`due_in`) wakes no relay: the sweep finds it within seconds of its time.
    Raises RuntimeError outside a transaction: the row must live and die with the change it announces.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("publish() belongs inside the transaction of the change it announces.")
    studio, subscriptions = current_studio(), subscriptions_of(topic)
    if not subscriptions:
        return
    values: dict[str, Any] = {
        "keys": [uuid7() for _ in subscriptions],
        "studio": studio.id if studio else ids.get("studio"),
        "topic": topic,
        "handlers": [subscription.path for subscription in subscriptions],
        "lanes": [subscription.lane for subscription in subscriptions],
        "ids": Jsonb({key: str(value) if value is not None else None for key, value in ids.items()}),
        "due_in": due_in,
    }
    with connection.cursor() as cursor:
        cursor.execute(PUBLISH, values)
    for lane in {subscription.lane for subscription in subscriptions if not due_in and _hinting.get()}:
        transaction.on_commit(lambda lane=lane: wake(lane), robust=True)  # type: ignore[misc]


def queue_of(lane: str) -> str:
    """Return the broker's queue for a lane's hints."""
    return str(settings.CELERY_TASK_DEFAULT_QUEUE) + ("" if lane == "work" else f"-{lane}")


@contextmanager
def without_hints() -> Iterator[None]:
    """Leave what is published here to the sweep: thousands of hints from a load in bulk would all say the same."""
    before = _hinting.set(False)
    try:
        yield
    finally:
        _hinting.reset(before)


def wake(lane: str, *, anyway: bool = False) -> None:
    """Hint to a relay that there is work. Losing the hint costs a few seconds, never the work.

    While a hint waits that no relay has taken up, another one would say the same (and cost each booking a fifth of its time):
    it is left out, but for the sweep's, which comes `anyway`.
    """
    from fitflow.core.tasks import relay

    if hints.waits(lane) and not anyway:
        return
    try:
        relay.apply_async(args=[lane], queue=queue_of(lane), retry=False, expires=60)
    except Exception as error:
        hints.taken(lane)
        log.warning("outbox.wake_failed", lane=lane, error=type(error).__name__)


_CLAIM = """
UPDATE core_outboxmessage
SET attempts = attempts + 1, leased_until = statement_timestamp() + make_interval(secs => %(lease)s)
WHERE id = (
    SELECT id FROM core_outboxmessage
    WHERE state = 'pending' AND {wanted} AND due_at <= statement_timestamp()
        AND (leased_until IS NULL OR leased_until < statement_timestamp()) AND attempts < %(most)s
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING *
"""
CLAIM = _CLAIM.replace("{wanted}", "lane = %(lane)s")
CLAIM_EVENT = _CLAIM.replace("{wanted}", "topic = %(topic)s AND ids @> %(ids)s")
MORE_IN_LANE = """
SELECT EXISTS (SELECT FROM core_outboxmessage WHERE state = 'pending' AND lane = %s AND due_at <= statement_timestamp()
    AND (leased_until IS NULL OR leased_until < statement_timestamp()))
"""
LANES_WITH_WORK = """
SELECT DISTINCT lane FROM core_outboxmessage
WHERE state = 'pending' AND due_at <= statement_timestamp()
    AND (leased_until IS NULL OR leased_until < statement_timestamp())
"""


def claim(lane: str) -> OutboxMessage | None:
    """Take the next due row of a lane under a lease, or None. What another relay holds is skipped, not waited for.

    One at a time: a lease begins when its row's work begins, and a killed relay costs one row an attempt, not twenty.
    """
    return _take(CLAIM, lane=lane)


def _take(statement: str, **values: Any) -> OutboxMessage | None:
    values |= {"lease": settings.OUTBOX_LEASE_SECONDS, "most": MAX_ATTEMPTS}
    with studio_context(None):
        return next(iter(OutboxMessage.objects.raw(statement, values)), None)


def renew(message: OutboxMessage) -> None:
    """Begin the lease anew: a handler that takes longer than half of it calls this between its transactions.

    Raises LeaseLost where it has run out and another relay took the row: the handler must stop.
    """
    until = Now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    with studio_context(None):
        mine = OutboxMessage.objects.filter(pk=message.pk, leased_until=message.leased_until)
        if not mine.update(leased_until=until):
            raise LeaseLost(str(message.pk))
        message.refresh_from_db(fields=["leased_until"])


def deliver(message: OutboxMessage) -> None:
    """Run one claimed row's handler inside its studio, and store how it ended."""
    try:
        with studio_context(studio_by_id(message.studio_id) if message.studio_id else None):
            import_string(message.handler)(message)
    except UnknownHost:
        _finish(message, state=OutboxMessage.State.DEAD, last_error="the studio is gone")
    except Continue as more:
        _finish(message, attempts=0, due_at=Now() + more.after, last_error="")
    except LeaseLost:
        log.warning("outbox.lease_lost", topic=message.topic, handler=message.handler)
    except Exception as error:
        _fail(message, error)
    else:
        _finish(message, state=OutboxMessage.State.DONE, done_at=Now(), last_error="")


def deliver_now(topic: str, **ids: Any) -> None:
    """Deliver an event that was just committed here, because somebody waits for what follows from it.

    What another relay holds, or what fails, is left to the relay. Call it outside any transaction.
    """
    wanted = Jsonb({key: str(value) for key, value in ids.items()})
    while message := _take(CLAIM_EVENT, topic=topic, ids=wanted):
        deliver(message)


def run_lane(lane: str, *, seconds: float = TURN_SECONDS) -> int:
    """Claim and deliver until the lane is empty or the time is up; return how many rows were delivered."""
    delivered, until = 0, time.monotonic() + seconds
    hints.taken(lane)
    with _place_in(lane) as mine:
        while mine and (message := claim(lane)):
            if not delivered and _more_in(lane):
                wake(lane)  # another relay can help
            deliver(message)
            delivered += 1
            if time.monotonic() > until:
                wake(lane, anyway=True)
                break
    return delivered


def _more_in(lane: str) -> bool:
    with studio_context(None), connection.cursor() as cursor:
        cursor.execute(MORE_IN_LANE, [lane])
        return bool(cursor.fetchone()[0])


def lanes_with_work() -> list[str]:
    """Return the lanes in which something waits that no relay holds; give up rows whose workers died every time."""
    with studio_context(None), connection.cursor() as cursor:
        OutboxMessage.objects.filter(
            state=OutboxMessage.State.PENDING, attempts__gte=MAX_ATTEMPTS, leased_until__lt=Now()
        ).update(state=OutboxMessage.State.DEAD, last_error="the worker died each time")
        cursor.execute(LANES_WITH_WORK)
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def _place_in(lane: str) -> Iterator[bool]:
    """Whether this process has a place left in the lane; those who work there go on until it is empty."""
    places = _places.get(lane)
    mine = places is None or places.acquire(blocking=False)
    try:
        yield mine
    finally:
        if places is not None and mine:
            places.release()


def _finish(message: OutboxMessage, **values: Any) -> None:
    """Store how it ended, unless the lease has run out and the row is another relay's by now."""
    with studio_context(None):
        mine = OutboxMessage.objects.filter(pk=message.pk, leased_until=message.leased_until)
        if not mine.update(leased_until=None, **values):
            log.warning("outbox.lease_lost", topic=message.topic, handler=message.handler)


def _fail(message: OutboxMessage, error: Exception) -> None:
    facts = {"topic": message.topic, "handler": message.handler, "attempts": message.attempts}
    text = without_rows(f"{type(error).__name__}: {error}")[:300]
    if message.attempts >= MAX_ATTEMPTS:
        log.error("outbox.dead", **facts, exc_info=error)
        _finish(message, state=OutboxMessage.State.DEAD, last_error=text)
        return
    # What the handler foresaw (a server that does not answer) needs no traceback.
    expected = isinstance(error, FitFlowError)
    log.warning("outbox.failed", **facts, error=text, exc_info=None if expected else error)
    _finish(message, due_at=Now() + _pause(message.attempts), last_error=text)


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=min(2**attempts, LONGEST_PAUSE))
