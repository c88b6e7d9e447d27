"""A connection that goes back to the pool is nobody's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db.utils import ProgrammingError

from fitflow.tenancy.context import enter
from fitflow.tenancy.db import own
from tests.cast import Cast


def in_a_thread[T](work: Callable[[], T]) -> T:
    """Run with a connection of its own, as a request has."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(work).result()


def given_back(cast: Cast, use: Callable[[Any], None]) -> psycopg.Connection[Any]:
    def work() -> psycopg.Connection[Any]:
        enter(cast.lotus)
        held = own()
        raw: psycopg.Connection[Any] = held.connection
        assert whose(raw) == (cast.lotus.schema_name, cast.lotus.schema_name)
        use(held)
        held.close()
        return raw

    return in_a_thread(work)


def whose(raw: psycopg.Connection[Any]) -> tuple[str, str]:
    row = raw.execute("SELECT current_schema(), current_user").fetchone()
    raw.commit()
    assert row
    return row[0], row[1]


def fail(held: Any) -> None:
    held.set_autocommit(False)
    with pytest.raises(ProgrammingError), held.cursor() as cursor:
        cursor.execute("SELECT nonsense")


@pytest.mark.parametrize("use", [lambda held: None, fail], ids=["idle", "after a failure"])
def test_neither_role_nor_path_stays_on_it(cast: Cast, use: Callable[[Any], None]) -> None:
    assert whose(given_back(cast, use)) == ("public", "fitflow")


def test_one_that_cannot_be_cleaned_is_closed(cast: Cast) -> None:
    def lose(held: Any) -> None:
        with psycopg.connect(held.connection.info.dsn, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [held.connection.info.backend_pid])

    assert given_back(cast, lose).closed
