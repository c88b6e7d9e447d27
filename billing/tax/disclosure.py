"""What an invoice must show."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache

from billing.tax.cents import to_cents
from billing.tax.rates import find_province
from billing.tax.tables import Dated, check_day, day, read_table
from billing.tax.taxability import ANYWHERE

YEARS_KEPT = 6


class Item(StrEnum):
    """Something an invoice shows."""

    SUPPLIER_NAME = "supplier_name"
    DATE = "date"
    TOTAL = "total"
    TAX = "tax"
    """the tax of each kind, or that it is included in the price"""
    TAXED_LINES = "taxed_lines"
    GST_HST_NUMBER = "gst_hst_number"
    QST_NUMBER = "qst_number"
    BUYER_NAME = "buyer_name"
    DESCRIPTION = "description"
    TERMS = "terms"


class RegisteredFor(StrEnum):
    """The registration without which an item is not shown."""

    NOTHING = ""
    GST = "gst"
    QST = "qst"


@dataclass(frozen=True, kw_only=True)
class DisclosureRow(Dated):
    """An item and the total from which it must be shown during a period."""

    item: Item
    province: str
    least_cents: int
    registered_for: RegisteredFor


@cache
def disclosure_rows() -> tuple[DisclosureRow, ...]:
    """Every row of `data/disclosure.csv`."""
    return tuple(
        DisclosureRow(
            item=Item(row["item"]),
            province=row["province"],
            least_cents=to_cents(Decimal(row["least_total"])),
            registered_for=RegisteredFor(row["registered_for"]),
            effective_from=day(row["effective_from"]),
            effective_to=day(row["effective_to"]),
        )
        for row in read_table("disclosure")
    )


def required_on_invoice(
    *, total: Decimal, province: str, on: date, registered: bool = True, qst_registered: bool | None = None
) -> frozenset[Item]:
    """Return what an invoice of this total, tax included, must show; a credit note shows what its invoice did.

    Under $100: supplier's name, date and total, in Québec with QST also the tax. From $100: the tax, the lines that bear
    it and the registration numbers. From $500: also the buyer's name, a description and the terms. `qst_registered`
    follows `registered` unless it is said apart. Raises TaxError for an unknown province or a malformed total.

    Source: Input Tax Credit Information (GST/HST) Regulations, thresholds since 2021-04-20.
    """
    find_province(province)
    check_day(on)
    cents = abs(to_cents(total))
    held = {
        RegisteredFor.NOTHING: True,
        RegisteredFor.GST: registered,
        RegisteredFor.QST: registered if qst_registered is None else qst_registered,
    }
    return frozenset(
        row.item
        for row in disclosure_rows()
        if row.covers(on)
        and row.province in (ANYWHERE, province)
        and cents >= row.least_cents
        and held[row.registered_for]
    )
