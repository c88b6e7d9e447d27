"""The forms of what repeats: a plain form over the rule, and which sessions of a series a change is about."""

from __future__ import annotations

from typing import Any

from django import forms

from fitflow.core.widgets import DateInput
from trainers.forms import BookingForm
from trainers.recurrence import MOST, MOST_EVERY, Rule, first_from, monthly, weekly, yearly
from trainers.recurrence_words import WEEKDAYS, ordinal

ENDS = [("until", "On a day"), ("count", "After a number of sessions"), ("never", "When I end it")]
SCOPES = [
    ("this", "This one"),
    ("following", "This one and all that follow"),
    ("all", "All that are to come"),
]
ASKED = ("starts_on", "starts_at", "service", "client", "client_id", "trainer", "place")
UNITS = [("weeks", "weeks"), ("months", "months"), ("years", "years")]
FREQUENCIES = {"weeks": "WEEKLY", "months": "MONTHLY", "years": "YEARLY"}
ON = [("day", "A day of the month"), ("weekday", "A weekday of the month")]
MONTH_DAYS = [*((day, f"The {ordinal(day)}") for day in range(1, 32)), (-1, "The last day")]
NTH = [(1, "The first"), (2, "The second"), (3, "The third"), (4, "The fourth"), (-1, "The last")]
MONTHLY = ("on", "month_day", "nth", "nth_weekday")
RULE = ("every", "unit", "weekdays", *MONTHLY, "ends", "until", "times", "skips_holidays")
TYPED = (*ASKED, *RULE)


class SeriesForm(BookingForm):
    """Sessions that repeat: every how many weeks, months or years, on which days, and until when."""

    weekdays = forms.TypedMultipleChoiceField(
        label="On",
        coerce=int,
        choices=list(enumerate(WEEKDAYS)),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    every = forms.IntegerField(label="Every", min_value=1, max_value=52, initial=1)
    unit = forms.ChoiceField(label="Unit", choices=UNITS, initial="weeks", required=False)
    on = forms.ChoiceField(label="On", choices=ON, initial="day", required=False, widget=forms.RadioSelect)
    month_day = forms.TypedChoiceField(
        label="Day of the month",
        choices=MONTH_DAYS,
        coerce=int,
        required=False,
        empty_value=None,
        help_text="Months without that day have no session.",
    )
    nth = forms.TypedChoiceField(label="Which", choices=NTH, coerce=int, required=False, empty_value=None)
    nth_weekday = forms.TypedChoiceField(
        label="Weekday", choices=list(enumerate(WEEKDAYS)), coerce=int, required=False, empty_value=None
    )
    ends = forms.ChoiceField(label="It ends", choices=ENDS, initial="until", widget=forms.RadioSelect)
    until = forms.DateField(label="Last day", required=False, widget=DateInput)
    times = forms.IntegerField(label="Sessions", required=False, min_value=1, max_value=MOST)
    skips_holidays = forms.BooleanField(
        label="Not on public holidays", required=False, initial=True, widget=forms.CheckboxInput
    )
    field_order: Any = TYPED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("weekdays", *MONTHLY, "until", "times"):
            # Shown only with the choice that needs it, and needed then.
            self.fields[name].is_asked = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["unit"] = data.get("unit") or "weeks"
        most = MOST_EVERY[FREQUENCIES[data["unit"]]]
        if (data.get("every") or 0) > most:
            self.add_error("every", f"Every {most} {data['unit']} at most.")
        if data["unit"] == "weeks" and not data.get("weekdays") and "weekdays" not in self.errors:
            self.add_error("weekdays", "Choose at least one day.")
        if data["unit"] == "months":
            self._clean_month(data)
        if data.get("ends") == "until" and not data.get("until") and "until" not in self.errors:
            self.add_error("until", "Choose the last day.")
        if data.get("ends") == "count" and not data.get("times") and "times" not in self.errors:
            self.add_error("times", "Say how many sessions.")
        return data

    def _clean_month(self, data: dict[str, Any]) -> None:
        if data.get("on") == "weekday":
            for name in ("nth", "nth_weekday"):
                if data.get(name) is None:
                    self.add_error(name, "Choose one.")
        elif data.get("month_day") is None:
            self.add_error("month_day", "Choose the day.")

    def _rule(self, zone: str) -> Rule:
        data = self.cleaned_data
        more: dict[str, Any] = {
            "every": data["every"],
            "until": data["until"] if data["ends"] == "until" else None,
            "count": data["times"] if data["ends"] == "count" else None,
            "zone": zone,
        }
        if data["unit"] == "weeks":
            return weekly(data["weekdays"], **more)
        if data["unit"] == "years":
            return yearly(data["starts_on"], **more)
        by_weekday = data.get("on") == "weekday"
        return monthly((data["nth"], data["nth_weekday"]) if by_weekday else data["month_day"], **more)

    def wish(self) -> dict[str, Any]:
        """Return what the services take. Raises Invalid for a rule that is none."""
        data = self.cleaned_data
        rule = self._rule(self.locations[str(data["location_id"])].timezone)
        return {
            "service_id": data["service"].pk,
            "trainer_id": data["trainer"].pk,
            "location_id": data["location_id"],
            "room_id": data["room_id"],
            "starts": first_from(rule, f"{data['starts_on']}T{data['starts_at']:%H:%M}"),
            "rule": str(rule),
            "skips_holidays": data["skips_holidays"],
            "client_ids": [data["booked"].pk] if data["booked"] else [],
        }


class ScopeForm(forms.Form):
    """Which sessions of a series are meant."""

    scope = forms.ChoiceField(
        label="Which sessions", choices=SCOPES, initial="this", widget=forms.RadioSelect
    )
