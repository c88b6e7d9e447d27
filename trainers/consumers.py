"""`ws/live/`: the studio's timetable as it changes, for the people who work there."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user

from fitflow.core.fanout import Outbox, hub
from fitflow.core.live import group_of
from studios.shared.policies import Actor
from studios.shared.selectors import actor_now

GONE = 4403
TRY_AGAIN = 1013
log = structlog.get_logger(__name__)


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """Sends events; takes none.

    Sign-in, membership and whether the studio still answers are asked again while the socket is open: every
    LIVE_RECHECK_SECONDS, and at once when somebody leaves the studio or it is suspended.
    """

    channel_layer_alias = "none of its own: the process listens for all of its sockets (fitflow.core.fanout)"
    group = ""
    user_id = ""
    watch: asyncio.Task[None] | None = None
    outgoing: Outbox

    async def connect(self) -> None:
        actor = await self.actor()
        if not actor.is_staff:
            await self.close()
            return
        self.user_id = str(actor.user_id)
        self.group = group_of(self.scope["studio"].schema_name)
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

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Nothing a browser sends means anything here."""

    async def decode_json(self, text_data: str) -> Any:
        return None

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
