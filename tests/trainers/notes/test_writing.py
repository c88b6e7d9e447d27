from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from tests.cast import Cast
from tests.trainers.plan import at, scheduled
from trainers.models import Note
from trainers.note_policies import visible_notes
from trainers.services import change_note, set_visibility, sign_note, write_note


def written(cast: Cast, **more: Any) -> Note:
    """Write a note of the lead's about her client's session."""
    session = scheduled(cast, at(10), clients=("Client",))
    arguments: dict[str, Any] = {
        "client_id": cast.client().id,
        "session_id": session.id,
        "body": "Knee is better.",
        **more,
    }
    return write_note(actor=cast.actor("lead"), **arguments)


def test_it_is_written_for_a_client_of_the_session_and_private_at_first(lotus: Cast) -> None:
    note = written(lotus)
    assert (note.author_name, note.shared_with_client, note.is_signed) == ("Lead", False, False)
    assert Note.objects.get().body == "Knee is better."


def test_the_database_and_the_audit_trail_hold_no_word_of_it(lotus: Cast) -> None:
    written(lotus)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(trainers_note)::text FROM trainers_note")
        assert "Knee" not in cursor.fetchone()[0]
    assert "Knee" not in str(list(AuditEvent.objects.values_list("facts", flat=True)))


def test_a_general_note_needs_care_of_the_client(lotus: Cast) -> None:
    lead, client = lotus.actor("lead"), lotus.client()
    with pytest.raises(NotFound, match="do not train"):
        write_note(actor=lead, client_id=client.id, body="Hello")
    scheduled(lotus, at(10), clients=("Client",))
    assert write_note(actor=lead, client_id=client.id, body="Hello").session is None


def test_it_refuses_a_client_who_is_not_in_the_session(lotus: Cast) -> None:
    with pytest.raises(NotFound, match="not in this session"):
        written(lotus, client_id=lotus.client("Étienne Caron").id)


@pytest.mark.parametrize("person", ["owner", "manager", "client"])
def test_who_treats_nobody_writes_nothing(lotus: Cast, person: str) -> None:
    session = scheduled(lotus, at(10), clients=("Client",))
    with pytest.raises(NotPermitted):
        write_note(
            actor=lotus.actor(person), client_id=lotus.client().id, session_id=session.id, body="Hello"
        )


def test_the_lead_writes_no_note_of_her_trainers_session(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), trainer="trainer", clients=("Client",))
    with pytest.raises(NotPermitted):
        write_note(
            actor=lotus.actor("lead"), client_id=lotus.client().id, session_id=session.id, body="Hello"
        )


@pytest.mark.parametrize("body", ["", "   \n", "x" * 20_001])
def test_it_refuses_nothing_and_too_much(lotus: Cast, body: str) -> None:
    with pytest.raises(Invalid):
        written(lotus, body=body)


def test_its_author_changes_it_until_she_signs(lotus: Cast) -> None:
    lead, note = lotus.actor("lead"), written(lotus)
    change_note(actor=lead, note_id=note.id, body="Knee is worse.", visibility="client")
    signed = sign_note(actor=lead, note_id=note.id)
    assert (signed.body, signed.shared_with_client, signed.is_signed) == ("Knee is worse.", True, True)
    assert sign_note(actor=lead, note_id=note.id).signed_at == signed.signed_at
    with pytest.raises(Conflict, match="keeps its words"):
        change_note(actor=lead, note_id=note.id, body="Never said so.")
    assert set_visibility(actor=lead, note_id=note.id, visibility="private").shared_with_client is False


def test_the_database_refuses_to_change_a_signed_note(lotus: Cast) -> None:
    note = written(lotus)
    sign_note(actor=lotus.actor("lead"), note_id=note.id)
    for statement in ("UPDATE trainers_note SET body = 'x'", "DELETE FROM trainers_note"):
        with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement)


def test_nobody_else_reads_a_private_note(lotus: Cast) -> None:
    written(lotus)
    for person in ("owner", "manager", "trainer", "client", "outsider"):
        assert not visible_notes(lotus.actor(person)).exists(), person
    assert visible_notes(lotus.actor("lead")).count() == 1


def test_the_client_reads_what_is_shared_with_her_and_changes_none_of_it(lotus: Cast) -> None:
    note = written(lotus, visibility="client")
    sign_note(actor=lotus.actor("lead"), note_id=note.id)
    assert visible_notes(lotus.actor("client")).get() == note
    with pytest.raises(NotPermitted):
        change_note(actor=lotus.actor("client"), note_id=note.id, body="x")
    with pytest.raises(NotFound):
        sign_note(actor=lotus.actor("trainer"), note_id=note.id)


def test_a_note_of_another_studio_is_not_there(cast: Cast) -> None:
    with studio_context(cast.lotus):
        note = written(cast)
    with studio_context(cast.summit):
        for note_id in (note.id, uuid4()):
            with pytest.raises(NotFound):
                sign_note(actor=cast.actor("lead", cast.summit), note_id=note_id)
