"""Sockets: the studio is named by the host, as for requests, and a page of another host may not open one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from fitflow.tenancy import hosts

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class RefusingConsumer(AsyncWebsocketConsumer):
    """Refuses the handshake: HTTP 403, nothing said about why."""

    async def connect(self) -> None:
        await self.close()


def _header(scope: dict[str, Any], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _page_of(origin: str) -> str | None:
    """Return the host and port of the page that opens the socket, or None for what is no address."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


class StudioSocket:
    """Puts `scope["studio"]` on the socket; refuses the public host, unknown hosts and foreign origins."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        host = _header(scope, b"host")
        if _page_of(_header(scope, b"origin")) != host.lower() or hosts.is_public(host):
            await RefusingConsumer.as_asgi()(scope, receive, send)
            return
        try:
            studio = await database_sync_to_async(hosts.studio_of)(host)
        except hosts.UnknownHost:
            await RefusingConsumer.as_asgi()(scope, receive, send)
            return
        await self.app({**scope, "studio": studio}, receive, send)
