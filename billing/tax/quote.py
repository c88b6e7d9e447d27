"""The calculation: the taxes of an invoice's lines, to the cent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from billing.tax.cents import apportion, round_half_up, to_amount, to_cents
from billing.tax.errors import TaxError
from billing.tax.rates import Base, IncludedTax, Rate, Tax, find_province, rate_on
from billing.tax.tables import check_day
from billing.tax.taxability import Licence, Purpose, Treatment, decide


class Rounding(StrEnum):
    """Where tax is rounded. Both are lawful; a studio chooses once and keeps it (CRA, taxinterpretations.com 636291)."""

    PER_INVOICE = "per_invoice"
    """on the sum of the lines that bear a tax, then shared out over them by largest remainder"""
    PER_LINE = "per_line"


@dataclass(frozen=True, kw_only=True)
class TaxableLine:
    """One line to be taxed.

    `amount` is the whole line in dollars, quantity included, negative on a credit note. A forfeited deposit or a
    no-show fee is a line of the booked service's category with `price_includes_tax`. `ref` comes back on the answer.
    """

    amount: Decimal
    category: str
    price_includes_tax: bool = False
    licence: Licence = Licence.CURRENT
    purpose: Purpose = Purpose.HEALTH
    ref: str | None = None


@dataclass(frozen=True, kw_only=True)
class TaxAmount:
    """One tax of a line or of the whole invoice, as it is printed; never the sum of two taxes."""

    name: str
    percent: Decimal
    base: Decimal
    amount: Decimal

    @property
    def column(self) -> str:
        """The column of totals it belongs to: gst, hst, pst or qst."""
        return Tax(self.name).column

    @property
    def percent_text(self) -> str:
        """The rate without idle zeros: 5, 9.975."""
        return f"{self.percent:f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Dollars with two decimals; net + gst + hst + pst + qst = total, always."""

    net: Decimal
    gst: Decimal
    hst: Decimal
    pst: Decimal
    qst: Decimal
    total: Decimal


@dataclass(frozen=True, kw_only=True)
class LineQuote(Totals):
    """The answer for one line; `total` is the price given when that includes the tax."""

    ref: str | None
    category: str
    treatment: Treatment
    taxes: tuple[TaxAmount, ...]

    @property
    def taxes_by_name(self) -> Mapping[str, Decimal]:
        """The line's taxes by the name that is printed."""
        return {tax.name: tax.amount for tax in self.taxes}


@dataclass(frozen=True, kw_only=True)
class Quote:
    """The answer for an invoice: `lines` in the order given, `taxes` for the footer, `totals`."""

    province: str
    on: date
    rounding: Rounding
    lines: tuple[LineQuote, ...]
    taxes: tuple[TaxAmount, ...]
    totals: Totals


@dataclass(kw_only=True)
class _Working:
    """A line while it is computed, in whole cents."""

    line: TaxableLine
    cents: int
    treatment: Treatment
    rates: dict[Tax, Rate]
    exact: dict[Tax, Fraction]
    taxes: dict[Tax, int] = field(default_factory=dict)

    @property
    def net(self) -> int:
        return self.cents - sum(self.taxes.values()) if self.line.price_includes_tax else self.cents

    @property
    def rank(self) -> str:
        """Who gets the cent that two lines have the same claim to.

        Lines of one rank may exchange a cent without a trace in the totals. Between others the place on the invoice
        must not decide, or the order of the lines could change what the client pays.
        """
        return " ".join(("included" if self.line.price_includes_tax else "on top", *self.rates))

    def base(self, tax: Tax) -> int:
        stacked = self.rates[tax].base is Base.PRICE_AND_GST
        return self.net + (self.taxes.get(Tax.GST, 0) if stacked else 0)


def quote(
    *,
    province: str,
    on: date,
    lines: Sequence[TaxableLine],
    registered: bool = True,
    qst_registered: bool | None = None,
    pst_registered: bool | None = None,
    rounding: Rounding = Rounding.PER_INVOICE,
) -> Quote:
    """Tax the lines of one invoice or credit note.

    `province` is the place of supply, `on` the tax point (the earlier of the day paid and the day due, in the local
    date of that place). `registered` is the supplier's GST/HST registration; the other two follow it unless they
    are said apart: a small supplier who is registered for nothing charges nothing. PST stands for Manitoba's RST as well.

    Amounts in the answer are dollars with two decimals. Negated lines give the negated answer. Raises TaxError for an
    unknown province or category, a day without a rate, or an amount that is not a Decimal of at most two decimals.

    Sources: CRA, charge and collect the GST/HST; Revenu Québec, calculating the taxes (QST on the price without GST
    since 2013-01-01, on price and GST before) and no-show fees (2025-07-17).
    """
    included_tax = find_province(province).included_tax
    check_day(on)
    charged = _charged(registered, qst_registered, pst_registered)
    workings = []
    for position, line in enumerate(lines):
        try:
            workings.append(_work_out(line, province, on, charged, included_tax))
        except TaxError as error:
            error.line = position
            raise
    _round_taxes(workings, rounding)
    return Quote(
        province=province,
        on=on,
        rounding=rounding,
        lines=tuple(_answer(working) for working in workings),
        taxes=_footer(workings),
        totals=Totals(**_columns(workings)),
    )


