"""The page of weekly hours, as a browser without a script uses it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent, Location
from tests.cast import Cast
from tests.trainers.availability.browsing import PATH, browser_as, hours_line, ids, in_june, spans

__all__ = ["ids", "in_june"]


def test_a_trainer_sees_an_empty_week_and_begins_with_the_usual_one(cast: Cast, ids: dict[str, Any]) -> None:
    browser = browser_as(cast, "trainer")
    assert "No hours yet" in browser.get(PATH).content.decode()

    page = browser.post(f"{PATH}{ids['trainer']}/week/", {"do": "usual"})
    assert page.status_code == 200
    assert page.content.decode().count('value="13:00"') == 5
    assert spans(cast) == []  # nothing is saved by it


def test_she_saves_her_week_at_two_places(cast: Cast, ids: dict[str, Any]) -> None:
    data = {
        **hours_line(0, 0, "9", "12:00", ids["main"]),
        **hours_line(0, 1, "13.00", "1700", ids["annex"]),
        **hours_line(6, 0, "22:00", "24:00", ids["main"]),
        **hours_line(5, 0, "", "", ids["main"]),
    }
    answer = browser_as(cast, "trainer").post(f"{PATH}{ids['trainer']}/week/", data)
    assert answer.status_code == 302
    assert spans(cast) == [(0, 540, 720), (0, 780, 1020), (6, 1320, 1440)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("nine", "12"), "Write times such as"),
        (("12:00", "9:00"), "It ends before it starts"),
        (("9:00", "25:00"), "Write times such as"),
    ],
)
def test_what_was_typed_stays_beside_what_is_wrong(
    cast: Cast, ids: dict[str, Any], line: tuple[str, str], words: str
) -> None:
    answer = browser_as(cast, "trainer").post(
        f"{PATH}{ids['trainer']}/week/", hours_line(2, 0, *line, ids["main"])
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert f'value="{line[0]}"' in page


def test_overlapping_lines_are_refused_in_words(cast: Cast, ids: dict[str, Any]) -> None:
    data = {**hours_line(0, 0, "9", "12", ids["main"]), **hours_line(0, 1, "11", "13", ids["annex"])}
    answer = browser_as(cast, "owner").post(f"{PATH}{ids['trainer']}/week/", data)
    assert answer.status_code == 422
    assert "Monday: 09:00 to 12:00 at Main and 11:00 to 13:00 at Annex overlap" in answer.content.decode()


@pytest.mark.parametrize(
    ("do", "values"),
    [
        ("break:0:0", ["09:00", "12:00", "13:00", "17:00"]),
        ("remove:0:0", []),
        ("add:0", ["9:00", "17:00"]),
        ("copy", ["9:00", "17:00"] * 5),
        ("nonsense", ["9:00", "17:00"]),
        ("break:9:9", ["9:00", "17:00"]),
    ],
)
def test_buttons_change_the_form_and_save_nothing(
    cast: Cast, ids: dict[str, Any], do: str, values: list[str]
) -> None:
    data = {**hours_line(0, 0, "9:00", "17:00", ids["main"]), "do": do}
    answer = browser_as(cast, "trainer").post(f"{PATH}{ids['trainer']}/week/", data)
    assert answer.status_code == 200
    found = re.findall(r'name="(?:starts|ends)-[^"]+" value="(\d[^"]+)"', answer.content.decode())
    assert [value.removeprefix("0") for value in found] == [value.removeprefix("0") for value in values]
    assert spans(cast) == []


def test_of_two_who_change_a_week_at_once_the_later_one_is_told(cast: Cast, ids: dict[str, Any]) -> None:
    path, lead, owner = f"{PATH}{ids['lead']}/week/", browser_as(cast, "lead"), browser_as(cast, "owner")
    page = owner.get(f"{PATH}?trainer={ids['lead']}").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    hers = hours_line(0, 0, "9:00", "12:00", ids["main"]) | {"seen": seen[1]}
    theirs = hours_line(1, 0, "13:00", "17:00", ids["main"]) | {"seen": seen[1]}
    assert lead.post(path, hers).status_code == 302
    # A button that saves nothing keeps what was seen.
    again = owner.post(path, {**theirs, "do": "add:2"}).content.decode()
    assert f'name="seen" value="{seen[1]}"' in again
    late = owner.post(path, theirs)
    assert late.status_code == 422
    assert "Somebody changed these hours meanwhile." in late.content.decode()
    assert 'value="13:00"' in late.content.decode(), "what was typed stays"
    assert spans(cast) == [(0, 540, 720)]
    # Who saves again means it.
    now = re.search(r'name="seen" value="(\w+)"', late.content.decode())
    assert now
    assert now[1] != seen[1]
    assert owner.post(path, theirs | {"seen": now[1]}).status_code == 302
    assert spans(cast) == [(1, 780, 1020)]


def test_a_week_that_is_sent_twice_is_saved_once_and_told_so(cast: Cast, ids: dict[str, Any]) -> None:
    browser, path = browser_as(cast, "trainer"), f"{PATH}{ids['trainer']}/week/"
    seen = re.search(r'name="seen" value="(\w+)"', browser.get(PATH).content.decode())
    assert seen
    week = hours_line(0, 0, "9:00", "12:00", ids["main"]) | {"seen": seen[1]}
    assert [browser.post(path, week).status_code for _ in range(2)] == [302, 302]
    with studio_context(cast.lotus):
        assert AuditEvent.objects.filter(action="availability.season_set").count() == 1


def test_a_week_of_a_studio_without_places_is_no_error(cast: Cast, ids: dict[str, Any]) -> None:
    with studio_context(cast.lotus):
        Location.objects.update(is_active=False)
    answer = browser_as(cast, "lead").post(
        f"{PATH}{ids['lead']}/week/", hours_line(0, 0, "9:00", "12:00", ids["main"])
    )
    assert answer.status_code == 422
    assert "Choose the place." in answer.content.decode()


def test_managers_choose_the_trainer_and_trainers_see_themselves_only(
    cast: Cast, ids: dict[str, Any]
) -> None:
    whose = {"trainer": ids["lead"]}
    assert browser_as(cast, "manager").get(PATH, whose).status_code == 200
    assert browser_as(cast, "lead").get(PATH, {"trainer": ids["trainer"]}).status_code == 200
    assert browser_as(cast, "trainer").get(PATH, whose).status_code == 403
    assert browser_as(cast, "trainer").get(PATH, {"trainer": "x"}).status_code == 404
    assert browser_as(cast, "client").get(PATH).status_code == 403
