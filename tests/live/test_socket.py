"""`ws/live/` as a browser meets it: a real server, a real socket, a real Redis."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django.utils import timezone
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fitflow.accounts.sessions import SessionStore
from fitflow.core import outbox
from fitflow.core.live import broadcast, events_since
from fitflow.core.models import OutboxMessage
from fitflow.tenancy import hosts
from fitflow.tenancy.context import studio_context
from studios.shared.models import Member, Role, Studio
from tests.cast import Cast
from tests.server import Server, running_server


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[Server]:
    with django_db_blocker.unblock(), running_server(LIVE_RECHECK_SECONDS="1") as running:
        yield running


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast, with every write committed at once."""
    with django_db_blocker.unblock():
        yield Cast.load()


def signed_in(cast: Cast, name: str) -> str:
    """Return the session key of a person who has signed in."""
    user = cast.user[name]
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def socket_to(server: Server, studio: str, key: str, *, origin: str = "") -> Any:
    host = f"{studio}.{settings.PUBLIC_HOST}:{server.port}"
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"}
    return connect(
        f"ws://{host}/ws/live/",
        host="127.0.0.1",
        port=server.port,
        origin=origin or f"http://{host}",  # type: ignore[arg-type]
        additional_headers=headers,
        proxy=None,
    )


