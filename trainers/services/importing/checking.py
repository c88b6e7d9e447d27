"""The dry run: rows are read in chunks, each its own transaction, then looked at all together. Nothing is imported."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.errors import Invalid
from fitflow.core.ids import uuid7
from studios.services import record_event
from studios.shared.policies import Actor
from trainers.import_policies import fetch_import
from trainers.importing.rows import Reading, read_row
from trainers.models import Import, ImportRow
from trainers.services.importing.mapping import open_import, reading_of
from trainers.services.importing.matching import look_at
from trainers.services.importing.starting import rows_of

CHUNK = 1000
# Well within the outbox's lease: a longer check is called again.
SECONDS_PER_TURN = 20.0
STOPPED = "The check stopped before the end. Start it again."
COLUMNS = (
    "id", "created_at", "batch_id", "number", "outcome", "problems", "clashes", "label", "name", "folded", "email", "phone",
    "street", "city", "province", "postal_code", "person", "service", "trainer", "location", "starts_at", "ends_at", "status",
    "price", "paid",
)  # fmt: skip


def request_check(*, actor: Actor, import_id: UUID | str) -> Import:
    """Ask for the dry run of an import; it goes on from the outbox, and can be asked for again at any time.

    Raises NotPermitted, NotFound, Invalid where the columns are not mapped yet, Conflict (`status`).
    """
    fetch_import(actor, import_id)
    with transaction.atomic():
        batch = open_import(import_id)
        if not batch.mapping.get("columns"):
            raise Invalid("Say first which column holds what.")
        batch.state, batch.read, batch.counts, batch.notice = Import.State.CHECKING, 0, {}, ""
        batch.round += 1
        batch.save(update_fields=["state", "read", "counts", "notice", "round"])
        batch.rows.all().delete()
        outbox.publish("import.check", batch=batch.pk, round=batch.round)
        record_event(actor=actor, action="import.checked", subject=batch, rows=batch.total)
    return batch


def advance_check(*, import_id: UUID | str, round_: int, seconds: float = SECONDS_PER_TURN) -> bool:
    """Carry a check on for about `seconds`; return whether it is over.

    May be called again at any time, also twice at once and after a kill: a chunk and how far we are are written in one
    transaction under the import's lock.
    """
    batch = Import.objects.get(pk=import_id)
    if not _is_current(batch, round_):
        return True
    until = time.monotonic() + seconds
    reading, rows = reading_of(batch), islice(rows_of(batch), batch.read, None)
    at = batch.read
    while at < batch.total:
        if time.monotonic() > until:
            return False
        chunk = list(_chunk(rows, reading))
        if not chunk or not _stage(batch, round_, at, chunk):
            return False  # somebody else is at it, or it was begun anew: look again
        at += len(chunk)
    with transaction.atomic():
        batch = Import.objects.select_for_update().get(pk=batch.pk)
        if _is_current(batch, round_):
            look_at(batch)
            batch.state = Import.State.CHECKED
            batch.save(update_fields=["counts", "digest", "state"])
    return True


def give_up_check(*, import_id: UUID | str, round_: int) -> None:
    """Stop a check that the outbox has tried in vain; it can be started again."""
    running = Import.objects.filter(pk=import_id, round=round_, state=Import.State.CHECKING)
    running.update(state=Import.State.MAPPING, notice=STOPPED)


def _is_current(batch: Import, round_: int) -> bool:
    return batch.state == Import.State.CHECKING and batch.round == round_


def _chunk(rows: Iterator[tuple[int, list[str]]], reading: Reading) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, cells in islice(rows, CHUNK):
        yield number, read_row(reading, cells)


def _stage(batch: Import, round_: int, at: int, chunk: Sequence[tuple[int, dict[str, Any]]]) -> bool:
    """Write a chunk of rows by COPY, unless another process has or the check was begun anew."""
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=batch.pk)
        if not _is_current(locked, round_) or locked.read != at:
            return False
        moment = now()
        with connection.cursor() as cursor:
            names = ", ".join(COLUMNS)
            with cursor.copy(f"COPY {ImportRow._meta.db_table} ({names}) FROM STDIN") as copy:
                for number, row in chunk:
                    copy.write_row(_values(batch, number, row, moment))
        locked.read = at + len(chunk)
        locked.save(update_fields=["read"])
    return True


def _values(batch: Import, number: int, row: dict[str, Any], moment: Any) -> list[Any]:
    key = uuid7()
    fixed = {
        "id": key,
        "created_at": moment,
        "batch_id": batch.pk,
        "number": number,
        "problems": json.dumps(row["problems"]),
        "clashes": "[]",
        "person": key,
        "status": row.get("status", ""),
        "paid": row.get("paid", False),
    }
    return [fixed[name] if name in fixed else row.get(name) for name in COLUMNS]
