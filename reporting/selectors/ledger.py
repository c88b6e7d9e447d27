"""What the books say: every figure of money is a sum of postings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum
from django.db.models.functions import TruncMonth

from billing.models import Account, Entry, InvoiceLine, InvoiceTax, Posting
from billing.services.ledger import RECEIVABLE
from billing.tax import Tax
from fitflow.core.money import ZERO
from reporting.periods import Period, Slice, slice_start
from trainers.models import TrainerProfile

TAX_ACCOUNTS = {tax.value.lower(): tax.value for tax in Tax}
REVENUE = Q(account__kind=Account.Kind.INCOME)
TAX = Q(account__code__in=TAX_ACCOUNTS)

Amounts = dict[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """One month or quarter of the books: revenue before tax, and what invoices charged and credit notes took back by tax."""

    slice: Slice
    revenue: Decimal
    charged: Amounts
    credited: Amounts

    @property
    def taxes(self) -> Amounts:
        """What is left of each tax to remit, in the order of an invoice's foot."""
        left = {
            name: self.charged.get(name, ZERO) - self.credited.get(name, ZERO)
            for name in TAX_ACCOUNTS.values()
        }
        return {
            name: amount for name, amount in left.items() if name in self.charged or name in self.credited
        }


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the revenue somebody or something earned."""

    name: str
    amount: Decimal


def books_by_slice(cuts: Sequence[Slice]) -> list[Books]:
    """Return the books of each slice, oldest first, by the day of the entry. One query."""
    revenue: dict[date, Decimal] = defaultdict(lambda: ZERO)
    charged: dict[date, Amounts] = defaultdict(lambda: defaultdict(lambda: ZERO))
    credited: dict[date, Amounts] = defaultdict(lambda: defaultdict(lambda: ZERO))
    rows = (
        Posting.objects.filter(REVENUE | TAX, date__range=(cuts[0].first, cuts[-1].last))
        .values_list(TruncMonth("date"), "account__code", "entry__source")
        .annotate(sum=Sum("amount"))
    )
    for month, code, source, amount in rows:
        start = slice_start(month, cuts[0].grain)
        if code not in TAX_ACCOUNTS:
            revenue[start] -= amount
        elif source == Entry.Source.CREDIT_NOTE:
            credited[start][TAX_ACCOUNTS[code]] += amount
        else:
            charged[start][TAX_ACCOUNTS[code]] -= amount
    return [
        Books(
            slice=cut,
            revenue=revenue[cut.start],
            charged=dict(charged[cut.start]),
            credited=dict(credited[cut.start]),
        )
        for cut in cuts
    ]


def books_begin() -> date | None:
    """Return the day of the first document or payment; None where there is none yet. One query."""
    found = Posting.objects.filter(account__code=RECEIVABLE).order_by("date").values_list("date", flat=True)
    return found.first()


def taxed_sales(cuts: Sequence[Slice]) -> Mapping[tuple[date, str], Decimal]:
    """Return what bore each tax, less what was credited, by the slice's start and the tax's name. One query."""
    found: dict[tuple[date, str], Decimal] = defaultdict(lambda: ZERO)
    rows = (
        InvoiceTax.objects.filter(invoice__issued_on__range=(cuts[0].first, cuts[-1].last))
        .values_list(TruncMonth("invoice__issued_on"), "name")
        .annotate(sum=Sum("base"))
        .order_by()
    )
    for month, name, base in rows:
        found[slice_start(month, cuts[0].grain), name] += base
    return found


def revenue_by_trainer(period: Period) -> list[Share]:
    """Return what each trainer earned the studio before tax, most first; what no trainer earned is `Other`. Two queries."""
    sums = dict(
        Posting.objects.filter(REVENUE, date__range=(period.first, period.last))
        .values_list("trainer_id")
        .annotate(sum=-Sum("amount"))
    )
    names = dict(TrainerProfile.objects.filter(pk__in=[key for key in sums if key]).values_list("pk", "name"))
    return _most_first({key: (names.get(key, "Other"), amount) for key, amount in sums.items()})


def revenue_by_service(period: Period) -> list[Share]:
    """Return what each service brought in before tax, most first, by the day of its invoices and credit notes. One query.

    The lines of a document add up to its revenue posting, so these sum to the books' revenue.
    """
    service = "booking__session__service"
    rows = (
        InvoiceLine.objects.filter(invoice__issued_on__range=(period.first, period.last))
        .values_list(f"{service}_id", f"{service}__name")
        .annotate(sum=Sum("net"))
        .order_by()
    )
    return _most_first({key: (name or "Other", amount) for key, name, amount in rows})


def _most_first(found: Mapping[object, tuple[str, Decimal]]) -> list[Share]:
    shares = [Share(name, amount) for name, amount in found.values() if amount]
    return sorted(shares, key=lambda share: (-share.amount, share.name))
