"""The API's sign-in: tokens, their rotation and their end, on any host."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from fitflow.accounts.models import RefreshToken, User
from fitflow.accounts.services import begin_chain, forget_old_tokens
from tests.asking import Answer, Caller
from tests.cast import PASSWORD, Cast

LEAD = {"email": "lead@fitflow.test", "password": PASSWORD}


def signed_in(cast: Cast, person: str = "lead", studio: str = "lotus") -> dict[str, str]:
    answer = Caller(cast, None, studio).post(
        "auth/login", {"email": f"{person}@fitflow.test", "password": PASSWORD}
    )
    assert answer.status == 200
    return dict(answer.data)


def with_token(cast: Cast, access: str, path: str, studio: str = "lotus", method: str = "GET") -> Answer:
    return Caller(cast, None, studio).ask(method, path, Authorization=f"Bearer {access}")


@pytest.mark.parametrize("studio", ["", "lotus", "summit"])
def test_a_token_is_given_and_taken_on_any_host(cast: Cast, studio: str) -> None:
    access = signed_in(cast, studio=studio)["access"]
    answer = with_token(cast, access, "me", studio)
    assert (answer.status, answer.data["email"], answer.data["email_verified"]) == (200, LEAD["email"], True)
    assert {row["slug"]: row["roles"] for row in answer.data["studios"]} == {
        "lotus": ["trainer_admin"],
        "summit": ["trainer"],
    }


@pytest.mark.parametrize(
    "sent",
    [
        {**LEAD, "password": "wrong"},
        {**LEAD, "email": "nobody@fitflow.test"},
        {**LEAD, "email": "no address"},
    ],
)
def test_what_is_wrong_reads_alike(cast: Cast, sent: dict[str, str]) -> None:
    answer = Caller(cast, None).post("auth/login", sent)
    assert (answer.status, answer.error["code"]) == (401, "AUTHENTICATION_ERROR")
    assert answer.error["message"] == "The e-mail address or the password is not right."
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize("sent", [{}, {"email": 7, "password": []}, {**LEAD, "password": "x" * 3000}])
def test_what_cannot_be_right_is_a_validation_error(cast: Cast, sent: dict[str, Any]) -> None:
    answer = Caller(cast, None).post("auth/login", sent)
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")


def test_a_lotus_members_token_is_worth_nothing_at_summit(cast: Cast) -> None:
    access = signed_in(cast, "trainer")["access"]
    assert with_token(cast, access, "locations/").status == 200
    assert with_token(cast, access, "locations/", "summit").status in {403, 404}
    assert with_token(cast, access, "me", "summit").status == 200


@pytest.mark.parametrize(
    "header",
    ["Bearer nonsense", "Bearer ", "Bearer a.b.c", "Api-Key nonsense", "Api-Key ff12.secret", "bearer x"],
)
def test_a_header_worth_nothing_is_refused_even_beside_a_session(cast: Cast, header: str) -> None:
    answer = Caller(cast, "owner").ask("GET", "locations/", Authorization=header)
    assert (answer.status, answer.error["code"]) == (401, "AUTHENTICATION_ERROR")
    assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_a_token_signed_by_somebody_else_is_refused(cast: Cast) -> None:
    access = signed_in(cast)["access"]
    claims = jwt.decode(access, options={"verify_signature": False})
    for forged in (
        jwt.encode(claims, "x" * 32, algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
    ):
        assert with_token(cast, forged, "me").status == 401


def test_an_access_token_lives_fifteen_minutes(cast: Cast) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        access = signed_in(cast)["access"]
        clock.shift(timedelta(minutes=14, seconds=59))
        assert with_token(cast, access, "me").status == 200
        clock.shift(timedelta(seconds=2))
        assert with_token(cast, access, "me").status == 401


def test_refreshing_gives_a_new_pair_and_the_old_token_is_used_up(cast: Cast) -> None:
    first = signed_in(cast)
    second = (
        Caller(cast, None)
        .post("auth/refresh", {"refresh": first["refresh"]}, Authorization="Bearer dead")
        .data
    )
    assert second["refresh"] != first["refresh"]
    assert with_token(cast, second["access"], "me").status == 200
    assert not RefreshToken.objects.filter(digest__contains=second["refresh"]).exists(), (
        "Only a digest is stored."
    )


def test_a_token_used_twice_ends_the_whole_chain(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    first = signed_in(cast)
    refresh = Caller(cast, None)
    second = refresh.post("auth/refresh", {"refresh": first["refresh"]}).data
    with django_capture_on_commit_callbacks(execute=True):
        assert refresh.post("auth/refresh", {"refresh": first["refresh"]}).status == 401
    assert refresh.post("auth/refresh", {"refresh": second["refresh"]}).status == 401
    assert with_token(cast, second["access"], "me").status == 401


def test_a_refresh_token_lives_seven_days(cast: Cast) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        refresh = signed_in(cast)["refresh"]
        clock.shift(timedelta(days=7, seconds=1))
        assert Caller(cast, None).post("auth/refresh", {"refresh": refresh}).status == 401
        clock.shift(timedelta(days=2))
        assert forget_old_tokens() == 1


def test_signing_out_ends_the_access_token_too(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    mine, other = signed_in(cast), signed_in(cast)
    with django_capture_on_commit_callbacks(execute=True):
        assert with_token(cast, mine["access"], "auth/logout", method="POST").status == 204
    assert with_token(cast, mine["access"], "me").status == 401
    assert Caller(cast, None).post("auth/refresh", {"refresh": mine["refresh"]}).status == 401
    assert with_token(cast, other["access"], "me").status == 200, "Another device stays signed in."


def test_signing_out_by_the_api_ends_a_browsers_session(cast: Cast) -> None:
    caller = Caller(cast, "lead")
    assert caller.post("auth/logout").status == 204
    assert caller.get("me").status == 401


def test_a_suspended_persons_tokens_are_worthless_at_once(cast: Cast) -> None:
    pair = signed_in(cast)
    assert with_token(cast, pair["access"], "me").status == 200
    User.objects.filter(pk=cast.user["lead"].pk).update(is_active=False)
    assert with_token(cast, pair["access"], "me").status == 401
    assert Caller(cast, None).post("auth/refresh", {"refresh": pair["refresh"]}).status == 401
    assert Caller(cast, None).post("auth/login", LEAD).status == 401


def test_a_role_taken_away_counts_on_the_next_call(cast: Cast) -> None:
    access = begin_chain(user=cast.user["trainer"]).access
    assert with_token(cast, access, "locations/").status == 200
    cast.user["trainer"].memberships.all().delete()
    assert with_token(cast, access, "locations/").status in {403, 404}


def test_many_wrong_passwords_are_stopped(cast: Cast, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/5m/key"}
    for _ in range(3):
        assert Caller(cast, None).post("auth/login", {**LEAD, "password": "wrong"}).status == 401
    answer = Caller(cast, None, "summit").post("auth/login", LEAD)
    assert (answer.status, answer.error["code"], answer.headers["Retry-After"]) == (
        429,
        "RATE_LIMIT_ERROR",
        "300",
    )


def test_registering_makes_an_account_that_must_still_prove_its_address(cast: Cast) -> None:
    sent = {"email": "Nia@Example.com", "password": "a-long-enough-one", "name": "Nia 🧘"}
    answer = Caller(cast, None, "lotus").post("auth/register", sent)
    assert (answer.status, answer.data) == (201, {"email": "nia@example.com", "name": "Nia 🧘"})
    pair = Caller(cast, None).post("auth/login", {"email": sent["email"], "password": sent["password"]}).data
    me = with_token(cast, pair["access"], "me").data
    assert (me["email_verified"], me["studios"]) == (False, [])


def test_registering_a_known_address_answers_the_same_and_changes_nothing(cast: Cast) -> None:
    sent = {"email": "owner@fitflow.test", "password": "a-long-enough-one", "name": "Mallory"}
    answer = Caller(cast, None, "summit").post("auth/register", sent)
    assert (answer.status, answer.data) == (201, {"email": "owner@fitflow.test", "name": "Mallory"})
    owner = User.objects.get(email="owner@fitflow.test")
    assert (owner.name, owner.check_password(PASSWORD)) == ("Owner", True)
    assert mail.outbox[-1].subject == "You have a FitFlow account already"
    assert "http://fitflow.localhost:8000/account/login/" in str(mail.outbox[-1].body)


@pytest.mark.parametrize(
    "wrong", [{"password": "short"}, {"password": "nia@example.com"}, {"email": "x"}, {"name": ""}]
)
def test_registering_takes_a_sound_password(cast: Cast, wrong: dict[str, str]) -> None:
    sent = {"email": "nia@example.com", "password": "a-long-enough-one", "name": "Nia", **wrong}
    answer = Caller(cast, None).post("auth/register", sent)
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
