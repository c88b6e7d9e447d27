"""Plain helpers of the tax tests, and an oracle that shares no code with the engine."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from billing.tax import LineQuote, Quote, TaxableLine, quote

DATA = Path(__file__).parent / "data"
TODAY = date(2026, 5, 15)


def line(amount: str, category: str = "personal_service", *, included: bool = False) -> TaxableLine:
    return TaxableLine(amount=Decimal(amount), category=category, price_includes_tax=included)


def quote_one(
    province: str,
    amount: str,
    category: str = "personal_service",
    *,
    included: bool = False,
    on: date = TODAY,
) -> LineQuote:
    return quote(province=province, on=on, lines=[line(amount, category, included=included)]).lines[0]


def taxes_of(answer: Quote | LineQuote) -> dict[str, str]:
    return {tax.name: str(tax.amount) for tax in answer.taxes}


@dataclass(frozen=True)
class Law:
    """The taxes of one province on one day, written out by hand: category → name → (percent, on price and GST)."""

    province: str
    on: date
    borne: dict[str, dict[str, tuple[str, bool]]]


_HST13 = {"HST": ("13", False)}
_GST = {"GST": ("5", False)}
_QC = {"GST": ("5", False), "QST": ("9.975", False)}
_QC_STACKED = {"GST": ("5", False), "QST": ("9.5", True)}
_BC = {"GST": ("5", False), "PST": ("7", False)}
_SK = {"GST": ("5", False), "PST": ("6", False)}
_MB = {"GST": ("5", False), "RST": ("8", False)}
_PE_STACKED = {"GST": ("5", False), "PST": ("10", True)}

LAWS = [
    Law("ON", TODAY, {"fitness": _HST13, "goods": _HST13, "health:nurse": {}, "gift_card": {}}),
    Law("NS", date(2025, 4, 1), {"fitness": {"HST": ("14", False)}, "goods": {"HST": ("14", False)}}),
    Law("QC", TODAY, {"fitness": _QC, "goods": _QC, "health:nurse": {}}),
    Law("QC", date(2012, 12, 31), {"fitness": _QC_STACKED, "goods": _QC_STACKED, "health:nurse": {}}),
    Law("BC", TODAY, {"fitness": _GST, "goods": _BC, "gift_card": {}}),
    Law("SK", date(2022, 10, 1), {"fitness": _GST, "adult_sport": _SK, "goods": _SK}),
    Law("MB", date(2014, 1, 1), {"fitness": _GST, "spa_service": _MB, "tanning": _MB, "goods": _MB}),
    Law("PE", date(2013, 3, 31), {"fitness": _GST, "goods": _PE_STACKED}),
    Law("AB", TODAY, {"fitness": _GST, "goods": _GST, "health:nurse": {}}),
]


def exact_taxes(law: Law, given: TaxableLine) -> dict[str, Fraction]:
    """The unrounded taxes of a line in dollars, by the textbook."""
    borne = law.borne[given.category]
    amount = Fraction(str(given.amount))
    hundredths = {name: Fraction(percent) / 100 for name, (percent, _) in borne.items()}
    if given.price_includes_tax and law.province == "QC":
        return {name: amount * part / (1 + part) for name, part in hundredths.items()}
    price = Fraction(1)
    of_price: dict[str, Fraction] = {}
    for name, (_, stacked) in borne.items():
        of_price[name] = hundredths[name] * (price + of_price["GST"] if stacked else price)
    if given.price_includes_tax:
        net = amount / (1 + sum(of_price.values(), Fraction(0)))
        return {name: net * part for name, part in of_price.items()}
    return {name: amount * part for name, part in of_price.items()}


def half_up(dollars: Fraction) -> Decimal:
    cents = int(abs(dollars) * 100 + Fraction(1, 2))
    return (Decimal(cents) if dollars >= 0 else -Decimal(cents)) / 100


def invoice_taxes(law: Law, lines: Iterable[TaxableLine]) -> dict[str, Decimal]:
    """The oracle's footer: each tax summed exactly over the lines, then rounded once."""
    sums: dict[str, Fraction] = {}
    for given in lines:
        for name, tax in exact_taxes(law, given).items():
            sums[name] = sums.get(name, Fraction(0)) + tax
    return {name: half_up(total) for name, total in sums.items()}
