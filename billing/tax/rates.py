"""Which taxes are levied where and when, and at what rate: dated rows, loaded once.

A change of rate is a new row of `data/rates.csv`, never a line of code. Only enacted rates are rows: Newfoundland and
Labrador's 15 % of 2016-01-01 and Manitoba's 6 % of 2020-07-01 were announced and never applied.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache

from billing.tax.errors import TaxError, TaxErrorCode
from billing.tax.tables import Dated, check_day, day, in_force, read_table

PERCENT_STEP = Decimal("0.00001")


class Tax(StrEnum):
    """A tax by the name its province prints, in the order of an invoice's footer."""

    GST = "GST"
    HST = "HST"
    QST = "QST"
    PST = "PST"
    RST = "RST"

    @property
    def column(self) -> str:
        """The column of totals it is reported in: British Columbia's, Saskatchewan's and Manitoba's share `pst`."""
        return "pst" if self is Tax.RST else self.value.lower()


class Base(StrEnum):
    """What a rate is a percentage of."""

    PRICE = "price"
    PRICE_AND_GST = "price_and_gst"


class IncludedTax(StrEnum):
    """How a province takes the tax out of a price that includes it."""

    SHARED = "shared"
    """rate / (100 + the rates that share the base)"""
    OWN = "own"
    """rate / (100 + rate): each tax by its own fraction of the full amount (Québec)"""


@dataclass(frozen=True, kw_only=True)
class Province:
    """A province or territory by its two-letter code."""

    code: str
    name: str
    included_tax: IncludedTax


@dataclass(frozen=True, kw_only=True)
class Levy(Dated):
    """A tax that a province's sales bear during a period; `jurisdiction` is whose rate it is."""

    province: str
    tax: Tax
    jurisdiction: str


@dataclass(frozen=True, kw_only=True)
class Rate(Dated):
    """A rate of tax in percent, with five decimals (Québec's 9.975 needs three)."""

    jurisdiction: str
    tax: Tax
    percent: Decimal
    base: Base
    source: str


@cache
def provinces() -> dict[str, Province]:
    """The thirteen provinces and territories by code."""
    return {
        row["code"]: Province(
            code=row["code"], name=row["name"], included_tax=IncludedTax(row["included_tax"])
        )
        for row in read_table("provinces")
    }


@cache
def levies() -> tuple[Levy, ...]:
    """Every row of `data/levies.csv`."""
    return tuple(
        Levy(
            province=row["province"],
            tax=Tax(row["tax"]),
            jurisdiction=row["jurisdiction"],
            effective_from=day(row["effective_from"]),
            effective_to=day(row["effective_to"]),
        )
        for row in read_table("levies")
    )


@cache
def rates() -> tuple[Rate, ...]:
    """Every row of `data/rates.csv`."""
    return tuple(
        Rate(
            jurisdiction=row["jurisdiction"],
            tax=Tax(row["tax"]),
            percent=Decimal(row["percent"]).quantize(PERCENT_STEP),
            base=Base(row["base"]),
            source=row["source"],
            effective_from=day(row["effective_from"]),
            effective_to=day(row["effective_to"]),
        )
        for row in read_table("rates")
    )


def find_province(code: str) -> Province:
    """Return the province of a code; raises TaxError when there is none."""
    province = provinces().get(code) if isinstance(code, str) else None
    if province is None:
        raise TaxError(
            TaxErrorCode.UNKNOWN_PROVINCE,
            f"{code!r} is not a province or territory; use one of {', '.join(provinces())}.",
        )
    return province


def levies_on(*, province: str, on: date) -> tuple[Levy, ...]:
    """Return the taxes levied in a province on a day, in the order of an invoice's footer.

    Raises TaxError for an unknown province. GST everywhere, or HST instead in a participating province, and the
    provincial tax where there is one (CRA rate table, 2006-07-01 to 2016-07).
    """
    find_province(province)
    check_day(on)
    order = list(Tax)
    found = [levy for levy in levies() if levy.province == province and levy.covers(on)]
    return tuple(sorted(found, key=lambda levy: order.index(levy.tax)))


@lru_cache(maxsize=1024)
def rate_on(*, jurisdiction: str, tax: Tax, on: date) -> Rate:
    """Return the rate of a tax in force on a day; raises TaxError when no row covers the day."""
    rows = (row for row in rates() if row.jurisdiction == jurisdiction and row.tax is tax)
    rate = in_force(rows, on)
    if rate is None:
        raise TaxError(TaxErrorCode.NO_RATE, f"No {tax} rate of {jurisdiction} is known for {on}.")
    return rate
