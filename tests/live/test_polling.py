"""`/live/events/`: what a browser asks that has no socket."""

from __future__ import annotations

from datetime import timedelta

from fitflow.core.clock import now
from fitflow.core.live import events_since
from fitflow.core.models import OutboxMessage
from tests.cast import Cast
from tests.pages import browser_of


def event(cast: Cast, number: int) -> OutboxMessage:
    return OutboxMessage.objects.create(
        studio_id=cast.lotus.pk,
        topic="session.scheduled",
        handler="h",
        lane="live",
        ids={"session": str(number)},
    )


def test_it_tells_the_newest_of_more_than_it_can_tell(lotus: Cast) -> None:
    for number in range(205):
        event(lotus, number)
    told = [row["session"] for row in events_since(now() - timedelta(minutes=1))]
    assert told == [str(number) for number in range(5, 205)]


def test_who_asks_for_the_first_time_hears_of_the_last_seconds(cast: Cast) -> None:
    owner = browser_of(cast, "owner")
    event(cast, 7)
    answer = owner.get("/live/events/").json()
    assert [row["session"] for row in answer["events"]] == ["7"]
    assert owner.get("/live/events/", {"since": answer["now"]}).status_code == 200


def test_it_refuses_who_does_not_work_there_and_an_instant_without_its_offset(cast: Cast) -> None:
    client, nobody, owner = (browser_of(cast, name) for name in ("client", "", "owner"))
    assert client.get("/live/events/").status_code == 404
    assert nobody.get("/live/events/").status_code == 401
    assert owner.get("/live/events/", {"since": "2026-11-19T10:00:00"}).status_code == 400
