"""The account's own pages: the name, the e-mail."""

from __future__ import annotations

import re

from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from fitflow.accounts.models import User
from tests.cast import PASSWORD, Cast
from tests.pages import words_of

PUBLIC = {"host": "fitflow.localhost"}


def signed_in(person: str = "lead") -> Client:
    browser = Client(headers=PUBLIC)
    browser.post("/account/login/", {"login": f"{person}@fitflow.test", "password": PASSWORD})
    return browser


def test_the_name_is_changed_for_every_studio(cast: Cast) -> None:
    signed_in().post("/account/name/", {"name": "  Léa Roy "})
    cast.user["lead"].refresh_from_db()
    assert cast.user["lead"].name == "Léa Roy"


def test_an_empty_name_is_refused_and_a_long_one_kept_in_the_field(cast: Cast) -> None:
    browser = signed_in()
    assert browser.post("/account/name/", {"name": " "}).status_code == 422
    answer = browser.post("/account/name/", {"name": "x" * 201})
    assert answer.status_code == 422
    assert "x" * 201 in answer.content.decode()


def test_a_new_address_counts_once_its_code_is_entered(cast: Cast) -> None:
    browser = signed_in()
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    browser.post("/account/email/", {"email": "Lea@Example.com", "action_add": "1"})
    cast.user["lead"].refresh_from_db()
    assert cast.user["lead"].email == "lead@fitflow.test"
    message = next(sent for sent in reversed(mail.outbox) if sent.to == ["lea@example.com"])
    code = re.search(r"\b(\d{6})\b", str(message.body))
    assert code
    browser.post("/account/confirm-email/", {"code": code[1]})
    cast.user["lead"].refresh_from_db()
    assert cast.user["lead"].email == "lea@example.com"
    assert [(row.email, row.verified) for row in EmailAddress.objects.filter(user=cast.user["lead"])] == [
        ("lea@example.com", True)
    ]


def test_anothers_address_cannot_be_taken(cast: Cast) -> None:
    browser = signed_in()
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    browser.post("/account/email/", {"email": "owner@fitflow.test", "action_add": "1"})
    code = re.search(r"\b(\d{6})\b", str(mail.outbox[-1].body))
    assert code
    browser.post("/account/confirm-email/", {"code": code[1]})
    assert EmailAddress.objects.get(email="owner@fitflow.test", verified=True).user == cast.user["owner"]
    assert User.objects.get(pk=cast.user["lead"].pk).email == "lead@fitflow.test"


def test_the_address_is_changed_only_after_the_password_again(cast: Cast) -> None:
    answer = signed_in().post("/account/email/", {"email": "lea@example.com", "action_add": "1"})
    assert answer.headers["Location"].startswith("/account/reauthenticate/")
    assert not mail.outbox


def test_the_account_says_what_is_on(cast: Cast) -> None:
    words = words_of(signed_in().get("/account/"))
    assert "lead@fitflow.test" in words
    assert "Two-step sign-in Off" in words
