"""`ws/live/`: the studio's timetable as it changes, for the people who work there."""

from __future__ import annotations

import asyncio
import json
from time import monotonic
from typing import Any
from uuid import uuid4

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth import get_user
from redis.exceptions import RedisError

from fitflow.core import presence
from fitflow.core.fanout import Outbox, hub
from fitflow.core.live import group_of
from studios.shared.policies import Actor
from studios.shared.selectors import actor_now

GONE = 4403
TRY_AGAIN = 1013
LOOKS_APART = 0.5
log = structlog.get_logger(__name__)


class LiveConsumer(AsyncWebsocketConsumer):
    """Sends the studio's events, and who else looks at its timetable; takes what the browser shows, and nothing else.

    Sign-in, membership and whether the studio still answers are asked again while the socket is open: every
    LIVE_RECHECK_SECONDS, and at once when somebody leaves the studio or it is suspended.
    """

    channel_layer_alias = "none of its own: the process listens for all of its sockets (fitflow.core.fanout)"
    group = ""
    user_id = ""
    watch: asyncio.Task[None] | None = None
    outgoing: Outbox
    look: presence.Look | None = None  # not told yet
    looked_at = 0.0
    telling: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        actor = await self.actor()
        if not actor.is_staff:
            await self.close()
            return
        self.user_id, self.name, self.socket = str(actor.user_id), actor.name, uuid4().hex
        self.schema = self.scope["studio"].schema_name
        self.group = group_of(self.schema)
        self.outgoing = Outbox(self.send_text, self.fall_behind)
        await hub().join(self.group, self)
        await self.accept()
        self.outgoing.open('{"event": "hello"}')
        self.watch = asyncio.create_task(self.recheck())

    async def disconnect(self, code: int) -> None:
        if self.watch:
            self.watch.cancel()
        if self.group:
            await hub().leave(self.group, self)
            self.outgoing.close()
        if self.telling:
            self.telling.cancel()
        if self.looked_at:
            await self.say_presence(gone=True)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take what the browser shows; whatever else it sends means nothing here."""
        look = presence.look_of(text_data or "")
        if look is None:
            return
        waiting, self.look = self.look is not None, look
        if not waiting:
            self.telling = asyncio.create_task(self.tell_look())

    async def tell_look(self) -> None:
        """Tell what is shown now, twice a second at most: of what changes faster, only the last."""
        await asyncio.sleep(max(0.0, self.looked_at + LOOKS_APART - monotonic()))
        first, self.looked_at = not self.looked_at, monotonic()
        look, self.look = self.look, None
        await self.say_presence(look, asks=first)

    async def say_presence(
        self, look: presence.Look | None = None, *, asks: bool = False, gone: bool = False
    ) -> None:
        """Tell the others what this person looks at, or that she is gone. Without Redis nobody is told, and nothing breaks."""
        try:
            if look:
                entry = await presence.note(
                    self.schema, self.socket, user=self.user_id, name=self.name, look=look
                )
            else:
                await presence.drop(self.schema, self.socket)
                entry = {"socket": self.socket, "gone": gone}
            layer: Any = get_channel_layer()
            body = {"event": "presence", **entry}
            await layer.group_send(self.group, {"type": "live.event", "body": body})
            if asks:
                people = await presence.present(self.schema)
                self.outgoing.put(json.dumps({"event": "presence.list", "people": people}))
        except (RedisError, OSError) as error:
            log.warning("live.presence_failed", error=type(error).__name__)

    def hear(self, message: dict[str, Any], text: str) -> None:
        """Take what the studio is told."""
        if message["type"] == "live.event":
            self.outgoing.put(text)
        elif message["type"] == "live.ask_again" and message["user"] in {None, self.user_id}:
            self.asking = asyncio.create_task(self.still_allowed())

    async def send_text(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})

    async def fall_behind(self) -> None:
        """Close a socket that does not take what it is sent; its browser comes back and asks what it missed."""
        await self.close(TRY_AGAIN)

    async def recheck(self) -> None:
        """Close the socket of whoever signed out or left the studio."""
        while True:
            await asyncio.sleep(settings.LIVE_RECHECK_SECONDS)
            if not await self.still_allowed():
                return

    async def still_allowed(self) -> bool:
        """Close the socket unless its person works here still; where that cannot be asked, the browser comes back later."""
        try:
            if (await self.actor()).is_staff:
                return True
            code = GONE
        except Exception as error:
            log.warning("live.recheck_failed", error=type(error).__name__)
            code = TRY_AGAIN
        await self.close(code)
        return False

    @database_sync_to_async
    def actor(self) -> Actor:
        """Who this is now: the session is read again, then the studio and the roles."""

        class _Request:
            session = self.scope["session"].__class__(self.scope["session"].session_key)

        return actor_now(get_user(_Request()), self.scope["studio"])  # type: ignore[arg-type]
