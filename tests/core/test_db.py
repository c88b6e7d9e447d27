"""How the database is asked for little: statements sent together, rows of several tables read together."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test.utils import CaptureQueriesContext

from fitflow.core.db import fetch_active, fetch_prepared, fetch_rows, in_one_trip, lock_in_transaction
from fitflow.core.ids import uuid7
from fitflow.tenancy.db import connection
from studios.models import Location, Room
from tests.cast import Cast
from trainers.models import Service, TrainerProfile


def locks_held() -> Any:
    """Return how many advisory locks this connection holds, asked beside the statements that are kept."""
    asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    return connection.connection.execute(asked).fetchone()[0]


def test_what_is_written_in_one_trip_is_one_statement_to_the_database(lotus: Cast) -> None:
    place = lotus.location()
    with transaction.atomic():
        with CaptureQueriesContext(connection) as queries, in_one_trip():
            made = Room.objects.create(name="Attic at 100 %", location=place, capacity=3)
            Room.objects.bulk_create(
                Room(name=f"Loft {number}", location=place, capacity=2) for number in (1, 2)
            )
            with connection.cursor() as cursor:
                cursor.executemany(
                    "UPDATE studios_room SET capacity = capacity + %s WHERE name = %s",
                    [(10, "Loft 1"), (20, "Loft 2")],
                )
        assert len(queries) == 1
    assert Room.objects.get(pk=made.pk).name == "Attic at 100 %"
    found = Room.objects.filter(name__startswith="Loft").order_by("name").values_list("capacity", flat=True)
    assert list(found) == [12, 22]


def test_a_lock_in_it_is_taken_only_once_all_is_ready(lotus: Cast) -> None:
    with transaction.atomic():
        with in_one_trip():
            lock_in_transaction("room:attic")
            assert locks_held() == 0
        assert locks_held() == 1


def test_what_the_database_refuses_is_raised_at_its_end_and_nothing_of_it_stays(lotus: Cast) -> None:
    place = lotus.location()
    before = Room.objects.count()
    reached = False
    with pytest.raises(IntegrityError, match="room_name_once"), transaction.atomic(), in_one_trip():
        for _ in range(2):
            Room.objects.create(name="Twice", location=place, capacity=3)
        reached = True
    assert reached
    assert Room.objects.count() == before


def test_an_error_within_it_sends_nothing(lotus: Cast) -> None:
    before, place = Room.objects.count(), lotus.location()
    with pytest.raises(ZeroDivisionError), transaction.atomic(), in_one_trip():
        Room.objects.create(name="Never", location=place, capacity=3)
        raise ZeroDivisionError
    assert Room.objects.count() == before


def test_a_read_within_it_fails_and_gets_nothing_that_is_not_there_yet(lotus: Cast) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), in_one_trip():
        lotus.location()


def test_it_needs_a_transaction() -> None:
    with pytest.raises(RuntimeError), in_one_trip():
        pass


def test_rows_of_several_tables_come_by_one_statement(lotus: Cast) -> None:
    place, service = lotus.location(), lotus.service()
    with CaptureQueriesContext(connection) as queries:
        rows = fetch_rows(
            (Location, place.pk), (Service, service.pk), (Room, uuid7()), (TrainerProfile, None)
        )
    assert len(queries) == 1
    assert rows == [place, service, None, None]
    for found, row in ((rows[0], place), (rows[1], service)):
        names = [field.attname for field in type(row)._meta.concrete_fields]
        assert [getattr(found, name) for name in names] == [getattr(row, name) for name in names]


def test_what_is_in_use_of_a_table_comes_by_one_statement(lotus: Cast) -> None:
    Location.objects.filter(name="Annex").update(is_active=False)
    with CaptureQueriesContext(connection) as queries:
        rows = fetch_active(Location)
    assert len(queries) == 1
    assert [row.name for row in rows] == ["Main"]
    assert vars(rows[0]).keys() == vars(lotus.location()).keys()


def test_a_prepared_statement_is_seen_as_it_was_sent(lotus: Cast) -> None:
    with CaptureQueriesContext(connection) as queries:
        found = fetch_prepared("SELECT name FROM studios_room WHERE name = %(name)s", {"name": "100 %"})
    assert found == []
    assert queries[0]["sql"] == "SELECT name FROM studios_room WHERE name = '100 %'"
