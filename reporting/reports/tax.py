"""What was collected for others, and where it goes on the return."""

from __future__ import annotations

from decimal import Decimal

from fitflow.core.formats import money_text
from fitflow.core.money import ZERO
from reporting.reports.asked import Asked
from reporting.selectors.ledger import TAX_ACCOUNTS, taxed_sales
from reporting.tables import Cell, Chart, Column, Kind, Report, Series, Table, listed
from reporting.words import open_words

FEDERAL = ("GST", "HST")  # one return for both
HUES = {"GST": 1, "HST": 1, "QST": 3, "PST": 3, "RST": 4}


def tax_collected(asked: Asked) -> Report:
    """Answer what was collected of each tax in each month or quarter, and on what sales.

    What was collected is the tax accounts' postings; the sales that bore it stand on the invoices and credit notes.
    """
    bases = taxed_sales(asked.cuts)
    names = [name for name in TAX_ACCOUNTS.values() if any(name in books.taxes for books in asked.books)]
    rows: list[tuple[Cell, ...]] = [
        (
            books.slice.words,
            name,
            bases.get((books.slice.start, name), ZERO),
            books.charged.get(name, ZERO),
            -books.credited.get(name, ZERO),
            books.taxes[name],
        )
        for books in asked.books
        for name in names
        if name in books.taxes
    ]
    return Report(
        slug="tax-collected",
        question="What tax did you collect?",
        explains=f"By {asked.grain.value} of invoice, from the books",
        icon="percent",
        by_slice=True,
        table=Table(
            (
                Column("Period"),
                Column("Tax"),
                Column("Taxable sales", Kind.MONEY),
                Column("On invoices", Kind.MONEY),
                Column("Credited", Kind.MONEY),
                Column("Collected", Kind.MONEY),
            ),
            rows,
        ),
        chart=_chart(asked, names),
        empty="No tax was charged in this period.",
        hint=" ".join(open_words(asked.books)),
    )


def _chart(asked: Asked, names: list[str]) -> Chart:
    sums = {name: sum((books.taxes.get(name, ZERO) for books in asked.books), ZERO) for name in names}
    in_all = listed([f"{money_text(amount)} {name}" for name, amount in sums.items()])
    return Chart(
        labels=tuple(books.slice.short + ("*" if books.slice.is_open else "") for books in asked.books),
        series=tuple(
            Series(
                name=name,
                hue=HUES[name],
                values=tuple(books.taxes.get(name, ZERO) for books in asked.books),
            )
            for name in names
        ),
        kind=Kind.MONEY,
        open=next((place for place, books in enumerate(asked.books) if books.slice.is_open), None),
        sentence=f"Collected in all: {in_all}.",
    )


def gst_return(asked: Asked) -> Report:
    """Answer what the books say for the lines of the GST/HST return (form GST34) that follow from sales.

    Line 101 is all revenue without tax, zero-rated and exempt included; line 103 is the tax charged; what credit notes gave back
    is deducted on line 107 (CRA guide RC4022; Excise Tax Act, s. 232(3)).
    """
    rows: list[tuple[Cell, ...]] = [
        (books.slice.words, books.revenue, _federal(books.charged), _federal(books.credited))
        for books in asked.books
    ]
    charged = any(name in books.taxes for books in asked.books for name in FEDERAL)
    return Report(
        slug="gst-return",
        question="What goes on your GST/HST return?",
        explains="The lines of form GST34 that follow from your sales",
        icon="file-earmark-text",
        by_slice=True,
        table=Table(
            (
                Column("Period"),
                Column("Line 101, revenue", Kind.MONEY),
                Column("Line 103, tax charged", Kind.MONEY),
                Column("Line 107, tax credited", Kind.MONEY),
            ),
            rows if charged else [],
        ),
        empty="No GST or HST was charged in this period.",
        hint=_advice(asked),
    )


def _federal(amounts: dict[str, Decimal]) -> Decimal:
    return sum((amounts.get(name, ZERO) for name in FEDERAL), ZERO)


def _advice(asked: Asked) -> str:
    also = [name for name in ("QST", "PST", "RST") if any(name in books.taxes for books in asked.books)]
    text = "Tax you paid on purchases (line 106) and other adjustments are not in these books."
    return f"{text} {listed(also)} is reported apart: see what you collected." if also else text
