"""The API of notes: the fields programs rely on, sections, readers, addenda, history and templates."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from fitflow.tenancy.context import studio_context
from tests.asking import Answer, Caller
from tests.cast import Cast
from tests.trainers.notes.write import trained
from trainers.models import Session

KNEE = {"body": "Knee is better."}


@pytest.fixture
def client_id(cast: Cast) -> str:
    """Client, whom lead trains."""
    with studio_context(cast.lotus):
        trained(cast)
        return str(cast.client().pk)


def write(cast: Cast, client_id: str, body: dict[str, Any], person: str = "lead") -> Answer:
    return Caller(cast, person).post(f"clients/{client_id}/notes/", body)


def soap_id(cast: Cast) -> str:
    (row,) = (row for row in Caller(cast, "lead").get("note-templates/").results if row["kind"] == "soap")
    return str(row["id"])


@pytest.mark.parametrize(
    ("sent", "visibility", "shared"),
    [
        ({}, "private", False),
        ({"shared_with_client": False}, "private", False),
        ({"shared_with_client": True}, "client", True),
        ({"visibility": "trainers"}, "trainers", False),
        ({"visibility": "trainers", "shared_with_client": True}, "trainers", False),
    ],
)
def test_the_old_field_and_the_new_one_say_the_same(
    cast: Cast, client_id: str, sent: dict[str, Any], visibility: str, shared: bool
) -> None:
    with studio_context(cast.lotus):
        session = Session.objects.get().pk
    for path in (f"clients/{client_id}/notes/", f"sessions/{session}/notes/"):
        made = Caller(cast, "lead").post(path, {**KNEE, **sent})
        assert made.status == 201
        assert (made.data["visibility"], made.data["shared_with_client"]) == (visibility, shared)


@pytest.mark.parametrize(
    ("before", "sent", "after"),
    [
        ("trainers", {}, "trainers"),
        ("trainers", {"shared_with_client": False}, "trainers"),
        ("client", {"shared_with_client": False}, "private"),
        ("private", {"shared_with_client": True}, "client"),
        ("client", {"visibility": "private"}, "private"),
    ],
)
def test_an_older_program_takes_back_only_what_it_knows(
    cast: Cast, client_id: str, before: str, sent: dict[str, Any], after: str
) -> None:
    made = write(cast, client_id, {**KNEE, "visibility": before})
    changed = Caller(cast, "lead").ask("PUT", f"notes/{made.data['id']}/", {"body": "Worse.", **sent})
    assert (changed.data["body"], changed.data["visibility"]) == ("Worse.", after)


def test_a_note_is_begun_from_a_template_changed_signed_and_added_to(cast: Cast, client_id: str) -> None:
    lead, template = Caller(cast, "lead"), soap_id(cast)
    sections = [{"heading": "Objective", "text": "Swollen."}, {"heading": "Plan", "text": "Ice."}]
    made = write(cast, client_id, {"template": template, "sections": sections})
    assert (made.status, made.data["kind"], made.data["title"]) == (201, "soap", "SOAP note")
    assert [part["text"] for part in made.data["sections"]] == ["", "Swollen.", "", "Ice."]
    assert made.data["body"] == "Objective\nSwollen.\n\nPlan\nIce."
    path = f"notes/{made.data['id']}"
    changed = lead.ask("PUT", f"{path}/", {"sections": [{"heading": "Plan", "text": "Rest."}]})
    assert changed.data["body"] == "Plan\nRest."
    assert lead.post(f"{path}/addenda", KNEE).status == 409
    assert lead.post(f"{path}/sign").data["signed_at"]
    assert lead.ask("PUT", f"{path}/", {"sections": sections}).status == 409
    added = lead.post(f"{path}/addenda", {"body": "Left, not right."})
    assert (added.status, added.data["addendum_to"]) == (201, made.data["id"])
    assert [row["body"] for row in lead.get(f"{path}/").data["addenda"]] == ["Left, not right."]
    assert lead.ask("DELETE", f"notes/{added.data['id']}/").status == 204
    assert lead.ask("DELETE", f"{path}/").status == 409
    assert lead.post(f"{path}/visibility", {"visibility": "client"}).data["shared_with_client"] is True


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "body"),
        ({"body": " "}, "body"),
        ({"body": "x" * 20_001}, "body"),
        ({**KNEE, "visibility": "all"}, "visibility"),
        ({**KNEE, "template": "x"}, "template"),
        ({"sections": [{"heading": "Plan", "text": "x"}]}, "template"),
    ],
)
def test_what_cannot_be_a_note_is_a_validation_error(
    cast: Cast, client_id: str, wrong: dict[str, Any], field: str
) -> None:
    answer = write(cast, client_id, wrong)
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")


def test_sections_are_those_of_the_template(cast: Cast, client_id: str) -> None:
    template = soap_id(cast)
    wrong: list[dict[str, Any]] = [{"sections": [{"heading": "Mood", "text": "x"}]}, KNEE, {"sections": []}]
    for words in wrong:
        assert write(cast, client_id, {"template": template, **words}).status == 400
    assert write(cast, client_id, {"template": str(uuid4()), **KNEE}).status == 404


def test_a_change_of_what_she_has_not_seen_is_a_conflict(cast: Cast, client_id: str) -> None:
    made, lead = write(cast, client_id, KNEE).data, Caller(cast, "lead")
    seen = {"body": "First.", "seen_at": made["updated_at"]}
    assert lead.ask("PUT", f"notes/{made['id']}/", seen).status == 200
    again = lead.ask("PUT", f"notes/{made['id']}/", {**seen, "body": "Second."})
    assert (again.status, again.error["details"]["conflict"]) == (409, "version")
    assert lead.get(f"notes/{made['id']}/").data["body"] == "First."


def test_the_history_is_searched_filtered_and_paged(cast: Cast, client_id: str) -> None:
    lead = Caller(cast, "lead")
    for number in range(5):
        write(
            cast, client_id, {"body": f"Knee {number}.", "visibility": "client" if number % 2 else "private"}
        )
    path = f"clients/{client_id}/notes/"
    assert [row["body"] for row in lead.get(f"{path}?q=knee 3").results] == ["Knee 3."]
    assert len(lead.get(f"{path}?visibility=client").results) == 2
    assert lead.get(f"{path}?kind=soap").results == []
    assert lead.get(f"{path}?state=signed").results == []
    seen, url = [], f"{path}?q=knee&page_size=2"
    while url:
        answer = lead.get(url)
        seen += [row["body"] for row in answer.results]
        url = answer.data["next"]
    assert seen == [f"Knee {number}." for number in (4, 3, 2, 1, 0)]
    for wrong in ("kind=poem", "author=x", "cursor=x", "state=half", "visibility=all"):
        assert lead.get(f"{path}?{wrong}").status == 400


def test_who_may_not_look_gets_nothing(cast: Cast, client_id: str) -> None:
    made = write(cast, client_id, KNEE).data
    path = f"clients/{client_id}/notes/"
    for person, status in (
        ("owner", 403),
        ("manager", 403),
        ("trainer", 404),
        ("outsider", 404),
        ("owner2", 404),
    ):
        assert Caller(cast, person).get(path).status in {status, 403}, person
        assert Caller(cast, person).post(path, KNEE).status in {403, 404}, person
        for tail in ("/", "/sign", "/visibility", "/addenda"):
            method = "GET" if tail == "/" else "POST"
            answer = Caller(cast, person).ask(method, f"notes/{made['id']}{tail}", {"visibility": "client"})
            assert answer.status == 404 or answer.error["code"] == "AUTHORIZATION_ERROR", (person, tail)
    assert Caller(cast, "client").get(path).results == []
    assert Caller(cast, None).get(path).status == 401


def test_templates_are_read_by_who_works_here_and_changed_by_who_runs_it(cast: Cast) -> None:
    owner, trainer = Caller(cast, "owner"), Caller(cast, "trainer")
    body = {"name": "Check-in", "kind": "other", "sections": [{"heading": "Mood", "hint": "1 to 5"}]}
    made = owner.post("note-templates/", body)
    assert (made.status, made.data["sections"]) == (201, body["sections"])
    path = f"note-templates/{made.data['id']}/"
    assert trainer.get(path).data["name"] == "Check-in"
    for refused in (
        trainer.post("note-templates/", body),
        trainer.ask("PATCH", path, {"name": "X"}),
        trainer.ask("DELETE", path),
        trainer.post("note-templates/order", {"order": []}),
    ):
        assert refused.status == 403
    assert Caller(cast, "client").get("note-templates/").status == 403
    changed = owner.ask("PATCH", path, {"name": "Mood", "version": 1})
    assert (changed.data["name"], changed.data["version"]) == ("Mood", 2)
    assert owner.ask("PATCH", path, {"name": "Other", "version": 1}).status == 409
    ids = [row["id"] for row in owner.get("note-templates/").results]
    assert [row["id"] for row in owner.post("note-templates/order", {"order": ids[::-1]}).results] == ids[
        ::-1
    ]
    assert owner.post("note-templates/order", {"order": ids[1:]}).status == 400
    assert owner.ask("DELETE", path).status == 204
    assert trainer.get(path).status == 404
    assert owner.ask("PATCH", path, {"is_active": True}).data["is_active"] is True
    assert Caller(cast, "owner2", "summit").get(path).status == 404


def test_what_a_client_agreed_to_is_noted_and_shown(cast: Cast, client_id: str) -> None:
    path = f"clients/{client_id}/"
    assert Caller(cast, "owner").get(path).data["team_reading_at"] is None
    noted = Caller(cast, "owner").post(f"{path}team-reading", {"agreed": True})
    assert noted.data["team_reading_at"]
    assert Caller(cast, "trainer").post(f"{path}team-reading", {"agreed": True}).status == 404
    assert Caller(cast, "owner").post(f"{path}team-reading", {}).status == 400


def test_no_cache_keeps_what_is_answered_about_notes(cast: Cast, client_id: str) -> None:
    lead = Caller(cast, "lead")
    made = write(cast, client_id, {**KNEE, "visibility": "client"})
    path = f"notes/{made.data['id']}"
    with studio_context(cast.lotus):
        session = Session.objects.get().pk
    answers = [
        made,
        lead.get(f"{path}/"),
        lead.ask("PUT", f"{path}/", KNEE),
        lead.post(f"{path}/visibility", {"visibility": "client"}),
        lead.post(f"{path}/sign"),
        lead.post(f"{path}/addenda", KNEE),
        lead.get(f"clients/{client_id}/notes/?q=knee"),
        lead.get(f"sessions/{session}/notes/"),
        lead.get(f"sessions/{session}/log"),
        Caller(cast, "client").get("portal/notes"),
        write(cast, client_id, {"body": "x" * 20_001}),
        lead.ask("PUT", f"{path}/", KNEE),
        Caller(cast, "owner").get(f"{path}/"),
        Caller(cast, None).get(f"{path}/"),
    ]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"private, no-store"}
    assert {answer.status for answer in answers} == {200, 201, 400, 401, 404, 409}


def test_an_answer_given_again_is_kept_by_no_cache_either(cast: Cast, client_id: str) -> None:
    for _ in range(2):
        again = Caller(cast, "lead").post(f"clients/{client_id}/notes/", KNEE, **{"Idempotency-Key": "once"})
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.headers["Cache-Control"] == "private, no-store"
