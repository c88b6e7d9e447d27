"""One subscription of the process for all of its sockets."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

from channels.layers import get_channel_layer

from fitflow.core.fanout import MOST_WAITING, Hub, Outbox


class Ear:
    def __init__(self) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()

    def hear(self, message: dict[str, Any], text: str) -> None:
        self.heard.put_nowait(text)


async def tell(group: str, **body: str) -> None:
    await get_channel_layer().group_send(group, {"type": "live.event", "body": body})


async def next_of(ear: Ear) -> str:
    return await asyncio.wait_for(ear.heard.get(), 10)


def test_every_listener_hears_its_own_group_and_no_other() -> None:
    async def scene() -> None:
        hub, first, second, other = Hub(), Ear(), Ear(), Ear()
        ours, theirs = f"live.{uuid4().hex}", f"live.{uuid4().hex}"
        await hub.join(ours, first)
        await hub.join(ours, second)
        await hub.join(theirs, other)
        await tell(ours, id="1")
        await tell(theirs, id="2")
        assert await next_of(first) == await next_of(second) == '{"id": "1"}'
        assert await next_of(other) == '{"id": "2"}'
        assert first.heard.empty()
        await hub.leave(ours, first)
        await tell(ours, id="3")
        assert await next_of(second) == '{"id": "3"}'
        assert first.heard.empty()
        await hub.leave(ours, second)
        await hub.leave(theirs, other)
        assert hub.listeners(ours) == hub.listeners(theirs) == 0

    asyncio.run(scene())


def test_who_joins_again_after_the_last_has_left_hears_again() -> None:
    async def scene() -> None:
        hub, group = Hub(), f"live.{uuid4().hex}"
        for number in ("1", "2", "3"):
            ear = Ear()
            await hub.join(group, ear)
            await tell(group, id=number)
            assert number in await next_of(ear)
            await hub.leave(group, ear)

    asyncio.run(scene())


def test_many_who_join_at_once_share_one_subscription() -> None:
    async def scene() -> None:
        hub, group, ears = Hub(), f"live.{uuid4().hex}", [Ear() for _ in range(50)]
        await asyncio.gather(*(hub.join(group, ear) for ear in ears))
        await tell(group, id="1")
        assert {await next_of(ear) for ear in ears} == {'{"id": "1"}'}
        for ear in ears:
            assert ear.heard.empty()
            await hub.leave(group, ear)

    asyncio.run(scene())


def test_a_slow_socket_falls_behind_alone_and_is_given_up() -> None:
    async def scene() -> None:
        stuck, gone, sent = asyncio.Event(), asyncio.Event(), []

        async def never(text: str) -> None:
            await stuck.wait()

        async def give_up() -> None:
            gone.set()

        async def send(text: str) -> None:
            sent.append(text)

        slow, quick = Outbox(never, give_up), Outbox(send, give_up)
        slow.open("hello")
        quick.open("hello")
        for number in range(MOST_WAITING + 1):
            slow.put(str(number))
            quick.put(str(number))
            await asyncio.sleep(0)
        await asyncio.wait_for(gone.wait(), 10)
        assert sent == ["hello", *map(str, range(MOST_WAITING + 1))][: len(sent)]
        assert len(sent) > MOST_WAITING

    asyncio.run(scene())


def test_nothing_is_sent_before_the_socket_is_open() -> None:
    async def scene() -> None:
        sent: list[str] = []
        done = asyncio.Event()

        async def send(text: str) -> None:
            sent.append(text)
            if len(sent) == 2:
                done.set()

        async def give_up() -> None: ...

        box = Outbox(send, give_up)
        box.put("early")
        await asyncio.sleep(0)
        assert sent == []
        box.open("hello")
        await asyncio.wait_for(done.wait(), 10)
        assert sent == ["hello", "early"]

    asyncio.run(scene())
