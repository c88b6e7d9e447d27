from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from reporting.periods import Grain, Period, Slice, month_start, slices
from reporting.selectors.attendance import TurnoutCell, turnout_cells
from reporting.selectors.ledger import Books, books_begin, books_by_slice
from studios.shared.policies import Actor


@dataclass
class Asked:
    """Who asks about which days. What several reports read is read once."""

    actor: Actor
    period: Period
    grain: Grain
    today: date

    @cached_property
    def turnout(self) -> list[TurnoutCell]:
        """The turnout of the period in what the person may count."""
        return turnout_cells(self.actor, self.period)

    @cached_property
    def covered(self) -> Period:
        """What of the period the books cover: before their first month there is nothing to tell, not nothing earned."""
        begin = books_begin()
        if begin is None or not self.period.first < month_start(begin) <= self.period.last:
            return self.period
        return Period(first=month_start(begin), last=self.period.last)

    @cached_property
    def months(self) -> list[Slice]:
        """The months of the period that the books cover."""
        return slices(self.covered, grain=Grain.MONTH, today=self.today)

    @cached_property
    def cuts(self) -> list[Slice]:
        """The months or quarters tax is told by."""
        return slices(self.covered, grain=self.grain, today=self.today)

    @cached_property
    def books_by_month(self) -> list[Books]:
        """The books of each month."""
        return books_by_slice(self.months)

    @cached_property
    def books(self) -> Sequence[Books]:
        """The books of each month or quarter tax is told by."""
        return self.books_by_month if self.grain is Grain.MONTH else books_by_slice(self.cuts)
