"""The forms of moving in: the file, what its columns hold, what its values mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms

from studios.shared.zones import zone_choices
from trainers.importing.fields import FIELDS, LABELS
from trainers.importing.rows import Choice, cell_key
from trainers.importing.values import ORDERS
from trainers.models import Import
from trainers.services.importing.mapping import SAME_NAMES, THINGS, guess_value


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
        help_text="The same e-mail is always the same person, and so is the same phone with the same name.",
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
            key: data[key] for key in ("order", "zone", "same_name", "lenient") if key in data
        }
        return {"columns": columns, **rest}


def columns_initial(mapping: dict[str, Any]) -> dict[str, Any]:
    """Return what the form of columns begins with."""
    columns = {f"column_{place}": key for place, key in mapping.get("columns", {}).items()}
    return {**{key: mapping.get(key) for key in ("order", "zone", "same_name", "lenient")}, **columns}


def _only(here: list[Choice]) -> str:
    """Return the id of the only one in use, where there is but one."""
    used = [one for one in here if one.is_active]
    return str(used[0].id) if len(used) == 1 else ""


class ValuesForm(forms.Form):
    """Which of the studio's services, trainers and places each value of the file means."""

    def __init__(
        self,
        *args: Any,
        found: dict[str, Counter[str]],
        here: dict[str, list[Choice]],
        saved: dict[str, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._cells: dict[str, list[tuple[str, str, int]]] = {}
        for key in THINGS:
            self._add(key, found.get(key), here[key], saved)

    def _add(self, key: str, counted: Counter[str] | None, here: list[Choice], saved: dict[str, Any]) -> None:
        options = [(str(one.id), one.name if one.is_active else f"{one.name} (not in use)") for one in here]
        kept = saved.get("values", {}).get(key, {})
        self._cells[key] = []
        named = [(cell, many) for cell, many in (counted or Counter()).most_common() if cell]
        for number, (cell, many) in enumerate(named):
            name = f"{key}_{number}"
            guess = guess_value(cell, here)
            self.fields[name] = forms.ChoiceField(
                label=f"{LABELS[key]} “{cell}”",
                choices=[("", "None of ours: list its rows"), *options],
                required=False,
                initial=kept.get(cell_key(cell)) or (str(guess.id) if guess else ""),
            )
            self._cells[key].append((name, cell, many))
        if counted is None or counted[""]:
            self._add_default(key, counted, options, saved.get("default", {}).get(key) or _only(here))

    def _add_default(
        self, key: str, counted: Counter[str] | None, options: list[tuple[str, str]], initial: str
    ) -> None:
        """Ask what rows without a value get: all of them must have one where the file has no such column."""
        none = counted[""] if counted else 0
        self.fields[f"default_{key}"] = forms.ChoiceField(
            label=f"{LABELS[key]} of the {none} rows that name none" if none else LABELS[key],
            choices=[("", "None: list those rows" if none else "Choose one"), *options],
            required=not none,
            initial=initial,
            error_messages={"required": f"The file does not say. Choose a {LABELS[key].lower()}."},
        )

    @property
    def groups(self) -> list[dict[str, Any]]:
        """For each kind of thing its values, their fields, and the field of rows without."""
        return [
            {
                "key": key,
                "label": LABELS[key],
                "cells": [{"cell": cell, "many": many, "field": self[name]} for name, cell, many in cells],
                "default": self[f"default_{key}"] if f"default_{key}" in self.fields else None,
            }
            for key, cells in self._cells.items()
        ]

    def chosen(self) -> dict[str, Any]:
        """Return the arguments of `save_values`."""
        values = {
            key: {cell: self.cleaned_data[name] for name, cell, _ in cells if self.cleaned_data[name]}
            for key, cells in self._cells.items()
        }
        default = {key: self.cleaned_data.get(f"default_{key}", "") for key in self._cells}
        return {"values": values, "default": default}
