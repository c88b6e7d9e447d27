"""`ws/live/`: the studio's timetable as it changes, for the people who work there."""

from __future__ import annotations

import asyncio
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user

from fitflow.core.live import group_of
from studios.shared.policies import Actor
from studios.shared.selectors import actor_in

GONE = 4403


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """Sends events; takes none. Sign-in and membership are asked again while the socket is open."""

    group = ""
    watch: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        if not (await self.actor()).is_staff:
            await self.close()
            return
        self.group = group_of(self.scope["studio"].schema_name)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.send_json({"event": "hello"})
        self.watch = asyncio.create_task(self.recheck())

    async def disconnect(self, code: int) -> None:
        if self.watch:
            self.watch.cancel()
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Nothing a browser sends means anything here."""

    async def decode_json(self, text_data: str) -> Any:
        return None

    async def live_event(self, message: dict[str, Any]) -> None:
        await self.send_json(message["body"])

    async def recheck(self) -> None:
        """Close the socket of whoever signed out or left the studio."""
        while True:
            await asyncio.sleep(settings.LIVE_RECHECK_SECONDS)
            if not (await self.actor()).is_staff:
                await self.close(GONE)
                return

    @database_sync_to_async
    def actor(self) -> Actor:
        """Who this is now: the session is read again, then the roles."""

        class _Request:
            session = self.scope["session"].__class__(self.scope["session"].session_key)

        return actor_in(get_user(_Request()), self.scope["studio"])  # type: ignore[arg-type]
