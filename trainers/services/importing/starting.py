"""A file comes in: it is read once, kept encrypted in pieces, and its heading looked at."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import chain
from typing import IO, cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from fitflow.core import outbox
from fitflow.core.errors import Conflict, Invalid
from fitflow.core.formats import one_line
from fitflow.tenancy.context import current_studio
from studios.services import record_event
from studios.shared.models import Studio
from studios.shared.policies import Actor
from trainers.external.asking import Events, list_events
from trainers.external.trouble import Trouble
from trainers.import_policies import fetch_import, require_importing
from trainers.importing.fields import preset_of
from trainers.importing.files import Decoder, Layout, layout_of, read_cells
from trainers.models import Import, ImportPart, ImportRow

MEGABYTE = 1_048_576
MOST_BYTES = 30 * MEGABYTE
MOST_CALENDAR_BYTES = 5 * MEGABYTE
MOST_ROWS = (
    120_000  # a hundred thousand take one transaction, which Celery's time limit must hold on a busy day
)
PIECE = 200_000  # characters kept in one row
CALENDAR_REACH = timedelta(days=2 * 365)
CALENDAR_HEADER = [
    "Event", "Start", "End", "Location", "Organizer", "Client name", "Client e-mail", "Status",
]  # fmt: skip
CALENDAR_WORDS = {
    "not_calendar": "This is no calendar file. Export it again in iCal format (.ics).",
    "broken_off": "The calendar file breaks off in the middle. Export it again.",
    "too_many": "The calendar holds more than 20,000 events of four years, or one that repeats every minute.",
    "heavy": "The calendar takes too long to work out. Export a shorter time.",
}
# Why an import in a state is not thrown away.
STANDS = {
    Import.State.IMPORTING: "It is being imported just now. You can undo it afterwards.",
    Import.State.DONE: "It is imported already. You can undo it.",
    Import.State.UNDOING: "It is being undone just now.",
    Import.State.UNDONE: "It is undone: nothing of it is left to be thrown away.",
}


def start_import(*, actor: Actor, kind: str, file_name: str, file: IO[bytes], size: int) -> Import:
    """Take in a file (CSV in any common form, or ICS for the timetable); nothing is imported yet.

    The file is read once, piece by piece: memory does not grow with it. A calendar file is unfolded from the outbox.
    Raises NotPermitted, and Invalid where it is too large, empty, or no table.
    """
    require_importing(actor)
    if kind not in Import.Kind.values:
        raise Invalid("Choose clients or timetable.", field="kind")
    calendar = _is_calendar(file)
    _check_size(size, calendar=calendar)
    if calendar and kind != Import.Kind.TIMETABLE:
        raise Invalid("A calendar file holds sessions. Choose “Timetable”.", field="kind")
    with transaction.atomic():
        batch = Import.objects.create(
            kind=kind,
            state=Import.State.READING if calendar else Import.State.MAPPING,
            file_name=one_line(file_name)[-200:],
            size=size,
            started_by_id=actor.user_id,
            started_name=actor.name,
        )
        decoder = Decoder()
        texts = _kept(batch, _pieces(decoder.lines(file)))
        if calendar:
            for _ in texts:
                pass
            outbox.publish("import.read", batch=batch.pk)
        else:
            _note_layout(batch, texts)
        batch.encoding, batch.mended_lines = decoder.encoding, decoder.other_lines
        batch.save()
        record_event(actor=actor, action="import.started", subject=batch, kind=kind, rows=batch.total)
    return batch


def _is_calendar(file: IO[bytes]) -> bool:
    start = file.read(200)
    file.seek(0)
    return start.removeprefix(codecs.BOM_UTF8).lstrip().upper().startswith(b"BEGIN:VCALENDAR")


def _check_size(size: int, *, calendar: bool) -> None:
    most = MOST_CALENDAR_BYTES if calendar else MOST_BYTES
    if size > most:
        raise Invalid(
            f"The file has {size / MEGABYTE:.0f} MB; {most // MEGABYTE} MB is the most. Split it, or leave columns out.",
            field="file",
        )
    if not size:
        raise Invalid("The file is empty.", field="file")


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    held: list[str] = []
    length = 0
    for line in lines:
        held.append(line)
        length += len(line)
        if length >= PIECE:
            yield "".join(held)
            held, length = [], 0
    if held:
        yield "".join(held)


def _kept(batch: Import, texts: Iterable[str]) -> Iterator[str]:
    """Store each piece, then hand it on."""
    for number, text in enumerate(texts):
        text = text.replace("\x00", "")
        ImportPart.objects.create(batch=batch, number=number, text=text)
        yield text


def _note_layout(batch: Import, texts: Iterator[str]) -> None:
    """Write onto the import how its file is laid out and how many rows it has. Raises Invalid."""
    first = next(texts, "")
    layout = layout_of(first if len(first) < PIECE else first[: first.rfind("\n") + 1] or first)
    batch.delimiter, batch.header_row, batch.header = layout.delimiter, layout.header_row, layout.header
    batch.preset = preset_of(layout.header).key
    batch.total = 0
    for _ in data_rows(chain([first], texts), layout):
        batch.total += 1
        if batch.total > MOST_ROWS:
            raise Invalid(f"The file has more than {MOST_ROWS:,} rows. Split it.", field="file")
    if not batch.total:
        raise Invalid("There is nothing below the heading.", field="file")


def data_rows(texts: Iterable[str], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows below the heading that hold something, with their numbers."""
    for number, cells in read_cells(texts, layout.delimiter):
        if number > layout.header_row and any(cell.strip() for cell in cells):
            yield number, cells


