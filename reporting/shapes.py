"""Rows and drawings of the first page, made of what the selectors found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.models import Invoice
from billing.selectors import AgeBucket
from fitflow.core.money import ZERO

GAP = Decimal("0.6")  # between two bars, of a width of 100
LEAST = Decimal("1.5")  # of a bar that stands for something


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeBar:
    """One part of the bar of receivables, from `x` and as wide as its share, of 100 in all."""

    label: str
    tone: int
    amount: Decimal
    x: Decimal
    width: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRow:
    """An invoice past its due day, and its state in a word of `fitflow.core.states`."""

    invoice: Invoice
    days: int
    state: str


def age_bars(ages: Sequence[AgeBucket]) -> list[AgeBar]:
    """Return the ages in which something is owed as parts of one bar, and the first age always."""
    owed = [(tone, age) for tone, age in enumerate(ages) if age.amount > 0]
    whole = sum((age.amount for _, age in owed), ZERO)
    room = 100 - GAP * (len(owed) - 1) - LEAST * len(owed)
    bars, x = [], ZERO
    for tone, age in owed:
        width = round(LEAST + room * age.amount / whole, 2)
        bars.append(AgeBar(label=age.label, tone=tone, amount=age.amount, x=x, width=width))
        x += width + GAP
    if not owed or owed[0][0]:
        bars.insert(0, AgeBar(label=ages[0].label, tone=0, amount=ZERO, x=ZERO, width=ZERO))
    return bars


def late_rows(invoices: Sequence[Invoice], today: date) -> list[LateRow]:
    """Return late invoices as the page shows them."""
    return [
        LateRow(
            invoice=invoice,
            days=(today - invoice.due_on).days,
            state="part_paid" if invoice.status == Invoice.Status.PART_PAID else "overdue",
        )
        for invoice in invoices
    ]
