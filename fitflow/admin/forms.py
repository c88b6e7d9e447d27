from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from fitflow.core.fields import NameInput
from studios.shared.models import Organization, Province
from studios.shared.zones import ZONES, usual_zone, zones_of


class PasswordForm(forms.Form):
    """First step of the sign-in; drawn in the look of the site, not of the admin."""

    email = forms.CharField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label="Password",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """Second step of the sign-in, and the proof that a new authenticator app works."""

    code = forms.CharField(
        label="Code",
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "num", "autofocus": True}
        ),
    )


class ReasonForm(forms.Form):
    """Why somebody or something is suspended; kept in the trail."""

    reason = forms.CharField(
        label="Reason",
        max_length=300,
        help_text="Kept in the platform's audit trail. The studio does not see it.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "autofocus": True}),
    )


class NameForm(forms.Form):
    """A new name."""

    name = NameInput(
        label="Name", max_length=120, widget=UnfoldAdminTextInputWidget(attrs={"autofocus": True})
    )


def _zone_choices() -> list[tuple[str, str]]:
    words: dict[str, str] = {"": "The usual one of the province"}
    for zones in ZONES.values():
        for zone, word in zones:
            words.setdefault(zone, f"{word.partition(' (')[0]}, {zone.partition('/')[2].replace('_', ' ')}")
    return list(words.items())


class OpenStudioForm(forms.Form):
    """A studio for somebody who asked for one."""

    name = NameInput(
        label="Studio's name", max_length=120, widget=UnfoldAdminTextInputWidget(attrs={"autofocus": True})
    )
    slug = forms.SlugField(
        label="Address",
        max_length=40,
        help_text="Lower-case letters, digits and hyphens. It becomes the studio's host and does not change.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    province = forms.ChoiceField(
        label="Province", choices=[("", "Choose"), *Province.choices], widget=UnfoldAdminSelectWidget
    )
    timezone = forms.ChoiceField(
        label="Time zone", choices=_zone_choices, required=False, widget=UnfoldAdminSelectWidget
    )
    organization = forms.ModelChoiceField(
        label="Organization",
        queryset=Organization.objects.order_by("name"),
        required=False,
        empty_label="A new one",
        help_text="A further studio of the same business joins it.",
        widget=UnfoldAdminSelectWidget,
    )
    organization_name = NameInput(
        label="New organization's name",
        max_length=120,
        required=False,
        help_text="Left empty, it is called like the studio.",
        widget=UnfoldAdminTextInputWidget,
    )
    owner_email = forms.EmailField(
        label="Owner's e-mail",
        max_length=254,
        help_text="She gets an invitation. With an account or without, she becomes the owner by taking it.",
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "off"}),
    )
    owner_name = NameInput(
        label="Owner's name", max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        province, zone = data.get("province"), data.get("timezone")
        if province:
            data["timezone"] = zone or usual_zone(province)
            if data["timezone"] not in zones_of(province):
                self.add_error("timezone", f"No part of {Province(province).label} keeps this time.")
        if data.get("organization") and data.get("organization_name"):
            self.add_error("organization_name", "Choose an organization or name a new one, not both.")
        return data
