"""What the database says when it refuses, how often to ask again, and how to ask it for little."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, wraps
from itertools import islice
from random import random
from typing import Any, Self
from uuid import UUID

from django.db import DatabaseError, OperationalError
from django.db.models import Model
from psycopg import Cursor

from fitflow.tenancy.db import connection

EXCLUSION, UNIQUE, CHECK, DEADLOCK, SERIALIZATION = "23P01", "23505", "23514", "40P01", "40001"


def sqlstate(error: DatabaseError) -> str:
    """Return PostgreSQL's five-character code of an error, or an empty string."""
    return str(getattr(error.__cause__, "sqlstate", "") or "")


def constraint(error: DatabaseError) -> str:
    """Return the name of the constraint that refused, or an empty string."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnostics, "constraint_name", "") or "")


def detail(error: DatabaseError) -> dict[str, Any]:
    """Return what a trigger of ours says beside its refusal, as a JSON object; empty where it says nothing."""
    diagnostics = getattr(error.__cause__, "diag", None)
    text = getattr(diagnostics, "message_detail", "") or ""
    return dict(json.loads(text)) if text.startswith("{") else {}


@contextmanager
def refusals(refusal: Callable[[str, str], Exception | None]) -> Iterator[None]:
    """Turn the database's refusals into errors of the domain.

    `refusal(constraint name, sqlstate)` returns the error to raise, or None to let the database's own go on.
    Match names by prefix: a sharded database adds suffixes.
    """
    try:
        yield
    except DatabaseError as error:
        translated = refusal(constraint(error), sqlstate(error))
        if translated is None:
            raise
        raise translated from error


def retry_deadlocks[**P, R](use_case: Callable[P, R]) -> Callable[P, R]:
    """Run a use case again, up to three times, when PostgreSQL chose it as a deadlock's victim.

    Only the outermost call retries: inside a transaction the whole transaction is lost.
    """

    @wraps(use_case)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(3):
            try:
                return use_case(*args, **kwargs)
            except OperationalError as error:
                if (
                    connection.in_atomic_block
                    or sqlstate(error) not in {DEADLOCK, SERIALIZATION}
                    or attempt == 2
                ):
                    raise
                time.sleep(0.01 * (attempt + random()))  # noqa: S311
        raise AssertionError("unreachable")

    return run


def lock_in_transaction(*names: str) -> None:
    """Take PostgreSQL advisory locks until the transaction ends, in a fixed order, so that two callers never deadlock.

    Raises RuntimeError outside a transaction, where the lock would be gone at once.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An advisory lock needs a transaction to live in.")
    with connection.cursor() as cursor:
        for name in sorted(set(names)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


@contextmanager
def in_one_trip() -> Iterator[None]:
    """Keep the statements of the block and send them together at its end: one round trip, however many they are.

    For writes whose answers nobody reads. A lock among them is held while PostgreSQL works, not while Python thinks: nothing is
    sent before all of it is ready. What the database refuses is raised at the end of the block, which belongs around it in
    `refusals(...)`. No savepoints and no reads within; RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("What is sent together is refused together: that needs a transaction.")
    with connection.keeping() as kept:
        yield
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(kept))


class _Prepared(Cursor[Any]):
    """A cursor whose statements PostgreSQL keeps prepared on the connection, because planning them costs more than running them.

    Django's own cursor writes the values into the statement, so that each one is new and planned anew. PostgreSQL plans
    again where the path has changed, and checks the role's rights each time: a kept plan leads to no other studio.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        return super().execute(query, params, **{**options, "prepare": True})


def fetch_prepared(statement: str, values: dict[str, Any]) -> list[Any]:
    """Return the rows of a statement that PostgreSQL keeps prepared on this connection."""
    with connection.cursor() as cursor, _Prepared(cursor.connection) as prepared:
        wrap: Any = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
        seen = wrap(prepared)
        seen.execute(statement, values)
        return list(seen.fetchall())


def fetch_rows(*wanted: tuple[type[Model], UUID | None]) -> list[Any]:
    """Return one row of each of several tables by its key, None where it is not there: one prepared statement for all of them."""
    models = tuple(model for model, _ in wanted)
    keys = {f"key{number}": key for number, (_, key) in enumerate(wanted)}
    values = iter(fetch_prepared(_each_by_key(models), keys)[0])
    rows = [(model, list(islice(values, len(model._meta.concrete_fields)))) for model in models]
    # The key is a row's first column, and is null where there is no row.
    return [_instance(model, row) if row[0] is not None else None for model, row in rows]


def fetch_active[M: Model](model: type[M]) -> list[M]:
    """Return the rows of a table that are in use (`is_active`), by a prepared statement; in no order."""
    columns = ", ".join(str(field.column) for field in model._meta.concrete_fields)
    statement = f"SELECT {columns} FROM {model._meta.db_table} WHERE is_active"  # noqa: S608
    return [_instance(model, row) for row in fetch_prepared(statement, {})]


@lru_cache(maxsize=64)
def _each_by_key(models: tuple[type[Model], ...]) -> str:
    columns, tables = [], []
    for number, model in enumerate(models):
        columns += [f"row{number}.{field.column}" for field in model._meta.concrete_fields]
        tables.append(f"LEFT JOIN {model._meta.db_table} AS row{number} ON row{number}.id = %(key{number})s")
    return f"SELECT {', '.join(columns)} FROM (SELECT) AS one {' '.join(tables)}"  # noqa: S608


def _instance(model: type[Any], values: Sequence[Any]) -> Any:
    names = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(connection.alias, names, values)
