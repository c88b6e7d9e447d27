"""What the columns and values of a file mean: chosen by people, guessed where it can be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from fitflow.core.clock import now
from fitflow.core.errors import Conflict, Invalid
from fitflow.core.folding import fold
from studios.models import Location
from studios.shared.policies import Actor
from trainers.import_policies import fetch_import
from trainers.importing.fields import FIELDS, PRESETS, column_trouble, guess_columns
from trainers.importing.rows import Choice, Reading, cell_key, clean
from trainers.importing.values import ORDERS, guess_order
from trainers.models import Import, Service, TrainerProfile
from trainers.services.importing.starting import rows_of
from trainers.services.scheduling import HORIZON

OPEN_STATES = (Import.State.MAPPING, Import.State.CHECKING, Import.State.CHECKED)
SAME_NAMES = {
    "ask": "List it, so that I can look",
    "same": "It is the same person",
    "new": "It is another person",
}
SAME_EMAILS = {key: SAME_NAMES[key] for key in ("ask", "same")}
THINGS = ("service", "trainer", "location")
SAMPLES = 3
MOST_VALUES = 5000  # different ones of a kind: what has more is no column of services, trainers or places
STALE = "The columns were changed meanwhile in another window. Nothing was saved; look at these values, then send them again."


def open_import(import_id: UUID | str) -> Import:
    """Lock an import that can still be mapped and checked; raise Conflict (`status`) otherwise. Inside a transaction."""
    batch = Import.objects.select_for_update().get(pk=import_id)
    if batch.state not in OPEN_STATES:
        words = batch.get_state_display().lower()
        raise Conflict(
            f"This import cannot be changed any more: {words}.", conflict="status", status=batch.state
        )
    return batch


def samples_of(batch: Import) -> list[list[str]]:
    """Return the first values of each column, for whoever says what it is."""
    found: list[list[str]] = [[] for _ in batch.header]
    for _, cells in islice(rows_of(batch), 50):
        for place, cell in enumerate(cells[: len(found)]):
            if cell.strip() and len(found[place]) < SAMPLES and cell.strip() not in found[place]:
                found[place].append(cell.strip()[:60])
    return found


def first_mapping(batch: Import) -> dict[str, Any]:
    """Return what an import's columns seem to be, before anybody has said so."""
    columns = guess_columns(batch.kind, batch.header)
    usual = next((preset.date_order for preset in PRESETS if preset.key == batch.preset), "")
    days = [place for place, key in columns.items() if key in {"start", "date"}]
    samples = [
        cells[place] for _, cells in islice(rows_of(batch), 200) for place in days if place < len(cells)
    ]
    return {
        "columns": {str(place): key for place, key in columns.items()},
        "order": guess_order(samples, usual),
        "zone": "",
        "same_name": "same" if batch.kind == Import.Kind.TIMETABLE else "ask",
        "same_email": "ask",
        "lenient": False,
    }


def save_columns(
    *,
    actor: Actor,
    import_id: UUID | str,
    columns: Mapping[int, str],
    order: str = "ymd",
    zone: str = "",
    same_name: str = "ask",
    same_email: str = "ask",
    lenient: bool = False,
) -> Import:
    """Say what each column holds (place from 0, key of `importing.fields`), and how dates and same names are read.

    Raises NotPermitted, NotFound, Invalid, Conflict (`status`).
    """
    fetch_import(actor, import_id)
    with transaction.atomic():
        batch = open_import(import_id)
        known = {field.key for field in FIELDS[batch.kind]}
        chosen = {place: key for place, key in columns.items() if key}
        if set(chosen.values()) - known or any(not 0 <= place < len(batch.header) for place in chosen):
            raise Invalid("There is no such column or field.")
        if trouble := column_trouble(batch.kind, chosen):
            raise Invalid(trouble)
        if order not in ORDERS or same_name not in SAME_NAMES or same_email not in SAME_EMAILS:
            raise Invalid("Choose one of the orders and answers offered.")
        batch.mapping = {
            **{key: batch.mapping.get(key, {}) for key in ("values", "default")},
            "columns": {str(place): key for place, key in sorted(chosen.items())},
            "order": order,
            "zone": zone,
            "same_name": same_name,
            "same_email": same_email,
            "lenient": lenient,
        }
        _back_to_mapping(batch)
    return batch


def _back_to_mapping(batch: Import) -> None:
    batch.state, batch.notice, batch.counts, batch.read = Import.State.MAPPING, "", {}, 0
    batch.round += 1
    batch.save(update_fields=["mapping", "state", "notice", "counts", "read", "round"])
    batch.rows.all().delete()


@dataclass
class Values:
    """The different values in one column: each as it is written first, with how many rows have it, the most frequent first."""

    cells: list[tuple[str, int]] = field(default_factory=list)
    without: int = 0  # rows that name none
    beyond: int = 0  # rows with values that are too many to be told apart


