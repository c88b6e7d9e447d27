"""The calendar on paper: what is on the screen, laid out by the server alone."""

from __future__ import annotations

import re

import pytest

from fitflow.tenancy.context import leave, studio_context
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.plan import at, scheduled
from trainers.services import cancel_session

PAGE = "/calendar/print/"


@pytest.fixture
def day(lotus: Cast) -> str:
    """Return a day with a private session in a room of the main place, a class at the annex and one that is cancelled."""
    main = lotus.location("Main")
    room = main.rooms.order_by("name").first()
    assert room
    scheduled(lotus, at(8), clients=("Client",), room_id=room.pk)
    scheduled(lotus, at(9), trainer="trainer", service="Class", location_id=lotus.location("Annex").pk)
    gone = scheduled(lotus, at(12))
    cancel_session(actor=lotus.actor("owner"), session_id=gone.pk, reason="")
    leave()
    return str(at(8).date())


def page(cast: Cast, who: str, query: str) -> str:
    response = browser_of(cast, who).get(f"{PAGE}?{query}")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    "view",
    [
        "day",
        "week",
        "month",
        "trainers",
        "rooms",
        "locations",
        "trainers-hours",
        "trainers-week",
        "rooms-week",
    ],
)
def test_every_view_is_on_paper_without_a_script(lotus: Cast, day: str, view: str) -> None:
    text = words_of(browser_of(lotus, "owner").get(f"{PAGE}?view={view}&date={day}"))
    assert "Private" in text
    assert "Class" in text
    assert "08:00" in text
    assert "Cancelled" in text
    assert "2 sessions, 2 h" in text


def test_a_day_by_rooms_has_a_list_for_each_and_one_for_what_has_none(lotus: Cast, day: str) -> None:
    found = page(lotus, "owner", f"view=rooms&date={day}")
    lists = re.findall(r"<h2[^>]*>(.*?)</h2>.*?</section>", found, re.DOTALL)
    assert lists == ["Annex, Annex Hall", "Main, Studio A", "Main, Studio B", "No room"]
    sections = found.split("<section")[1:]
    assert ["Private" in one for one in sections] == [False, True, False, True]
    assert "Nothing booked." in sections[0]


def test_a_week_by_locations_has_a_line_for_each(lotus: Cast, day: str) -> None:
    found = page(lotus, "owner", f"view=locations-week&date={day}")
    rows = re.findall(r"<tr>.*?</tr>", found, re.DOTALL)
    annex = next(row for row in rows if "Annex" in row)
    assert "Class" in annex
    assert "Private" not in annex
    assert annex.count("<td") == 7


def test_filters_hold_on_paper_and_are_named_there(lotus: Cast, day: str) -> None:
    with studio_context(lotus.lotus):
        trainer = lotus.trainer("trainer")
    query = f"view=week&date={day}&trainer={trainer.pk}"
    found = page(lotus, "owner", query)
    assert "Private" not in found
    assert "Trainers: Trainer" in found
    screen = browser_of(lotus, "owner").get(f"/calendar/?{query}").content.decode()
    assert f"/calendar/print/?view=week&amp;date={day}&amp;trainer={trainer.pk}" in screen
    assert f"/calendar/?view=week&amp;date={day}&amp;trainer={trainer.pk}" in found, (
        "the way back keeps them too"
    )


def test_who_is_booked_is_printed_for_those_who_may_know(lotus: Cast, day: str) -> None:
    assert '<td class="inline">Client</td>' in page(lotus, "owner", f"view=day&date={day}")
    assert '<td class="inline">Client</td>' not in page(lotus, "trainer", f"view=day&date={day}")


def test_sessions_of_a_trainer_who_left_are_under_others(lotus: Cast, day: str) -> None:
    with studio_context(lotus.lotus):
        trainer = lotus.trainer("trainer")
        type(trainer).objects.filter(pk=trainer.pk).update(is_active=False)
    found = page(lotus, "owner", f"view=trainers&date={day}")
    assert found.index("Others") < found.index("Class")
