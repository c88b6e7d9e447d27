"""Changing and resetting the password; what it ends."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from fitflow.accounts.models import User
from fitflow.accounts.services import begin_chain, person_of_token
from fitflow.core import memo
from fitflow.core.errors import Unauthenticated
from tests.cast import PASSWORD, Cast
from tests.pages import words_of

PUBLIC = {"host": "fitflow.localhost"}
NEW = "another-long-password"


def link_in(message: mail.EmailMessage) -> str:
    found = re.search(
        r"http://fitflow\.localhost(?::\d+)?(/account/password/reset/key/\S+)", str(message.body)
    )
    assert found
    return found[1]


def test_the_link_of_the_mail_sets_a_new_password_once(cast: Cast) -> None:
    browser = Client(headers=PUBLIC)
    browser.post("/account/password/reset/", {"email": "lead@fitflow.test"})
    link = link_in(mail.outbox[-1])
    answer = browser.get(link, follow=True)
    form = answer.redirect_chain[-1][0]
    assert browser.post(form, {"password1": NEW}).status_code == 302
    assert User.objects.get(email="lead@fitflow.test").check_password(NEW)
    assert browser.get("/account/").status_code == 200, "She is signed in afterwards."
    assert "password was reset" in mail.outbox[-1].subject
    assert "This link is used up" in words_of(Client(headers=PUBLIC).get(link, follow=True))


def test_an_unknown_address_looks_the_same(cast: Cast) -> None:
    answers = [
        Client(headers=PUBLIC).post("/account/password/reset/", {"email": email}, follow=True)
        for email in ("lead@fitflow.test", "nobody@fitflow.test")
    ]
    assert words_of(answers[0]) == words_of(answers[1])
    assert mail.outbox[-1].subject == "There is no FitFlow account with this address"


def test_changing_it_signs_out_the_others_and_keeps_this_one(cast: Cast, settings: Any) -> None:
    settings.IDENTITY_SECONDS = 60
    memo.forget()
    here, there = Client(headers=PUBLIC), Client(headers=PUBLIC)
    for browser in (here, there):
        browser.post("/account/login/", {"login": "lead@fitflow.test", "password": PASSWORD})
        assert browser.get("/account/").status_code == 200
    answer = here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW})
    assert answer.status_code == 302
    assert here.get("/account/").status_code == 200
    memo.forget()
    assert there.get("/account/").status_code == 302


def test_the_old_password_is_asked_for(cast: Cast) -> None:
    browser = Client(headers=PUBLIC)
    browser.force_login(cast.user["lead"])
    answer = browser.post("/account/password/change/", {"oldpassword": "wrong", "password1": NEW})
    assert "That is not your current password." in words_of(answer)


def test_a_new_password_ends_every_token(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    access = begin_chain(user=cast.user["lead"]).access
    assert person_of_token(access)[0] == cast.user["lead"]
    browser = Client(headers=PUBLIC)
    browser.force_login(cast.user["lead"])
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW})
    with pytest.raises(Unauthenticated):
        person_of_token(access)
