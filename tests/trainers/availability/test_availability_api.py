"""`GET availability/` and what POST sessions/ says outside a trainer's hours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from fitflow.core.ids import uuid7
from fitflow.tenancy.context import studio_context
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from trainers.services import set_week
from trainers.services.availability import WeeklyHours

PATH = "/api/v1/availability/"


@pytest.fixture(autouse=True)
def in_june() -> Iterator[None]:
    with time_machine.travel("2027-06-01T12:00:00Z", tick=False):
        yield


@pytest.fixture
def facts(cast: Cast) -> dict[str, Any]:
    """Make the lead work on Mondays from nine to ten; return the ids of what a question names."""
    with studio_context(cast.lotus):
        main, trainer = cast.location().pk, cast.trainer().pk
        set_week(
            actor=SYSTEM, trainer_id=trainer, location_ids=[main], hours=[WeeklyHours(0, 540, 600, main)]
        )
        return {
            "service": cast.service().pk,
            "trainer": trainer,
            "location": main,
            "room": cast.room("Studio B").pk,
        }


def _browser(cast: Cast, who: str, studio: str = "lotus") -> Client:
    browser = Client(headers={"host": f"{studio}.{settings.PUBLIC_HOST}"})
    browser.force_login(cast.user[who], backend=settings.AUTHENTICATION_BACKENDS[0])
    return browser


def test_it_answers_in_the_words_of_the_api(cast: Cast, facts: dict[str, Any]) -> None:
    window = {"from": "2027-06-07", "to": "2027-06-07"}
    answer = _browser(cast, "trainer").get(PATH, {"service": facts["service"], **window})
    assert answer.status_code == 200
    assert answer.json() == {
        "results": [
            {
                "starts_at": "2027-06-07T13:00:00+00:00",
                "ends_at": "2027-06-07T14:00:00+00:00",
                "trainer": str(facts["trainer"]),
                "location": str(facts["location"]),
                "room": str(facts["room"]),
            }
        ]
    }


def test_without_a_range_it_is_the_coming_week(cast: Cast, facts: dict[str, Any]) -> None:
    answer = _browser(cast, "owner").get(PATH, {"service": facts["service"]})
    assert len(answer.json()["results"]) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "service"),
        ({"service": "x"}, "service"),
        ({"trainer": "1"}, "trainer"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2027-06-07T10:00"}, "from"),
        ({"from": "2027-06-07", "to": "2027-06-01"}, "to"),
        ({"from": "2027-06-01", "to": "2027-12-01"}, "to"),
    ],
)
def test_a_bad_question_names_its_field(
    cast: Cast, facts: dict[str, Any], query: dict[str, str], field: str
) -> None:
    known = {"service": facts["service"]} if query else {}
    answer = _browser(cast, "owner").get(PATH, {**known, **query})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"
    assert answer.json()["error"]["details"].get("field") == field


def test_what_is_not_of_this_studio_is_not_there(cast: Cast, facts: dict[str, Any]) -> None:
    browser = _browser(cast, "owner")
    for name in ("service", "trainer", "location"):
        answer = browser.get(PATH, {"service": facts["service"], name: uuid7()})
        assert answer.status_code == 404
    assert _browser(cast, "owner2", "summit").get(PATH, {"service": facts["service"]}).status_code == 404


def test_a_client_asks_her_studio(cast: Cast, facts: dict[str, Any]) -> None:
    assert _browser(cast, "client").get(PATH, {"service": facts["service"]}).status_code == 403


def test_a_session_outside_her_hours_is_a_conflict_unless_meant(cast: Cast, facts: dict[str, Any]) -> None:
    browser = _browser(cast, "owner")
    body = {name: str(facts[name]) for name in ("service", "trainer", "location")}
    body |= {"starts_at": "2027-06-07T18:00:00-04:00", "clients": []}  # type: ignore[dict-item]

    answer = browser.post("/api/v1/sessions/", body, content_type="application/json")
    assert answer.status_code == 409
    details = answer.json()["error"]["details"]
    assert (details["conflict"], details["why"]) == ("availability", "hours")
    assert details["free_starts"] == ["2027-06-07T09:00:00-04:00"]

    meant = {**body, "outside_hours": True}
    assert browser.post("/api/v1/sessions/", meant, content_type="application/json").status_code == 201
