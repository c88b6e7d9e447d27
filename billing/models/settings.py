from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models

from fitflow.core.fields import NameField
from fitflow.core.models import Row


class BillingSettings(Row):
    """How this studio invoices: one row. Each issued invoice keeps a copy of what it printed."""

    class Rounding(models.TextChoices):
        PER_INVOICE = "per_invoice", "On the sum of the invoice"
        PER_LINE = "per_line", "On each line"

    only = models.BooleanField(default=True, editable=False)
    legal_name = NameField(max_length=160)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    province = models.CharField(max_length=2)
    postal_code = models.CharField(max_length=10, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    invoice_prefix = models.CharField(max_length=8, validators=[RegexValidator(r"^[A-Z0-9]{1,8}\Z")])
    terms_days = models.PositiveSmallIntegerField(default=14, validators=[MaxValueValidator(120)])
    gst_registered = models.BooleanField(default=True)
    gst_number = models.CharField("GST/HST number", max_length=20, blank=True)
    qst_registered = models.BooleanField(default=False)
    qst_number = models.CharField("QST number", max_length=20, blank=True)
    pst_registered = models.BooleanField(default=False)
    pst_number = models.CharField("PST number", max_length=20, blank=True)
    rounding = models.CharField(max_length=12, choices=Rounding.choices, default=Rounding.PER_INVOICE)
    e_transfer_email = models.EmailField("e-Transfer address", blank=True)
    payment_instructions = models.TextField(blank=True)
    paper = models.CharField(max_length=6, choices=[("letter", "Letter"), ("a4", "A4")], default="letter")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["only"], name="billing_settings_one_row"),
            models.CheckConstraint(condition=models.Q(only=True), name="billing_settings_only_true"),
        ]

    def __str__(self) -> str:
        return self.legal_name


class NumberSequence(models.Model):
    """The last number given out of a kind. Taking one locks the row until the document's transaction ends: no gap."""

    kind = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.kind} {self.last}"
