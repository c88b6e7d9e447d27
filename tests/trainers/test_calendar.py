from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext

from fitflow.tenancy.context import studio_context
from studios.shared.selectors import actor_in
from tests.cast import Cast
from tests.trainers.plan import at, scheduled, seen
from trainers.selectors import busy_elsewhere, my_calendar, session_board
from trainers.services import cancel_session
from trainers.shared.models import BusyTime


def week(cast: Cast, person: str, **filters: Any) -> list[dict[str, Any]]:
    """Return the days around the tests' sessions as a person of lotus sees them."""
    return seen(cast.actor(person), at(0), at(23), **filters)


def test_the_week_is_one_query(lotus: Cast) -> None:
    scheduled(lotus, at(10), clients=("Client",))
    lead = lotus.actor("lead")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        seen(lead, at(0), at(23))
    assert len(queries) == 1


def test_everyone_here_sees_the_times_but_not_everyone_who_is_booked(lotus: Cast) -> None:
    scheduled(lotus, at(10), clients=("Client",))
    scheduled(lotus, at(12), trainer="trainer", clients=("Étienne Caron",))
    shown = {
        person: [[client["name"] for client in row["clients"]] for row in week(lotus, person)]
        for person in ("owner", "manager", "lead", "trainer")
    }
    everything = [["Client"], ["Étienne Caron"]]
    assert shown == {
        "owner": everything,
        "manager": everything,
        "lead": everything,
        "trainer": [[], ["Étienne Caron"]],
    }


def test_a_client_sees_her_own_sessions_and_nobody_beside_her(lotus: Cast) -> None:
    scheduled(lotus, at(10), service="Class", clients=("Client", "Étienne Caron"))
    scheduled(lotus, at(12), clients=("Étienne Caron",))
    (row,) = week(lotus, "client")
    assert [client["name"] for client in row["clients"]] == ["Client"]
    assert row["may_edit"] is False
    assert week(lotus, "outsider") == []


def test_who_may_edit_is_told(lotus: Cast) -> None:
    scheduled(lotus, at(10))
    scheduled(lotus, at(12), trainer="trainer")
    edits = {
        person: [row["may_edit"] for row in week(lotus, person)] for person in ("owner", "lead", "trainer")
    }
    assert edits == {"owner": [True, True], "lead": [True, True], "trainer": [False, True]}


def test_the_filters(lotus: Cast) -> None:
    first = scheduled(lotus, at(10), clients=("Client",))
    second = scheduled(lotus, at(12), trainer="trainer", location_id=lotus.location("Annex").id)
    cancel_session(actor=lotus.actor("owner"), session_id=second.id, reason="")

    def ids(**filters: Any) -> list[str]:
        return [row["id"] for row in week(lotus, "owner", **filters)]

    assert ids() == [str(first.id), str(second.id)]
    assert ids(trainer=lotus.trainer("trainer").id) == [str(second.id)]
    assert ids(location=lotus.location("Main").id) == [str(first.id)]
    assert ids(status="cancelled") == [str(second.id)]
    assert ids(client=lotus.client().id) == [str(first.id)]


def test_the_filter_by_client_tells_nothing_one_may_not_see(lotus: Cast) -> None:
    scheduled(lotus, at(10), clients=("Client",))
    assert week(lotus, "trainer", client=lotus.client().id) == []


@pytest.mark.parametrize(
    ("starts", "ends", "number"), [(9, 10, 0), (9, 10.5, 1), (10.5, 10.75, 1), (11, 12, 0)]
)
def test_the_window_takes_what_overlaps_it(lotus: Cast, starts: float, ends: float, number: int) -> None:
    scheduled(lotus, at(10))
    assert len(seen(lotus.actor("owner"), at(starts), at(ends))) == number


def test_names_in_any_script_come_through(lotus: Cast) -> None:
    client = lotus.client()
    client.name = '‏ليلى 🧘 "Q" \\ </script>'
    client.save()
    scheduled(lotus, at(10), clients=(client.name,))
    assert week(lotus, "owner")[0]["clients"][0]["name"] == client.name


def test_my_calendar_is_all_my_studios_in_time_order(cast: Cast) -> None:
    with studio_context(cast.summit):
        scheduled(cast, at(9))
    with studio_context(cast.lotus):
        scheduled(cast, at(8), clients=("Client",))
        scheduled(cast, at(11), trainer="trainer")
        cancel_session(actor=cast.actor("lead"), session_id=scheduled(cast, at(15)).id, reason="")
    BusyTime.objects.create(
        user=cast.user["lead"], kind="external", span=DateTimeTZRange(at(12), at(13), "[)")
    )
    found = my_calendar(user=cast.user["lead"], starts=at(0), ends=at(23))
    assert [(item["kind"], item.get("studio", {}).get("slug")) for item in found] == [
        ("session", "lotus"),
        ("session", "summit"),
        ("busy", None),
    ]
    assert found[0]["clients"] == ["Client"]
    assert set(found[2]) == {"kind", "starts_at", "ends_at", "calendar"}


def test_my_calendar_of_a_client_or_a_stranger_is_empty(cast: Cast) -> None:
    with studio_context(cast.lotus):
        scheduled(cast, at(8), clients=("Client",))
    for person in ("client", "outsider"):
        assert my_calendar(user=cast.user[person], starts=at(0), ends=at(23)) == []


def test_busy_elsewhere_is_a_bare_span(cast: Cast) -> None:
    with studio_context(cast.summit):
        scheduled(cast, at(9), clients=("Client2",))
    with studio_context(cast.lotus):
        scheduled(cast, at(11))
        trainer = cast.trainer("lead").id
        spans = busy_elsewhere(trainer_ids=[trainer], starts=at(0), ends=at(23))
        assert spans == [{"trainer": trainer, "starts_at": at(9), "ends_at": at(9) + timedelta(hours=1)}]


def test_the_board_shows_each_person_what_she_may_see(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), service="Class", clients=("Client", "Étienne Caron"))
    boards = {
        person: session_board(lotus.actor(person), session.id)
        for person in ("owner", "lead", "trainer", "client")
    }
    assert {person: len(board.bookings) for person, board in boards.items()} == {
        "owner": 2,
        "lead": 2,
        "trainer": 0,
        "client": 1,
    }
    assert [person for person, board in boards.items() if board.writes_notes] == ["lead"]
    assert [person for person, board in boards.items() if board.may_edit] == ["owner", "lead"]


def test_the_timetables_walls_stand_for_a_person_of_another_studio(cast: Cast) -> None:
    with studio_context(cast.lotus):
        scheduled(cast, at(10), clients=("Client",))
    with studio_context(cast.summit):
        stranger = actor_in(cast.user["owner2"], cast.summit)
        assert seen(stranger, at(0), at(23)) == []
