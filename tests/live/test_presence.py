"""Who looks at the timetable, as the others' browsers are told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from fitflow.core import presence
from tests.cast import Cast
from tests.live.test_socket import signed_in, socket_to
from tests.server import Server, running_server

SESSION = "session:01a1fdb4-06c1-7c9f-8008-ba5cea62f771"


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[Server]:
    with django_db_blocker.unblock(), running_server() as running:
        yield running


@pytest.fixture
def keys(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    with django_db_blocker.unblock():
        cast = Cast.load()
        yield {name: signed_in(cast, name) for name in ("owner", "lead", "owner2")}


@asynccontextmanager
async def looking(server: Server, studio: str, key: str, *, at: str = "calendar") -> Any:
    async with socket_to(server, studio, key) as socket:
        await heard(socket, "hello")
        await socket.send(json.dumps({"at": at}))
        await heard(socket, "presence.list")
        yield socket


async def heard(socket: Any, event: str, **facts: Any) -> dict[str, Any]:
    """Return the next message of a kind, with these facts; what else comes is passed over."""
    while True:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
        if message["event"] == event and facts.items() <= message.items():
            return message


def test_who_comes_edits_and_goes_is_told_to_the_others(server: Server, keys: dict[str, str]) -> None:
    async def scene() -> None:
        async with looking(server, "lotus", keys["owner"]) as owner:
            async with looking(server, "lotus", keys["lead"], at=SESSION) as lead:
                came = await heard(owner, "presence", at=SESSION)
                assert came["name"] == "Lead"
                for start in ("2026-12-01T09:00", "2026-12-01T10:00"):
                    await lead.send(json.dumps({"at": "calendar", "editing": start}))
                edits = await heard(owner, "presence", editing="2026-12-01T10:00")
                assert edits["socket"] == came["socket"]
            assert (await heard(owner, "presence", gone=True))["socket"] == came["socket"]

    asyncio.run(scene())


def test_who_comes_later_is_told_who_is_there(server: Server, keys: dict[str, str]) -> None:
    async def scene() -> None:
        async with looking(server, "lotus", keys["owner"], at=SESSION):
            async with socket_to(server, "lotus", keys["lead"]) as lead:
                await heard(lead, "hello")
                await lead.send('{"at": "calendar"}')
                people = (await heard(lead, "presence.list"))["people"]
                assert {(entry["name"], entry["at"]) for entry in people} == {
                    ("Owner", SESSION),
                    ("Lead", "calendar"),
                }

    asyncio.run(scene())


def test_another_studio_hears_nothing(server: Server, keys: dict[str, str]) -> None:
    async def scene() -> None:
        async with (
            looking(server, "summit", keys["owner2"]) as other,
            looking(server, "lotus", keys["owner"]),
            looking(server, "summit", keys["lead"], at=SESSION),
        ):
            while True:
                message = json.loads(await asyncio.wait_for(other.recv(), 10))
                assert message["name"] != "Owner"
                if message["name"] == "Lead":
                    break

    asyncio.run(scene())


@pytest.mark.parametrize(
    "said",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"at": 1}',
        '{"at": "elsewhere"}',
        '{"at": "session:1"}',
        '{"at": "calendar", "editing": "<b>"}',
        '{"at": "calendar", "editing": 7}',
        '{"at": "calendar", "x": "' + "x" * 300 + '"}',
    ],
)
def test_a_browser_may_say_only_what_it_shows(said: str) -> None:
    assert presence.look_of(said) is None


def test_what_a_killed_process_left_behind_is_cleared_away(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        schema = "studio_presence_test"
        monkeypatch.setattr(presence, "FRESH_SECONDS", -1)
        await presence.note(schema, "old", user="1", name="Old", look=presence.Look("calendar"))
        monkeypatch.setattr(presence, "FRESH_SECONDS", 75)
        await presence.note(schema, "new", user="2", name="New", look=presence.Look("calendar"))
        assert [entry["name"] for entry in await presence.present(schema)] == ["New"]
        await presence.drop(schema, "new")
        assert await presence.present(schema) == []

    asyncio.run(scene())
