"""The list of clients and the page of one, for each who works here."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import Client
from fitflow.tenancy.context import studio_context
from studios.shared.models import Invitation
from tests.billing.make import invoiced, new_client
from tests.cast import Cast
from tests.pages import booked, browser_of, words_of
from trainers.services import write_note


def listed(cast: Cast, person: str, query: str = "") -> str:
    response = browser_of(cast, person).get(f"/clients/{query}")
    assert response.status_code == 200
    return words_of(response)


def detail(cast: Cast, person: str, name: str = "Client", query: str = "") -> Any:
    with studio_context(cast.lotus):
        found = Client.objects.get(name=name)
    return browser_of(cast, person).get(f"/clients/{found.pk}/{query}")


def test_the_studio_sees_everybody_and_a_trainer_whom_she_trains(cast: Cast) -> None:
    assert "2 clients" in listed(cast, "owner")
    assert "You train nobody yet" in listed(cast, "trainer")
    with studio_context(cast.lotus):
        booked(cast, client="Étienne Caron", trainer="trainer")
    for person in ("trainer", "lead"):
        assert "1 client " in listed(cast, person)
        assert "Étienne Caron" in listed(cast, person)


@pytest.mark.parametrize(
    "text", ["maya", "ROY", "roy maya", "maya@ex", "(416) 555", "555-0142", "14165550142", "maya 0142"]
)
def test_a_search_finds_by_name_address_and_phone(cast: Cast, text: str) -> None:
    with studio_context(cast.lotus):
        new_client("Maya Roy", email="maya@example.com", phone="+14165550142", is_active=False)
    words = words_of(browser_of(cast, "owner").get("/clients/", {"q": text}))
    assert "1 found" in words
    assert "Archived" in words


@pytest.mark.parametrize("text", ["nobody", "%", "_", "\\", "12", "' OR 1=1", "a\x00b", "x" * 5000])
def test_a_search_that_finds_nobody_offers_to_add_her(cast: Cast, text: str) -> None:
    response = browser_of(cast, "owner").get("/clients/", {"q": text})
    assert response.status_code == 200
    assert "Nobody found" in words_of(response)


@pytest.mark.parametrize("text", ["etienne", "ÉTIENNE", "E\u0301tienne", "caron etienne"])
def test_a_search_minds_neither_accents_nor_case(cast: Cast, text: str) -> None:
    words = words_of(browser_of(cast, "owner").get("/clients/", {"q": text}))
    assert "1 found" in words
    assert "Étienne Caron" in words


def test_names_are_sorted_as_people_sort_them(cast: Cast) -> None:
    with studio_context(cast.lotus):
        new_client("Zoe")
        new_client("eve")
    words = listed(cast, "owner")
    places = [words.index(name) for name in ("Étienne Caron", "eve", "Zoe")]
    assert places == sorted(places)


def test_while_one_types_only_the_list_is_answered(cast: Cast) -> None:
    response = browser_of(cast, "owner").get("/clients/", {"q": "car"}, headers={"HX-Request": "true"})
    assert response.content.decode().count("<table") == 1
    assert b"<html" not in response.content


def test_a_page_too_far_shows_the_last_one(cast: Cast) -> None:
    assert "Étienne" in listed(cast, "owner", "?page=900")
    assert "Étienne" in listed(cast, "owner", "?page=x")


def test_a_trainer_has_those_of_this_week_first(cast: Cast) -> None:
    with studio_context(cast.lotus):
        new_client("Aaron Early")
        booked(cast, hours=24 * 20, client="Aaron Early", trainer="trainer")
        booked(cast, hours=0, client="Étienne Caron", trainer="trainer")
    words = listed(cast, "trainer")
    assert words.index("Étienne Caron") < words.index("Aaron Early")
    assert words.count("This week") == 1
    words = listed(cast, "owner")
    assert words.index("Aaron Early") < words.index("Étienne Caron")


def test_amounts_are_for_who_may_see_them(cast: Cast) -> None:
    with studio_context(cast.lotus):
        invoice = invoiced(cast, on=date(2026, 10, 15), trainer="trainer")
        booked(cast, trainer="trainer")
    assert "$90.40" in listed(cast, "owner")
    assert "$90.40" not in listed(cast, "trainer")
    assert invoice.number in words_of(detail(cast, "manager"))
    assert invoice.number in words_of(detail(cast, "lead"))
    words = words_of(detail(cast, "trainer"))
    assert invoice.number not in words
    assert "To pay" not in words


def test_notes_are_for_their_author(cast: Cast) -> None:
    with studio_context(cast.lotus):
        booked(cast)
        booked(cast, trainer="trainer")
        write_note(actor=cast.actor("lead"), client_id=cast.client().pk, body="Knee is sore.")
    assert "Knee is sore." in words_of(detail(cast, "lead"))
    assert "To sign" in words_of(detail(cast, "lead"))
    assert "Knee" not in words_of(detail(cast, "trainer"))
    owner = words_of(detail(cast, "owner"))
    assert "Knee" not in owner
    assert "Your notes" not in owner


def test_a_trainer_sees_her_own_sessions_with_a_client(cast: Cast) -> None:
    with studio_context(cast.lotus):
        booked(cast, service="Class")
        booked(cast, hours=72, trainer="trainer")
    words = words_of(detail(cast, "trainer", query="?sessions=coming"))
    assert "Private" in words
    assert "Class" not in words
    assert "Class" in words_of(detail(cast, "owner", query="?sessions=coming"))


def test_a_client_is_not_there_for_who_does_not_train_her(cast: Cast) -> None:
    assert detail(cast, "trainer").status_code == 404
    assert detail(cast, "owner2").status_code == 404
    assert detail(cast, "client").status_code == 403


def test_an_invitation_is_mailed_and_mailed_again(cast: Cast) -> None:
    with studio_context(cast.lotus):
        etienne = Client.objects.get(name="Étienne Caron")
    browser = browser_of(cast, "trainer")
    assert browser.post(f"/clients/{etienne.pk}/invite/").status_code == 404
    with studio_context(cast.lotus):
        booked(cast, client="Étienne Caron", trainer="trainer")
    page = browser.post(f"/clients/{etienne.pk}/invite/", follow=True)
    assert "We are mailing the invitation to etienne@example.com." in words_of(page)
    assert "Send it again" in words_of(page)
    first = Invitation.objects.get(email="etienne@example.com", role="client")
    browser.post(f"/clients/{etienne.pk}/invite/")
    again = Invitation.objects.get(email="etienne@example.com")
    assert again.pk == first.pk
    assert again.token != first.token


def test_who_signs_in_already_is_not_invited(cast: Cast) -> None:
    with studio_context(cast.lotus):
        found = Client.objects.get(name="Client")
    page = browser_of(cast, "owner").post(f"/clients/{found.pk}/invite/", follow=True)
    assert "signs in to the portal already" in words_of(page)
    assert not Invitation.objects.exists()


def test_the_list_costs_the_same_however_long_it_is(cast: Cast) -> None:
    browser = browser_of(cast, "owner")
    counts: list[int] = []
    for name in ("Ann", "Bea", "Cleo"):
        with studio_context(cast.lotus):
            new_client(name)
            booked(cast, hours=48 + 2 * len(counts), client=name)
        browser.get("/clients/")
        with CaptureQueriesContext(connection) as queries:
            browser.get("/clients/")
        counts.append(len(queries))
    assert len(set(counts)) == 1
