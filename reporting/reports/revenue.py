"""What was earned, before tax: by the day of invoices and credit notes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from fitflow.core.money import ZERO
from reporting.reports.asked import Asked
from reporting.selectors.ledger import TAX_ACCOUNTS, Books, Share
from reporting.selectors.ledger import revenue_by_service as shares_of_services
from reporting.selectors.ledger import revenue_by_trainer as shares_of_trainers
from reporting.tables import Chart, Column, Kind, Report, Series, Table, percent, rounded_money
from reporting.words import open_words, ranked_sentence, revenue_sentence

BARS = 8  # of a ranked chart; the table has all
NOTHING = "Nothing was invoiced in this period."


def revenue_by_month(asked: Asked) -> Report:
    """Answer how much was earned in each month, with the tax on it."""
    return monthly_revenue(asked.books_by_month)


def monthly_revenue(months: Sequence[Books], *, plain: bool = False) -> Report:
    """Return the report of some months' books, each tax in a column of its own; `plain` names months without their year."""
    names = [name for name in TAX_ACCOUNTS.values() if any(name in books.taxes for books in months)]
    money = [Column("Revenue", Kind.MONEY), *(Column(name, Kind.MONEY) for name in names)]
    rows = [_row(books, names, plain) for books in months]
    totals = [sum((Decimal(str(row[place])) for row in rows), ZERO) for place in range(1, len(money) + 1)]
    is_empty = not any(row[1] or any(row[2:]) for row in rows)
    return Report(
        slug="revenue-by-month",
        question="How much did you earn?",
        explains="Revenue before tax, by month",
        icon="bar-chart",
        table=Table((Column("Month"), *money), [] if is_empty else rows, ("In all", *totals)),
        chart=Chart(
            labels=tuple(_label(books, months) for books in months),
            series=(Series(name="Revenue", hue=1, values=tuple(books.revenue for books in months)),),
            kind=Kind.MONEY,
            open=next((place for place, books in enumerate(months) if books.slice.is_open), None),
            sentence=revenue_sentence(months),
        ),
        empty=NOTHING,
        hint=" ".join([*open_words(months), "Counted on the day of invoice, less credit notes."]),
    )


def _row(books: Books, names: Sequence[str], plain: bool) -> tuple[str | Decimal, ...]:
    month = books.slice.plain_words if plain else books.slice.words
    return (month, books.revenue, *(books.taxes.get(name, ZERO) for name in names))


def _label(books: Books, months: Sequence[Books]) -> str:
    """Return what stands below a month's bar; the year too where there are more than twelve."""
    year = f" {books.slice.start:%y}" if len(months) > 12 else ""
    return books.slice.short + year + ("*" if books.slice.is_open else "")


def revenue_by_service(asked: Asked) -> Report:
    """Answer which services bring the revenue."""
    return _ranked(
        shares_of_services(asked.period),
        slug="revenue-by-service",
        question="What sells?",
        what="Service",
        explains="Revenue before tax, by service",
    )


def revenue_by_trainer(asked: Asked) -> Report:
    """Answer whose sessions bring the revenue."""
    return _ranked(
        shares_of_trainers(asked.period),
        slug="revenue-by-trainer",
        question="Whose sessions earn it?",
        what="Trainer",
        explains="Revenue before tax, by trainer",
    )


def _ranked(shares: Sequence[Share], *, slug: str, question: str, what: str, explains: str) -> Report:
    whole = sum((share.amount for share in shares), ZERO)
    parts = [(share.name, share.amount, _part(share.amount, whole)) for share in shares]
    shown = shares[:BARS]
    return Report(
        slug=slug,
        question=question,
        explains=explains,
        icon="bar-chart",
        table=Table(
            (Column(what), Column("Revenue", Kind.MONEY), Column("Share", Kind.PERCENT)),
            parts,
            ("In all", whole, 100),
        ),
        chart=Chart(
            labels=tuple(share.name for share in shown),
            series=(Series(name="Revenue", hue=1, values=tuple(share.amount for share in shown)),),
            kind=Kind.MONEY,
            lying=True,
            sentence=ranked_sentence(
                explains, [(share.name, rounded_money(share.amount)) for share in shares]
            ),
        ),
        empty=NOTHING,
        hint=f"The {len(shown)} largest of {len(shares)}; the table has all." if len(shares) > BARS else "",
    )


def _part(amount: Decimal, whole: Decimal) -> int | None:
    return percent(int(amount * 100), int(whole * 100)) if whole > 0 else None
