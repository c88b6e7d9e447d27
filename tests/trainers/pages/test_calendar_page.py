"""The studio's calendar: what it shows to whom, and an address that keeps its place."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fitflow.accounts.services import create_person
from fitflow.tenancy.context import leave, studio_context
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.plan import at, scheduled
from trainers.models import Session, TrainerProfile

PAGE = "/calendar/"


def events(cast: Cast, who: str, starts: Any, studio: str = "lotus", **filters: str) -> list[dict[str, Any]]:
    """Ask for the events of the day of an instant, as the grid does."""
    day = starts.date()
    leave()
    query = urlencode({"date": day, "view": "day", **filters})
    response = browser_of(cast, who, studio).get(f"{PAGE}events/?{query}")
    assert response.status_code == 200
    found: list[dict[str, Any]] = response.json()["events"]
    return found


def test_a_week_says_which_days_and_whose_time(lotus: Cast) -> None:
    scheduled(lotus, at(10), clients=("Client",))
    leave()
    response = browser_of(lotus, "lead").get(PAGE, {"date": at(10).date().isoformat()})
    words = words_of(response)
    assert "1 session, 1 h" in words
    assert "Toronto time" in words
    assert "Private" in words
    assert "10:00" in words


@pytest.mark.parametrize(
    ("query", "view"),
    [
        ("view=day", "day"),
        ("view=trainers", "trainers"),
        ("view=locations", "locations"),
        ("view=rooms-week", "rooms-week"),
        ("view=trainers-hours", "trainers-hours"),
        ("view=day-hours", "week"),
        ("view=year&date=tomorrow&trainer=x", "week"),
        ("date=9999-12-31", "week"),
    ],
)
def test_what_an_address_does_not_know_falls_back(cast: Cast, query: str, view: str) -> None:
    response = browser_of(cast, "lead").get(f"{PAGE}?{query}")
    assert response.status_code == 200
    assert f'data-view="{view}"' in response.content.decode()


def test_a_script_gets_the_period_alone(cast: Cast) -> None:
    response = browser_of(cast, "lead").get(PAGE, headers={"HX-Request": "true"})
    text = response.content.decode()
    assert 'id="cal-bar"' in text
    assert "<html" not in text
    assert "HX-Request" in response["Vary"]


def test_an_event_is_shown_on_the_clocks_of_the_studio(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), clients=("Client",))
    (event,) = events(lotus, "lead", at(10))
    assert event["start"] == f"{at(10).date()}T10:00"
    assert event["end"] == f"{at(10).date()}T11:00"
    assert (event["title"], event["line"], event["movable"]) == ("Private", "Client", True)
    assert event["url"] == f"/sessions/{session.pk}/"


def test_who_is_booked_is_told_to_those_who_may_know(lotus: Cast) -> None:
    scheduled(lotus, at(10), clients=("Client",))
    (event,) = events(lotus, "trainer", at(10))
    assert event["line"] == ""
    assert event["movable"] is False
    (event,) = events(lotus, "owner", at(10))
    assert event["line"] == "Client"


def test_time_taken_in_another_studio_is_a_bare_span(lotus: Cast) -> None:
    leave()
    with studio_context(lotus.summit):
        scheduled(lotus, at(14), service="Class")
    (event,) = events(lotus, "owner", at(14))
    assert event["kind"] == "busy"
    assert event["title"] == "Busy elsewhere"
    assert event["url"] == ""
    assert "Summit" not in json.dumps(event)
    assert "Class" not in json.dumps(event)


def test_a_trainer_does_not_see_where_her_colleagues_are(lotus: Cast) -> None:
    leave()
    with studio_context(lotus.summit):
        scheduled(lotus, at(14))
    assert events(lotus, "trainer", at(14)) == []


def test_filters_leave_what_is_named(lotus: Cast) -> None:
    scheduled(lotus, at(10))
    scheduled(lotus, at(10), trainer="trainer")
    trainer = str(lotus.trainer("trainer").pk)
    assert [event["trainer"] for event in events(lotus, "owner", at(10), trainer=trainer)] == [trainer]


def test_filters_of_every_kind_are_kept_in_every_link_of_the_bar(lotus: Cast) -> None:
    chosen = {
        "trainer": str(lotus.trainer("lead").pk),
        "location": str(lotus.location("Main").pk),
        "service": str(lotus.service("Private").pk),
    }
    scheduled(lotus, at(10))
    scheduled(lotus, at(12), service="Class")
    leave()
    query = urlencode({"view": "week", "date": at(10).date(), **chosen})
    response = browser_of(lotus, "owner").get(f"{PAGE}?{query}")
    text = response.content.decode()
    links = re.findall(r'id="cal-(?:view|earlier|later|now|print|day)[^"]*" href="([^"]*)"', text)
    assert len(links) == 8
    for link in links:
        assert all(f"{name}={value}" in link for name, value in chosen.items()), link
    assert "1 session, 1 h" in words_of(response)
    assert [event["title"] for event in events(lotus, "owner", at(10), **chosen)] == ["Private"]


def test_locations_stand_side_by_side_where_there_are_several(lotus: Cast) -> None:
    leave()
    text = browser_of(lotus, "owner").get(f"{PAGE}?view=locations").content.decode()
    columns = json.loads(re.findall(r'id="cal-resources"[^>]*>(.*?)<', text)[0])
    assert [column["title"] for column in columns] == ["Annex", "Main"]
    assert "One day" in text
    assert "Whole week" in text
    other = browser_of(lotus, "owner2", "summit").get(f"{PAGE}?view=rooms").content.decode()
    assert "view=locations" not in other


def test_many_trainers_are_chosen_from_the_menu(lotus: Cast) -> None:
    """A row of chips would go on out of sight; the menu has them all, and ticks or clears them at once."""
    leave()
    browser = browser_of(lotus, "owner")
    few = browser.get(PAGE).content.decode()
    assert few.index('name="trainer"') < few.index('id="cal-filter"')
    assert "data-tick" not in few
    people = [
        create_person(email=f"more{number}@fitflow.test", password="a-long-password-1", name=f"T {number}")
        for number in range(8)
    ]
    with studio_context(lotus.lotus):
        TrainerProfile.objects.bulk_create(TrainerProfile(user=one, name=one.name) for one in people)
    leave()
    many = browser.get(PAGE).content.decode()
    assert many.index('id="cal-filter"') < many.index('name="trainer"')
    assert re.findall(r'data-tick="(\w+)"', many)[:2] == ["all", "none"]
    one = re.findall(r'name="trainer" value="([^"]+)"', many)[0]
    assert "(1)" in browser.get(f"{PAGE}?trainer={one}").content.decode().split('id="cal-filter"')[1][:200]


def test_the_list_of_a_day_tells_what_began_the_day_before_by_its_end(lotus: Cast) -> None:
    session = scheduled(lotus, at(22))
    Session.objects.filter(pk=session.pk).update(ends_at=at(2, days=4))
    leave()
    browser = browser_of(lotus, "owner")
    first = words_of(browser.get(PAGE, {"date": at(22).date().isoformat()}))
    assert "22:00 " in first
    assert "since" not in first
    after = words_of(browser.get(PAGE, {"date": at(2, days=4).date().isoformat()}))
    assert "until – 02:00" in after
    assert "since 22:00 the day before" in after


def test_a_page_is_told_where_the_clocks_change(cast: Cast) -> None:
    text = browser_of(cast, "lead").get(f"{PAGE}?view=week&date=2027-03-14").content.decode()
    assert json.loads(re.findall(r'id="cal-changes"[^>]*>(.*?)<', text)[0]) == [["2027-03-14T02:00", 60]]


def test_a_time_of_the_calendars_clocks_is_that_instant_at_a_place_of_another_zone(lotus: Cast) -> None:
    """A studio of two zones: booking, and dragging, at ten of Toronto's clocks is at seven of the annex's."""
    annex = lotus.location("Annex")
    type(annex).objects.filter(pk=annex.pk).update(timezone="America/Vancouver")
    session = scheduled(lotus, at(12), location_id=annex.pk)
    leave()
    browser = browser_of(lotus, "owner")
    query = urlencode({"starts": f"{at(10).date()}T10:00", "zone": "America/Toronto", "location": annex.pk})
    assert 'value="07:00"' in browser.get(f"/sessions/new/?{query}").content.decode()
    sent = {
        "starts_on": str(at(14).date()),
        "starts_at": "14:00",
        "zone": "America/Toronto",
        "minutes": 60,
        "trainer": session.trainer_id,
        "place": str(annex.pk),
        "version": session.version,
    }
    answer = browser.post(f"/sessions/{session.pk}/move/", sent, headers={"accept": "application/json"})
    assert answer.status_code == 200, answer.content
    with studio_context(lotus.lotus):
        session.refresh_from_db()
    assert session.starts_at == at(14)


def test_the_page_asks_for_the_days_it_draws(cast: Cast) -> None:
    """A month is drawn in whole weeks; the preloaded address is the one that the script asks."""
    text = browser_of(cast, "lead").get(f"{PAGE}?view=month&date=2026-11-15").content.decode()
    asked = "view=month&amp;date=2026-11-15&amp;from=2026-10-26&amp;to=2026-12-07"
    assert text.count(asked) == 2


def test_the_grid_asks_little_of_the_database(lotus: Cast) -> None:
    scheduled(lotus, at(10), clients=("Client",))
    leave()
    browser = browser_of(lotus, "owner")
    browser.get(f"{PAGE}events/")
    with CaptureQueriesContext(connection) as few:
        browser.get(f"{PAGE}events/?view=day&date={at(10).date()}")
    with studio_context(lotus.lotus):
        for hour in range(11, 20):
            scheduled(lotus, at(hour), clients=("Client",))
    leave()
    with CaptureQueriesContext(connection) as many:
        browser.get(f"{PAGE}events/?view=day&date={at(10).date()}")
    assert len(few) == len(many)
    about = [one["sql"] for one in many if "trainers_session" in one["sql"]]
    assert len(about) == 1


def test_a_day_without_sessions_invites(cast: Cast) -> None:
    words = words_of(browser_of(cast, "lead").get(PAGE))
    assert "Nothing booked yet" in words
    assert "Book a session" in words


@pytest.mark.parametrize(("who", "status"), [("client", 403), ("owner2", 404), ("outsider", 404), ("", 302)])
@pytest.mark.parametrize(
    "path", [PAGE, f"{PAGE}events/", f"{PAGE}print/", f"{PAGE}clients/", "/sessions/new/"]
)
def test_it_is_for_those_who_work_there(cast: Cast, path: str, who: str, status: int) -> None:
    assert browser_of(cast, who).get(path).status_code == status
