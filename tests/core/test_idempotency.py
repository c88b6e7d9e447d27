"""Answers kept for an Idempotency-Key: whose they are, and what is read of them in the table."""

from __future__ import annotations

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
        cursor.execute("SELECT body FROM core_idempotentanswer")
        (stored,) = [bytes(row[0]) for row in cursor.fetchall()]
    assert b"Knee" not in stored
    assert stored.startswith(b"v1$")


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
