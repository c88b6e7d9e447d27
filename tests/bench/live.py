"""A live event on its way to the last of a thousand sockets of one process, against Redis pub/sub handed on by hand.

With IDLE_MINUTES=10 in the environment its sockets are then left alone for so long: all must be open after it, and hear.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any
from uuid import uuid4

import psutil
import redis
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.test import Client
from websockets.asyncio.client import connect

from fitflow.core.live import group_of
from tests.bench.figures import Figure
from tests.bench.ground import ROUNDS, ground
from tests.cast import Cast
from tests.server import ROOT, child_environment, free_port, running_server

SOCKETS = 1_000
EVENTS = 20
CHANNEL = "bench.live"
IDLE = float(os.environ.get("IDLE_MINUTES") or 0)


class Crowd:
    """The open sockets, and when each has got the event that is waited for."""

    def __init__(self) -> None:
        self.sockets: list[Any] = []
        self.readers: list[asyncio.Task[None]] = []
        self.waiting: dict[str, int] = {}
        self.done: dict[str, asyncio.Future[float]] = {}
        self.strange = 0

    async def open(self, number: int, make: Callable[[], Awaitable[Any]]) -> None:
        for _ in range(0, number, 50):
            self.sockets += await asyncio.gather(*(make() for _ in range(50)))
        self.readers = [asyncio.create_task(self.read(socket)) for socket in self.sockets]

    async def read(self, socket: Any) -> None:
        async for text in socket:
            mark = json.loads(text).get("id")
            if mark not in self.waiting:
                self.strange += mark is not None
                continue
            self.waiting[mark] -= 1
            if not self.waiting[mark]:
                self.done[mark].set_result(time.perf_counter())

    async def seconds(self, send: Callable[[str], None]) -> float:
        """Return how long one event takes from being sent to the last socket."""
        mark = uuid4().hex
        self.waiting[mark] = len(self.sockets)
        self.done[mark] = asyncio.get_running_loop().create_future()
        start = time.perf_counter()
        await asyncio.to_thread(send, mark)
        return await asyncio.wait_for(self.done[mark], 30) - start

    async def close(self) -> None:
        for reader in self.readers:
            reader.cancel()
        await asyncio.gather(*(socket.close() for socket in self.sockets))


@contextmanager
def _bare_server() -> Iterator[int]:
    """Run the anchor: sockets of the websockets library, one Redis subscription, told on in a loop."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.bare_live", str(port), settings.REDIS_URL, CHANNEL]
    process = subprocess.Popen(command, cwd=ROOT, env=child_environment(), stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def _cookie(cast: Cast, person: str) -> str:
    browser = Client()
    browser.force_login(cast.user[person], backend=settings.AUTHENTICATION_BACKENDS[0])
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def _opener(port: int, *, host: str = "", cookie: str = "") -> Callable[[], Awaitable[Any]]:
    name = f"{host}:{port}" if host else f"127.0.0.1:{port}"

    async def make() -> Any:
        return await connect(
            f"ws://{name}/ws/live/",
            host="127.0.0.1",
            port=port,
            origin=f"http://{name}" if host else None,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie} if cookie else {},
            proxy=None,
            compression=None,
            ping_interval=None,
            open_timeout=60,
        )

    return make


async def _measure(
    cast: Cast, cookies: tuple[str, str], port: int, bare_port: int, server_pid: int
) -> tuple[list[float], list[float], int, int, list[Figure]]:
    group = group_of(cast.lotus.schema_name)
    layer: Any = get_channel_layer()
    raw = redis.Redis.from_url(settings.REDIS_URL)

    def ours(mark: str) -> None:
        async_to_sync(layer.group_send)(group, {"type": "live.event", "body": _event(mark)})

    def direct(mark: str) -> None:
        raw.publish(CHANNEL, json.dumps(_event(mark)))

    crowd, anchor, foreign = Crowd(), Crowd(), Crowd()
    server = psutil.Process(server_pid)
    await crowd.open(SOCKETS, _opener(port, host=f"lotus.{settings.PUBLIC_HOST}", cookie=cookies[0]))
    await foreign.open(50, _opener(port, host=f"summit.{settings.PUBLIC_HOST}", cookie=cookies[1]))
    await anchor.open(SOCKETS, _opener(bare_port))
    await asyncio.sleep(0)
    mine, bare = [], []
    for _ in range(ROUNDS):
        turns = [(await crowd.seconds(ours), await anchor.seconds(direct)) for _ in range(EVENTS)]
        mine.append(median(turn[0] for turn in turns))
        bare.append(median(turn[1] for turn in turns))
    await anchor.close()
    idle = await _idle(crowd, ours, server) if IDLE else []
    lost = sum(crowd.waiting.values())
    await asyncio.gather(crowd.close(), foreign.close())
    return mine, bare, lost, foreign.strange, idle


async def _idle(crowd: Crowd, send: Callable[[str], None], server: psutil.Process) -> list[Figure]:
    """Say nothing to anybody for a while; then all must be there still, and hear an event."""
    before = server.memory_info().rss
    await asyncio.sleep(IDLE * 60)
    open_still = sum(socket.close_code is None for socket in crowd.sockets)
    assert open_still == SOCKETS, open_still
    took = await crowd.seconds(send)
    memory = server.memory_info().rss
    return [
        Figure(f"sockets still open after {IDLE:g} idle minutes", open_still, SOCKETS, "", True),
        Figure("an event to the last of them after that", took * 1e3, None, "ms"),
        Figure("memory of the server after that", memory / 2**20, None, "MiB"),
        Figure("what it grew by meanwhile", (memory - before) / 2**20, None, "MiB"),
    ]


def _event(mark: str) -> dict[str, str]:
    return {"id": mark, "event": "session.scheduled", "session": str(uuid4())}


def main() -> list[Figure]:
    """Measure, in turns, 100 events to 1,000 sockets of the product's server and of a bare one; 50 of another studio listen."""
    with ground() as cast, running_server() as server, _bare_server() as bare_port:
        cookies = _cookie(cast, "owner"), _cookie(cast, "owner2")
        process = psutil.Process(server.pid)
        before = process.memory_info().rss
        mine, bare, lost, strange, idle = asyncio.run(
            _measure(cast, cookies, server.port, bare_port, server.pid)
        )
        grown = process.memory_info().rss - before
    assert lost == 0, lost
    assert strange == 0, strange
    return [
        Figure(
            f"an event to the last of {SOCKETS:,} sockets / by direct Redis pub/sub",
            median(mine) / median(bare),
            2.0,
            "times",
        ),
        Figure("the same, through the product's server", median(mine) * 1e3, None, "ms"),
        Figure(f"memory of the server with {SOCKETS:,} sockets", (before + grown) / 2**20, 400, "MiB"),
        *idle,
    ]
