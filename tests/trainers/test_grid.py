"""What PostgreSQL writes for a studio's calendar, held against what Python says of the same sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from fitflow.core.clock import now
from tests.cast import Cast
from tests.trainers.plan import at, scheduled, seen
from trainers.models import Session
from trainers.selectors_grid import Writing, grid_json, time_booked, within
from trainers.services import cancel_session, hold_slot
from trainers.views.agenda import Shown, event_of, marks, people_text, shown_state

EVER = (at(0, days=-30), at(0, days=30))


def grid(
    cast: Cast, who: str = "owner", zone: str = "America/Toronto", **filters: Any
) -> list[dict[str, Any]]:
    """Return what the calendar of a person of lotus shows of two months."""
    writing = Writing(zone=zone, letters=marks([cast.trainer("lead")]), address=("/sessions/", "/"))
    found = grid_json(actor=cast.actor(who), wanted=within(*EVER, filters), writing=writing)
    return list(orjson.loads(found))


def changed(session: Session, **values: Any) -> Session:
    """Write what only time or the whole house could bring about."""
    Session.objects.filter(pk=session.pk).update(**values)
    return session


@pytest.fixture
def every_kind(lotus: Cast) -> Cast:
    """A session of each kind there is, in lotus."""
    scheduled(lotus, at(8), clients=("Client",))
    scheduled(lotus, at(9))
    scheduled(lotus, at(10), service="Class", clients=("Client",))
    full = scheduled(lotus, at(11), service="Class", clients=("Client",))
    changed(full, capacity=2, booked=2, waitlisted=3)
    scheduled(lotus, at(12), trainer="trainer", clients=("Étienne Caron",))
    gone = scheduled(lotus, at(13), clients=("Client",))
    cancel_session(actor=lotus.actor("owner"), session_id=gone.pk, reason="")
    start = now() - timedelta(minutes=20)
    changed(
        scheduled(lotus, at(14), clients=("Client",)), starts_at=start, ends_at=start + timedelta(hours=1)
    )
    changed(scheduled(lotus, at(15)), starts_at=at(9, days=-2), ends_at=at(10, days=-2))
    changed(scheduled(lotus, at(16)), starts_at=at(9, days=-3), ends_at=at(10, days=-3), status="completed")
    return lotus


@pytest.mark.parametrize("who", ["owner", "lead", "trainer"])
def test_it_says_of_every_kind_what_the_pages_say(every_kind: Cast, who: str) -> None:
    rows = seen(every_kind.actor(who), *EVER, holds=True)
    expected = {}
    for row in rows:
        session = Session.objects.get(pk=row["id"])
        names = [
            one["name"] for one in row["clients"] if row["status"] == "cancelled" or one["status"] == "booked"
        ]
        state = shown_state(row, session.starts_at, session.ends_at, editable=row["may_edit"])
        movable = row["may_edit"] and row["status"] == "scheduled"
        expected[row["id"]] = (state, people_text(row, names), movable, row["version"])
    found = {
        row["id"]: (row["state"], row["line"], row["movable"], row["version"])
        for row in grid(every_kind, who)
    }
    assert found == expected
    assert {state for state, *_ in expected.values()} >= {"", "now", "full", "cancelled", "completed"}


def test_a_held_slot_says_until_when(lotus: Cast) -> None:
    hold_slot(
        actor=lotus.actor("owner"),
        service_id=lotus.service().pk,
        trainer_id=lotus.trainer("lead").pk,
        location_id=lotus.location().pk,
        starts_at=at(10),
    )
    (row,) = grid(lotus)
    assert row["kind"] == "held"
    assert row["title"].startswith("Held until ")
    assert (row["line"], row["movable"]) == ("Private", False)


def test_times_are_on_the_clocks_asked_for(lotus: Cast) -> None:
    scheduled(lotus, at(10))
    (there,) = grid(lotus, zone="America/Vancouver")
    assert there["start"] == f"{at(10).date()}T07:00"
    (here,) = grid(lotus)
    assert (here["start"][11:], here["end"][11:]) == ("10:00", "11:00")


def test_it_says_how_long_a_session_really_lasts(lotus: Cast) -> None:
    """Four hours over the night the clocks go forward end five hours later on the wall."""
    start = datetime(2027, 3, 13, 23, tzinfo=ZoneInfo("America/Toronto")).astimezone(UTC)
    changed(scheduled(lotus, at(10)), starts_at=start, ends_at=start + timedelta(hours=4))
    writing = Writing(zone="America/Toronto", letters={}, address=("", ""))
    wanted = within(start, start + timedelta(hours=4), {})
    (row,) = orjson.loads(grid_json(actor=lotus.actor("owner"), wanted=wanted, writing=writing))
    assert (row["start"][11:], row["end"][11:], row["minutes"]) == ("23:00", "04:00", 240)
    shown = Shown(kind="session", starts_at=start, ends_at=start + timedelta(hours=4))
    event = event_of(shown, "America/Toronto")
    assert [event[name] for name in ("start", "end", "minutes")] == [
        row[name] for name in ("start", "end", "minutes")
    ]


def test_filters_join(lotus: Cast) -> None:
    annex = lotus.location("Annex")
    scheduled(lotus, at(8))
    scheduled(lotus, at(9), location_id=annex.id)
    scheduled(lotus, at(9), trainer="trainer", service="Class", location_id=annex.id)

    def hours(**filters: Any) -> list[str]:
        return [row["start"][11:] + row["title"][0] for row in grid(lotus, **filters)]

    here, lead, group = (str(annex.pk),), (str(lotus.trainer("lead").pk),), (str(lotus.service("Class").pk),)
    assert hours(location=here) == ["09:00P", "09:00C"] or hours(location=here) == ["09:00C", "09:00P"]
    assert hours(location=here, trainer=lead) == ["09:00P"]
    assert hours(service=group) == ["09:00C"]
    assert hours(service=group, trainer=lead) == []


def test_what_is_cancelled_or_held_is_no_time_booked(every_kind: Cast) -> None:
    number, minutes = time_booked(actor=every_kind.actor("owner"), wanted=within(*EVER, {}))
    rows = [row for row in grid(every_kind) if row["state"] != "cancelled"]
    assert (number, minutes) == (len(rows), 60 * len(rows))


def test_no_two_trainers_have_the_same_letters(lotus: Cast) -> None:
    people = [lotus.trainer("lead") for _ in range(4)]
    for person, name in zip(people, ["Maya Fournier", "Marc Leduc", "Mia Farrow", "Max Ford"], strict=True):
        person.name = name
        person.pk = name
    assert list(marks(people).values()) == ["M", "ML", "MF", "M2"]
