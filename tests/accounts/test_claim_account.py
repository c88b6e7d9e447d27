"""An account for an address that a signed link has proved."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from fitflow.accounts.models import User
from fitflow.accounts.selectors import has_verified_email
from fitflow.accounts.services import (
    begin_chain,
    claim_account,
    create_person,
    make_key,
    person_of_key,
    person_of_token,
)
from fitflow.core.errors import Conflict, Unauthenticated
from tests.cast import Cast

NEW = {"email": "Nia@Example.com", "name": " Nia ", "password": "a-long-enough-one"}


def test_a_new_address_gets_a_proved_account(cast: Cast) -> None:
    user = claim_account(**NEW)
    assert (user.email, user.name, has_verified_email(user)) == ("nia@example.com", "Nia", True)


def test_an_account_that_nobody_proved_is_taken_over_and_its_maker_loses_it(cast: Cast) -> None:
    stranger = create_person(email=NEW["email"], name="Mallory", password="the-strangers-password")
    access, (_, key) = begin_chain(user=stranger).access, make_key(user=stranger, name="mine")
    browser = Client(headers={"host": "fitflow.localhost"})
    browser.force_login(stranger)
    user = claim_account(**NEW)
    assert (user.pk, user.name, has_verified_email(user)) == (stranger.pk, "Nia", True)
    assert User.objects.get(pk=user.pk).check_password(NEW["password"])
    assert browser.get("/account/").status_code == 302
    with pytest.raises(Unauthenticated):
        person_of_key(key)
    with pytest.raises(Unauthenticated):
        person_of_token(access)


def test_a_proved_account_is_not_taken_over(cast: Cast) -> None:
    with pytest.raises(Conflict):
        claim_account(email="owner@fitflow.test", name="Mallory", password="a-long-enough-one")


def test_a_weak_password_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        claim_account(**{**NEW, "password": "short"})
    assert not User.objects.filter(email="nia@example.com").exists()
