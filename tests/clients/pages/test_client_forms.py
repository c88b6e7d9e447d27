"""Adding a client and changing what is known of her: it works, it refuses, and what was typed stays."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from clients.models import Care, Client
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from tests.cast import Cast
from tests.pages import booked, browser_of, words_of

MAYA = {
    "name": "Maya Roy",
    "email": "Maya@Example.com",
    "phone": "416 555 0142",
    "street": "12 Elm St",
    "city": "Toronto",
    "province": "ON",
    "postal_code": "m5v2t6",
}


def client_named(cast: Cast, name: str) -> Client:
    with studio_context(cast.lotus):
        return Client.objects.get(name=name)


def add(cast: Cast, person: str = "owner", **fields: str) -> Any:
    return browser_of(cast, person).post("/clients/new/", {**MAYA, **fields})


def test_a_client_is_added_and_shown(cast: Cast) -> None:
    response = add(cast)
    maya = client_named(cast, "Maya Roy")
    assert response["Location"] == f"/clients/{maya.pk}/"
    assert (maya.email, str(maya.phone), maya.postal_code) == ("maya@example.com", "+14165550142", "M5V 2T6")
    with studio_context(cast.lotus):
        assert AuditEvent.objects.filter(action="client.added", subject_id=maya.pk).exists()


def test_only_the_name_is_needed(cast: Cast) -> None:
    response = browser_of(cast, "owner").post("/clients/new/", {"name": "  محمد 🧘 "})
    assert response.status_code == 302
    assert client_named(cast, "محمد 🧘").email == ""


def test_a_trainer_trains_whom_she_adds(cast: Cast) -> None:
    add(cast, "trainer")
    maya = client_named(cast, "Maya Roy")
    with studio_context(cast.lotus):
        assert Care.objects.filter(client=maya, user=cast.user["trainer"]).exists()
    assert browser_of(cast, "trainer").get(f"/clients/{maya.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "", "Enter the client’s name."),
        ("name", "x" * 201, "at most 200 characters"),
        ("name", "a\x00b", "Null characters are not allowed"),
        ("email", "maya at home", "Enter an address such as maya@example.com."),
        ("phone", "12", "Enter a number with its area code"),
        ("province", "XX", "Select a valid choice"),
    ],
)
def test_what_cannot_be_right_is_told_beside_the_field(
    cast: Cast, field: str, typed: str, words: str
) -> None:
    response = add(cast, **{field: typed})
    assert response.status_code == 422
    assert words in words_of(response)
    kept = b'value="12 Elm St"'
    assert kept in response.content
    with studio_context(cast.lotus):
        assert not Client.objects.filter(email="maya@example.com").exists()


def test_a_taken_address_leads_to_who_has_it(cast: Cast) -> None:
    other = client_named(cast, "Étienne Caron")
    response = add(cast, email="ETIENNE@example.com")
    assert response.status_code == 422
    assert (
        f'<a href="/clients/{other.pk}/">Étienne Caron</a> has that e-mail address already.'.encode()
        in response.content
    )
    assert b'value="ETIENNE@example.com"' in response.content


def test_a_taken_address_names_nobody_to_who_may_not_see_her(cast: Cast) -> None:
    response = add(cast, "trainer", email="etienne@example.com")
    assert response.status_code == 422
    words = words_of(response)
    assert "Another client of this studio has that e-mail address." in words
    assert "Caron" not in words


def test_a_name_cannot_smuggle_markup_into_the_sentence(cast: Cast) -> None:
    with studio_context(cast.lotus):
        Client.objects.create(name="<script>alert(1)</script>", email="x@example.com")
    assert b"<script>alert(1)" not in add(cast, email="x@example.com").content


def test_a_change_is_saved(cast: Cast) -> None:
    etienne = client_named(cast, "Étienne Caron")
    browser = browser_of(cast, "manager")
    assert "etienne@example.com" in browser.get(f"/clients/{etienne.pk}/edit/").content.decode()
    response = browser.post(f"/clients/{etienne.pk}/edit/", {"name": "Étienne Caron", "city": "Laval"})
    assert response["Location"] == f"/clients/{etienne.pk}/"
    etienne = client_named(cast, "Étienne Caron")
    assert (etienne.city, etienne.email) == ("Laval", "")


def test_a_phone_abroad_comes_back_as_it_was(cast: Cast) -> None:
    etienne = client_named(cast, "Étienne Caron")
    browser = browser_of(cast, "owner")
    browser.post(f"/clients/{etienne.pk}/edit/", {"name": "Étienne Caron", "phone": "+33 6 12 34 56 78"})
    page = browser.get(f"/clients/{etienne.pk}/edit/").content.decode()
    assert 'value="+33 6 12 34 56 78"' in page


def test_archiving_can_be_undone(cast: Cast) -> None:
    etienne = client_named(cast, "Étienne Caron")
    browser = browser_of(cast, "owner")
    page = browser.post(f"/clients/{etienne.pk}/archive/", follow=True)
    assert "Étienne Caron is archived." in words_of(page)
    assert f'action="/clients/{etienne.pk}/restore/"' in page.content.decode()
    assert "Étienne" not in words_of(browser.get("/clients/"))
    assert "Étienne" in words_of(browser.get("/clients/?show=archived"))
    browser.post(f"/clients/{etienne.pk}/restore/")
    assert client_named(cast, "Étienne Caron").is_active


@pytest.mark.parametrize("tail", ["edit/", "archive/", "restore/", "invite/"])
def test_a_client_she_does_not_train_is_not_there_for_a_trainer(cast: Cast, tail: str) -> None:
    etienne = client_named(cast, "Étienne Caron")
    browser = browser_of(cast, "trainer")
    assert browser.post(f"/clients/{etienne.pk}/{tail}", MAYA).status_code == 404
    assert browser.post(f"/clients/{uuid4()}/{tail}", MAYA).status_code == 404
    with studio_context(cast.lotus):
        booked(cast, client="Étienne Caron", trainer="trainer")
    assert browser.post(f"/clients/{etienne.pk}/{tail}", MAYA).status_code == 302


@pytest.mark.parametrize("tail", ["", "edit/", "archive/", "restore/", "invite/"])
def test_another_studios_people_find_nothing(cast: Cast, tail: str) -> None:
    etienne = client_named(cast, "Étienne Caron")
    here, elsewhere = browser_of(cast, "owner2"), browser_of(cast, "owner2", "summit")
    for browser in (here, elsewhere):
        ask = browser.get if tail == "" else browser.post
        assert ask(f"/clients/{etienne.pk}/{tail}").status_code == 404


@pytest.mark.parametrize("address", ["/clients/", "/clients/new/"])
def test_clients_do_not_see_the_pages_of_the_staff(cast: Cast, address: str) -> None:
    assert browser_of(cast, "client").get(address).status_code == 403
    assert browser_of(cast, "outsider").get(address).status_code == 404
    assert browser_of(cast).get(address).status_code == 302


@pytest.mark.parametrize("tail", ["archive/", "restore/", "invite/"])
def test_a_link_changes_nothing(cast: Cast, tail: str) -> None:
    etienne = client_named(cast, "Étienne Caron")
    assert browser_of(cast, "owner").get(f"/clients/{etienne.pk}/{tail}").status_code == 405