async def hear(socket: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return answer


def test_it_tells_the_studios_people_and_nobody_elses(server: Server, committed: Cast) -> None:
    async def scene() -> None:
        async with (
            socket_to(server, "lotus", signed_in_keys["owner"]) as owner,
            socket_to(server, "summit", signed_in_keys["owner2"]) as other,
        ):
            assert (await hear(owner))["event"] == (await hear(other))["event"] == "hello"
            for slug, number in (("lotus", "1"), ("summit", "2")):
                await asyncio.to_thread(tell, committed, slug, number)
            assert (await hear(owner))["session"] == "1"
            assert (await hear(other))["session"] == "2"

    signed_in_keys = {name: signed_in(committed, name) for name in ("owner", "owner2")}
    asyncio.run(scene())


def tell(cast: Cast, slug: str, number: str) -> None:
    message = OutboxMessage(topic="session.scheduled", ids={"session": number})
    broadcast(message, schema_name=getattr(cast, slug).schema_name)


@pytest.mark.parametrize("who", ["owner2", "outsider", "client", "staff"])
def test_it_refuses_who_does_not_work_there(server: Server, committed: Cast, who: str) -> None:
    key = signed_in(committed, who)

    async def scene() -> None:
        with pytest.raises(InvalidStatus, match="403"):
            async with socket_to(server, "lotus", key):
                pass

    asyncio.run(scene())


def test_it_refuses_who_has_not_signed_in(server: Server, committed: Cast) -> None:
    async def scene() -> None:
        with pytest.raises(InvalidStatus, match="403"):
            async with socket_to(server, "lotus", "nobody"):
                pass

    asyncio.run(scene())


def test_it_refuses_a_page_of_another_host(server: Server, committed: Cast) -> None:
    key = signed_in(committed, "owner")

    async def scene() -> None:
        for origin in ("http://evil.example", f"http://summit.{settings.PUBLIC_HOST}:{server.port}"):
            with pytest.raises(InvalidStatus, match="403"):
                async with socket_to(server, "lotus", key, origin=origin):
                    pass

    asyncio.run(scene())


def test_it_closes_when_the_membership_ends(server: Server, committed: Cast) -> None:
    key = signed_in(committed, "outsider")
    with studio_context(None):
        member = Member.objects.create(
            studio=committed.lotus, user=committed.user["outsider"], role=Role.TRAINER
        )

    async def scene() -> None:
        async with socket_to(server, "lotus", key) as socket:
            await hear(socket)
            await asyncio.to_thread(member.delete)
            with pytest.raises(ConnectionClosed) as closed:
                await hear(socket)
            assert closed.value.rcvd
            assert closed.value.rcvd.code == 4403

    asyncio.run(scene())


def become(studio: Studio, status: str) -> None:
    """Suspend or reactivate a studio as platform staff do, without the row in a trail that only grows."""
    with studio_context(None), transaction.atomic():
        Studio.objects.filter(pk=studio.pk).update(status=status)
        if status == Studio.Status.SUSPENDED:
            outbox.publish("studio.suspended", studio=studio.pk)
    hosts.forget(f"{studio.slug}.{settings.PUBLIC_HOST}", studio_id=studio.pk)


async def closed_with(socket: Any) -> int:
    """Return the code with which the server closes a socket."""
    with pytest.raises(ConnectionClosed) as closed:
        await hear(socket)
    assert closed.value.rcvd
    return int(closed.value.rcvd.code)


@pytest.fixture(scope="module")
def patient(django_db_setup: None, django_db_blocker: Any) -> Iterator[Server]:
    """A server whose sockets never ask by themselves within a test: they are told to."""
    with django_db_blocker.unblock(), running_server(LIVE_RECHECK_SECONDS="3600") as running:
        yield running


def test_it_closes_at_once_when_somebody_leaves_and_for_nobody_else(patient: Server, committed: Cast) -> None:
    keys = {name: signed_in(committed, name) for name in ("outsider", "owner")}
    outsider = committed.user["outsider"]
    with studio_context(None):
        member = Member.objects.create(studio=committed.lotus, user=outsider, role=Role.MANAGER)

    def leave() -> None:
        # As `set_roles` does it, without its row in an audit trail that only grows.
        with studio_context(committed.lotus), transaction.atomic():
            member.delete()
            outbox.publish("member.removed", studio=committed.lotus.id, user=outsider.pk, role=Role.MANAGER)
        outbox.run_lane("live")

    async def scene() -> None:
        async with (
            socket_to(patient, "lotus", keys["outsider"]) as leaving,
            socket_to(patient, "lotus", keys["owner"]) as staying,
        ):
            await hear(leaving), await hear(staying)
            await asyncio.to_thread(leave)
            assert await closed_with(leaving) == 4403
            await asyncio.to_thread(tell, committed, "lotus", "3")
            assert (await hear(staying))["session"] == "3"

    asyncio.run(scene())


def test_a_suspended_studios_sockets_close_at_once_and_none_opens(patient: Server, committed: Cast) -> None:
    keys = {name: signed_in(committed, name) for name in ("owner", "owner2")}

    def suspend() -> None:
        become(committed.lotus, Studio.Status.SUSPENDED)
        outbox.run_lane("live")

    async def scene() -> None:
        async with (
            socket_to(patient, "lotus", keys["owner"]) as theirs,
            socket_to(patient, "summit", keys["owner2"]) as others,
        ):
            await hear(theirs), await hear(others)
            await asyncio.to_thread(suspend)
            assert await closed_with(theirs) == 4403
            with pytest.raises(InvalidStatus, match="403"):
                async with socket_to(patient, "lotus", keys["owner"]):
                    pass
            await asyncio.to_thread(tell, committed, "summit", "4")
            assert (await hear(others))["session"] == "4"

    try:
        asyncio.run(scene())
    finally:
        become(committed.lotus, Studio.Status.TRIAL)


def test_a_suspended_studios_sockets_close_by_themselves(server: Server, committed: Cast) -> None:
    key = signed_in(committed, "owner")

    async def scene() -> None:
        async with socket_to(server, "lotus", key) as socket:
            await hear(socket)
            await asyncio.to_thread(become, committed.lotus, Studio.Status.SUSPENDED)
            assert await closed_with(socket) == 4403

    try:
        asyncio.run(scene())
    finally:
        become(committed.lotus, Studio.Status.TRIAL)


def test_who_is_asked_to_stay_is_no_news(committed: Cast) -> None:
    with studio_context(committed.lotus), transaction.atomic():
        before = timezone.now()
        outbox.publish(
            "member.removed", studio=committed.lotus.id, user=committed.user["owner"].pk, role="manager"
        )
        assert events_since(before) == []
        transaction.set_rollback(True)


def test_it_refuses_an_origin_that_is_no_address(server: Server, committed: Cast) -> None:
    key = signed_in(committed, "owner")

    async def scene() -> None:
        with pytest.raises(InvalidStatus, match="403"):
            async with socket_to(server, "lotus", key, origin="http://["):
                pass

    asyncio.run(scene())
