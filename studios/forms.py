from __future__ import annotations

from typing import Any

from django import forms

from fitflow.core.fields import NameInput
from fitflow.core.widgets import Switch
from studios.shared.models import Organization, Province, Role
from studios.shared.zones import ZONES, usual_zone, zones_of

# As --ff-hue-1 to --ff-hue-5 of static/css/tokens.css.
HUES = [(1, "Blue"), (2, "Teal"), (3, "Amber"), (4, "Violet"), (5, "Rose")]
ROLE_HELP = {
    Role.OWNER: "everything, money and plan included",
    Role.MANAGER: "runs the studio, without its plan and bank",
    Role.TRAINER_ADMIN: "trains, and leads a team of trainers",
    Role.TRAINER: "own sessions and clients",
}


def _zone_choices() -> list[Any]:
    groups = [(Province(code).label, list(zones)) for code, zones in ZONES.items() if len(zones) > 1]
    return [("", "The usual one of the province"), *groups]


class PlaceFields(forms.Form):
    """A province, and the time zone where the province has several."""

    province = forms.ChoiceField(choices=[("", "Choose a province"), *Province.choices])
    timezone = forms.ChoiceField(label="Time zone", choices=_zone_choices, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        province, zone = data.get("province"), data.get("timezone")
        if province and not zone:
            data["timezone"] = usual_zone(province)
        elif province and zone not in zones_of(province):
            # Left over from another province: the usual zone of the one chosen last.
            data["timezone"] = usual_zone(province)
        return data


class OpenStudioForm(PlaceFields):
    """What a studio needs to exist."""

    name = NameInput(
        label="Name of the studio",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
    )
    slug = forms.CharField(
        label="Address",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    organization = forms.ModelChoiceField(
        label="Belongs to",
        queryset=Organization.objects.none(),
        required=False,
        empty_label="A business of its own",
    )
    trains = forms.BooleanField(label="I train here myself", required=False, initial=True, widget=Switch())
    field_order = ("name", "province", "timezone", "slug", "organization", "trains")

    def __init__(self, *args: Any, organizations: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if organizations:
            field: Any = self.fields["organization"]
            field.queryset = Organization.objects.filter(pk__in=[row.pk for row in organizations]).order_by(
                "name"
            )
        else:
            del self.fields["organization"]

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).strip().lower()


class InviteForm(forms.Form):
    """An invitation to the team."""

    email = forms.EmailField(label="E-mail", max_length=254)
    name = NameInput(label="Name", max_length=200, required=False, help_text="The e-mail greets by it.")
    role = forms.ChoiceField(label="Role", widget=forms.RadioSelect)

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["role"]
        field.choices = [(role.value, f"{role.label}: {ROLE_HELP[role]}") for role in roles]
        if Role.TRAINER in roles:
            field.initial = Role.TRAINER.value


class RolesForm(forms.Form):
    """What a person is in this studio."""

    roles = forms.MultipleChoiceField(label="Roles", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["roles"]
        field.choices = [(role.value, f"{role.label}: {ROLE_HELP[role]}") for role in roles]


class StudioForm(forms.Form):
    """The studio's name, and its colour where several studios are shown together."""

    name = NameInput(label="Name", max_length=120)
    hue = forms.TypedChoiceField(label="Colour", choices=HUES, coerce=int)


class LocationForm(PlaceFields):
    """A place where the studio works."""

    name = NameInput(label="Name", max_length=120)
    street = forms.CharField(
        max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "street-address"})
    )
    city = forms.CharField(max_length=100, required=False)
    postal_code = forms.CharField(
        label="Postal code",
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    closed_on_holidays = forms.BooleanField(
        label="Closed on public holidays",
        required=False,
        initial=True,
        widget=Switch(),
        help_text="Those of the province. No free times are offered then.",
    )
    field_order = ("name", "street", "city", "postal_code", "province", "timezone", "closed_on_holidays")


class RoomForm(forms.Form):
    """A room of a place."""

    name = NameInput(label="Name", max_length=80)
    capacity = forms.IntegerField(
        label="People it holds",
        min_value=1,
        max_value=5000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class EquipmentForm(forms.Form):
    """Things of one kind at a place."""

    name = NameInput(
        label="What it is",
        max_length=80,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text="Such as Reformer.",
    )
    quantity = forms.IntegerField(
        label="How many there are",
        min_value=1,
        max_value=500,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
