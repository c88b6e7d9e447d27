"""The studio's first address leads everybody to the page her work begins with."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.pages import browser_of


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("owner", "today"),
        ("manager", "today"),
        ("lead", "today"),
        ("trainer", "calendar"),
        ("client", "portal_home"),
    ],
)
def test_it_leads_by_role(cast: Cast, person: str, name: str) -> None:
    response = browser_of(cast, person).get("/")
    assert response.status_code == 302
    assert response["Location"] == reverse(name, urlconf="fitflow.urls_studio")


def test_who_has_not_signed_in_is_sent_to_sign_in(cast: Cast) -> None:
    response = browser_of(cast).get("/")
    assert response.status_code == 302
    assert "/account/login/?next=" in response["Location"]


@pytest.mark.parametrize("person", ["outsider", "client2", "owner2", "staff"])
def test_who_is_nothing_here_finds_nothing(cast: Cast, person: str) -> None:
    assert browser_of(cast, person).get("/").status_code == 404
