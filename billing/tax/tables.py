"""Reading the dated tables of facts in `data/`."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources

from billing.tax.errors import TaxError, TaxErrorCode


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A fact that holds from one day to another, both included; None is an open end."""

    effective_from: date | None
    effective_to: date | None

    def covers(self, on: date) -> bool:
        """Whether the fact holds on this day."""
        return (self.effective_from is None or self.effective_from <= on) and (
            self.effective_to is None or on <= self.effective_to
        )


def read_table(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of `data/<name>.csv`."""
    table = resources.files("billing.tax") / "data" / f"{name}.csv"
    yield from csv.DictReader(table.read_text(encoding="utf-8").splitlines(), strict=True)


def day(text: str) -> date | None:
    """Read a day of a table; an empty cell is an open end."""
    return date.fromisoformat(text) if text else None


def in_force[Row: Dated](rows: Iterable[Row], on: date) -> Row | None:
    """Return the row that holds on this day; the tables never have two (a test says so)."""
    return next((row for row in rows if row.covers(on)), None)


def check_day(on: date) -> None:
    """Refuse what is not a plain calendar day: an instant has no local date until a zone is chosen."""
    if not isinstance(on, date) or isinstance(on, datetime):
        raise TaxError(TaxErrorCode.BAD_DATE, f"A tax date must be a date, not {type(on).__name__}.")