def _charged(registered: bool, qst: bool | None, pst: bool | None) -> frozenset[Tax]:
    """Return the taxes a supplier may charge."""
    asked = {
        Tax.GST: registered,
        Tax.HST: registered,
        Tax.QST: registered if qst is None else qst,
        Tax.PST: registered if pst is None else pst,
        Tax.RST: registered if pst is None else pst,
    }
    return frozenset(tax for tax, charges in asked.items() if charges)


def _work_out(
    line: TaxableLine, province: str, on: date, charged: frozenset[Tax], included_tax: IncludedTax
) -> _Working:
    cents = to_cents(line.amount)
    decision = decide(
        category=line.category, province=province, on=on, licence=line.licence, purpose=line.purpose
    )
    borne = tuple(
        rate_on(jurisdiction=levy.jurisdiction, tax=levy.tax, on=on)
        for levy in decision.levies
        if levy.tax in charged
    )
    parts = _taxes_per_dollar(borne, included_tax if line.price_includes_tax else None)
    return _Working(
        line=line,
        cents=cents,
        treatment=decision.treatment,
        rates={rate.tax: rate for rate in borne},
        exact={rate.tax: cents * part for rate, part in zip(borne, parts, strict=True)},
    )


@lru_cache(maxsize=1024)
def _taxes_per_dollar(borne: tuple[Rate, ...], included_tax: IncludedTax | None) -> tuple[Fraction, ...]:
    """Return each tax as an exact part of the amount, which includes the tax unless `included_tax` is None."""
    plain = {rate.tax: Fraction(rate.percent) / 100 for rate in borne}
    if included_tax is IncludedTax.OWN:
        return tuple(part / (1 + part) for part in plain.values())
    gst = plain.get(Tax.GST, Fraction(0))
    stacked = tuple(
        plain[rate.tax] * (1 + gst) if rate.base is Base.PRICE_AND_GST else plain[rate.tax] for rate in borne
    )
    if included_tax is IncludedTax.SHARED:
        return tuple(part / (1 + sum(stacked)) for part in stacked)
    return stacked


def _round_taxes(workings: Sequence[_Working], rounding: Rounding) -> None:
    for tax in Tax:
        bearing = [working for working in workings if tax in working.exact]
        shares = [working.exact[tax] for working in bearing]
        if rounding is Rounding.PER_LINE:
            parts = [round_half_up(share) for share in shares]
        else:
            ranks = [working.rank for working in bearing]
            parts = apportion(round_half_up(sum(shares, Fraction(0))), shares, ranks)
        for working, part in zip(bearing, parts, strict=True):
            working.taxes[tax] = part


def _answer(working: _Working) -> LineQuote:
    return LineQuote(
        ref=working.line.ref,
        category=working.line.category,
        treatment=working.treatment,
        taxes=_footer([working]),
        **_columns([working]),
    )


def _footer(workings: Sequence[_Working]) -> tuple[TaxAmount, ...]:
    """Return one amount for each tax that any of the lines bears."""
    amounts = []
    for tax in Tax:
        bearing = [working for working in workings if tax in working.rates]
        if bearing:
            amounts.append(
                TaxAmount(
                    name=tax.value,
                    percent=bearing[0].rates[tax].percent,
                    base=to_amount(sum(working.base(tax) for working in bearing)),
                    amount=to_amount(sum(working.taxes[tax] for working in bearing)),
                )
            )
    return tuple(amounts)


def _columns(workings: Sequence[_Working]) -> dict[str, Decimal]:
    cents = dict.fromkeys(("net", "gst", "hst", "pst", "qst", "total"), 0)
    for working in workings:
        cents["net"] += working.net
        cents["total"] += working.net + sum(working.taxes.values())
        for tax, amount in working.taxes.items():
            cents[tax.column] += amount
    return {column: to_amount(amount) for column, amount in cents.items()}
