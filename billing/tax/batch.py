"""Quoting a CSV file, each row as an invoice of its own."""

import csv
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TextIO

from billing.tax.errors import TaxError, TaxErrorCode
from billing.tax.quote import TaxableLine, Totals, quote

COLUMNS = ("id", "date", "province", "category", "amount", "price_includes_tax")
ANSWERS = ("gst", "hst", "pst", "qst", "total")
YES_NO = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}

_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def quote_csv(source: TextIO, target: TextIO, complaints: TextIO) -> int:
    """Quote every row of `source` into `target` and return how many could not be quoted.

    The columns of COLUMNS come in, in any order and among any others; the same and ANSWERS go out. A bad row is left
    out of `target` and told on `complaints` with its number, counted from 1 below the header. A file that is not
    such a CSV at all counts as one.
    """
    reader = csv.DictReader(source, strict=True)
    bad = 0
    number = 0
    try:
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            complaints.write(f"The header lacks {', '.join(missing)}.\n")
            return 1
        writer = csv.DictWriter(target, (*COLUMNS, *ANSWERS), lineterminator="\n")
        writer.writeheader()
        for number, row in enumerate(reader, start=1):
            try:
                totals = _quote_row(row)
            except TaxError as error:
                bad += 1
                complaints.write(f"Row {number} (id {row.get('id') or 'missing'}): {error}\n")
                continue
            writer.writerow(
                {
                    **{column: row[column] for column in COLUMNS},
                    **{column: getattr(totals, column) for column in ANSWERS},
                }
            )
    except (csv.Error, UnicodeDecodeError) as error:
        complaints.write(f"After row {number} the file cannot be read as UTF-8 CSV: {error}.\n")
        return bad + 1
    return bad


def _quote_row(row: Mapping[str | None, str | list[str] | None]) -> Totals:
    cells = {column: cell.strip() for column, cell in row.items() if column and isinstance(cell, str)}
    if len(cells) != len(row):
        raise _bad_row("it has more or fewer cells than the header")
    included = YES_NO.get(cells["price_includes_tax"].lower())
    if included is None:
        raise _bad_row(f"price_includes_tax must be 0 or 1, not {cells['price_includes_tax']!r}")
    line = TaxableLine(
        amount=_read_amount(cells["amount"]), category=cells["category"], price_includes_tax=included
    )
    return quote(province=cells["province"].upper(), on=_read_day(cells["date"]), lines=[line]).totals


def _read_amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise _bad_row(f"amount must be a plain number such as 95.00, not {text!r}")
    return Decimal(text)


def _read_day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _bad_row(f"date must be a day such as 2026-05-15, not {text!r}")


def _bad_row(why: str) -> TaxError:
    return TaxError(TaxErrorCode.BAD_ROW, f"{why}.")
