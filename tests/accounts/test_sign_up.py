"""Making an account on the page: name, address and password, a code by mail, and on to where one was going."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from fitflow.accounts.models import User
from tests.cast import Cast
from tests.pages import words_of

PUBLIC = {"host": "fitflow.localhost"}
NEW = {"name": "Nora Nguyễn", "email": "Nora@Example.com", "password1": "a-long-enough-one"}


@pytest.fixture
def browser(cast: Cast) -> Client:
    return Client(headers=PUBLIC)


def code_in(message: mail.EmailMessage) -> str:
    found = re.search(r"^\s*(\d{6})\s*$", str(message.body), re.MULTILINE)
    assert found
    return found[1]


def test_the_code_of_the_mail_opens_the_account_and_leads_on(browser: Client) -> None:
    answer = browser.post("/account/signup/?next=/open/", {**NEW, "next": "/open/"})
    assert answer.headers["Location"].startswith("/account/confirm-email/")
    user = User.objects.get(email="nora@example.com")
    assert (user.name, user.check_password(NEW["password1"])) == ("Nora Nguyễn", True)
    assert not EmailAddress.objects.get(user=user).verified
    message = mail.outbox[-1]
    assert message.to == ["nora@example.com"]
    assert code_in(message) in message.subject
    assert [kind for _, kind in message.alternatives] == ["text/html"]  # type: ignore[attr-defined]
    answer = browser.post("/account/confirm-email/", {"code": code_in(message)})
    assert answer.headers["Location"] == "/open/"
    assert EmailAddress.objects.get(user=user).verified
    assert browser.get("/open/").status_code == 200


def test_without_the_code_nobody_is_signed_in(browser: Client) -> None:
    browser.post("/account/signup/", NEW)
    answer = browser.post("/account/confirm-email/", {"code": "000000"})
    assert "That code is not right" in words_of(answer)
    assert browser.get("/account/").status_code == 302


def test_a_known_address_looks_the_same_and_its_owner_is_told(browser: Client) -> None:
    fresh = browser.post("/account/signup/", NEW)
    known = Client(headers=PUBLIC).post("/account/signup/", {**NEW, "email": "owner@fitflow.test"})
    assert (known.status_code, known.headers["Location"]) == (fresh.status_code, fresh.headers["Location"])
    assert "You have a FitFlow account already" in mail.outbox[-1].subject
    assert "http://fitflow.localhost:8000/account/login/" in str(mail.outbox[-1].body)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"email": "no address"}, "valid email"),
        ({"password1": "short"}, "at least 10 characters"),
        ({"password1": "1234567890123"}, "entirely numeric"),
        ({"password1": "nora@example.com"}, "too similar"),
    ],
)
def test_what_cannot_be_right_is_said_beside_the_field(
    browser: Client, wrong: dict[str, str], words: str
) -> None:
    answer = browser.post("/account/signup/", {**NEW, **wrong})
    assert words in words_of(answer)
    assert not User.objects.filter(email="nora@example.com").exists()


@pytest.mark.parametrize("name", ["مريم العلي", "Zoë 🧘", "Ü" * 200])
def test_any_name_is_a_name(browser: Client, name: str) -> None:
    browser.post("/account/signup/", {**NEW, "name": name})
    assert User.objects.get(email="nora@example.com").name == name
