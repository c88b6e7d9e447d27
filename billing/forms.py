"""The forms of billing; what was typed always stays, and a refusal stands beside the field it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from billing.models import BillingSettings, Invoice, InvoiceLine, Payment
from billing.services.settings import EDITABLE
from billing.tax import categories, category_codes
from fitflow.core.errors import FitFlowError
from fitflow.core.fields import NameInput
from fitflow.core.formats import money_text, short_day_text
from fitflow.core.widgets import DateInput, MoneyInput, Switch
from studios.models import Equipment, Room
from studios.shared.models import Province
from trainers.models import Service, TrainerProfile

AMOUNT: dict[str, Any] = {"max_digits": 12, "decimal_places": 2, "min_value": Decimal("0.01")}


class RefusableForm(forms.Form):
    """A form that can show what a service refused."""

    def refuse(self, error: FitFlowError | ValidationError) -> None:
        """Show a refusal beside its field, or above the form where it is about no single one."""
        if isinstance(error, ValidationError):
            known = {field: words for field, words in _by_field(error).items() if field in self.fields}
            for field, words in known.items():
                self.add_error(field, words)
            if not known:
                self.add_error(None, error.messages)
            return
        self.add_error(error.field if error.field in self.fields else None, error.message)


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {}


class PaymentForm(RefusableForm):
    """Money that came in for one invoice."""

    amount = forms.DecimalField(
        **AMOUNT, widget=MoneyInput(), error_messages={"required": "Enter the amount that came in."}
    )
    method = forms.ChoiceField(label="How it came", choices=Payment.Method.choices)
    received_on = forms.DateField(label="Received on", widget=DateInput())
    reference = forms.CharField(
        max_length=120,
        required=False,
        help_text="A cheque’s number or the transfer’s confirmation.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    @classmethod
    def of(cls, invoice: Invoice, *, today: date) -> PaymentForm:
        """Return the form filled in with all that is owed, received today."""
        owed = max(invoice.balance, Decimal(0))
        return cls(initial={"amount": owed, "method": "e_transfer", "received_on": today}, prefix="payment")


class RefundForm(RefusableForm):
    """Money that goes back out of one payment."""

    amount = forms.DecimalField(**AMOUNT, widget=MoneyInput())
    reason = forms.CharField(
        max_length=300,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "Say why the money goes back."},
    )


class CreditForm(RefusableForm):
    """Which lines of an invoice are taken back, and why."""

    reason = forms.CharField(
        max_length=300,
        help_text="It is printed on the credit note.",
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "Say why it is credited."},
    )
    lines = forms.MultipleChoiceField(
        label="Lines to credit",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one line."},
    )

    def __init__(self, *args: Any, rows: Iterable[InvoiceLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left = [row for row in rows if not row.released]
        field = self.fields["lines"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101
        field.choices = [(str(row.pk), _line_words(row)) for row in left]
        field.initial = [str(row.pk) for row in left]

    def wanted(self) -> Sequence[UUID]:
        """Return the ids of the lines that were ticked."""
        return [UUID(line) for line in self.cleaned_data["lines"]]


def _line_words(row: InvoiceLine) -> str:
    """Write a line as it is chosen: `2 Sep: Private, 60 min, $90.40`."""
    amount = row.net + sum((tax.amount for tax in row.taxes.all()), Decimal(0))
    when = f"{short_day_text(row.happened_on)}: " if row.happened_on else ""
    return f"{when}{row.description}, {money_text(amount)}"


class PeriodForm(RefusableForm):
    """The days whose sessions are invoiced, both included."""

    period_from = forms.DateField(label="From", widget=DateInput())
    period_to = forms.DateField(label="To", widget=DateInput(), help_text="This day included.")


def category_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the tax categories as people choose them: what is sold, then the health professions."""
    plain = [(code, category.label) for code, category in categories().items()]
    health = [
        (code, code.removeprefix("health:").replace("_", " ").capitalize())
        for code in category_codes()
        if code.startswith("health:")
    ]
    return [("Services and goods", plain), ("Health care by a licensed professional", sorted(health))]


def category_label(code: str) -> str:
    """Return a tax category in words."""
    labels = {value: label for _, group in category_choices() for value, label in group}
    return labels.get(code, code)


