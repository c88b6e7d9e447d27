from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from clients.models import Client
from fitflow.core.models import Row
from fitflow.core.money import ZERO, MoneyField
from trainers.models import Booking


class InvoiceRun(Row):
    """One go at invoicing a period: what was asked, how far it is, what went wrong. It can be killed and goes on."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Stopped"

    period_from = models.DateField()
    period_to = models.DateField()  # inclusive
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    total = models.PositiveIntegerField(default=0)  # clients to invoice
    done = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)
    requested_by = models.UUIDField(null=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(period_to__gte=F("period_from")), name="invoice_run_period")
        ]

    def __str__(self) -> str:
        return f"{self.period_from} to {self.period_to}"


class Invoice(Row):
    """An issued invoice or credit note. It never changes (trigger), but for what was paid and credited since.

    `sequence` grows by one within its kind, without a gap; `number` is how it is printed. `seller` and `buyer` are what
    was printed. A credit note's amounts are negative and `corrects` names its invoice.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", "Invoice"
        CREDIT_NOTE = "credit_note", "Credit note"

    class Status(models.TextChoices):
        ISSUED = "issued", "Issued"
        PART_PAID = "part_paid", "Part paid"
        PAID = "paid", "Paid"
        CREDITED = "credited", "Credited"

    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.INVOICE)
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=24, unique=True)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="invoices")
    run = models.ForeignKey(
        InvoiceRun, null=True, blank=True, on_delete=models.PROTECT, related_name="invoices"
    )
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="credit_notes"
    )
    reason = models.CharField(max_length=300, blank=True)
    issued_on = models.DateField()
    due_on = models.DateField()
    currency = models.CharField(max_length=3, default="CAD")
    province = models.CharField(max_length=2)  # place of supply
    seller = models.JSONField(default=dict)
    buyer = models.JSONField(default=dict)
    subtotal = MoneyField()
    tax_total = MoneyField()
    total = MoneyField()
    # What may change after the issue: what has been paid and credited, and the status that follows from both.
    amount_paid = MoneyField(default=ZERO)
    amount_credited = MoneyField(default=ZERO)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ISSUED)

    class Meta:
        ordering: ClassVar = ["-issued_on", "-sequence"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "sequence"], name="invoice_sequence_once"),
            models.CheckConstraint(condition=Q(total=F("subtotal") + F("tax_total")), name="invoice_adds_up"),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="invoice_due_after_issue"),
            models.CheckConstraint(
                condition=Q(kind="invoice", corrects=None, total__gte=0)
                | Q(kind="credit_note", corrects__isnull=False, total__lte=0),
                name="invoice_kind_and_sign",
            ),
            models.CheckConstraint(
                condition=Q(kind="credit_note", amount_paid=0, amount_credited=0)
                | Q(kind="invoice", amount_paid__gte=0, amount_credited__gte=0)
                & Q(amount_paid__lte=F("total"), amount_credited__lte=F("total")),
                name="invoice_settled_within_total",
            ),
            # The status follows from the amounts: it cannot say anything else.
            models.CheckConstraint(
                condition=Q(kind="credit_note", status="issued")
                | Q(status="issued", amount_paid=0, amount_credited__lt=F("total"))
                | Q(status="part_paid", amount_paid__gt=0, amount_paid__lt=F("total") - F("amount_credited"))
                | Q(
                    status="paid",
                    amount_paid__gte=F("total") - F("amount_credited"),
                    amount_credited__lt=F("total"),
                )
                | Q(status="credited", amount_credited=F("total")),
                name="invoice_status_follows",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["client", "-issued_on"], name="invoice_by_client"),
            models.Index(
                fields=["due_on"], name="invoice_open", condition=Q(status="issued") | Q(status="part_paid")
            ),
            models.Index(fields=["-issued_on", "-sequence"], name="invoice_newest"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def balance(self) -> Decimal:
        """What is still owed: total less credits less payments. Negative: the client has money coming."""
        owed: Decimal = self.total - self.amount_credited - self.amount_paid
        return owed

    @property
    def settled_status(self) -> str:
        """The status that follows from what has been paid and credited."""
        if self.amount_credited == self.total:
            return self.Status.CREDITED
        if self.balance <= 0:
            return self.Status.PAID
        return self.Status.PART_PAID if self.amount_paid else self.Status.ISSUED

    @property
    def is_open(self) -> bool:
        """Whether something is still owed."""
        return self.kind == self.Kind.INVOICE and self.status in {self.Status.ISSUED, self.Status.PART_PAID}

    def is_overdue(self, today: date) -> bool:
        """Whether it is open past its due day; `today` is the date in the studio's zone."""
        return self.is_open and self.due_on < today


class InvoiceLine(Row):
    """One line. A billable booking stands on exactly one line that has not been released by a credit note."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    booking = models.ForeignKey(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="invoice_lines"
    )
    # True once a credit note took the line back in whole: its booking may be invoiced again.
    released = models.BooleanField(default=False)
    description = models.CharField(max_length=200)
    detail = models.CharField(max_length=260, blank=True)
    happened_on = models.DateField(null=True, blank=True)  # the day at the location
    quantity = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal(1))
    unit_price = MoneyField()
    price_includes_tax = models.BooleanField(default=False)
    tax_category = models.CharField(max_length=60)
    net = MoneyField()
    credits_line = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="credited_by"
    )

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_position"),
            models.UniqueConstraint(
                fields=["booking"],
                name="booking_on_one_line",
                condition=Q(booking__isnull=False, released=False, credits_line=None),
            ),
            models.UniqueConstraint(fields=["credits_line"], name="line_credited_once"),
        ]

    def __str__(self) -> str:
        return self.description


class LineTax(Row):
    """One tax on one line; the lines' amounts add up to the invoice's."""

    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="taxes")
    name = models.CharField(max_length=8)
    percent = models.DecimalField(max_digits=8, decimal_places=5)
    amount = MoneyField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["line", "name"], name="line_tax_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.amount}"


class InvoiceTax(Row):
    """One tax of the invoice, as it is printed below the lines."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="taxes")
    name = models.CharField(max_length=8)
    percent = models.DecimalField(max_digits=8, decimal_places=5)
    base = MoneyField()
    amount = MoneyField()
    registration_number = models.CharField(max_length=24, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["invoice", "name"], name="invoice_tax_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.amount}"


class InvoiceDocumentFile(Row):
    """The stored PDF of an invoice."""

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="document")
    file = models.FileField(upload_to="invoices/%Y/", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    def __str__(self) -> str:
        return str(self.file.name)
