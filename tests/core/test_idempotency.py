"""Answers kept for an Idempotency-Key: whose they are, and what is read of them in the table."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from django.db import connection

from fitflow.tenancy.context import studio_context
from tests.asking import Caller
from tests.cast import Cast
from tests.trainers.plan import at, scheduled

ONCE = {"Idempotency-Key": "once"}


def test_a_stored_answer_holds_no_word_of_a_note(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = scheduled(cast, at(10), clients=("Client",))
        path, body = (
            f"sessions/{session.id}/notes/",
            {"client": str(cast.client().id), "body": "Knee is better."},
        )
    lead = Caller(cast, "lead")
    first, second = lead.post(path, body, **ONCE), lead.post(path, body, **ONCE)
    assert (first.status, first.data) == (second.status, second.data)
    assert second.data["body"] == "Knee is better."
    assert second.headers["Idempotent-Replay"] == "true"
    with connection.cursor() as cursor:
        cursor.execute("SELECT body, fingerprint FROM core_idempotentanswer")
        ((stored, fingerprint),) = cursor.fetchall()
    assert b"Knee" not in bytes(stored)
    assert bytes(stored).startswith(b"v1$")
    guesses = {plain_hash("POST", path, guess) for guess in (body, {**body, "body": "Knee is worse."})}
    assert fingerprint not in guesses


def plain_hash(method: str, path: str, body: Any) -> str:
    """Return the hash that anyone makes of a call she guesses."""
    asked = orjson.dumps([method, f"/api/v1/{path}", body], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(asked).hexdigest()


def test_a_call_that_the_version_before_has_answered_is_given_its_answer(cast: Cast) -> None:
    owner, body = Caller(cast, "owner"), {"name": "Ada"}
    first = owner.post("clients/", body, **ONCE)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_idempotentanswer SET fingerprint = %s", [plain_hash("POST", "clients/", body)]
        )
    assert owner.post("clients/", body, **ONCE).data == first.data
    assert owner.post("clients/", {"name": "Eve"}, **ONCE).error["details"]["conflict"] == "idempotency_key"


def test_an_answer_without_a_body_is_given_again_without_one(cast: Cast) -> None:
    with studio_context(cast.lotus):
        path = f"services/{cast.service('Class').id}/"
    owner = Caller(cast, "owner")
    first, second = (owner.ask("DELETE", path, {}, **ONCE) for _ in range(2))
    assert (first.status, first.data) == (second.status, second.data) == (204, None)


def test_a_key_is_its_callers_and_its_studios_own(cast: Cast) -> None:
    body = {"name": "Ada"}
    answers = [
        Caller(cast, person, studio).post("clients/", body, **ONCE)
        for person, studio in (
            ("owner", "lotus"),
            ("manager", "lotus"),
            ("lead", "lotus"),
            ("lead", "summit"),
        )
    ]
    assert [answer.status for answer in answers] == [201] * 4
    assert len({answer.data["id"] for answer in answers}) == 4