class ServiceForm(RefusableForm):
    """What the studio sells at a time: its length, its places, its price and what cancelling costs."""

    name = NameInput(
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "Give it a name clients understand, such as Private session."},
    )
    description = forms.CharField(required=False, widget=forms.Textarea({"rows": 3}))
    duration_minutes = forms.IntegerField(label="Minutes", min_value=5, max_value=720, initial=60)
    capacity = forms.IntegerField(
        label="Places", min_value=1, max_value=500, initial=1, help_text="One for a private session."
    )
    price = forms.DecimalField(
        max_digits=12,
        decimal_places=2,
        min_value=Decimal(0),
        label="Price for one place",
        widget=MoneyInput(),
        error_messages={"required": "Enter a price; 0 makes it free."},
    )
    price_includes_tax = forms.BooleanField(
        label="The price includes the tax", required=False, widget=Switch()
    )
    tax_category = forms.ChoiceField(
        label="Tax category",
        help_text="It decides which sales taxes the price bears in each province.",
    )
    buffer_before_minutes = forms.IntegerField(
        label="Minutes kept free before", min_value=0, max_value=240, initial=0
    )
    buffer_after_minutes = forms.IntegerField(
        label="Minutes kept free after", min_value=0, max_value=240, initial=0
    )
    free_until_hours = forms.IntegerField(
        label="Free to cancel until",
        min_value=0,
        max_value=336,
        initial=24,
        help_text="Hours before it starts.",
    )
    late_fee_percent = forms.IntegerField(
        label="Cancelled later", min_value=0, max_value=100, initial=0, help_text="Percent of the price."
    )
    no_show_fee_percent = forms.IntegerField(
        label="Not shown up", min_value=0, max_value=100, initial=0, help_text="Percent of the price."
    )
    fee_from_strike = forms.IntegerField(
        label="Due from time number",
        min_value=1,
        max_value=10,
        initial=1,
        help_text="1 from the first time, 3 forgives two within twelve months.",
    )

    notice_hours = forms.IntegerField(
        label="Not less than",
        min_value=0,
        max_value=720,
        initial=0,
        required=False,
        help_text="Hours ahead; 0 until it begins.",
    )
    horizon_weeks = forms.IntegerField(
        label="Not more than",
        min_value=1,
        max_value=104,
        initial=13,
        required=False,
        help_text="Weeks ahead.",
    )
    trainer_ids = forms.ModelMultipleChoiceField(
        TrainerProfile.objects.none(),
        label="Given by",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: all of them.",
    )
    room_ids = forms.ModelMultipleChoiceField(
        Room.objects.none(),
        label="In",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: any room that holds it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trainers: Any = self.fields["trainer_ids"]
        trainers.queryset = TrainerProfile.objects.filter(is_active=True)
        rooms: Any = self.fields["room_ids"]
        rooms.queryset = Room.objects.filter(is_active=True).select_related("location")
        rooms.label_from_instance = lambda room: f"{room.location.name}, {room.name}"
        self.equipment = {f"equipment-{row.pk}": row for row in _equipment()}
        self.fields |= {name: _need_field(row) for name, row in self.equipment.items()}
        field = self.fields["tax_category"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = category_choices()

    @classmethod
    def of(cls, service: Service) -> ServiceForm:
        """Return the form filled in with a service as it is."""
        plain = {name: getattr(service, name) for name in cls.base_fields if not name.endswith("_ids")}
        needs = {f"equipment-{need.equipment_id}": need.quantity for need in service.needs.all()}
        named = {"trainer_ids": service.trainers.all(), "room_ids": service.rooms.all()}
        return cls(initial=plain | named | needs)

    @property
    def equipment_fields(self) -> list[forms.BoundField]:
        """The numbers of things each session uses, by place and name."""
        return [self[name] for name in self.equipment]

    def values(self) -> dict[str, Any]:
        """Return the checked fields as the service takes them."""
        named = {name: [row.pk for row in self.cleaned_data[name]] for name in ("trainer_ids", "room_ids")}
        bounds = ("notice_hours", "horizon_weeks")  # left empty, they stay as they are
        kept = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in bounds or value is not None
        }
        needs = {row.pk: kept.pop(name, None) or 0 for name, row in self.equipment.items()}
        return {**kept, **named, "equipment": needs}


def _equipment() -> Iterable[Equipment]:
    rows = Equipment.objects.filter(is_active=True, location__is_active=True).select_related("location")
    return rows.order_by("location__name", "name")


def _need_field(row: Equipment) -> forms.IntegerField:
    return forms.IntegerField(
        label=f"{row.name}, {row.location.name}",
        min_value=0,
        max_value=row.quantity,
        initial=0,
        required=False,
        help_text=f"Of {row.quantity}.",
    )


class BillingSettingsForm(RefusableForm):
    """How the studio invoices."""

    legal_name = NameInput(
        label="Legal name", max_length=160, help_text="The business that sells, as the tax agencies know it."
    )
    street = forms.CharField(max_length=200, required=False)
    city = forms.CharField(max_length=100, required=False)
    province = forms.ChoiceField(choices=Province.choices)
    postal_code = forms.CharField(max_length=10, required=False)
    email = forms.EmailField(label="E-mail", required=False, help_text="Clients’ answers go here.")
    phone = forms.CharField(max_length=30, required=False)
    gst_registered = forms.BooleanField(
        label="Registered for GST/HST",
        required=False,
        widget=Switch(),
        help_text="Off: no GST or HST is charged. A small supplier need not register.",
    )
    gst_number = forms.CharField(
        label="GST/HST number",
        required=False,
        max_length=20,
        widget=forms.TextInput({"placeholder": "123456782 RT0001"}),
    )
    qst_registered = forms.BooleanField(label="Registered for QST", required=False, widget=Switch())
    qst_number = forms.CharField(
        label="QST number",
        required=False,
        max_length=20,
        widget=forms.TextInput({"placeholder": "1234567890 TQ0001"}),
    )
    pst_registered = forms.BooleanField(
        label="Registered for provincial sales tax (PST, RST)", required=False, widget=Switch()
    )
    pst_number = forms.CharField(label="PST or RST number", required=False, max_length=20)
    rounding = forms.ChoiceField(
        label="Tax is rounded",
        choices=BillingSettings.Rounding.choices,
        help_text="Both are lawful. Choose once and keep it.",
    )
    invoice_prefix = forms.CharField(
        label="Numbers begin with",
        max_length=8,
        help_text="Letters and digits, such as LY for LY-0001. The count goes on without a gap.",
    )
    terms_days = forms.IntegerField(label="Days to pay", min_value=0, max_value=120)
    e_transfer_email = forms.EmailField(label="e-Transfer address", required=False)
    payment_instructions = forms.CharField(
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="Printed on every invoice that is not paid, for example how to pay in cash.",
    )
    paper = forms.ChoiceField(choices=[("letter", "Letter"), ("a4", "A4")])

    @classmethod
    def of(cls, settings: BillingSettings) -> BillingSettingsForm:
        """Return the form filled in with the settings as they are."""
        return cls(initial={name: getattr(settings, name) for name in EDITABLE})
