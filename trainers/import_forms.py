"""The forms of moving in: the file, what its columns hold, what its values mean."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django import forms

from studios.shared.zones import zone_choices
from trainers.importing.fields import FIELDS, LABELS
from trainers.importing.rows import Choice, cell_key
from trainers.importing.values import ORDERS
from trainers.models import Import
from trainers.services.importing.mapping import (
    MOST_VALUES,
    SAME_EMAILS,
    SAME_NAMES,
    STALE,
    THINGS,
    Values,
    columns_token,
    guess_value,
)

SHOWN = 200  # values on a page


class UploadForm(forms.Form):
    """Which file, and what is in it."""

    kind = forms.ChoiceField(
        label="What is in the file?",
        choices=[
            ("clients", "Clients: one row a person"),
            ("timetable", "Timetable: one row a booking or session"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Say what is in the file."},
    )
    file = forms.FileField(
        label="File",
        help_text="CSV as Mindbody, Jane, Acuity or a spreadsheet save it, up to 30 MB and 120,000 rows; or a calendar file"
        " (ICS) up to 5 MB.",
        widget=forms.FileInput({"accept": ".csv,.tsv,.txt,.ics,text/csv,text/calendar"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )


class ColumnsForm(forms.Form):
    """What each column holds, and how its dates and same names are read. `columns` are fields beside their samples."""

    order = forms.ChoiceField(label="How dates are written", choices=list(ORDERS.items()))
    zone = forms.ChoiceField(
        label="Whose clocks", required=False, help_text="For times that name no zone themselves."
    )
    same_name = forms.ChoiceField(
        label="Somebody with the same name, but no e-mail or phone to tell",
        choices=list(SAME_NAMES.items()),
        help_text="The same phone with the same name is always the same person.",
    )
    same_email = forms.ChoiceField(
        label="Somebody with another’s e-mail, under another name",
        choices=list(SAME_EMAILS.items()),
        help_text="Families often share one. An address belongs to one client only.",
    )
    lenient = forms.BooleanField(
        required=False,
        label="Leave out phone numbers, provinces and postal codes that cannot be read",
        help_text="The person comes in without them. Otherwise her row is listed as a problem.",
    )

    def __init__(self, *args: Any, batch: Import, samples: Sequence[Sequence[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if batch.kind == Import.Kind.CLIENTS:
            del self.fields["order"], self.fields["zone"]
        else:
            zone: Any = self.fields["zone"]
            zone.choices = [("", "Those of each session’s place"), *zone_choices()]
        options = [("", "Leave out"), *((field.key, field.label) for field in FIELDS[batch.kind])]
        self._samples = samples
        self._header = batch.header
        for place, heading in enumerate(batch.header):
            label = f"Column {place + 1}: {heading or 'no heading'}"
            self.fields[f"column_{place}"] = forms.ChoiceField(label=label, choices=options, required=False)

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Each column's heading, samples and field, in the file's order."""
        return [
            {"heading": heading, "samples": self._samples[place], "field": self[f"column_{place}"]}
            for place, heading in enumerate(self._header)
        ]

    def chosen(self) -> dict[str, Any]:
        """Return the arguments of `save_columns`."""
        data = self.cleaned_data
        columns = {
            place: data[f"column_{place}"] for place in range(len(self._header)) if data[f"column_{place}"]
        }
        rest: dict[str, Any] = {
            key: data[key] for key in ("order", "zone", "same_name", "same_email", "lenient") if key in data
        }
        return {"columns": columns, **rest}


def columns_initial(mapping: dict[str, Any]) -> dict[str, Any]:
    """Return what the form of columns begins with."""
    columns = {f"column_{place}": key for place, key in mapping.get("columns", {}).items()}
    return {
        **{key: mapping.get(key) for key in ("order", "zone", "same_name", "same_email", "lenient")},
        **columns,
    }


def _only(here: list[Choice]) -> str:
    """Return the id of the only one in use, where there is but one."""
    used = [one for one in here if one.is_active]
    return str(used[0].id) if len(used) == 1 else ""


def value_name(key: str, cell: str) -> str:
    """Return the name of the field for a value: told by the value, so that no other value's choice is taken for it."""
    return f"{key}_{sha256(cell_key(cell).encode()).hexdigest()[:12]}"


