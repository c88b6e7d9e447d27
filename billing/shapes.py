"""The bodies the billing API takes and gives."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from billing.models import Payment
from studios.shared.models import Province


def money(**how: Any) -> serializers.DecimalField:
    """Return a field for an amount: a string with two decimals."""
    return serializers.DecimalField(max_digits=12, decimal_places=2, **how)


class QuoteLineIn(serializers.Serializer[Any]):
    amount = money()
    category = serializers.CharField(max_length=60)
    price_includes_tax = serializers.BooleanField(default=False)


class QuoteIn(serializers.Serializer[Any]):
    province = serializers.ChoiceField(choices=Province.choices)
    date = serializers.DateField()
    lines = QuoteLineIn(many=True, min_length=1, max_length=500)  # type: ignore[call-arg]


class TaxOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    rate = serializers.CharField()
    base = money()
    amount = money()


class TotalsOut(serializers.Serializer[Any]):
    gst = money()
    hst = money()
    pst = money()
    qst = money()
    net = money()
    total = money()


class QuoteLineOut(TotalsOut):
    category = serializers.CharField()
    treatment = serializers.CharField()
    taxes = TaxOut(many=True)


class QuoteOut(serializers.Serializer[Any]):
    lines = QuoteLineOut(many=True)
    totals = TotalsOut()
    taxes = TaxOut(many=True)


class RunIn(serializers.Serializer[Any]):
    to = serializers.DateField()
    client = serializers.UUIDField(required=False, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        # `from` is no name a class can have.
        return {"from": serializers.DateField(), **super().get_fields()}


class RunInvoiceOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    client = serializers.UUIDField()
    total = money()


class RunErrorOut(serializers.Serializer[Any]):
    client = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    message = serializers.CharField()


class RunOut(RunIn):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=["queued", "running", "completed", "failed"])
    total = serializers.IntegerField(help_text="Clients to invoice.")
    done = serializers.IntegerField()
    invoices = RunInvoiceOut(many=True)
    errors = RunErrorOut(many=True)  # type: ignore[assignment]
    finished_at = serializers.DateTimeField(allow_null=True)


class LineTaxOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    rate = serializers.CharField()
    amount = money()


class LineOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    booking = serializers.UUIDField(allow_null=True)
    description = serializers.CharField()
    detail = serializers.CharField()
    happened_on = serializers.DateField(allow_null=True)
    quantity = serializers.CharField()
    unit_price = money()
    price_includes_tax = serializers.BooleanField()
    tax_category = serializers.CharField()
    net = money()
    taxes = LineTaxOut(many=True)
    credited = serializers.BooleanField()


class RefundIn(serializers.Serializer[Any]):
    amount = money(min_value=Decimal("0.01"))
    reason = serializers.CharField(max_length=300)
    is_correction = serializers.BooleanField(default=False)


class RefundOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    payment = serializers.UUIDField()
    amount = money()
    reason = serializers.CharField()
    refunded_on = serializers.DateField()
    is_correction = serializers.BooleanField()


class PaymentIn(serializers.Serializer[Any]):
    amount = money(min_value=Decimal("0.01"))
    method = serializers.ChoiceField(choices=Payment.Method.choices)
    reference = serializers.CharField(max_length=120, allow_blank=True, default="")
    received_on = serializers.DateField(required=False, help_text="Today in the studio's zone unless given.")


class PaymentOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    invoice = serializers.UUIDField()
    amount = money()
    method = serializers.CharField()
    reference = serializers.CharField()
    received_on = serializers.DateField()
    refunds = RefundOut(many=True)


class CreditIn(serializers.Serializer[Any]):
    lines = serializers.ListField(
        child=serializers.UUIDField(), required=False, allow_null=True, min_length=1, max_length=500
    )
    reason = serializers.CharField(max_length=300)


class InvoiceOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=["invoice", "credit_note"])
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=["issued", "part_paid", "paid", "credited"])
    overdue = serializers.BooleanField()
    issued_on = serializers.DateField()
    due_on = serializers.DateField()
    currency = serializers.CharField()
    client = serializers.UUIDField()
    client_name = serializers.CharField()
    corrects = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField()
    lines = LineOut(many=True)
    subtotal = money()
    taxes = TaxOut(many=True)
    total = money()
    paid = money()
    credited = money()
    balance = money()
    payments = PaymentOut(many=True)
