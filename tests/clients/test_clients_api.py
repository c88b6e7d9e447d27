from __future__ import annotations

from uuid import uuid4

import pytest

from clients.models import Client
from clients.services import begin_care
from fitflow.tenancy.context import studio_context
from tests.asking import Caller
from tests.cast import Cast
from tests.pages import browser_of, words_of


def test_a_client_is_added_found_and_changed(cast: Cast) -> None:
    owner = Caller(cast, "owner")
    name = "ليلى Ünal 🧘"
    made = owner.post(
        "clients/", {"name": name, "email": "leila@example.com", "phone": "+14165550199", "province": "QC"}
    )
    assert (made.status, made.data["name"], made.data["phone"]) == (201, name, "+14165550199")
    assert [row["id"] for row in owner.get("clients/?q=ünal leila@").results] == [made.data["id"]]
    changed = owner.ask("PATCH", f"clients/{made.data['id']}/", {"city": "Laval", "is_active": False})
    assert (changed.data["city"], changed.data["is_active"], changed.data["name"]) == ("Laval", False, name)
    again = owner.post("clients/", {"name": "Other", "email": "LEILA@example.com"})
    assert (again.status, again.error["details"]["conflict"]) == (409, "email")


def test_a_client_may_live_by_another_clock(cast: Cast) -> None:
    owner = Caller(cast, "owner")
    made = owner.post("clients/", {"name": "Ada", "timezone": "Europe/Paris"})
    assert (made.status, made.data["timezone"]) == (201, "Europe/Paris")
    browser = browser_of(cast, "owner")
    page = browser.get(f"/clients/{made.data['id']}/edit/")
    assert 'value="Europe/Paris" selected' in page.content.decode(), "saving the form must not lose it"
    browser.post(f"/clients/{made.data['id']}/edit/", {"name": "Ada", "timezone": "America/Vancouver"})
    assert owner.get(f"clients/{made.data['id']}/").data["timezone"] == "America/Vancouver"
    assert "Pacific time (Vancouver, Victoria, Kelowna)" in words_of(
        browser.get(f"/clients/{made.data['id']}/")
    )
    refused = browser.post(f"/clients/{made.data['id']}/edit/", {"name": "Ada B", "timezone": "Mars/Olympus"})
    assert refused.status_code == 422
    assert "Choose a time zone such as America/Toronto." in words_of(refused)
    assert owner.get(f"clients/{made.data['id']}/").data["name"] == "Ada"


def test_everyone_sees_as_far_as_her_role_reaches(cast: Cast) -> None:
    with studio_context(cast.lotus):
        begin_care(user_id=cast.user["trainer"].pk, client_ids=[cast.client("Étienne Caron").id], kept=True)
    seen = {
        person: {row["name"] for row in Caller(cast, person).get("clients/").results}
        for person in ("owner", "manager", "lead", "trainer", "client")
    }
    both = {"Client", "Étienne Caron"}
    assert seen == {
        "owner": both,
        "manager": both,
        "lead": {"Étienne Caron"},
        "trainer": {"Étienne Caron"},
        "client": {"Client"},
    }


def test_who_is_not_hers_is_not_there(cast: Cast) -> None:
    with studio_context(cast.summit):
        theirs = cast.client("Client2").id
    with studio_context(cast.lotus):
        untrained = cast.client().id
    for person, client_id in (
        ("owner", theirs),
        ("owner", uuid4()),
        ("trainer", untrained),
        ("client", theirs),
    ):
        answer = Caller(cast, person).get(f"clients/{client_id}/")
        assert (answer.status, answer.error["message"]) == (404, "There is nothing here.")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": ["x"]},
        {"name": "a\u0000b"},
        {"name": "x" * 201},
        {"email": "no"},
        {"phone": "1"},
        {"province": "XX"},
        {"postal_code": "x" * 11},
        {"timezone": "Mars/Olympus"},
    ],
)
def test_what_cannot_be_right_is_a_validation_error(cast: Cast, wrong: dict[str, object]) -> None:
    answer = Caller(cast, "owner").post("clients/", {"name": "Zoë", **wrong})
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
    assert set(answer.error["details"]) == set(wrong)
    with studio_context(cast.lotus):
        assert not Client.objects.filter(name="Zoë").exists()


def test_it_refuses_the_wrong_role(cast: Cast) -> None:
    assert Caller(cast, "client").post("clients/", {"name": "Zoë"}).status == 403
    assert Caller(cast, None).post("clients/", {"name": "Zoë"}).status == 401
