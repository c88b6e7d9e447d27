"""What is entered on a session board is told to the studio's sockets within the relay's turn: ids, and no contents."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.live import events_since
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from tests.cast import Cast
from tests.live.test_socket import hear, signed_in, socket_to, tell
from tests.server import Server, running_server
from tests.trainers.board.plan import heavy, logged, running, squat
from trainers.services import change_set, remove_set, share_log, write_note


def told(cast: Cast) -> list[dict[str, Any]]:
    known = {"session.logged", "session.noted"}
    return [event for event in events_since(now() - timedelta(minutes=1)) if event["event"] in known]


def test_each_change_of_a_log_is_an_event_of_ids(lotus: Cast) -> None:
    lead, session = lotus.actor("lead"), running(lotus)
    row = logged(lotus, session, squat(lotus, "Landmine press"), heavy(7, "61.25"))
    which: dict[str, Any] = {"actor": lead, "session_id": session.pk}
    change_set(**which, set_id=row.pk, version=1, figures=heavy(6, "62.5"))
    change_set(**which, set_id=row.pk, version=2, figures=heavy(6, "62.5"))  # nothing new, nothing told
    remove_set(**which, set_id=row.pk, version=2)
    share_log(**which, shared=True)
    write_note(**which, client_id=lotus.client().pk, body="The knee is quiet.")
    events = told(lotus)
    assert [event.get("change") for event in events] == ["logged", "changed", "removed", "shared", None]
    assert {event["session"] for event in events} == {str(session.pk)}
    for secret in ("61.25", "62.5", "Landmine", "knee"):
        assert secret not in json.dumps(events)


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[Server]:
    with django_db_blocker.unblock(), running_server() as answering:
        yield answering


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast, with every write committed at once."""
    with django_db_blocker.unblock():
        yield Cast.load()


def test_a_message_of_the_outbox_reaches_the_studios_sockets_and_no_others(
    server: Server, committed: Cast
) -> None:
    keys = {name: signed_in(committed, name) for name in ("owner", "owner2")}
    name = "01a221e4-ec0f-726a-b4f9-e9e7b1cbf0b0"

    def publish() -> None:
        with studio_context(committed.lotus), transaction.atomic():
            outbox.publish("session.logged", session=name, set=name, change="logged")
        outbox.run_lane("live")

    async def scene() -> None:
        async with (
            socket_to(server, "lotus", keys["owner"]) as own,
            socket_to(server, "summit", keys["owner2"]) as other,
        ):
            await hear(own), await hear(other)
            await asyncio.to_thread(publish)
            await asyncio.to_thread(tell, committed, "summit", "2")
            event = await hear(own)
            assert {key: event[key] for key in ("event", "session", "change")} == {
                "event": "session.logged",
                "session": name,
                "change": "logged",
            }
            assert (await hear(other))["session"] == "2"  # the first that this one hears

    asyncio.run(scene())
    OutboxMessage.objects.filter(ids__session=name).delete()
