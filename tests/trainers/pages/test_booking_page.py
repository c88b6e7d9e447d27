"""Booking by page: what was typed stays, a refusal stands beside its field, a free start is a tap away."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from fitflow.tenancy.context import leave, studio_context
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.plan import at, scheduled
from trainers.models import Booking, Session
from trainers.services import save_service, set_week
from trainers.services.availability import WeeklyHours

BOOK = "/calendar/book/"


def typed(cast: Cast, **changes: Any) -> dict[str, Any]:
    """Return lotus's form as lead fills it in."""
    leave()
    with studio_context(cast.lotus):
        return {
            "starts_on": at(10).date().isoformat(),
            "starts_at": "10:00",
            "service": cast.service().pk,
            "client": "Client",
            "trainer": cast.trainer("lead").pk,
            "place": str(cast.location().pk),
            **changes,
        }


def send(cast: Cast, data: dict[str, Any], who: str = "lead", **headers: str) -> Any:
    leave()
    return browser_of(cast, who).post(BOOK, data, headers=headers)


def sessions(cast: Cast) -> list[Session]:
    with studio_context(cast.lotus):
        return list(Session.objects.select_related("location", "room", "trainer"))


@pytest.mark.parametrize("night", ["2027-03-13T23:00-05:00", "2027-11-06T23:00-04:00"])
def test_five_hours_over_a_change_of_clock_are_five_hours(lotus: Cast, night: str) -> None:
    starts = datetime.fromisoformat(night)
    with time_machine.travel(starts - timedelta(days=5), tick=False):
        save_service(actor=SYSTEM, service_id=lotus.service().pk, duration_minutes=300)
        data = typed(lotus, starts_on=starts.date().isoformat(), starts_at="23:00")
        assert send(lotus, data).status_code == 302
        (session,) = sessions(lotus)
        assert (session.starts_at, session.ends_at) == (starts, starts + timedelta(hours=5))


def test_it_books_and_offers_undo(lotus: Cast) -> None:
    place = f"{lotus.location().pk}:{lotus.room().pk}"
    data = typed(lotus, place=place)
    response = send(lotus, data)
    assert response.status_code == 302
    assert response["Location"] == f"/calendar/?view=week&date={at(10).date()}"
    (session,) = sessions(lotus)
    assert session.starts_at == at(10)
    assert session.room is not None
    assert session.room.name == "Studio A"
    with studio_context(lotus.lotus):
        assert Booking.objects.get(session=session).client.name == "Client"


def test_undo_takes_it_back(lotus: Cast) -> None:
    send(lotus, typed(lotus))
    (session,) = sessions(lotus)
    response = browser_of(lotus, "lead").post(f"/sessions/{session.pk}/unbook/")
    assert response.status_code == 302
    assert [row.status for row in sessions(lotus)] == ["cancelled"]


def test_in_the_sheet_it_answers_with_a_toast(lotus: Cast) -> None:
    response = send(lotus, typed(lotus), **{"HX-Request": "true"})
    assert response.status_code == 204
    said = json.loads(response["HX-Trigger"])
    assert "Private with Client booked for" in said["ff:toast"]["text"]
    assert said["ff:toast"]["undo"].endswith("/unbook/")
    assert "calendar:booked" in said


def test_a_clash_says_when_and_offers_what_is_free(lotus: Cast) -> None:
    leave()
    with studio_context(lotus.summit):
        scheduled(lotus, at(10.5))
    response = send(lotus, typed(lotus, client="Étienne Caron"))
    words = words_of(response)
    assert response.status_code == 422
    assert "You are busy elsewhere from 10:30 to 11:30." in words
    assert 'value="Étienne Caron"' in response.content.decode()
    assert f'name="pick" value="start:{at(9).date()}T11:30"' in response.content.decode()
    assert sessions(lotus) == []


def test_a_free_start_that_is_picked_only_fills_the_field(lotus: Cast) -> None:
    response = send(lotus, typed(lotus, pick=f"start:{at(9).date()}T11:30", client="Étienne Caron"))
    page = response.content.decode()
    assert response.status_code == 200
    assert 'value="11:30"' in page
    assert 'value="Étienne Caron"' in page
    assert sessions(lotus) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client": "Nobody Knows"}, "No client here is called “Nobody Knows”."),
        ({"starts_at": "noon"}, "Write a time such as 10:30."),
        ({"starts_on": "2020-02-02"}, "That time has passed."),
        ({"starts_on": ""}, "This field is required."),
        ({"place": "somewhere"}, "Select a valid choice."),
        ({"trainer": "00000000-0000-7000-8000-000000000000"}, "You cannot book that trainer."),
        ({"service": "x"}, "is not a valid UUID."),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(
    lotus: Cast, changes: dict[str, str], words: str
) -> None:
    response = send(lotus, typed(lotus, **changes))
    assert response.status_code == 422
    assert words in words_of(response)
    assert sessions(lotus) == []


def test_a_time_the_clocks_skip_is_refused(lotus: Cast) -> None:
    spring = next(
        day for day in (date(2027, 3, 14), date(2028, 3, 12), date(2029, 3, 11)) if day > at(0).date()
    )
    response = send(lotus, typed(lotus, starts_on=spring.isoformat(), starts_at="02:30"))
    assert response.status_code == 422
    assert "The clocks go forward that night" in words_of(response)


