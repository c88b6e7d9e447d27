"""What spreadsheets do with the files we write."""

from __future__ import annotations

# What spreadsheets take for a formula at the start of a cell (OWASP, CSV injection), in narrow and wide letters.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def plain_cell(text: str) -> str:
    """Return a text as a cell of CSV that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text
