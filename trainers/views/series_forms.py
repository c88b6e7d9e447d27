"""The forms of what repeats: a plain form over the rule, and which sessions of a series a change is about."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from fitflow.core.widgets import DateInput
from trainers.forms import BookingForm
from trainers.recurrence import MOST, weekly
from trainers.recurrence_words import WEEKDAYS

ENDS = [("until", "On a day"), ("count", "After a number of sessions"), ("never", "When I end it")]
SCOPES = [
    ("this", "This one"),
    ("following", "This one and all that follow"),
    ("all", "All that are to come"),
]
ASKED = ("starts_on", "starts_at", "service", "client", "client_id", "trainer", "place")
RULE = ("weekdays", "every", "ends", "until", "times", "skips_holidays")
TYPED = (*ASKED, *RULE)


class SeriesForm(BookingForm):
    """Sessions that repeat weekly: on which days, every how many weeks, and until when."""

    weekdays = forms.TypedMultipleChoiceField(
        label="On",
        coerce=int,
        choices=list(enumerate(WEEKDAYS)),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one day."},
    )
    every = forms.IntegerField(label="Every … weeks", min_value=1, max_value=12, initial=1)
    ends = forms.ChoiceField(label="It ends", choices=ENDS, initial="until", widget=forms.RadioSelect)
    until = forms.DateField(label="Last day", required=False, widget=DateInput)
    times = forms.IntegerField(label="Sessions", required=False, min_value=1, max_value=MOST)
    skips_holidays = forms.BooleanField(
        label="Not on public holidays", required=False, initial=True, widget=forms.CheckboxInput
    )
    field_order: Any = TYPED

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("ends") == "until" and not data.get("until") and "until" not in self.errors:
            self.add_error("until", "Choose the last day.")
        if data.get("ends") == "count" and not data.get("times") and "times" not in self.errors:
            self.add_error("times", "Say how many sessions.")
        return data

    @property
    def first_day(self) -> date:
        """The first of the chosen weekdays from the day on."""
        data = self.cleaned_data
        asked: date = data["starts_on"]
        days = (asked + timedelta(days=ahead) for ahead in range(7))
        return next(day for day in days if day.weekday() in data["weekdays"])

    def wish(self) -> dict[str, Any]:
        """Return what the services take. Raises Invalid for a rule that is none."""
        data = self.cleaned_data
        zone = self.locations[str(data["location_id"])].timezone
        rule = weekly(
            data["weekdays"],
            every=data["every"],
            until=data["until"] if data["ends"] == "until" else None,
            count=data["times"] if data["ends"] == "count" else None,
            zone=zone,
        )
        return {
            "service_id": data["service"].pk,
            "trainer_id": data["trainer"].pk,
            "location_id": data["location_id"],
            "room_id": data["room_id"],
            "starts": f"{self.first_day}T{data['starts_at']:%H:%M}",
            "rule": str(rule),
            "skips_holidays": data["skips_holidays"],
            "client_ids": [data["booked"].pk] if data["booked"] else [],
        }


class ScopeForm(forms.Form):
    """Which sessions of a series are meant."""

    scope = forms.ChoiceField(
        label="Which sessions", choices=SCOPES, initial="this", widget=forms.RadioSelect
    )
