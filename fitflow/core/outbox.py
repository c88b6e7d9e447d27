"""The outbox: what must happen after a commit, kept in the database, so that losing the broker loses nothing.

A service calls `publish` inside its transaction. One row per subscribed handler is written; after the commit a relay is
woken (a hint only: beat sweeps as well), claims rows with SKIP LOCKED under a lease, enters the row's studio and calls
the handler. A handler may be called again after a crash, so each one is idempotent; `docs/outbox.md` shows how.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from fitflow.core.ids import uuid7
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import current_studio, studio_context
from fitflow.tenancy.hosts import UnknownHost, studio_by_id

log = structlog.get_logger(__name__)

Handler = Callable[[OutboxMessage], None]
LANES = ("live", "mail", "work")
MAX_ATTEMPTS = 12


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


def publish(topic: str, *, due_in: timedelta = timedelta(), **ids: Any) -> None:
    """Write what must follow this transaction. `ids` are ids and plain facts (never contents), JSON-ready.

    Raises RuntimeError outside a transaction: the row must live and die with the change it announces.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("publish() belongs inside the transaction of the change it announces.")
    studio = current_studio()
    subscriptions = _subscriptions.get(topic, [])
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            id=uuid7(),
            studio_id=studio.id if studio else None,
            topic=topic,
            handler=subscription.path,
            lane=subscription.lane,
            ids={key: str(value) if value is not None else None for key, value in ids.items()},
            due_at=timezone.now() + due_in,
        )
        for subscription in subscriptions
    )
    for lane in {subscription.lane for subscription in subscriptions}:
        transaction.on_commit(lambda lane=lane: wake(lane), robust=True)  # type: ignore[misc]


def wake(lane: str) -> None:
    """Hint to a relay that there is work. Losing the hint costs a few seconds, never the work."""
    from fitflow.core.tasks import relay

    try:
        relay.apply_async(args=[lane], retry=False, expires=60)
    except Exception as error:
        log.warning("outbox.wake_failed", lane=lane, error=type(error).__name__)


CLAIM = """
UPDATE core_outboxmessage SET attempts = attempts + 1, leased_until = now() + make_interval(secs => %(lease)s)
WHERE id IN (
    SELECT id FROM core_outboxmessage
    WHERE state = 'pending' AND lane = %(lane)s AND due_at <= now() AND (leased_until IS NULL OR leased_until < now())
    ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) RETURNING id
"""


def claim(*, lane: str, limit: int = 20) -> list[OutboxMessage]:
    """Take up to `limit` due rows of a lane under a lease; what another relay holds is skipped, not waited for."""
    with studio_context(None), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"lane": lane, "limit": limit, "lease": settings.OUTBOX_LEASE_SECONDS})
        ids = [row[0] for row in cursor.fetchall()]
        return list(OutboxMessage.objects.filter(pk__in=ids).order_by("due_at", "pk"))


def deliver(message: OutboxMessage) -> None:
    """Run one claimed row's handler inside its studio, and store how it ended."""
    try:
        studio = studio_by_id(message.studio_id) if message.studio_id else None
        with studio_context(studio):
            import_string(message.handler)(message)
    except UnknownHost:
        _finish(message, state=OutboxMessage.State.DEAD, last_error="the studio is gone")
    except Exception as error:
        log.exception(
            "outbox.failed", topic=message.topic, handler=message.handler, attempts=message.attempts
        )
        _retry(message, error)
    else:
        _finish(message, state=OutboxMessage.State.DONE, done_at=timezone.now(), last_error="")


def run_lane(lane: str, *, limit: int = 20) -> int:
    """Claim and deliver until the lane is empty; return how many rows were delivered."""
    delivered = 0
    while messages := claim(lane=lane, limit=limit):
        for message in messages:
            deliver(message)
        delivered += len(messages)
    return delivered


def _finish(message: OutboxMessage, **values: Any) -> None:
    with studio_context(None):
        OutboxMessage.objects.filter(pk=message.pk).update(leased_until=None, **values)


def _retry(message: OutboxMessage, error: Exception) -> None:
    if message.attempts >= MAX_ATTEMPTS:
        _finish(message, state=OutboxMessage.State.DEAD, last_error=repr(error)[:300])
        return
    pause = timedelta(seconds=min(2**message.attempts, 3600))
    _finish(message, due_at=timezone.now() + pause, last_error=repr(error)[:300])
