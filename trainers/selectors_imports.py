"""Reads about imports: which there were, and the rows of one that want looking at."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from django.db.models import Q, QuerySet

from fitflow.core.folding import Folded, fold, search_words
from fitflow.core.formats import money_text, span_text
from fitflow.core.spreadsheets import plain_cell
from studios.models import Location
from studios.shared.policies import Actor
from trainers.import_policies import require_importing
from trainers.models import Import, ImportRow, Service, TrainerProfile

LISTS = {
    "problem": "Problems",
    "new": "New",
    "here": "Here already",
    "same": "Same as another row",
    "skipped": "Cancelled there",
}


def imports_here(actor: Actor) -> QuerySet[Import]:
    """Return the studio's imports, the newest first; those thrown away are left out. Raises NotPermitted."""
    require_importing(actor)
    return Import.objects.exclude(state=Import.State.DROPPED, notice="").order_by("-created_at")


def rows_in(batch: Import, outcome: str, text: str = "") -> QuerySet[ImportRow]:
    """Return an import's rows of one outcome, in the file's order; with `text`, those whose label or complaint holds it."""
    rows = ImportRow.objects.filter(batch=batch, outcome=outcome).order_by("number")
    for word in search_words(text):
        found = Q(known__contains=fold(word)) | Q(problems__icontains=word) | Q(clashes__icontains=word)
        if word.isdecimal():
            found |= Q(number=int(word)) if len(word) < 9 else Q()
        rows = rows.alias(known=Folded("label")).filter(found)
    return rows


def say_what_was_read(rows: Iterable[ImportRow]) -> None:
    """Write onto rows of a timetable when and what they were read as: a date may be read otherwise than it was meant."""
    found = [row for row in rows if row.starts_at and row.ends_at]
    places = Location.objects.in_bulk({row.location for row in found if row.location})
    services = Service.objects.in_bulk({row.service for row in found if row.service})
    trainers = TrainerProfile.objects.in_bulk({row.trainer for row in found if row.trainer})
    for row in found:
        place, service, trainer = (
            places.get(row.location),
            services.get(row.service),
            trainers.get(row.trainer),
        )
        if place and row.starts_at and row.ends_at:
            words = [span_text(row.starts_at, row.ends_at, place.timezone)]
            words += [f"{service.name} with {trainer.name}"] if service and trainer else []
            words += [place.name, *([money_text(row.price)] if row.price is not None else [])]
            row.read_as = ", ".join(words)


def problems_csv(batch: Import) -> Iterator[bytes]:
    """Yield the problem rows as a CSV file, piece by piece; nothing in it runs as a formula."""
    yield "\ufeff".encode() + _line(["Row", "What it is", "What to do"])
    rows = rows_in(batch, ImportRow.Outcome.PROBLEM).only("number", "label", "problems", "clashes")
    for row in rows.iterator(chunk_size=2000):
        yield _line([str(row.number), row.label, " ".join(row.complaints)])


def _line(cells: list[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow([plain_cell(cell) for cell in cells])
    return text.getvalue().encode()
