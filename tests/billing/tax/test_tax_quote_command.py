import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from billing.tax.batch import quote_csv
from tests.billing.tax.oracle import DATA

ROOT = Path(__file__).parents[3]
HEADER = "id,date,province,category,amount,price_includes_tax"
EXAMPLES = (DATA / "examples.csv").read_text(encoding="utf-8")


def run(text: str) -> tuple[int, list[dict[str, str]], str]:
    target, complaints = io.StringIO(), io.StringIO()
    bad = quote_csv(io.StringIO(text, newline=""), target, complaints)
    return bad, list(csv.DictReader(io.StringIO(target.getvalue()))), complaints.getvalue()


def command(stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "manage.py", "tax_quote"],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": "postgres://nobody@localhost:1/none"},
        check=False,
        timeout=60,
    )


def test_the_examples_come_back_with_their_taxes() -> None:
    expected = list(csv.DictReader(io.StringIO(EXAMPLES)))
    cut = [HEADER] + [",".join(row[column] for column in HEADER.split(",")) for row in expected]
    bad, rows, complaints = run("\n".join(cut) + "\n")
    assert (bad, complaints) == (0, "")
    assert rows == [{column: row[column] for column in rows[0]} for row in expected]
    assert list(rows[0]) == [*HEADER.split(","), "gst", "hst", "pst", "qst", "total"]


def test_other_columns_and_another_order_are_fine() -> None:
    bad, rows, _ = run(
        "note,amount,category,province,date,price_includes_tax,id\n-,50.00,fitness,ON,2026-05-15,TRUE,a\n"
    )
    assert bad == 0
    assert (rows[0]["id"], rows[0]["hst"], rows[0]["total"]) == ("a", "5.75", "50.00")


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("x,2026-05-15,XX,fitness,1.00,0", "'XX' is not a province"),
        ("x,2026-05-15,ON,yoga,1.00,0", "'yoga' is not a tax category"),
        ("x,1990-01-01,ON,fitness,1.00,0", "No GST rate"),
        ("x,2026-13-01,ON,fitness,1.00,0", "date must be a day"),
        ("x,20260515,ON,fitness,1.00,0", "date must be a day"),
        ("x,2026-05-15,ON,fitness,1.005,0", "more than two decimals"),
        ("x,2026-05-15,ON,fitness,$1.00,0", "plain number"),
        ("x,2026-05-15,ON,fitness,1e2,0", "plain number"),
        ("x,2026-05-15,ON,fitness,NaN,0", "plain number"),
        ("x,2026-05-15,ON,fitness,,0", "plain number"),
        ("x,2026-05-15,ON,fitness,1.00,maybe", "must be 0 or 1"),
        ("x,2026-05-15,ON,fitness,1.00,", "must be 0 or 1"),
        ("x,2026-05-15,ON,fitness,1.00", "more or fewer cells"),
        ("x,2026-05-15,ON,fitness,1.00,0,9", "more or fewer cells"),
    ],
)
def test_a_bad_row_is_told_by_its_number_and_the_others_are_quoted(row: str, complaint: str) -> None:
    good = "g,2026-05-15,ON,fitness,100.00,0"
    bad, rows, complaints = run(f"{HEADER}\n{good}\n{row}\n{good}\n")
    assert bad == 1
    assert [each["total"] for each in rows] == ["113.00", "113.00"]
    assert complaints.startswith("Row 2 (id x): ")
    assert complaint in complaints


@pytest.mark.parametrize("text", ["", "id,date\n1,2026-05-15\n"])
def test_a_file_without_the_columns_is_refused(text: str) -> None:
    bad, rows, complaints = run(text)
    assert (bad, rows) == (1, [])
    assert "header lacks" in complaints


def test_a_broken_quotation_is_told() -> None:
    bad, rows, complaints = run(f'{HEADER}\n1,2026-05-15,ON,fitness,1.00,0\n2,"2026-05-15,ON\n')
    assert (bad, len(rows)) == (1, 1)
    assert "After row 1" in complaints


def test_the_command_takes_a_spreadsheets_file_and_needs_no_database() -> None:
    done = command(f"\ufeff{HEADER}\r\n1,2026-05-15,QC,personal_service,95.00,0\r\n".encode())
    assert (
        done.stdout
        == (
            f"{HEADER},gst,hst,pst,qst,total\n1,2026-05-15,QC,personal_service,95.00,0,4.75,0.00,0.00,9.48,109.23\n"
        ).encode()
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_command_fails_when_a_row_does() -> None:
    done = command(f"{HEADER}\n1,2026-05-15,ZZ,fitness,1.00,0\n2,2026-05-15,AB,fitness,1.00,0\n".encode())
    assert done.returncode == 1
    assert b"Row 1 (id 1): 'ZZ' is not a province" in done.stderr
    assert done.stdout.endswith(b"2,2026-05-15,AB,fitness,1.00,0,0.05,0.00,0.00,0.00,1.05\n")


def test_bytes_that_are_no_text_are_told() -> None:
    source = io.TextIOWrapper(
        io.BytesIO(HEADER.encode() + b"\n\xff\xfe,2026-05-15,AB,fitness,1.00,0\n"), encoding="utf-8"
    )
    complaints = io.StringIO()
    assert quote_csv(source, io.StringIO(), complaints) == 1
    assert "cannot be read as UTF-8 CSV" in complaints.getvalue()
