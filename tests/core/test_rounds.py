"""A round goes on behind a row for which it fails, even where that has cost the connection."""

from __future__ import annotations

from typing import Any

import pytest

from fitflow.core.rounds import one_by_one
from fitflow.tenancy.db import connection


@pytest.mark.race
def test_a_lost_connection_costs_one_row(django_db_setup: None, django_db_blocker: Any) -> None:
    asked = []

    def work(row: int) -> int:
        asked.append(row)
        with connection.cursor() as cursor:
            if row == 2:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            cursor.execute("SELECT %s", [row])
            return int(cursor.fetchone()[0])

    with django_db_blocker.unblock():
        assert one_by_one([1, 2, 3], work, name="numbers") == 4
    assert asked == [1, 2, 3]


def test_a_kill_ends_it() -> None:
    class Killed(BaseException):
        pass

    def work(row: int) -> int:
        raise Killed

    with pytest.raises(Killed):
        one_by_one([1, 2], work, name="numbers")
