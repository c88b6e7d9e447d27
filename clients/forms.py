"""The form of a client's contact data; what was typed always stays."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from phonenumber_field.formfields import PhoneNumberField

from clients.models import Client
from clients.policies import visible_clients
from fitflow.core.errors import Conflict, FitFlowError
from fitflow.core.fields import NameInput
from studios.shared.models import Province
from studios.shared.policies import Actor
from studios.shared.zones import zone_choices

POSTAL_CODE = re.compile(r"([ABCEGHJ-NPRSTVXY]\d[A-Z]) ?(\d[A-Z]\d)")
NORTH_AMERICA = 1


def phone_text(phone: Any) -> str:
    """Write a phone number as one dials it here: `(416) 555-0142`, abroad with its country's code."""
    if not phone:
        return ""
    return str(phone.as_national if phone.country_code == NORTH_AMERICA else phone.as_international)


class ClientForm(forms.Form):
    """Who a client is and how she is reached. Only the name is needed."""

    name = NameInput(
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "words"}),
        error_messages={"required": "Enter the client’s name."},
    )
    email = forms.EmailField(
        label="E-mail",
        required=False,
        help_text="Confirmations and invoices go here.",
        widget=forms.EmailInput({"autocomplete": "off"}),
        error_messages={"invalid": "Enter an address such as maya@example.com."},
    )
    phone = PhoneNumberField(
        required=False,
        region="CA",
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
        error_messages={"invalid": "Enter a number with its area code, such as 416 555-0142."},
    )
    street = forms.CharField(max_length=200, required=False, widget=forms.TextInput({"autocomplete": "off"}))
    city = forms.CharField(max_length=100, required=False, widget=forms.TextInput({"autocomplete": "off"}))
    province = forms.ChoiceField(choices=[("", "Not known"), *Province.choices], required=False)
    postal_code = forms.CharField(
        max_length=10,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )

    timezone = forms.CharField(
        label="Time zone",
        required=False,
        help_text="Only if it is another one. Waitlist offers then wait for the morning there, and messages name both times.",
        widget=forms.Select,
    )

    def __init__(self, *args: Any, client: Client | None = None, **options: Any) -> None:
        if client is not None and not args:
            known = {name: getattr(client, name) for name in self.base_fields}
            options["initial"] = known | {"phone": phone_text(client.phone)}
        super().__init__(*args, **options)
        select: Any = self.fields["timezone"].widget
        select.choices = [("", "Same as the studio"), *zone_choices()]
        other = client.timezone if client is not None else ""
        if other and other not in dict(zone_choices()):  # from the API, which takes any
            select.choices.append((other, other))

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        return str(phone.as_e164) if phone else ""

    def clean_postal_code(self) -> str:
        """Write a Canadian postal code as Canada Post does; another country's stays as typed."""
        typed = " ".join(str(self.cleaned_data["postal_code"]).upper().split())
        canadian = POSTAL_CODE.fullmatch(typed.replace(" ", ""))
        return f"{canadian[1]} {canadian[2]}" if canadian else typed

    def refuse(self, error: FitFlowError | ValidationError, actor: Actor) -> None:
        """Show what the service refused beside the field it is about."""
        if isinstance(error, ValidationError):
            self.add_error(None, error)
        elif isinstance(error, Conflict) and error.details.get("conflict") == "email":
            self.add_error("email", self._taken(actor))
        else:
            self.add_error(error.field if error.field in self.fields else None, error.message)

    def _taken(self, actor: Actor) -> str:
        """Name whose address it is and lead to her, where the person may see that client at all."""
        typed: Any = self.cleaned_data["email"]
        other = visible_clients(actor).filter(email__iexact=typed).first()
        if other is None:
            return (
                "Another client of this studio has that e-mail address. Ask the owner or manager who it is."
            )
        return format_html(
            '<a href="{}">{}</a> has that e-mail address already. Open that client, or use another address.',
            reverse("client_detail", args=[other.pk]),
            other.name,
        )
