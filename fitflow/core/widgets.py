"""Form widgets that browsers know better than we do: their value is always ISO, whatever the language of the page."""

from __future__ import annotations

from typing import Any

from django import forms


class DateInput(forms.DateInput):
    """A date with the browser's own picker."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """A wall-clock time with the browser's own picker; steps of five minutes unless told otherwise."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"step": "300", **(attrs or {})}, format="%H:%M")


class DateTimeInput(forms.DateTimeInput):
    """A date and a wall-clock time in one field."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class Switch(forms.CheckboxInput):
    """A checkbox that reads as on or off: for what takes effect, not for what is agreed to."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"role": "switch", **(attrs or {})})


class MoneyInput(forms.NumberInput):
    """An amount to the cent, with the number pad of a phone."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"step": "0.01", "inputmode": "decimal", "class": "num", **(attrs or {})})
