"""The small supplier's rule: from when a studio must be registered for GST/HST."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from billing.tax.tables import check_day

THRESHOLD = Decimal("30000.00")
"""Excise Tax Act s. 148: the same for every year held here."""

Quarter = int
"""Calendar quarters counted from year 0, so that four in a row are consecutive numbers."""


class Reason(StrEnum):
    """Which of the two tests was failed."""

    ONE_QUARTER = "one_quarter"
    FOUR_QUARTERS = "four_quarters"


@dataclass(frozen=True, kw_only=True)
class TaxableSupply:
    """A worldwide taxable supply of the studio or an associate, dollars without tax; a refund is negative."""

    on: date
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class SmallSupplierStatus:
    """Where a studio stands on a day.

    `registered_from` is the first day on which it must charge the tax (None while no test is failed; it may lie ahead).
    `passing_supply` is the position of the sale that passed the threshold, itself taxed under ONE_QUARTER.
    """

    on: date
    registered_from: date | None
    reason: Reason | None
    passing_supply: int | None
    this_quarter: Decimal
    last_four_quarters: Decimal

    @property
    def is_small_supplier(self) -> bool:
        """Whether it need not be registered on this day."""
        return self.registered_from is None or self.on < self.registered_from


def small_supplier_status(*, supplies: Sequence[TaxableSupply], on: date) -> SmallSupplierStatus:
    """Tell from when a studio must be registered, given its taxable supplies up to and including a day.

    At or under $30,000 it need not be. Over it within one calendar quarter: at once, from the sale that passes it. Over
    it across four quarters in a row: after the end of the month that follows the quarter that passes it. Sales of one day
    count in the order given; later supplies than `on` are left out.

    Source: CRA, small suppliers (Excise Tax Act s. 148), as collected in November 2026.
    """
    check_day(on)
    known = sorted(
        (position for position, supply in enumerate(supplies) if supply.on <= on),
        key=lambda position: supplies[position].on,
    )
    totals: defaultdict[Quarter, Decimal] = defaultdict(Decimal)
    passing: int | None = None
    for position in known:
        quarter = _quarter(supplies[position].on)
        totals[quarter] += supplies[position].amount
        if passing is None and totals[quarter] > THRESHOLD:
            passing = position
    across = _passed_across_four(totals)
    from_one = supplies[passing].on if passing is not None else None
    reason = _earlier(from_one, across)
    return SmallSupplierStatus(
        on=on,
        registered_from=from_one if reason is Reason.ONE_QUARTER else across,
        reason=reason,
        passing_supply=passing if reason is Reason.ONE_QUARTER else None,
        this_quarter=totals[_quarter(on)],
        last_four_quarters=_last_four(totals, _quarter(on)),
    )


def _earlier(from_one: date | None, across: date | None) -> Reason | None:
    if from_one is not None and (across is None or from_one <= across):
        return Reason.ONE_QUARTER
    return Reason.FOUR_QUARTERS if across is not None else None


def _passed_across_four(totals: dict[Quarter, Decimal]) -> date | None:
    """Return the first day after the month that follows the first quarter whose last four pass the threshold."""
    quarter = next((each for each in sorted(totals) if _last_four(totals, each) > THRESHOLD), None)
    if quarter is None:
        return None
    second_month_after = quarter * 3 + 4
    return date(second_month_after // 12, second_month_after % 12 + 1, 1)


def _quarter(on: date) -> Quarter:
    return on.year * 4 + (on.month - 1) // 3


def _last_four(totals: dict[Quarter, Decimal], quarter: Quarter) -> Decimal:
    return sum((totals.get(each, Decimal(0)) for each in range(quarter - 3, quarter + 1)), Decimal(0))
