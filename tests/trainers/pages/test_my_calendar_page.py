"""My calendar: one trainer's sessions in all of her studios, on the platform's host."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from fitflow.tenancy.context import leave, studio_context
from tests.cast import Cast
from tests.pages import words_of
from tests.trainers.plan import at, scheduled

PAGE = "/my/calendar/"


def browser(cast: Cast, who: str = "lead") -> Browser:
    leave()
    signed_in = Browser(headers={"host": "fitflow.localhost"})
    if who:
        signed_in.force_login(cast.user[who])
    return signed_in


@pytest.fixture
def both(cast: Cast) -> Cast:
    """lead has a session in each of her studios, and trainer one in lotus."""
    leave()
    with studio_context(cast.lotus):
        scheduled(cast, at(10), clients=("Client",))
        scheduled(cast, at(10), trainer="trainer")
    with studio_context(cast.summit):
        scheduled(cast, at(14))
    return cast


def events(cast: Cast, who: str = "lead", **filters: str) -> list[dict[str, Any]]:
    query = {"date": at(10).date().isoformat(), "view": "day", **filters}
    found: list[dict[str, Any]] = browser(cast, who).get(f"{PAGE}events/", query).json()["events"]
    return found


def test_it_shows_her_sessions_of_every_studio(both: Cast) -> None:
    found = events(both)
    assert [(event["start"][11:], event["letter"], event["line"]) for event in found] == [
        ("10:00", "L", "Client"),
        ("14:00", "S", "Nobody booked"),
    ]
    assert found[0]["url"].startswith("http://lotus.fitflow.localhost")


def test_it_shows_nobody_elses(both: Cast) -> None:
    assert [event["letter"] for event in events(both, "trainer")] == ["L"]
    assert events(both, "owner") == []
    assert events(both, "outsider") == []


def test_a_studio_can_be_left_out(both: Cast) -> None:
    assert [event["letter"] for event in events(both, studio="summit")] == ["S"]


def test_the_page_counts_and_names_the_zone(both: Cast) -> None:
    words = words_of(browser(both).get(PAGE, {"date": at(10).date().isoformat()}))
    assert "2 sessions, 2 h" in words
    assert "Toronto time" in words


def test_a_time_leads_to_a_studios_form(both: Cast) -> None:
    page = browser(both).get(f"{PAGE}book/", {"starts": "2027-01-20T08:15"}).content.decode()
    assert "http://summit.fitflow.localhost" in page
    assert "/sessions/new/?starts=2027-01-20T08%3A15" in page
    response = browser(both, "trainer").get(f"{PAGE}book/", {"starts": "2027-01-20"})
    assert response.status_code == 302
    assert "//lotus.fitflow.localhost" in response["Location"]


def test_a_time_is_turned_into_the_clocks_of_the_studio_that_is_named(both: Cast) -> None:
    type(both.summit).objects.filter(slug="summit").update(timezone="America/Vancouver")
    ask = browser(both).get
    there = ask(f"{PAGE}book/", {"starts": "2027-01-20T08:15", "studio": "summit"})
    assert there.status_code == 302
    assert "//summit.fitflow.localhost" in there["Location"]
    assert there["Location"].endswith("/sessions/new/?starts=2027-01-20T05%3A15")
    here = ask(f"{PAGE}book/", {"starts": "2027-01-20T08:15", "studio": "lotus"})
    assert "08%3A15" in here["Location"]
    a_day = ask(f"{PAGE}book/", {"starts": "2027-01-20", "studio": "summit"})
    assert a_day["Location"].endswith("starts=2027-01-20")
    assert ask(f"{PAGE}book/", {"starts": "2027-01-20", "studio": "nowhere"}).status_code == 200


def test_her_calendar_is_on_paper_too(both: Cast) -> None:
    query = {"date": at(10).date().isoformat(), "view": "week"}
    words = words_of(browser(both).get(f"{PAGE}print/", query))
    assert "2 sessions, 2 h" in words
    assert "Private" in words
    only = words_of(browser(both).get(f"{PAGE}print/", {**query, "studio": "summit"}))
    assert "1 session, 1 h" in only
    assert "Studios: Summit" in only
    assert browser(both, "").get(f"{PAGE}print/").status_code == 302


def test_who_works_nowhere_yet_is_told_what_belongs_here(cast: Cast) -> None:
    assert "You work in no studio yet" in words_of(browser(cast, "outsider").get(PAGE))


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}events/", f"{PAGE}book/"])
def test_it_asks_to_sign_in(cast: Cast, path: str) -> None:
    response = browser(cast, "").get(path)
    assert response.status_code == 302
    assert "/account/login/" in response["Location"]
