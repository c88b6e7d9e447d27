"""Migrations run while people book: nobody waits behind them for long, and processes of the version before go on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.db.migrations import AddField, AddIndex, CreateModel, Migration, RunSQL
from django.db.migrations.loader import MigrationLoader

from fitflow.tenancy import migrating, schema
from fitflow.tenancy.backend.base import STUDIO_PREFIX
from fitflow.tenancy.db import connection
from tests.scratch import scratch_person, scratch_studio

OURS = {"fitflow", "studios", "trainers", "clients", "billing", "notifications", "reporting"}
# Made before anything of it was in use.
BEFORE = {
    ("clients", "0002_search_by_email_and_phone"),
    ("studios", "0003_holidays_of_locations"),
    ("trainers", "0003_availability_series_waitlist_feeds"),
    ("trainers", "0005_settle_fees_and_waiting"),
}


def of_ours() -> Iterator[tuple[str, Migration, Any]]:
    """Yield each operation on a table that was there before its migration, with the migration's app and itself."""
    for key, migration in MigrationLoader(None, ignore_no_migrations=True).disk_migrations.items():
        if apps.get_app_config(key[0]).name.partition(".")[0] not in OURS or key in BEFORE:
            continue
        made = {one.name.lower() for one in migration.operations if isinstance(one, CreateModel)}
        for one in migration.operations:
            if getattr(one, "model_name", "").lower() not in {"", *made}:
                yield key[0], migration, one


def sql_of(migration: Migration) -> str:
    return " ".join(str(one.sql) for one in migration.operations if isinstance(one, RunSQL))


def test_a_new_column_is_filled_without_the_version_before() -> None:
    left = [
        f"{migration}: {one.model_name}.{one.name}"
        for _, migration, one in of_ours()
        if isinstance(one, AddField)
        and not (one.field.null or one.field.many_to_many or one.field.has_db_default())
        and f"ALTER COLUMN {one.name} SET DEFAULT" not in sql_of(migration)
    ]
    assert left == []


def test_an_index_of_a_public_table_is_made_while_it_is_written() -> None:
    slow = [
        f"{migration}: {one.model_name}"
        for label, migration, one in of_ours()
        if label not in migrating.studio_labels() and type(one) is AddIndex
    ]
    assert slow == []


@contextmanager
def studio_behind(name: str) -> Iterator[None]:
    """Make a schema that lacks the newest migrations of the trainers' app."""
    schema.create_role_and_schema(name)
    try:
        call_command("migrate_schemas", "trainers", "0011", schema_name=name, verbosity=0, interactive=False)
        yield
    finally:
        connection.set_schema_to_public()
        schema.drop(name)


@contextmanager
def somebody_writes(schema_name: str, table: str) -> Iterator[psycopg.Connection[Any]]:
    """Hold a studio's table in an open transaction, as an import does."""
    connection.ensure_connection()
    with psycopg.connect(connection.connection.info.dsn) as other:
        other.execute(f'SET ROLE "{schema_name}"')
        other.execute(f'LOCK TABLE "{schema_name}".{table} IN ROW EXCLUSIVE MODE')
        yield other
        other.rollback()


@pytest.mark.race
def test_a_migration_gives_up_where_it_would_wait_and_is_begun_again(
    django_db_setup: None, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{STUDIO_PREFIX}{uuid4().hex}"
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(migrating, "TRIES", 2)
    monkeypatch.setattr(migrating, "PAUSE", 0.0)
    with django_db_blocker.unblock(), studio_behind(name):
        newest = {"schema_name": name, "verbosity": 0, "interactive": False}
        with somebody_writes(name, "trainers_exerciseset") as writer:
            with pytest.raises(OperationalError, match="lock timeout"):
                call_command("migrate_schemas", **newest)
            connection.set_schema_to_public()
            waited: list[float] = []

            def end_of_the_writing(seconds: float) -> None:
                waited.append(seconds)
                writer.rollback()

            monkeypatch.setattr(migrating, "time", SimpleNamespace(sleep=end_of_the_writing))
            call_command("migrate_schemas", **newest)
        assert waited == [0.0], "the second try came through"


@pytest.mark.race
def test_a_studio_that_cannot_be_migrated_keeps_no_other_from_it(
    django_db_setup: None, django_db_blocker: Any
) -> None:
    quiet = {"verbosity": 0, "interactive": False}
    with django_db_blocker.unblock(), scratch_person() as person:
        with scratch_studio(trainer=person) as broken, scratch_studio(trainer=person) as sound:
            # Its rules stay where they are on the way back, so that they cannot be made again.
            call_command("migrate_schemas", "trainers", "0011", schema_name=broken.schema_name, **quiet)
            call_command("migrate_schemas", "clients", "0003", schema_name=sound.schema_name, **quiet)
            connection.set_schema_to_public()
            assert set(migrating.studios_behind()) == {broken.schema_name, sound.schema_name}
            with pytest.raises(CommandError, match=broken.schema_name):
                call_command("migrate_schemas", **quiet)
            assert migrating.studios_behind() == [broken.schema_name]