def texts_of(batch: Import) -> Iterator[str]:
    """Yield the kept file piece by piece; one of them is in memory at a time."""
    number = 0
    while (part := ImportPart.objects.filter(batch=batch, number=number).first()) is not None:
        yield part.text
        number += 1


def rows_of(batch: Import) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of an import's file, with their numbers."""
    layout = Layout(batch.delimiter, batch.header_row, batch.header)
    return data_rows(texts_of(batch), layout)


def read_calendar_file(*, import_id: UUID | str) -> bool:
    """Unfold an uploaded calendar into a table: a row for each event and who attends it.

    What comes from outside is read in a child process with limits (`trainers.external`). May be called again; returns True.
    """
    batch = Import.objects.get(pk=import_id)
    if batch.state != Import.State.READING:
        return True
    now = timezone.now()
    try:
        events = list_events(
            content="".join(texts_of(batch)),
            zone=_studio_zone(),
            starts=now - CALENDAR_REACH,
            ends=now + CALENDAR_REACH,
        )
        if not events.rows:
            raise Invalid(f"There is no event in it within two years of today. {_left_out(events)}")
        _keep_events(batch, events)
    except Trouble as trouble:
        _unreadable(batch, CALENDAR_WORDS.get(trouble.code, ""))
    except Invalid as error:
        _unreadable(batch, str(error))
    return True


def _left_out(events: Events) -> str:
    """Say which entries of a calendar are not among its rows."""
    found = [(events.whole_days, "of whole days"), (events.unreadable, "that cannot be read")]
    words = " and ".join(f"{many:,} {what}" for many, what in found if many)
    return f"Left out: {words}." if words else ""


def give_up_reading(*, import_id: UUID | str) -> None:
    """Stop reading a calendar file that the outbox has tried in vain."""
    batch = Import.objects.get(pk=import_id)
    if batch.state == Import.State.READING:
        _unreadable(batch, "")


def _studio_zone() -> str:
    studio = cast(Studio, current_studio())
    return studio.timezone


def _unreadable(batch: Import, words: str) -> None:
    with transaction.atomic():
        forget_file(batch)
        words = words or "The calendar file could not be read. Export it again."
        reading = Import.objects.filter(pk=batch.pk, state=Import.State.READING)
        reading.update(state=Import.State.DROPPED, notice=words)


def _keep_events(batch: Import, events: Events) -> None:
    if len(events.rows) > MOST_ROWS:
        words = f"The calendar makes more than {MOST_ROWS:,} rows, one for each who attends an event."
        raise Invalid(f"{words} Export a shorter time.")
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CALENDAR_HEADER)
    writer.writerows(events.rows)
    with transaction.atomic():
        row = Import.objects.select_for_update().get(pk=batch.pk)
        if row.state != Import.State.READING:
            return
        row.parts.all().delete()
        # Line by line, so that no piece grows beyond what one row should hold.
        pieces = _pieces(io.StringIO(text.getvalue(), newline=""))
        _note_layout(row, _kept(row, pieces))
        row.state, row.preset, row.notice = Import.State.MAPPING, "ics", _left_out(events)
        row.save()


def forget_file(batch: Import) -> None:
    """Delete the file and its rows as they were read: they hold people's data. Inside a transaction."""
    ImportPart.objects.filter(batch=batch).delete()
    ImportRow.objects.filter(batch=batch).delete()


def drop_import(*, actor: Actor, import_id: UUID | str) -> Import:
    """Throw an import away that has made nothing yet, its file with it. Raises NotFound, NotPermitted, Conflict (`status`)."""
    fetch_import(actor, import_id)
    with transaction.atomic():
        batch = Import.objects.select_for_update().get(pk=import_id)
        if batch.state == Import.State.DROPPED:
            return batch
        if not batch.can_be_dropped:
            raise Conflict(STANDS[Import.State(batch.state)], conflict="status", status=batch.state)
        batch.state = Import.State.DROPPED
        batch.round += 1
        batch.save(update_fields=["state", "round"])
        forget_file(batch)
        record_event(actor=actor, action="import.dropped", subject=batch)
    return batch
