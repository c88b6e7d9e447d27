"""Which lanes of the outbox have a hint on its way: kept in Redis, so that a busy studio sends one and not a thousand."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.cache import caches
from django.db import connection
from redis.exceptions import RedisError

# A hint that no relay has taken up for so long counts as lost.
SECONDS = 5


def _place(lane: str) -> tuple[Any, str]:
    platform: Any = caches["platform"]
    return platform._cache.get_client(write=True), f"ff-{connection.settings_dict['NAME']}:hint:{lane}"


def waits(lane: str) -> bool:
    """Return whether a hint for the lane is on its way already; from now on, one is. Without Redis: no."""
    redis, key = _place(lane)
    try:
        return not redis.set(key, 1, nx=True, ex=SECONDS)
    except RedisError:
        return False


def taken(lane: str) -> None:
    """Note that a relay begins, or the hint was lost: what is committed from now on needs a hint of its own."""
    redis, key = _place(lane)
    with suppress(RedisError):
        redis.delete(key)
