"""Bringing a file in step by step, as the pages do, with everything that goes on behind done at once."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from fitflow.core.clock import now
from studios.shared.policies import SYSTEM, Actor
from tests.trainers.plan import TORONTO
from trainers.models import Import, ImportRow
from trainers.services import importing
from trainers.services.importing.mapping import choices_here, first_mapping, guess_value, values_of

FILES = Path(__file__).parent / "files"
HEADER = "Date,Start time,End time,Service,Trainer,Client,Email,Status\n"
TOKEN = re.compile(r"@([+-]\d+)\|([^@]*)@")


def sample(name: str) -> bytes:
    """Return a sample file; `@+3|%m/%d/%Y@` in it is the day in three days."""
    text = (FILES / name).read_bytes().decode("utf-8")
    today = now().astimezone(TORONTO)

    def day(match: re.Match[str]) -> str:
        return (today + timedelta(days=int(match[1]))).strftime(match[2])

    return TOKEN.sub(day, text).encode()


def day(offset: int) -> str:
    """Return a day from today on Toronto's calendar, ISO."""
    return (now().astimezone(TORONTO) + timedelta(days=offset)).strftime("%Y-%m-%d")


def start(
    content: bytes | str, *, kind: str = "clients", name: str = "file.csv", actor: Actor = SYSTEM
) -> Import:
    """Upload a file."""
    raw = content.encode() if isinstance(content, str) else content
    return importing.start_import(actor=actor, kind=kind, file_name=name, file=io.BytesIO(raw), size=len(raw))


def mapped(
    batch: Import, *, actor: Actor = SYSTEM, default: Mapping[str, Any] | None = None, **more: Any
) -> Import:
    """Map a file as it is guessed to be; `more` replaces parts of the guess, `default` names things by their names."""
    guess = first_mapping(batch)
    columns = more.pop("columns", None) or {int(place): key for place, key in guess.pop("columns").items()}
    guess.pop("columns", None)
    batch = importing.save_columns(actor=actor, import_id=batch.pk, columns=columns, **(guess | more))
    if batch.kind == "clients":
        return batch
    here = choices_here()
    values = {
        key: {cell: str(one.id) for cell, _ in found.cells if (one := guess_value(cell, here[key]))}
        for key, found in values_of(batch).items()
    }
    named = {"location": "Main", **(default or {})}
    chosen = {key: str(next(one.id for one in here[key] if one.name == name)) for key, name in named.items()}
    return importing.save_values(actor=actor, import_id=batch.pk, values=values, default=chosen)


def checked(content: bytes | str, *, kind: str = "clients", actor: Actor = SYSTEM, **more: Any) -> Import:
    """Upload, map and check a file."""
    batch = mapped(start(content, kind=kind, actor=actor), actor=actor, **more)
    return check(batch, actor=actor)


def check(batch: Import, *, actor: Actor = SYSTEM) -> Import:
    """Run an import's dry run to its end."""
    batch = importing.request_check(actor=actor, import_id=batch.pk)
    while not importing.advance_check(import_id=batch.pk, round_=batch.round):
        pass
    batch.refresh_from_db()
    return batch


def brought(batch: Import, *, leaving_out: int = 0, actor: Actor = SYSTEM) -> Import:
    """Import what was checked."""
    importing.request_import(actor=actor, import_id=batch.pk, leaving_out=leaving_out)
    assert importing.carry_out_import(import_id=batch.pk)
    batch.refresh_from_db()
    return batch


def undone(batch: Import, *, actor: Actor = SYSTEM) -> Import:
    """Take an import back."""
    importing.request_undo(actor=actor, import_id=batch.pk)
    assert importing.carry_out_undo(import_id=batch.pk)
    batch.refresh_from_db()
    return batch


def outcomes(batch: Import) -> dict[int, str]:
    """Return what becomes of each row, by its number."""
    return dict(ImportRow.objects.filter(batch=batch).order_by("number").values_list("number", "outcome"))


def complaints(batch: Import) -> dict[int, str]:
    """Return what is wrong with each problem row, by its number."""
    rows = ImportRow.objects.filter(batch=batch, outcome="problem").order_by("number")
    return {row.number: " ".join(row.complaints) for row in rows}


def table(*rows: str) -> str:
    """Return a timetable of these rows, under `HEADER`."""
    return HEADER + "".join(f"{row}\n" for row in rows)


def bring_in(*rows: str) -> Import:
    """Check and import a timetable of these rows."""
    return brought(checked(table(*rows), kind="timetable"))
