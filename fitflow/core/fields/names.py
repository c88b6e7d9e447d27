"""Names that people give to people and things: one line of what can be seen.

A line end or a mark that turns the text around it about makes a name read as another one: on a page, in a mail, on an invoice.
Each name is refused with them wherever it comes in: by the model's field, the form's and the API's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from unicodedata import category

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from fitflow.core.errors import Invalid
from fitflow.core.formats import TURNING


def _hidden(text: str) -> str:
    """Return what is wrong with a name, or an empty string. Joiners are none: names of many languages are written with them."""
    for one in text:
        if one in TURNING or category(one) in {"Cc", "Cs", "Zl", "Zp"}:
            return f"There is a character in it that nobody sees (U+{ord(one):04X}). Type it anew."
    return ""


def validate_name(text: str) -> None:
    """Raise ValidationError for a name with line ends, control characters or turning marks."""
    if words := _hidden(str(text)):
        raise ValidationError(words, code="hidden")


def check_name(text: str, *, field: str = "name") -> str:
    """Return a name as it is; raise Invalid where `validate_name` refuses it."""
    if words := _hidden(text):
        raise Invalid(words, field=field)
    return text


if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField


class NameField(_CharField):
    """A column that holds a name. To migrations it is a CharField: what it refuses is no rule of the database."""

    default_validators = [validate_name]

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options


class NameInput(forms.CharField):
    """A form's field for a name."""

    default_validators = [validate_name]
