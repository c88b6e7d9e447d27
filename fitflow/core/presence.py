"""Who has a studio's timetable open just now, and what she is about to change: kept in Redis, for a minute at a time.

Nothing here is a record. An entry says a person's name, the page and perhaps the time she is editing; it goes when her socket
closes, or by itself when nobody refreshes it.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import orjson
import redis.asyncio
from django.conf import settings
from django.db import connection

FRESH_SECONDS = 75  # browsers say every 30 s that they are still there
MOST_SHOWN = 50
PLACE = re.compile(r"calendar|today|session:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
EDITING = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")  # a wall-clock start, as the calendar shows it

_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()


@dataclass(frozen=True)
class Look:
    """What a browser says it shows: the page, and the start of the session that is being edited, or nothing."""

    at: str
    editing: str = ""


def look_of(text: str) -> Look | None:
    """Return what a browser said, or None where it is nothing that it may say."""
    try:
        said = orjson.loads(text) if len(text) <= 300 else None
    except orjson.JSONDecodeError:
        return None
    if not isinstance(said, dict):
        return None
    at, editing = said.get("at"), said.get("editing", "")
    if not isinstance(at, str) or not PLACE.fullmatch(at):
        return None
    if not isinstance(editing, str) or (editing and not EDITING.fullmatch(editing)):
        return None
    return Look(at, editing)


def _client() -> Any:
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_timeout=5)
    return _clients[loop]


def _key(schema_name: str) -> str:
    return f"ff-{connection.settings_dict['NAME']}:presence:{schema_name}"


async def note(schema_name: str, socket: str, *, user: str, name: str, look: Look) -> dict[str, Any]:
    """Remember what a socket's person looks at; return the entry as it is told to the others."""
    entry = {"socket": socket, "user": user, "name": name, "at": look.at, "editing": look.editing}
    kept = orjson.dumps({**entry, "until": time.time() + FRESH_SECONDS})
    async with _client().pipeline(transaction=False) as line:
        line.hset(_key(schema_name), socket, kept)
        line.expire(_key(schema_name), 2 * FRESH_SECONDS)
        await line.execute()
    return entry


async def drop(schema_name: str, socket: str) -> None:
    """Forget a socket that has closed."""
    await _client().hdel(_key(schema_name), socket)


async def present(schema_name: str) -> list[dict[str, Any]]:
    """Return who is there now, at most fifty; what a killed process left behind is cleared away."""
    kept: dict[bytes, bytes] = await _client().hgetall(_key(schema_name))
    entries = {socket: orjson.loads(value) for socket, value in kept.items()}
    stale = [socket for socket, entry in entries.items() if entry["until"] < time.time()]
    if stale:
        await _client().hdel(_key(schema_name), *stale)
    fresh = [entry for socket, entry in entries.items() if socket not in stale]
    fresh.sort(key=lambda entry: (entry["name"], entry["socket"]))
    return [{key: entry[key] for key in entry if key != "until"} for entry in fresh[:MOST_SHOWN]]