def values_of(batch: Import) -> dict[str, Values]:
    """Return the different values in the columns for service, trainer and place; case and accents make no difference."""
    places = _places(batch)
    found = {key: Values() for key in places}
    counted: dict[str, dict[str, tuple[str, int]]] = {key: {} for key in places}
    for _, cells in rows_of(batch):
        for key, place in places.items():
            cell = clean(cells[place]) if place < len(cells) else ""
            known, low = counted[key], cell_key(cell)
            if not cell:
                found[key].without += 1
            elif low in known or len(known) < MOST_VALUES:
                first, many = known.get(low, (cell, 0))
                known[low] = (first, many + 1)
            else:
                found[key].beyond += 1
    for key, values in found.items():
        values.cells = sorted(counted[key].values(), key=lambda pair: -pair[1])
    return found


def _places(batch: Import) -> dict[str, int]:
    """Return in which columns the services, trainers and places stand."""
    columns = {key: int(place) for place, key in batch.mapping.get("columns", {}).items()}
    return {key: columns[key] for key in THINGS if key in columns}


def columns_token(batch: Import) -> str:
    """Return what changes when other columns are chosen: a form of values that was shown before is not about these any more."""
    return sha256(json.dumps(_places(batch)).encode()).hexdigest()[:16]


def choices_here() -> dict[str, list[Choice]]:
    """Return the studio's services, trainers and places that rows may mean; those out of use too, for what is past."""
    services = Service.objects.order_by("-is_active", "name")
    trainers = TrainerProfile.objects.order_by("-is_active", "name")
    places = Location.objects.order_by("-is_active", "name")
    return {
        "service": [
            Choice(row.pk, row.name, minutes=row.duration_minutes, is_active=row.is_active)
            for row in services
        ],
        "trainer": [Choice(row.pk, row.name, is_active=row.is_active) for row in trainers],
        "location": [Choice(row.pk, row.name, zone=row.timezone, is_active=row.is_active) for row in places],
    }


def guess_value(cell: str, choices: list[Choice]) -> Choice | None:
    """Return which of ours a value most likely means: the same name, else the one whose words it begins or holds alone."""
    low = cell_key(cell)
    exact = [one for one in choices if cell_key(one.name) == low]
    if exact:
        return exact[0]
    words = set(low.replace(",", " ").split())
    near = [one for one in choices if words and set(fold(one.name).split()) == words]
    near = near or [
        one for one in choices if low.startswith(cell_key(one.name)) or cell_key(one.name).startswith(low)
    ]
    return near[0] if len(near) == 1 else None


def save_values(
    *,
    actor: Actor,
    import_id: UUID | str,
    values: Mapping[str, Mapping[str, str]],
    default: Mapping[str, str],
    seen: str | None = None,
) -> Import:
    """Say which of the studio's services, trainers and places values of the file mean, and which rows without one get.

    Ids as text; an empty one means none of them, and the rows become problems. What is not named stays as it was said before.
    `seen` is the `columns_token` of the columns whose values were shown. Raises NotPermitted, NotFound, Invalid, Conflict
    (`status`; `columns`).
    """
    fetch_import(actor, import_id)
    known = {key: {"", *(str(one.id) for one in rows)} for key, rows in choices_here().items()}
    with transaction.atomic():
        batch = open_import(import_id)
        if seen is not None and seen != columns_token(batch):
            raise Conflict(STALE, conflict="columns")
        named = [(key, one) for key, pairs in values.items() for one in pairs.values()] + list(
            default.items()
        )
        if any(one not in known.get(key, set()) for key, one in named):
            raise Invalid("One of the services, trainers or places chosen is not there.")
        chosen = {key: dict(pairs) for key, pairs in batch.mapping.get("values", {}).items()}
        for key, pairs in values.items():
            chosen.setdefault(key, {}).update({cell_key(cell): one for cell, one in pairs.items()})
        batch.mapping = {
            **batch.mapping,
            "values": chosen,
            "default": {**batch.mapping.get("default", {}), **default},
        }
        _back_to_mapping(batch)
    return batch


def reading_of(batch: Import) -> Reading:
    """Return how the rows of an import are read, with what the studio has now."""
    mapping = batch.mapping
    here = {key: {str(one.id): one for one in rows} for key, rows in choices_here().items()}
    meant = {
        key: {cell: here[key][one] for cell, one in pairs.items() if one in here[key]}
        for key, pairs in mapping.get("values", {}).items()
    }
    default = {
        key: here[key][one] for key, one in mapping.get("default", {}).items() if one in here.get(key, {})
    }
    return Reading(
        kind=batch.kind,
        columns={int(place): key for place, key in mapping["columns"].items()},
        width=len(batch.header),
        order=mapping["order"],
        zone=mapping.get("zone", ""),
        lenient=bool(mapping.get("lenient")),
        now=now(),
        horizon=now() + HORIZON,
        meant=meant,
        default=default,
    )
