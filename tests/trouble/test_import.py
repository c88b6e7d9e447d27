"""A file is checked and imported while workers are killed: in the end it is in once, or not at all."""

from __future__ import annotations

import pytest
from django.db import connection

from clients.models import Client
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from studios.shared.models import Studio
from studios.shared.policies import SYSTEM
from tests.trainers.importing.bring import day, mapped, outcomes, start
from tests.trouble.plant import Plant, until
from trainers.models import Booking, Import, ImportMade, ImportRow, Session
from trainers.services.importing import request_check, request_import, request_undo
from trainers.shared.models import BusyTime

pytestmark = [pytest.mark.race, pytest.mark.slow]
DAYS, A_DAY = 600, 20
ROWS = DAYS * A_DAY


def table() -> str:
    """Return half hours back to back on days to come, each with a client of its own."""
    rows = (
        f"{day(3 + number // A_DAY)},{8 + number % A_DAY // 2}:{number % 2 * 30:02},30,Private,Racer,"
        f"P{number},p{number}@example.com\n"
        for number in range(ROWS)
    )
    return f"Date,Start time,Duration,Service,Trainer,Client,Email\n{''.join(rows)}"


def state_of(studio: Studio) -> Import:
    with studio_context(studio):
        return Import.objects.get()


def is_writing(table_name: str) -> bool:
    """Whether a worker is in the middle of writing (or deleting) rows of what is imported."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND state = 'active' AND query ~ %s)",
            [table_name],
        )
        return bool(cursor.fetchone()[0])


def counts(studio: Studio) -> tuple[int, int, int, int]:
    with studio_context(studio):
        clients = Client.objects.filter(email__startswith="p").count()
        return Session.objects.count(), Booking.objects.count(), clients, ImportMade.objects.count()


def test_an_import_is_whole_or_not_at_all_whatever_is_killed(plant: Plant, studio: Studio) -> None:
    with studio_context(studio):
        batch = request_check(actor=SYSTEM, import_id=mapped(start(table(), kind="timetable")).pk)
    plant.start("worker", "courier", "beat")

    # In the middle of the dry run: it goes on where it was.
    until(lambda: state_of(studio).read >= 2000, 60, "some rows are read")
    plant.kill("worker")
    assert 0 < state_of(studio).read < ROWS, "the check was under way"
    plant.start("worker")
    until(lambda: state_of(studio).state == "checked", 120, "the file is checked")
    with studio_context(studio):
        assert list(outcomes(batch)) == list(range(2, ROWS + 2)), "each row once"
        assert state_of(studio).counts["new"] == ROWS
        request_import(actor=SYSTEM, import_id=batch.pk)

    # In the middle of writing: nothing of it is left.
    until(lambda: is_writing("INSERT INTO trainers_session"), 120, "sessions are written")
    plant.kill("worker")
    until(lambda: not is_writing("INTO trainers_(session|booking)"), 60, "its transaction is gone")
    assert counts(studio) == (0, 0, 0, 0)
    assert state_of(studio).state == "importing"
    plant.flush_redis()
    plant.start("worker")
    until(lambda: state_of(studio).state == "done", 180, "the import is done")
    assert counts(studio) == (ROWS, ROWS, ROWS, 3 * ROWS + ROWS)
    with studio_context(studio):
        assert not ImportRow.objects.exists()
        assert BusyTime.objects.filter(studio_id=studio.pk).count() == ROWS
        request_undo(actor=SYSTEM, import_id=batch.pk)

    # In the middle of the undo: everything is still there, and then nothing.
    until(lambda: is_writing("DELETE FROM trainers_(session|booking)"), 120, "sessions are deleted")
    plant.kill("worker")
    until(lambda: not is_writing("DELETE FROM"), 60, "its transaction is gone")
    assert counts(studio)[:3] == (ROWS, ROWS, ROWS)
    plant.start("worker")
    until(lambda: state_of(studio).state == "undone", 180, "the import is undone")
    assert counts(studio) == (0, 0, 0, 0)
    with studio_context(studio):
        assert not BusyTime.objects.filter(studio_id=studio.pk).exists()
    until(lambda: _nothing_waits(studio), 60, "nothing waits")


def _nothing_waits(studio: Studio) -> bool:
    with studio_context(None):
        rows = OutboxMessage.objects.filter(studio_id=studio.id).exclude(state=OutboxMessage.State.DONE)
        return not rows.exists()
