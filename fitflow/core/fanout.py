"""Live events inside one process: one subscription to a group, however many sockets here listen to it.

A channel layer subscribes, queues and wakes for every socket by itself: five times the time until the last of a thousand has
its event. Here the process listens once for each group and hands what comes to its own listeners, already written as text.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import structlog
from channels.layers import get_channel_layer

MOST_WAITING = 200
log = structlog.get_logger(__name__)


class Listener(Protocol):
    """One open socket."""

    def hear(self, message: dict[str, Any], text: str) -> None:
        """Take a message of the group (and its `body` as JSON text); must not wait."""


class Hub:
    """The groups that this process (to be exact: this event loop) listens to."""

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}

    async def join(self, name: str, listener: Listener) -> None:
        """Let a listener hear a group from now on: what is sent after this returns reaches it."""
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = _Group(name)
            group.ready = asyncio.ensure_future(group.open())
        group.listeners.add(listener)
        try:
            await asyncio.shield(group.ready)
        except BaseException:
            await self.leave(name, listener)
            raise

    async def leave(self, name: str, listener: Listener) -> None:
        """Let it hear no more; the last one to leave ends the subscription."""
        group = self._groups.get(name)
        if group is None:
            return
        group.listeners.discard(listener)
        if not group.listeners:
            del self._groups[name]
            await group.close()

    def listeners(self, name: str) -> int:
        """Return how many sockets of this process hear a group."""
        return len(self._groups[name].listeners) if name in self._groups else 0


class _Group:
    def __init__(self, name: str) -> None:
        self.name = name
        self.listeners: set[Listener] = set()
        self.ready: asyncio.Future[None]
        self.layer: Any = get_channel_layer()
        self.channel = ""
        self.reader: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self.channel = await self.layer.new_channel()
        await self.layer.group_add(self.name, self.channel)
        self.reader = asyncio.create_task(self.read())

    async def read(self) -> None:
        while True:
            try:
                message = await self.layer.receive(self.channel)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                # The layer connects again by itself; the browsers fetch what they missed when they say hello again.
                log.warning("live.receive_failed", error=type(error).__name__)
                await asyncio.sleep(1)
                continue
            text = json.dumps(message["body"]) if "body" in message else ""
            for listener in tuple(self.listeners):
                listener.hear(message, text)

    async def close(self) -> None:
        if not self.ready.done():
            self.ready.cancel()
        if self.reader:
            self.reader.cancel()
        if self.channel:
            await self.layer.group_discard(self.name, self.channel)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Return the hub of the running event loop."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


class Outbox:
    """What one socket has still to be sent: a slow one falls behind alone, and is given up when too far behind."""

    def __init__(
        self, send: Callable[[str], Awaitable[None]], give_up: Callable[[], Awaitable[None]]
    ) -> None:
        self._send = send
        self._give_up = give_up
        self._waiting: list[str] = []
        self._writer: asyncio.Task[None] | None = None
        self._open = False

    def open(self, first: str) -> None:
        """Begin to send: this first, then what has come meanwhile."""
        self._open = True
        self._waiting.insert(0, first)
        self._writer = asyncio.create_task(self._write())

    def put(self, text: str) -> None:
        """Send a text as soon as those before it are sent."""
        self._waiting.append(text)
        if not self._open:
            return
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        elif len(self._waiting) == MOST_WAITING:
            self._writer.cancel()
            self._waiting.clear()
            self._writer = asyncio.create_task(self._end())

    async def _write(self) -> None:
        while self._waiting:
            await self._send(self._waiting.pop(0))

    async def _end(self) -> None:
        await self._give_up()

    def close(self) -> None:
        """Drop what has not been sent."""
        self._waiting.clear()
        if self._writer:
            self._writer.cancel()
