"""What the board's plain forms send of a set, and what they show again where it was refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.http import QueryDict

from fitflow.core.errors import Invalid
from trainers.services.exercise_log import Figures

FIELDS = ("repetitions", "load", "load_unit", "metres", "seconds")


@dataclass(frozen=True)
class RefusedSet:
    """A set that was not taken, as it was typed, and why."""

    set_id: str  # empty: one that was to be added
    values: dict[str, str]
    field: str
    message: str
    query: Mapping[str, str]  # what was chosen to be logged next


def _text(data: QueryDict, name: str) -> str:
    return data.get(name, "").replace("\x00", "").strip()


def _whole(data: QueryDict, name: str) -> int | None:
    text = _text(data, name)
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise Invalid("Give a whole number.", field=name)
    return int(text)


def _seconds(data: QueryDict) -> int | None:
    """Read seconds, or minutes and seconds as `1:30`, or hours as `1:00:00`."""
    text = _text(data, "seconds")
    if not text:
        return None
    parts = text.split(":")
    if len(parts) > 3 or not all(part.isascii() and part.isdecimal() and len(part) < 7 for part in parts):
        raise Invalid("Give seconds, or minutes and seconds as 1:30.", field="seconds")
    total = 0
    for part in parts:
        total = total * 60 + int(part)
    return total


def _load(data: QueryDict) -> Decimal | None:
    text = _text(data, "load").replace(",", ".")
    if not text:
        return None
    try:
        load = Decimal(text)
    except InvalidOperation:
        load = Decimal("NaN")
    if not load.is_finite() or len(text) > 12:
        raise Invalid("Give the load as a number.", field="load")
    return load


def figures_from(data: QueryDict) -> Figures:
    """Return the figures a form sent; raise Invalid, naming the field, for what is no number."""
    return Figures(
        repetitions=_whole(data, "repetitions"),
        load=_load(data),
        load_unit=_text(data, "load_unit"),
        seconds=_seconds(data),
        metres=_whole(data, "metres"),
    )


def refused(data: QueryDict, error: Invalid, set_id: str, query: Mapping[str, str]) -> RefusedSet:
    """Return what was typed with the reason it was not taken."""
    values = {name: _text(data, name) for name in FIELDS}
    return RefusedSet(set_id, values, error.field or "", error.message, query)
