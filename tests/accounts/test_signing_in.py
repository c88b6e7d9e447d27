"""Signing in on the page, once for every studio; where it leads; signing out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.core import context
from django.core import mail
from django.test import Client, RequestFactory

from fitflow.accounts.adapter import AccountAdapter
from fitflow.accounts.models import User
from tests.cast import PASSWORD, Cast
from tests.pages import words_of

PUBLIC = {"host": "fitflow.localhost"}


@pytest.fixture
def browser(cast: Cast) -> Client:
    return Client(headers=PUBLIC)


def sign_in(
    browser: Client, person: str, *, password: str = PASSWORD, next_url: str = "", **more: str
) -> Any:
    fields = {"login": f"{person}@fitflow.test", "password": password, **more}
    query = f"?{urlencode({'next': next_url})}" if next_url else ""
    return browser.post(f"/account/login/{query}", {**fields, "next": next_url} if next_url else fields)


def test_one_sign_in_counts_on_every_host(browser: Client) -> None:
    assert sign_in(browser, "lead").headers["Location"] == "/home/"
    assert browser.cookies["fitflow_session"]["domain"] == ".fitflow.localhost"
    for host in ("lotus", "summit"):
        assert browser.get("/team/", headers={"host": f"{host}.fitflow.localhost"}).status_code == 200


def test_the_address_is_taken_in_any_case(browser: Client) -> None:
    answer = browser.post("/account/login/", {"login": " Lead@FitFlow.TEST ", "password": PASSWORD})
    assert answer.status_code == 302


@pytest.mark.parametrize(("person", "password"), [("lead", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_read_alike(
    browser: Client, person: str, password: str
) -> None:
    words = words_of(sign_in(browser, person, password=password))
    assert "The e-mail address or the password is not right." in words


def test_who_is_suspended_does_not_get_in(browser: Client, cast: Cast) -> None:
    User.objects.filter(pk=cast.user["lead"].pk).update(is_active=False)
    sign_in(browser, "lead")
    assert browser.get("/account/").status_code == 302


def test_an_address_that_was_never_proved_gets_a_code_first(browser: Client, cast: Cast) -> None:
    cast.user["lead"].emailaddress_set.update(verified=False)  # type: ignore[attr-defined]
    assert "confirm-email" in sign_in(browser, "lead").headers["Location"]
    assert mail.outbox[-1].to == ["lead@fitflow.test"]
    assert browser.get("/account/").status_code == 302


def test_remembering_is_a_choice(browser: Client) -> None:
    sign_in(browser, "lead")
    assert not browser.cookies["fitflow_session"]["max-age"]
    sign_in(fresh := Client(headers=PUBLIC), "lead", remember="on")
    assert fresh.cookies["fitflow_session"]["max-age"]


@pytest.mark.parametrize(
    ("person", "place"),
    [
        ("owner", "http://lotus.fitflow.localhost:8000/"),
        ("client", "http://lotus.fitflow.localhost:8000/"),
        ("lead", "/studios/"),
        ("outsider", "/studios/"),
        ("staff", "/admin/"),
    ],
)
def test_home_is_where_one_works(browser: Client, person: str, place: str) -> None:
    sign_in(browser, person)
    assert browser.get("/home/").headers["Location"] == place


@pytest.mark.parametrize(
    ("url", "followed"),
    [
        ("/studios/", True),
        ("http://lotus.fitflow.localhost:8000/calendar/", True),
        ("http://lotus.fitflow.localhost/calendar/", True),
        ("http://fitflow.localhost:8000/", True),
        ("https://evil.example/", False),
        ("//evil.example/", False),
        ("http://fitflow.localhost.evil.example/", False),
        ("http://evilfitflow.localhost/", False),
        ("http://lotus.fitflow.localhost:9999/", False),
        ("http://a@evil.example:8000/", False),
        ("http://lotus.fitflow.localhost:8000@evil.example/", False),
        ("javascript:alert(1)", False),
        ("http:///evil.example", False),
        ("", False),
        (None, False),
    ],
)
def test_only_our_own_addresses_are_followed(settings: Any, url: str | None, followed: bool) -> None:
    settings.PUBLIC_PORT = "8000"
    request = RequestFactory().get("/", HTTP_HOST="fitflow.localhost")
    with context.request_context(request):
        assert AccountAdapter(request).is_safe_url(url) is followed


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "https://evil.example\\@lotus.fitflow.localhost",
        "http://[::1/",
    ],
)
def test_a_foreign_next_leads_home(browser: Client, address: str) -> None:
    assert sign_in(browser, "lead", next_url=address).headers["Location"] == "/home/"


def test_many_wrong_passwords_close_the_account_for_a_while(browser: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/5m/key"}
    for _ in range(3):
        sign_in(browser, "lead", password="wrong")
    assert "Too many attempts" in words_of(sign_in(browser, "lead"))
    assert sign_in(browser, "owner").status_code == 302


def test_signing_out_counts_on_every_host(browser: Client) -> None:
    sign_in(browser, "lead")
    browser.post("/account/logout/")
    answer = browser.get("/team/", headers={"host": "lotus.fitflow.localhost"})
    assert "/account/login/" in answer.headers["Location"]


def test_a_studios_host_leads_to_the_one_sign_in(cast: Cast) -> None:
    answer = Client(headers={"host": "lotus.fitflow.localhost"}).get("/signin/")
    assert answer.headers["Location"].startswith(
        "http://fitflow.localhost:8000/account/login/?next=http%3A%2F%2Flotus"
    )