def test_a_name_that_several_have_is_a_question(lotus: Cast) -> None:
    from clients.models import Client

    for name in ("Anna Berg", "Anna Lund"):
        Client.objects.create(name=name)
    response = send(lotus, typed(lotus, client="anna"))
    assert response.status_code == 422
    assert "Several people match. Choose one: Anna Berg Anna Lund" in words_of(response)


def test_names_of_every_script_and_long_ones_are_no_trouble(lotus: Cast) -> None:
    for name in ("🧘🏽 تمارا", "x" * 200):
        response = send(lotus, typed(lotus, client=name))
        assert response.status_code == 422
    assert "at most 200 characters" in words_of(send(lotus, typed(lotus, client="x" * 2_000)))


def test_a_trainer_books_for_herself_alone(lotus: Cast) -> None:
    lead, own = lotus.trainer("lead").pk, lotus.trainer("trainer").pk
    response = send(lotus, typed(lotus, trainer=lead), who="trainer")
    assert response.status_code == 422
    response = send(lotus, typed(lotus, trainer=own), who="trainer")
    assert response.status_code == 302
    assert [row.trainer.name for row in sessions(lotus)] == ["Trainer"]


def test_a_click_in_anothers_column_books_for_who_may_be_booked(lotus: Cast) -> None:
    """A trainer books herself only, and the form says so; a lead chooses among hers, and no one else is filled in."""
    other = lotus.trainer("lead").pk
    own = lotus.trainer("trainer")
    leave()
    page = browser_of(lotus, "trainer").get(f"/sessions/new/?trainer={other}", headers={"HX-Request": "true"})
    assert f'name="trainer" value="{own.pk}"' in page.content.decode()
    assert f"with {own.name}" in words_of(page)
    assert str(other) not in page.content.decode()


def test_a_trainer_who_may_not_be_booked_is_said_where_no_field_shows_it(lotus: Cast) -> None:
    other = lotus.trainer("lead").pk
    own = scheduled(lotus, at(10), trainer="trainer")
    response = send(lotus, typed(lotus, trainer=other), "trainer")
    assert response.status_code == 422
    assert "You cannot book that trainer." in words_of(response)
    sent = {
        "starts_on": str(at(14).date()),
        "starts_at": "14:00",
        "minutes": 60,
        "trainer": other,
        "place": str(own.location_id),
        "version": own.version,
    }
    leave()
    answer = browser_of(lotus, "trainer").post(
        f"/sessions/{own.pk}/move/", sent, headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]["message"]) == (
        409,
        "You cannot book that trainer. Ask a manager, or who leads her team.",
    )


def test_a_room_is_where_a_link_says(lotus: Cast) -> None:
    room, client = lotus.room("Annex Hall"), lotus.client("Étienne Caron")
    leave()
    page = (
        browser_of(lotus, "lead")
        .get("/sessions/new/", {"starts": "2027-01-20T08:15", "room": room.pk, "client": client.pk})
        .content.decode()
    )
    assert 'value="08:15"' in page
    assert 'value="2027-01-20"' in page
    assert f'value="{room.location_id}:{room.pk}" selected' in page
    assert 'value="Étienne Caron"' in page


@pytest.mark.parametrize(
    "query", ["starts=x&room=y&client=z&trainer=q&service=0", "starts=99999-01-01", "starts=2027-01-20"]
)
def test_a_strange_link_still_opens_the_form(cast: Cast, query: str) -> None:
    response = browser_of(cast, "lead").get(f"/sessions/new/?{query}")
    assert response.status_code == 200
    assert "Book session" in words_of(response)


def test_a_search_names_whom_she_may_book_and_tells_no_more(lotus: Cast) -> None:
    leave()
    browser = browser_of(lotus, "trainer")
    found = browser.get("/calendar/clients/", {"q": "caron"}).json()["results"]
    assert [(row["name"], row["detail"]) for row in found] == [("Étienne Caron", "")]
    assert browser.get("/calendar/clients/", {"q": "etienne@example.com"}).json()["results"] == []
    found = (
        browser_of(lotus, "owner").get("/calendar/clients/", {"q": "etienne@example.com"}).json()["results"]
    )
    assert [row["detail"] for row in found] == ["etienne@example.com"]


@pytest.mark.parametrize(("who", "status"), [("client", 403), ("owner2", 404), ("outsider", 404)])
def test_it_refuses_who_does_not_work_there(lotus: Cast, who: str, status: int) -> None:
    assert send(lotus, typed(lotus), who=who).status_code == status
    assert sessions(lotus) == []


def test_it_begins_at_the_place_where_she_works_at_that_time(lotus: Cast) -> None:
    """Not where she booked last: on that weekday she is at the annex until noon, and at home again after it."""
    send(lotus, typed(lotus))
    day = at(10).date() + timedelta(days=1)
    with studio_context(lotus.lotus):
        home, annex = lotus.location().pk, lotus.location("Annex").pk
        hours = [
            WeeklyHours(day.weekday(), 9 * 60, 12 * 60, annex),
            WeeklyHours(day.weekday(), 13 * 60, 17 * 60, home),
        ]
        set_week(actor=SYSTEM, trainer_id=lotus.trainer("lead").pk, location_ids=[home, annex], hours=hours)
    leave()
    browser = browser_of(lotus, "lead")
    for start, place in (("11:59", annex), ("12:00", home), ("13:00", home)):
        form = browser.get(f"/sessions/new/?starts={day}T{start}").context["form"]
        assert form["place"].value() == str(place), start
    form = browser.get(f"/sessions/new/?starts={day}T10:00&location={home}").context["form"]
    assert form["place"].value() == str(home)
