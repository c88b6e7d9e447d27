"""What the database says when it refuses, and how often to ask again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from random import random

from django.db import DatabaseError, OperationalError, connection

EXCLUSION, UNIQUE, CHECK, DEADLOCK, SERIALIZATION = "23P01", "23505", "23514", "40P01", "40001"


def sqlstate(error: DatabaseError) -> str:
    """Return PostgreSQL's five-character code of an error, or an empty string."""
    return str(getattr(error.__cause__, "sqlstate", "") or "")


def constraint(error: DatabaseError) -> str:
    """Return the name of the constraint that refused, or an empty string."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnostics, "constraint_name", "") or "")


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
