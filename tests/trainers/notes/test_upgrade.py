"""A studio of the version before, with notes in it, is migrated while nobody has to stop working."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.db import connection as asked

from fitflow.core.fields.encrypted import encrypt
from fitflow.tenancy import schema
from fitflow.tenancy.backend.base import STUDIO_PREFIX
from fitflow.tenancy.db import connection
from tests.scratch import scratch_person
from trainers.models import Note

PEOPLE = """
INSERT INTO clients_client (id, created_at, name, email, phone, street, city, province, postal_code, is_active)
VALUES (gen_random_uuid(), now(), 'Ada', '', '', '', '', '', '', true) RETURNING id
"""
NOTE = """
INSERT INTO trainers_note (id, created_at, client_id, author_id, author_name, body, shared_with_client, signed_at, updated_at)
VALUES (gen_random_uuid(), now(), %s, %s, 'Racer', %s, %s, {signed}, now()) RETURNING id
"""


@pytest.fixture
def before(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, UUID]]:
    """The schema of a studio that has the migrations before the readers of notes, and somebody who wrote some."""
    name = f"{STUDIO_PREFIX}{uuid4().hex}"
    with django_db_blocker.unblock(), scratch_person() as person:
        schema.create_role_and_schema(name)
        try:
            for app, last in (("clients", "0002"), ("trainers", "0005")):
                migrate(name, app, last)
            yield name, person.pk
        finally:
            connection.set_schema_to_public()
            schema.drop(name)


def migrate(name: str, *target: str) -> None:
    call_command("migrate_schemas", *target, schema_name=name, verbosity=0, interactive=False)
    connection.set_schema(name)


def one(sql: str, *values: Any) -> Any:
    with asked.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0] if cursor.description else None


def test_each_note_keeps_its_readers_its_words_and_its_signature(before: tuple[str, UUID]) -> None:
    name, author = before
    client = one(PEOPLE)
    rows = {
        (shared, signed): one(
            NOTE.format(signed="now()" if signed else "NULL"),
            client,
            author,
            encrypt(f"Words {shared} {signed}.", place="trainers_note.body"),
            shared,
        )
        for shared in (True, False)
        for signed in (True, False)
    }
    changed_at = one("SELECT max(updated_at) FROM trainers_note")
    migrate(name)
    for (shared, signed), pk in rows.items():
        note = Note.objects.get(pk=pk)
        assert note.visibility == ("client" if shared else "private")
        assert (note.body, note.is_signed, note.kind) == (f"Words {shared} {signed}.", signed, "free")
    assert one("SELECT max(updated_at) FROM trainers_note") == changed_at
    with pytest.raises(DatabaseError, match="does not change"):
        one("UPDATE trainers_note SET title = 'x' WHERE id = %s", rows[True, True])
    # What the version before goes on writing until its last process ends:
    late = one(NOTE.format(signed="NULL"), client, author, "", True)
    assert Note.objects.get(pk=late).visibility == "client"
