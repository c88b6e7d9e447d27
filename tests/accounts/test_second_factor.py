"""Two-step sign-in: by the API after the password, and encrypted where it is stored."""

from __future__ import annotations

import time

import pytest
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client, RequestFactory

from tests.asking import Caller
from tests.cast import PASSWORD, Cast

LEAD = {"email": "lead@fitflow.test", "password": PASSWORD}


@pytest.fixture
def secret(cast: Cast) -> str:
    made = generate_totp_secret()
    with context.request_context(RequestFactory().get("/")):
        TOTP.activate(cast.user["lead"], made)
    return made


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_the_password_alone_names_the_factors_to_go_on_with(cast: Cast, secret: str) -> None:
    answer = Caller(cast, None).post("auth/login", LEAD)
    assert (answer.status, answer.error["details"]["mfa"]) == (401, ["totp"])
    sent = {"ticket": answer.error["details"]["ticket"], "code": code_of(secret)}
    pair = Caller(cast, None).post("auth/mfa", sent)
    assert pair.status == 200
    assert Caller(cast, None).ask("GET", "me", Authorization=f"Bearer {pair.data['access']}").status == 200
    assert Caller(cast, None).post("auth/mfa", sent).status == 401, "A code works once."


def test_a_recovery_code_does_it_too(cast: Cast, secret: str) -> None:
    with context.request_context(RequestFactory().get("/")):
        code = RecoveryCodes.activate(cast.user["lead"]).get_unused_codes()[0]
    details = Caller(cast, None).post("auth/login", LEAD).error["details"]
    assert details["mfa"] == ["totp", "recovery_codes"]
    assert Caller(cast, None).post("auth/mfa", {"ticket": details["ticket"], "code": code}).status == 200


@pytest.mark.parametrize("wrong", [{"code": "000000"}, {"ticket": "forged"}])
def test_a_wrong_code_or_a_forged_ticket_is_refused(cast: Cast, secret: str, wrong: dict[str, str]) -> None:
    ticket = Caller(cast, None).post("auth/login", LEAD).error["details"]["ticket"]
    answer = Caller(cast, None).post("auth/mfa", {"ticket": ticket, "code": code_of(secret), **wrong})
    assert (answer.status, answer.error["code"]) == (401, "AUTHENTICATION_ERROR")


def test_a_ticket_dies_with_the_password_it_was_given_for(cast: Cast, secret: str) -> None:
    ticket = Caller(cast, None).post("auth/login", LEAD).error["details"]["ticket"]
    cast.user["lead"].set_password("another-long-password")
    cast.user["lead"].save()
    assert Caller(cast, None).post("auth/mfa", {"ticket": ticket, "code": code_of(secret)}).status == 401


def test_the_page_asks_for_the_code_before_anybody_is_signed_in(cast: Cast, secret: str) -> None:
    browser = Client(headers={"host": "fitflow.localhost"})
    answer = browser.post("/account/login/", {"login": LEAD["email"], "password": PASSWORD})
    assert answer.headers["Location"].startswith("/account/two-step/authenticate/")
    assert browser.get("/account/").status_code == 302
    browser.post("/account/two-step/authenticate/", {"code": code_of(secret)})
    assert browser.get("/account/").status_code == 200


def test_its_secret_is_stored_encrypted(cast: Cast, secret: str) -> None:
    stored = Authenticator.objects.get(user=cast.user["lead"]).data["secret"]
    assert stored.startswith("v1$")
    assert secret not in stored
