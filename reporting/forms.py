from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from fitflow.core.widgets import DateInput
from reporting.periods import DEFAULT, LONGEST, OWN, PRESETS, Grain, Period, preset_period


class PeriodForm(forms.Form):
    """Which days a report is about, and whether tax is told by month or by quarter; all of it may be left out."""

    period = forms.ChoiceField(
        label="Period",
        choices=[*((name, label) for name, (label, _) in PRESETS.items()), (OWN, "Own dates")],
    )
    since = forms.DateField(label="From", widget=DateInput, error_messages={"required": "Choose a day."})
    until = forms.DateField(label="To", widget=DateInput, error_messages={"required": "Choose a day."})
    by = forms.ChoiceField(
        label="Tax by", required=False, choices=[(grain.value, grain.value) for grain in Grain]
    )

    def __init__(self, data: Any, *, today: date) -> None:
        given = {name: data[name] for name in ("period", "since", "until", "by") if data.get(name)}
        if given.get("period") == OWN and not {"since", "until"} & set(given):
            # Just chosen: the fields begin with the days that are shown.
            usual = preset_period(DEFAULT, today)
            given |= {"since": usual.first.isoformat(), "until": usual.last.isoformat()}
        super().__init__({"period": DEFAULT, "by": Grain.MONTH.value} | given)
        self.today = today
        for name in ("since", "until"):
            self.fields[name].required = self.asks_for_dates

    def clean(self) -> dict[str, Any]:
        """Refuse days that make no period: in the wrong order, too far apart, or out of the calendar's range."""
        cleaned = super().clean() or {}
        if cleaned.get("period") != OWN:
            return cleaned
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until:
            if until < since:
                self.add_error("until", "The last day comes before the first: swap the two.")
            elif until - since > LONGEST:
                self.add_error("until", "Choose at most five years.")
            elif not 2000 <= since.year <= until.year <= self.today.year + 1:
                self.add_error("since", "Choose days between 2000 and the end of next year.")
        return cleaned

    @property
    def shown(self) -> Period:
        """The period to show: the one asked for, or the usual one where what was asked for makes none."""
        name = self.cleaned_data.get("period") if self.is_valid() else DEFAULT
        if name == OWN:
            return Period(first=self.cleaned_data["since"], last=self.cleaned_data["until"])
        return preset_period(name or DEFAULT, self.today)

    @property
    def grain(self) -> Grain:
        """Whether tax is told by month or by quarter."""
        return Grain(self.cleaned_data.get("by") or Grain.MONTH) if self.is_valid() else Grain.MONTH

    @property
    def asks_for_dates(self) -> bool:
        """Whether the two days are to be shown as fields."""
        return self.data.get("period") == OWN