def pairs_of(found: dict[str, Values]) -> list[tuple[str, str, int]]:
    """Return kind, value and number of rows of all values, to be shown some hundred at a time."""
    return [(key, cell, many) for key, values in found.items() for cell, many in values.cells]


class ValuesForm(forms.Form):
    """Which of ours some of the file's values mean; the first page also asks for rows without."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        batch: Import,
        found: dict[str, Values],
        here: dict[str, list[Choice]],
        shown: Sequence[tuple[str, str, int]],
        first: bool = True,
        **kwargs: Any,
    ) -> None:
        self._token = columns_token(batch)
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self._token
        self._here, self._found, self._saved = here, found, batch.mapping
        self._cells: dict[str, list[tuple[str, str, int]]] = {key: [] for key in THINGS}
        for key, cell, many in shown:
            self._add(key, cell, many)
        for key in THINGS if first else ():
            self._add_default(key, found.get(key))

    def _options(self, key: str) -> list[tuple[str, str]]:
        return [
            (str(one.id), one.name if one.is_active else f"{one.name} (not in use)")
            for one in self._here[key]
        ]

    def _add(self, key: str, cell: str, many: int) -> None:
        name = value_name(key, cell)
        kept = self._saved.get("values", {}).get(key, {}).get(cell_key(cell))
        guess = guess_value(cell, self._here[key]) if kept is None else None
        self.fields[name] = forms.ChoiceField(
            label=f"{LABELS[key]} “{cell[:200]}”",
            choices=[("", "None of ours: list its rows"), *self._options(key)],
            required=False,
            initial=str(guess.id) if guess else kept,
        )
        self._cells[key].append((name, cell, many))

    def _add_default(self, key: str, values: Values | None) -> None:
        """Ask what rows without a value get: all of them must have one where the file has no such column."""
        none = values.without if values else 0
        if values is not None and not none:
            return
        kept = self._saved.get("default", {}).get(key)
        self.fields[f"default_{key}"] = forms.ChoiceField(
            label=f"{LABELS[key]} of the {none} rows that name none" if none else LABELS[key],
            choices=[("", "None: list those rows" if none else "Choose one"), *self._options(key)],
            required=not none,
            initial=_only(self._here[key]) if kept is None else kept,
            error_messages={"required": f"The file does not say. Choose a {LABELS[key].lower()}."},
        )

    def clean(self) -> dict[str, Any]:
        """Refuse what was said of other columns' values; what is typed for values that are still there stays."""
        if self.data.get("seen") != self._token:
            data: Any = self.data
            self.data = again = data.copy()
            again["seen"] = self._token
            self.add_error(None, STALE)
        return self.cleaned_data

    @property
    def groups(self) -> list[dict[str, Any]]:
        """For each kind of thing its values, their fields, and the field of rows without."""
        shown = [key for key in THINGS if self._cells[key] or f"default_{key}" in self.fields]
        return [
            {
                "key": key,
                "label": LABELS[key],
                "cells": [
                    {"cell": cell[:200], "many": many, "field": self[name]}
                    for name, cell, many in self._cells[key]
                ],
                "default": self[f"default_{key}"] if f"default_{key}" in self.fields else None,
                "missing": not self._here[key],
            }
            for key in shown
        ]

    @property
    def warnings(self) -> list[str]:
        """What is said where a column holds so many values that it is most likely another one."""
        words = "different values. Is it the right one?"
        found = []
        for key, values in self._found.items():
            if values.beyond:
                found.append(
                    f"The column for {LABELS[key].lower()} holds more than {MOST_VALUES:,} {words} {values.beyond:,} rows hold"
                    " values beyond these and will be listed as problems."
                )
            elif len(values.cells) > SHOWN:
                found.append(f"The column for {LABELS[key].lower()} holds {len(values.cells):,} {words}")
        return found

    def chosen(self) -> dict[str, Any]:
        """Return the arguments of `save_values`."""
        data = self.cleaned_data
        values = {
            key: {cell: data[name] for name, cell, _ in cells} for key, cells in self._cells.items() if cells
        }
        default = {key: data[f"default_{key}"] for key in THINGS if f"default_{key}" in data}
        return {"values": values, "default": default, "seen": self._token}
