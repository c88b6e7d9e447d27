"""Migrating the public schema and every studio's, quickly."""

from __future__ import annotations

import time
from typing import Any

import structlog
from django.apps import apps
from django.conf import settings
from django.core.management.commands import migrate
from django.db import OperationalError
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django_tenants.utils import get_public_schema_name, get_tenant_model
from psycopg import sql

from fitflow.tenancy.db import connection

# Whoever changes a table waits for those who use it, and all who come after wait behind: not for long, but often.
LOCK_TIMEOUT = "3s"
TRIES, PAUSE = 20, 3.0
LOCK_NOT_AVAILABLE = "55P03"
log = structlog.get_logger(__name__)


def studio_labels() -> set[str]:
    """Return the labels of the apps whose tables exist once per studio."""
    return {config.label for config in apps.get_app_configs() if config.name in settings.TENANT_APPS}


def let_owner_create() -> None:
    """Give the login role the right to make tables in `public`.

    It owns the database but, being NOINHERIT (so that it has no studio's rights by itself), does not get the rights that
    PostgreSQL 15 gives to the owner by membership.
    """
    connection.set_schema_to_public()
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_schema_privilege(current_user, 'public', 'CREATE'), session_user")
        allowed, login = cursor.fetchone()
        if not allowed:
            cursor.execute("SET ROLE pg_database_owner")
            cursor.execute(sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(sql.Identifier(login)))
            cursor.execute("RESET ROLE")


def studios_behind() -> list[str]:
    """Return the schemas of the studios that lack a migration, each asked by one statement."""
    labels = studio_labels()
    wanted = {
        key for key in MigrationLoader(None, ignore_no_migrations=True).disk_migrations if key[0] in labels
    }
    schemas = list(get_tenant_model().objects.order_by("id").values_list("schema_name", flat=True))
    behind = []
    with connection.cursor() as cursor:
        for schema in schemas:
            cursor.execute(
                sql.SQL("SELECT set_config('role', {}, false); SELECT app, name FROM {}").format(
                    sql.Literal(schema), sql.Identifier(schema, "django_migrations")
                )
            )
            cursor.nextset()
            if not wanted <= set(cursor.fetchall()):
                behind.append(schema)
        cursor.execute("RESET ROLE")
    return behind


class StudioMigrate(migrate.Command):
    """Django's migrate. In a studio's schema the shared apps' migrations are recorded first, so that none is rendered.

    A migration that does not get its lock within LOCK_TIMEOUT is given up and begun again, so that nobody who books waits longer
    behind it than that.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.schema_name != get_public_schema_name():
            own = studio_labels()
            recorder = MigrationRecorder(connection)
            known = set(recorder.applied_migrations())
            shared = {
                key
                for key in MigrationLoader(None, ignore_no_migrations=True).disk_migrations
                if key[0] not in own
            }
            recorder.migration_qs.bulk_create(
                recorder.Migration(app=app, name=name) for app, name in sorted(shared - known)
            )
        for attempt in range(1, TRIES + 1):
            try:
                self._migrate(*args, **options)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE or attempt == TRIES:
                    raise
                log.warning("migrate.waits", schema=connection.schema_name, attempt=attempt)
                time.sleep(PAUSE)
            else:
                return

    def _migrate(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
        try:
            super().handle(*args, **options)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")


Command = StudioMigrate
