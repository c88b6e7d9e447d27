"""The forms of calendars elsewhere: both ways, out of FitFlow and into it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from fitflow.core.fields import NameInput
from studios.shared.policies import Actor
from studios.shared.zones import zone_choices
from trainers.feed_policies import Subject, feed_clients, feed_rooms, feed_trainers


def _groups(actor: Actor) -> list[tuple[str, list[tuple[str, str]]]]:
    herself = [(f"client:{one.pk}", "My own bookings") for one in feed_clients(actor)]
    trainers = [
        (f"trainer:{one.pk}", "My own sessions" if one.user_id == actor.user_id else one.name)
        for one in feed_trainers(actor)
    ]
    rooms = [
        (f"room:{one.pk}", f"{one.name}, {one.location.name}")
        for one in feed_rooms(actor).select_related("location").order_by("location__name", "name")
    ]
    trainers.sort(key=lambda choice: not choice[1].startswith("My own"))
    return [group for group in (("Mine", herself), ("Trainers", trainers), ("Rooms", rooms)) if group[1]]


class NameForm(forms.Form):
    name = NameInput(
        label="Where you will use it",
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "Google Calendar"}),
    )


class FeedForm(NameForm):
    """Whose sessions, and a name by which to know the address again."""

    of = forms.ChoiceField(label="Whose sessions")
    field_order = ("of", "name")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = _groups(actor)
        field: Any = self.fields["of"]
        field.choices = choices[0][1] if len(choices) == 1 else choices
        self.has_choices = bool(choices)

    def subject(self) -> Subject:
        """Return what was chosen."""
        kind, _, pk = self.cleaned_data["of"].partition(":")
        return Subject(kind, UUID(pk))


class ExternalCalendarForm(forms.Form):
    """A calendar elsewhere. What was typed as its address is shown again only where it was refused."""

    name = NameInput(label="Name", max_length=100, help_text="Only you see it.")
    address = forms.CharField(
        label="Secret address",
        max_length=2000,
        help_text="It begins with https:// or webcal://. We store it encrypted and do not show it again.",
        widget=forms.URLInput(
            attrs={"autocomplete": "off", "inputmode": "url", "type": "text", "spellcheck": "false"}
        ),
    )
    zone = forms.ChoiceField(
        label="Time zone",
        choices=zone_choices,
        help_text="For entries that name none. Most calendars name theirs.",
    )
