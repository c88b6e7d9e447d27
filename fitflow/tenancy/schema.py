"""Making a studio's schema: a role, a schema it owns, and the template replayed into it, in the caller's transaction.

The template is one SQL file made from the migrations by `manage.py dump_studio_template` and kept beside this module; a
test proves that the replayed and the migrated schema are the same.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from psycopg import sql

from fitflow.tenancy.db import connection
from fitflow.tenancy.rls import STUDIOS

TEMPLATE = Path(__file__).with_name("studio_template.sql")
PLACEHOLDER = "__studio__"


@lru_cache(maxsize=1)
def _template() -> str:
    return TEMPLATE.read_text(encoding="utf-8")


def create_role_and_schema(name: str) -> None:
    """Create a NOLOGIN role and an empty schema of that name that it owns.

    The login role may take the studio's role but inherits nothing from it.
    """
    role, group = sql.Identifier(name), sql.Identifier(STUDIOS)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "CREATE ROLE {role} NOLOGIN INHERIT IN ROLE {group}; GRANT {role} TO CURRENT_USER;"
                "CREATE SCHEMA {role} AUTHORIZATION {role};"
            ).format(role=role, group=group)
        )


def replay_template(name: str) -> None:
    """Create every table, trigger and constraint of a studio in its empty schema, as its own role.

    Runs inside the caller's transaction on the public schema and gives the role back before it returns.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [name])
        cursor.execute(_template().replace(PLACEHOLDER, name))
        cursor.execute("SELECT set_config('role', 'none', true), set_config('search_path', 'public', true)")


def drop(name: str) -> None:
    """Drop a studio's schema and role with all that is in it. For tests and for erasing a closed studio."""
    role = sql.Identifier(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        if cursor.fetchone():
            # Only the role itself owns what is in its schema: the login role inherits nothing.
            drop = "DROP SCHEMA IF EXISTS {role} CASCADE; DROP OWNED BY {role}"
            statement = f"SET ROLE {{role}}; {drop}; RESET ROLE; DROP ROLE {{role}}"
            cursor.execute(sql.SQL(statement).format(role=role))
