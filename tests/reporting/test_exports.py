"""Files that a spreadsheet opens without running anything in them."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from reporting.exports import csv_bytes, zip_bytes
from reporting.tables import Column, Kind, Table

COLUMNS = (
    Column("Client"),
    Column("Due", Kind.DATE),
    Column("Balance", Kind.MONEY),
    Column("Attendance", Kind.PERCENT),
)


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_it_is_utf8_with_a_mark_and_plain_figures() -> None:
    content = csv_bytes(
        Table(
            COLUMNS,
            [("Étienne 🧘", date(2026, 11, 20), Decimal("-1234.50"), None)],
            ("In all", None, None, None),
        )
    )
    assert content.startswith(b"\xef\xbb\xbf")
    assert read(content) == [
        ["Client", "Due", "Balance (CAD)", "Attendance (%)"],
        ["Étienne 🧘", "2026-11-20", "-1234.50", ""],
    ]


@pytest.mark.parametrize(
    "name", ["=1+1", "+49", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1dcmd", "\u00a0=1"]
)
def test_a_name_that_would_run_as_a_formula_is_text(name: str) -> None:
    ((_, cell),) = [(row[0], row[0]) for row in read(csv_bytes(Table(COLUMNS[:1], [(name,)])))[1:]]
    assert cell == f"'{name}"


@pytest.mark.parametrize("name", ["", "Ann", 'Ann "Bee", Ltd.', "two\nlines", "محمد"])
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    assert read(csv_bytes(Table((Column("Client"), Column("Tax")), [(name, "HST")])))[1] == [name, "HST"]


def test_files_come_in_one_archive() -> None:
    packed = zipfile.ZipFile(io.BytesIO(zip_bytes([("a.csv", b"1"), ("b.csv", b"2")])))
    assert {name: packed.read(name) for name in packed.namelist()} == {"a.csv": b"1", "b.csv": b"2"}
