"""The shared cache: its keys carry the studio, and its connections outlive the request."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from fitflow.tenancy.db import connection


def studio_key(key: str, key_prefix: str, version: int) -> str:
    """Return the key under which the current studio's value is stored."""
    return f"{key_prefix}:{connection.schema_name}:{version}:{key}"


class KeptClient(RedisCacheClient):
    """Django's client, made once in a process for each server.

    Django makes a client for every command (an eighth of a small request's CPU) and a pool of connections for every cache
    object, of which each request has its own under ASGI. redis-py's clients are safe to share between threads.
    """

    kept: ClassVar[dict[tuple[str, str, int], Any]] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        mine: Any = self  # Django's stubs leave out what the class keeps
        index = mine._get_connection_pool_index(write)
        place = (",".join(mine._servers), repr(mine._pool_options), index)
        client = self.kept.get(place)
        if client is None:
            client = self.kept[place] = super().get_client(key, write=write)
        return client


class KeptRedisCache(RedisCache):
    """Django's Redis cache over kept clients."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient
