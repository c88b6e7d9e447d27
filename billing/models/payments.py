from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from billing.models.invoices import Invoice
from fitflow.core.models import Row
from fitflow.core.money import MoneyField


class Payment(Row):
    """Money received for one invoice. A mistake is undone by a reversing refund, never by a change."""

    class Method(models.TextChoices):
        E_TRANSFER = "e_transfer", "e-Transfer"
        CASH = "cash", "Cash"
        CHEQUE = "cheque", "Cheque"
        CARD = "card", "Card"
        OTHER = "other", "Other"

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    amount = MoneyField()
    method = models.CharField(max_length=12, choices=Method.choices)
    reference = models.CharField(max_length=120, blank=True)
    received_on = models.DateField()
    recorded_by = models.UUIDField(null=True)

    class Meta:
        ordering: ClassVar = ["-received_on", "-id"]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive")]

    def __str__(self) -> str:
        return f"{self.amount} by {self.method}"


class Refund(Row):
    """Money given back out of one payment; all refunds of a payment never exceed it (trigger)."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = MoneyField()
    reason = models.CharField(max_length=300)
    refunded_on = models.DateField()
    recorded_by = models.UUIDField(null=True)
    # True where the payment was a slip of the hand and no money moved.
    is_correction = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-refunded_on", "-id"]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive")]

    def __str__(self) -> str:
        return f"{self.amount} back"
