from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from fitflow.core.models import Row
from fitflow.core.money import MoneyField


class Account(Row):
    """An account of the studio's ledger."""

    class Kind(models.TextChoices):
        ASSET = "asset"
        LIABILITY = "liability"
        INCOME = "income"
        EXPENSE = "expense"

    code = models.CharField(max_length=24, unique=True)  # receivable, bank, cash, revenue, gst, hst, pst, qst
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices)

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class Entry(Row):
    """One event in the books; its postings sum to zero (checked at commit). Entries are only ever added."""

    class Source(models.TextChoices):
        INVOICE = "invoice"
        CREDIT_NOTE = "credit_note"
        PAYMENT = "payment"
        REFUND = "refund"

    date = models.DateField()
    source = models.CharField(max_length=12, choices=Source.choices)
    source_id = models.UUIDField()
    memo = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["date", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "source_id"], name="entry_source_once")
        ]

    def __str__(self) -> str:
        return self.memo


class Posting(Row):
    """One side of an entry: positive debits, negative credits."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings")
    amount = MoneyField()
    # Whom a receivable concerns; which trainer earned a revenue. Ids of this studio's rows.
    client_id = models.UUIDField(null=True)
    trainer_id = models.UUIDField(null=True)
    date = models.DateField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(amount=0), name="posting_not_zero")]
        indexes: ClassVar = [models.Index(fields=["account", "date"], name="posting_by_account")]

    def __str__(self) -> str:
        return str(self.amount)
