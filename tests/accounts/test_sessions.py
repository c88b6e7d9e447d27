"""The API's reads glance at the session; everything else reads it, and signing out counts."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from fitflow.accounts.sessions import SessionStore
from fitflow.core import memo
from tests.cast import Cast

HOST = {"host": "lotus.fitflow.localhost"}
READ = "/api/v1/clients/"


@pytest.fixture
def owner(cast: Cast) -> Any:
    memo.forget()
    with override_settings(IDENTITY_SECONDS=60):
        browser = Client(headers=HOST)
        browser.force_login(cast.user["owner"], backend=settings.AUTHENTICATION_BACKENDS[0])
        yield browser
    memo.forget()


def key_of(browser: Client) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def ended_by_another_process(key: str) -> None:
    """End the session as another process would: this one is not told."""
    known = dict(memo._known)
    SessionStore(key).delete()
    memo._known.update(known)


def test_signing_out_counts_at_once(owner: Client) -> None:
    assert owner.get(READ).status_code == 200
    key = key_of(owner)
    assert owner.post("/account/logout/", headers={"host": "fitflow.localhost"}).status_code == 302
    owner.cookies[settings.SESSION_COOKIE_NAME] = key
    assert owner.get(READ).status_code == 401


def test_only_reads_of_the_api_take_the_session_as_it_was(owner: Client) -> None:
    assert owner.get(READ).status_code == 200
    ended_by_another_process(key_of(owner))
    key = key_of(owner)
    assert owner.get(READ).status_code == 200
    assert owner.get("/clients/").status_code == 302
    owner.cookies[settings.SESSION_COOKIE_NAME] = key
    assert owner.post(READ, {}, content_type="application/json").status_code == 401


def test_a_session_that_is_not_there_is_not_remembered(cast: Cast) -> None:
    memo.forget()
    browser = Client(headers=HOST)
    browser.cookies[settings.SESSION_COOKIE_NAME] = "nonsense" * 4
    with override_settings(IDENTITY_SECONDS=60):
        assert browser.get(READ).status_code == 401
    assert not [key for key in memo._known if isinstance(key, tuple) and key[0] == "session"]


def test_a_read_of_the_api_never_saves_the_session(owner: Client) -> None:
    answer = owner.get(READ)
    assert settings.SESSION_COOKIE_NAME not in answer.cookies
    assert "Cookie" in answer.headers["Vary"]
