"""Throttles: a steady rate with room for a burst, counted in Redis by one atomic script."""

from __future__ import annotations

import time
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import caches
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from fitflow.core.errors import TooMany

# Generic cell rate algorithm: the key holds the instant at which the bucket would be empty again.
GCRA = """
local now, step, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + step
local wait = tat - now - burst * step
if wait > 0 then return tostring(wait) end
redis.call('SET', KEYS[1], tostring(tat), 'PX', math.ceil((tat - now) * 1000) + 1000)
return '0'
"""


def seconds_to_wait(key: str, *, per_minute: int, burst: int) -> float:
    """Count one call; return 0 where it may go on, else the seconds until one may. Lets all pass while Redis is away."""
    client: Any = caches["platform"]
    try:
        redis = client._cache.get_client(key, write=True)
        return float(
            redis.eval(GCRA, 1, client.make_key(f"throttle:{key}"), time.time(), 60 / per_minute, burst)
        )
    except RedisError as error:
        structlog.get_logger(__name__).warning("throttle.unavailable", error=type(error).__name__)
        return 0.0


def slow_down(what: str, who: object, *, per_minute: int, burst: int, words: str) -> None:
    """Raise TooMany, in these words, where a person does something costly more often than that. Pages and API share the count."""
    wait = seconds_to_wait(f"{what}:{who}", per_minute=per_minute, burst=burst)
    if wait:
        raise TooMany(words, retry_after=int(wait) + 1)


def slow_down_mail(who: object) -> None:
    """Raise TooMany where a person has mails sent to people one by one faster than anybody clicks."""
    words = "That were many e-mails at once. Wait a minute, then go on."
    slow_down("mails", who, per_minute=20, burst=30, words=words)


class _BucketThrottle(BaseThrottle):
    waiting: float = 0.0

    def wait(self) -> float:
        return max(1.0, self.waiting)


class AnonymousThrottle(_BucketThrottle):
    """20 calls a minute for an address that has not signed in."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if request.user and request.user.is_authenticated:
            return True
        rate = settings.API_RATE_ANONYMOUS
        self.waiting = seconds_to_wait(f"anonymous:{self.get_ident(request)}", per_minute=rate, burst=rate)
        return self.waiting == 0


class SignedInThrottle(_BucketThrottle):
    """100 calls a minute for a person, with a burst of twice that."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if not (request.user and request.user.is_authenticated):
            return True
        rate = settings.API_RATE_SIGNED_IN
        self.waiting = seconds_to_wait(f"person:{request.user.pk}", per_minute=rate, burst=2 * rate)
        return self.waiting == 0
