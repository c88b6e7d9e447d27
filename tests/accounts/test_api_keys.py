"""API keys: made on the account's page, shown once, worth what their owner's roles are worth."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from fitflow.accounts.models import ApiKey, User
from fitflow.accounts.services import live_keys, make_key, revoke_key
from fitflow.core.errors import Conflict, Invalid, NotFound
from tests.asking import Answer, Caller
from tests.cast import PASSWORD, Cast


def with_key(cast: Cast, key: str, path: str = "locations/", studio: str = "lotus") -> Answer:
    return Caller(cast, None, studio).ask("GET", path, Authorization=f"Api-Key {key}")


def test_a_key_is_worth_what_its_owner_is_worth(cast: Cast) -> None:
    row, key = make_key(user=cast.user["trainer"], name="Till")
    assert with_key(cast, key).status == 200
    assert with_key(cast, key, studio="summit").status in {403, 404}
    row.refresh_from_db()
    assert row.last_used_at is not None
    assert key.split(".")[1] not in row.digest


def test_a_removed_or_expired_key_is_worth_nothing(cast: Cast) -> None:
    row, key = make_key(user=cast.user["owner"], name="Till")
    revoke_key(user=cast.user["owner"], key_id=row.pk)
    assert with_key(cast, key).status == 401
    _, late = make_key(user=cast.user["owner"], name="Old", expires_at=timezone.now() - timedelta(seconds=1))
    assert with_key(cast, late).status == 401


def test_a_key_of_a_suspended_person_is_worth_nothing(cast: Cast) -> None:
    _, key = make_key(user=cast.user["owner"], name="Till")
    User.objects.filter(pk=cast.user["owner"].pk).update(is_active=False)
    assert with_key(cast, key).status == 401


def test_the_first_half_of_a_key_is_not_enough(cast: Cast) -> None:
    row, key = make_key(user=cast.user["owner"], name="Till")
    assert with_key(cast, row.prefix).status == 401
    assert with_key(cast, f"{row.prefix}.{'x' * 43}").status == 401
    assert with_key(cast, key).status == 200


def test_nobody_removes_anothers_key(cast: Cast) -> None:
    row, _ = make_key(user=cast.user["owner"], name="Till")
    with pytest.raises(NotFound):
        revoke_key(user=cast.user["lead"], key_id=row.pk)


def test_a_key_has_a_name_and_there_are_twenty_at_most(cast: Cast) -> None:
    with pytest.raises(Invalid):
        make_key(user=cast.user["owner"], name="  ")
    for number in range(20):
        make_key(user=cast.user["owner"], name=str(number))
    with pytest.raises(Conflict):
        make_key(user=cast.user["owner"], name="one more")


def test_the_page_shows_a_new_key_once(cast: Cast) -> None:
    browser = Client(headers={"host": "fitflow.localhost"})
    browser.post("/account/login/", {"login": "owner@fitflow.test", "password": PASSWORD})
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    page = browser.post("/account/keys/add/", {"name": "Till", "days": "90"}).content.decode()
    row = live_keys(cast.user["owner"]).get()
    shown = page.split("<code>")[1].split("</code>")[0]
    assert with_key(cast, shown).status == 200
    assert shown not in browser.get("/account/keys/").content.decode()
    browser.post(f"/account/keys/{row.pk}/revoke/")
    assert not ApiKey.objects.filter(pk=row.pk, revoked_at=None).exists()


def test_a_key_takes_a_password_entered_lately(cast: Cast) -> None:
    browser = Client(headers={"host": "fitflow.localhost"})
    browser.force_login(cast.user["owner"])
    answer = browser.post("/account/keys/add/", {"name": "Till"})
    assert "/account/reauthenticate/" in answer.headers["Location"]
    assert not live_keys(cast.user["owner"]).exists()
