"""Opening a studio replays a file; the file is what the migrations make, and what it makes is the same schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from fitflow.tenancy import schema
from fitflow.tenancy.db import connection
from fitflow.tenancy.management.commands.dump_studio_template import dump


@pytest.fixture
def unblocked(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        yield
        connection.set_schema_to_public()


def test_the_kept_template_is_what_the_migrations_make(unblocked: None) -> None:
    call_command("dump_studio_template", check=True)


def test_a_template_that_differs_is_noticed(
    unblocked: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    other = tmp_path / "template.sql"
    other.write_text(schema.TEMPLATE.read_text().replace("booking_client_once", "booking_client_twice"))
    monkeypatch.setattr(schema, "TEMPLATE", other)
    with pytest.raises(CommandError, match="not what the migrations make"):
        call_command("dump_studio_template", check=True)


def test_replaying_it_makes_the_same_schema_as_migrating(unblocked: None) -> None:
    name = f"studio_{uuid4().hex}"
    with transaction.atomic():
        schema.create_role_and_schema(name)
        schema.replay_template(name)
    try:
        assert dump(name) == schema.TEMPLATE.read_text()
    finally:
        schema.drop(name)


def test_no_table_stands_in_both(unblocked: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema LIKE 'studio\\_%'"
            " INTERSECT SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
        assert {row[0] for row in cursor.fetchall()} <= {"django_migrations"}
