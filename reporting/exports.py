"""Reports as files that spreadsheets open: UTF-8 with a mark, and nothing in them that runs as a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from datetime import date

from fitflow.core.spreadsheets import plain_cell
from reporting.tables import Cell, Column, Kind, Table

UNITS = {Kind.MONEY: " (CAD)", Kind.PERCENT: " (%)"}


def csv_bytes(table: Table) -> bytes:
    """Return a table as CSV (RFC 4180): amounts plain with two decimals, days as YYYY-MM-DD, no total."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_heading(column) for column in table.columns])
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def zip_bytes(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return files, by name and content, in one archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return packed.getvalue()


def _heading(column: Column) -> str:
    return column.label + UNITS.get(column.kind, "")


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return plain_cell(value)
    return value.isoformat() if isinstance(value, date) else str(value)
