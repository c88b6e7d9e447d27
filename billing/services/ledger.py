"""The books: every document and every payment is one entry whose postings sum to zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from billing.models import Account, Entry, Posting

RECEIVABLE, BANK, CASH, REVENUE = "receivable", "bank", "cash", "revenue"
ACCOUNTS: dict[str, tuple[str, str]] = {
    RECEIVABLE: ("Owed by clients", Account.Kind.ASSET),
    BANK: ("Bank", Account.Kind.ASSET),
    CASH: ("Cash", Account.Kind.ASSET),
    REVENUE: ("Revenue", Account.Kind.INCOME),
    "gst": ("GST collected", Account.Kind.LIABILITY),
    "hst": ("HST collected", Account.Kind.LIABILITY),
    "pst": ("PST collected", Account.Kind.LIABILITY),
    "qst": ("QST collected", Account.Kind.LIABILITY),
    "rst": ("RST collected", Account.Kind.LIABILITY),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of an entry: positive debits the account, negative credits it."""

    account: str
    amount: Decimal
    client_id: UUID | None = None
    trainer_id: UUID | None = None


def post_entry(*, on: date, source: str, source_id: UUID, memo: str, sides: Iterable[Side]) -> Entry:
    """Add an entry to the books, in the transaction of what it records. Sides of nothing are left out.

    The database refuses an entry that does not sum to zero at the commit, and a second one for the same source.
    """
    moved = [side for side in sides if side.amount]
    accounts = _accounts({side.account for side in moved})
    entry = Entry.objects.create(date=on, source=source, source_id=source_id, memo=memo[:200])
    Posting.objects.bulk_create(
        Posting(
            entry=entry,
            account=accounts[side.account],
            amount=side.amount,
            client_id=side.client_id,
            trainer_id=side.trainer_id,
            date=on,
        )
        for side in moved
    )
    return entry


def _accounts(codes: set[str]) -> dict[str, Account]:
    """Return the accounts by code; an account is opened when something is first posted to it."""
    found = {account.code: account for account in Account.objects.filter(code__in=codes)}
    if missing := sorted(codes - set(found)):
        Account.objects.bulk_create(
            [Account(code=code, name=ACCOUNTS[code][0], kind=ACCOUNTS[code][1]) for code in missing],
            ignore_conflicts=True,
        )
        found |= {account.code: account for account in Account.objects.filter(code__in=missing)}
    return found
