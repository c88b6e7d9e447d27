"""The anchor of the live bench: a socket server of nothing but the websockets library and one Redis subscription."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import redis.asyncio
from websockets.asyncio.server import serve


async def main(port: int, address: str, channel: str) -> None:
    sockets: set[Any] = set()

    async def handle(socket: Any) -> None:
        sockets.add(socket)
        await socket.wait_closed()
        sockets.discard(socket)

    async with serve(handle, "127.0.0.1", port, compression=None, ping_interval=None):
        listener = redis.asyncio.Redis.from_url(address, socket_timeout=None).pubsub()
        await listener.subscribe(channel)
        print("ready", flush=True)
        async for message in listener.listen():
            if message["type"] == "message":
                text = message["data"].decode()
                for socket in tuple(sockets):
                    await socket.send(text)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
