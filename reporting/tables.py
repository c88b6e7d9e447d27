"""A report as data: a table, a chart of the same figures, and the words around them. Pages and exports are made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from fitflow.core.formats import money_text, short_day_text

Cell = str | int | Decimal | date | None


class Kind(StrEnum):
    """What the cells of a column, or the bars of a chart, are."""

    TEXT = "text"
    MONEY = "money"
    COUNT = "count"
    PERCENT = "percent"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its heading and what stands in it."""

    label: str
    kind: Kind = Kind.TEXT

    @property
    def is_figure(self) -> bool:
        """Whether its cells are figures, which stand at the end of their column."""
        return self.kind not in {Kind.TEXT, Kind.DATE}

    def text(self, value: Cell) -> str:
        """Return a cell as people read it; nothing is a dash."""
        if value is None or value == "":
            return "–"
        if isinstance(value, date):
            return short_day_text(value)
        if self.kind is Kind.MONEY and isinstance(value, Decimal):
            return money_text(value)
        return (
            f"{value}%"
            if self.kind is Kind.PERCENT
            else f"{value:,}"
            if isinstance(value, int)
            else str(value)
        )


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One cell of a page's table."""

    text: str
    label: str
    is_figure: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of raw values under columns; the first column names the row. `total` is the last row, where there is one."""

    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    total: tuple[Cell, ...] | None = None

    @property
    def is_wide(self) -> bool:
        """Whether a phone shows each row as a card."""
        return len(self.columns) > 3

    @property
    def shown(self) -> list[list[ShownCell]]:
        """The rows as people read them."""
        return [self._shown(row) for row in self.rows]

    @property
    def shown_total(self) -> list[ShownCell]:
        """The last row as people read it, or nothing."""
        return self._shown(self.total) if self.total else []

    def _shown(self, row: tuple[Cell, ...]) -> list[ShownCell]:
        pairs = zip(self.columns, row, strict=True)
        return [ShownCell(column.text(value), column.label, column.is_figure) for column, value in pairs]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The bars of one colour; `hue` is the number of a hue of the tokens."""

    name: str
    hue: int
    values: tuple[Decimal | int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars over labels: upright, or lying where labels are long names. `open` is the place of the bar that still grows.

    `sentence` says in words what the picture shows, for who does not see it.
    """

    labels: tuple[str, ...]
    series: tuple[Series, ...]
    kind: Kind
    sentence: str
    lying: bool = False
    open: int | None = None

    @property
    def data(self) -> dict[str, Any]:
        """What the page's script draws; amounts stay exact until it does."""
        return {
            "labels": self.labels,
            "kind": self.kind.value,
            "lying": self.lying,
            "open": self.open,
            "series": [{"name": one.name, "hue": one.hue, "values": one.values} for one in self.series],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One question and its answer. `empty` invites where there is nothing to show yet; `hint` stands below the answer.

    `by_slice` says that it can be told by month or by quarter.
    """

    slug: str
    question: str
    explains: str
    icon: str
    table: Table
    chart: Chart | None = None
    empty: str = ""
    hint: str = ""
    by_slice: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.table.rows

    @property
    def data_id(self) -> str:
        """The id of the page's element that holds what the chart draws."""
        return f"{self.slug}-data"


def percent(part: int, whole: int) -> int | None:
    """Return a share in whole percent, half up; None of nothing."""
    if not whole:
        return None
    return int((Decimal(100 * part) / whole).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does: `one, two and three`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def rounded_money(amount: Decimal) -> str:
    """Write an amount without cents, for sentences: `$11,230`."""
    return money_text(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)).removesuffix(".00")
