"""A trainer's hours: her week, and the days that are not as usual. Managers choose whose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core import signing
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fitflow.core.clock import today
from fitflow.core.errors import Conflict, FitFlowError, NotFound, NotPermitted
from fitflow.core.flash import undoable
from fitflow.core.formats import minutes_text, short_day_text
from fitflow.core.widgets import DateInput
from studios.models import Location
from studios.public_holidays import public_holidays
from studios.shared.decorators import staff_required
from studios.shared.policies import Capability, Scope, scope_of
from studios.shared.requests import StudioRequest
from trainers.models import AvailabilityException, AvailabilityHours, TrainerProfile
from trainers.policies import availability_of, availability_trainers, fetch_exception
from trainers.services import remove_exception, save_exception
from trainers.services.availability import exception_mark
from trainers.services.seasons import Days, Period, facts_of, periods_of, set_season
from trainers.views.periods import uuid_from
from trainers.views.week_form import WeekForm, day_from, minute_from

SALT = "trainers.exception"
UNDO_SECONDS = 600


def _chosen(request: StudioRequest) -> tuple[TrainerProfile | None, list[TrainerProfile]]:
    """Return whose hours are shown (her own where nobody is named), and whose could be."""
    trainers = availability_trainers(request.actor)
    asked = request.GET.get("trainer", "")
    if asked:
        found = uuid_from(asked)
        if found is None:
            raise NotFound()
        return availability_of(request.actor, found), trainers
    return next(iter(trainers), None), trainers


def week_places(trainer: TrainerProfile) -> list[Location]:
    """Return the locations in use, and others where she still has hours."""
    used = AvailabilityHours.objects.filter(trainer=trainer).values("location")
    return [row for row in Location.objects.all() if row.is_active] + list(
        Location.objects.filter(is_active=False, pk__in=used)
    )


def _page(
    request: StudioRequest,
    trainer: TrainerProfile | None,
    trainers: list[TrainerProfile],
    form: WeekForm | None,
    shown: Period | None = None,
) -> HttpResponse:
    zone = request.studio.timezone
    rows = AvailabilityException.objects.filter(trainer=trainer, ends_on__gte=today(zone))
    periods = shown_periods(trainer, today(zone)) if trainer else []
    context = {
        "trainer": trainer,
        "trainers": trainers,
        "form": form,
        "shown": shown,
        "seen": _seen(request, form, shown, periods),
        "back": hours_address(trainer, shown) if trainer else "",
        "periods": [(one, f"?{urlencode(facts_of(one))}") for one in periods],
        "herself": trainer is not None and trainer.user_id == request.user.pk,
        "exceptions": rows.select_related("location") if trainer else [],
        "sets_travel": scope_of(request.actor, Capability.PREMISES_MANAGE) is Scope.ALL,
    }
    refused = form is not None and form.is_refused
    return render(request, "trainer/availability.html", context, status=422 if refused else 200)


def _seen(request: StudioRequest, form: WeekForm | None, shown: Period | None, periods: list[Period]) -> str:
    """Return the mark of the hours that the page was made from: once they were found changed, of those there are now, so that
    saving again means it."""
    if form is not None and form.changed_meanwhile:
        return next((one.mark for one in periods if shown and one.days == shown.days), "")
    return request.POST.get("seen") or (shown.mark if shown else "")


@require_safe
@staff_required
def availability(request: StudioRequest) -> HttpResponse:
    """Show a trainer's week and what is coming that is not as usual."""
    trainer, trainers = _chosen(request)
    form = None
    if trainer:
        periods = shown_periods(trainer, today(request.studio.timezone))
        asked = days_from(request.GET)
        shown = next((one for one in periods if one.days == asked), periods[0])
        form = WeekForm.of(shown.hours, week_places(trainer))
        return _page(request, trainer, trainers, form, shown)
    return _page(request, trainer, trainers, form)


def shown_periods(trainer: TrainerProfile, day: date) -> list[Period]:
    """Return the periods of a trainer's hours that are not over: the one of today first."""
    periods = periods_of(AvailabilityHours.objects.filter(trainer=trainer))
    return [one for one in periods if one.last is None or one.last >= day]


def days_from(data: Mapping[str, Any]) -> Days:
    """Return the first and last day of a period, as a form or a link names them."""
    return day_from(str(data.get("from", ""))), day_from(str(data.get("until", "")))


@require_POST
@staff_required
def availability_week(request: StudioRequest, trainer_id: UUID) -> HttpResponse:
    """Save a week, or do what a button of its form says without saving."""
    trainer = availability_of(request.actor, trainer_id)
    form = WeekForm.typed(request.POST, week_places(trainer))
    first, last = days_from(request.POST)
    shown = Period(first, last, frozenset())
    if request.POST.get("do"):
        form.act(request.POST["do"])
        return _page(request, trainer, availability_trainers(request.actor), form, shown)
    hours = form.hours()
    if hours is not None:
        try:
            set_season(
                actor=request.actor,
                trainer_id=trainer.pk,
                hours=hours,
                first=first,
                last=last,
                instead_of=(first, last),
                seen=request.POST.get("seen", ""),
            )
        except NotPermitted:
            raise
        except FitFlowError as error:
            form.refuse(error)
        else:
            text = "The week is saved." if hours else "The week is empty: no free time is offered."
            messages.success(request, text)
            return HttpResponseRedirect(hours_address(trainer, shown))
    return _page(request, trainer, availability_trainers(request.actor), form, shown)


def hours_address(trainer: TrainerProfile, shown: Period | None = None) -> str:
    """Return the address of a trainer's hours, of one period of them where it is named."""
    days = {name: day for name, day in facts_of(shown).items() if day} if shown else {}
    return f"{reverse('availability')}?{urlencode({'trainer': trainer.pk, **days})}"


class ClockField(forms.CharField):
    """A time of a day, read as its minute."""

    def __init__(self, *, end: bool = False, **kwargs: Any) -> None:
        widget = forms.TextInput(
            {"inputmode": "numeric", "autocomplete": "off", "class": "num", "maxlength": 5}
        )
        super().__init__(widget=widget, required=False, **kwargs)
        self.end = end

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        minute = minute_from(text, end=self.end) if text else None
        if text and minute is None:
            raise forms.ValidationError("Write a time such as 10:30.")
        return minute


class ExceptionForm(forms.Form):
    """Time off, or extra hours."""

    kind = forms.ChoiceField(
        choices=AvailabilityException.Kind.choices, widget=forms.RadioSelect, label="What"
    )
    starts_on = forms.DateField(label="First day", widget=DateInput)
    ends_on = forms.DateField(
        label="Last day", widget=DateInput, required=False, help_text="Empty: the same day."
    )
    starts_minute = ClockField(label="From", help_text="Empty: all day.")
    ends_minute = ClockField(label="To", end=True)
    location = forms.ModelChoiceField(
        Location.objects.none(), required=False, label="Where", empty_label="Everywhere"
    )
    reason = forms.CharField(
        max_length=200,
        required=False,
        help_text="Only the trainer and those who set her hours read it.",
        label="Reason",
    )

    def __init__(self, *args: Any, keep: UUID | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = ""
        places: Any = self.fields["location"]
        # Its own place stays a choice where it was closed since: else it would become time off everywhere.
        places.queryset = Location.objects.filter(Q(is_active=True) | Q(pk=keep))

    @classmethod
    def of(cls, row: AvailabilityException) -> ExceptionForm:
        """Return the form of what is stored."""
        clocks = {name: getattr(row, name) for name in ("starts_minute", "ends_minute")}
        initial = {name: minutes_text(minute) for name, minute in clocks.items() if minute is not None}
        names = ("kind", "starts_on", "ends_on", "location", "reason")
        return cls(initial={name: getattr(row, name) for name in names} | initial, keep=row.location_id)

    def values(self) -> dict[str, Any]:
        """Return the checked fields as the service takes them."""
        data = dict(self.cleaned_data)
        location = data.pop("location")
        data["ends_on"] = data["ends_on"] or data["starts_on"]
        return data | {"location_id": location.pk if location else None}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def exception_new(request: StudioRequest, trainer_id: UUID) -> HttpResponse:
    """Add time off or extra hours."""
    trainer = availability_of(request.actor, trainer_id)
    kind = request.GET.get("kind", "off")
    first = today(request.studio.timezone)
    form = ExceptionForm(request.POST or None, initial={"kind": kind, "starts_on": first})
    return _exception(request, form, trainer, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def exception_edit(request: StudioRequest, exception_id: UUID) -> HttpResponse:
    """Change time off or extra hours."""
    row = fetch_exception(request.actor, exception_id)
    posted = request.method == "POST"
    form = ExceptionForm(request.POST, keep=row.location_id) if posted else ExceptionForm.of(row)
    form.seen = request.POST.get("seen", "") if posted else exception_mark(row)
    return _exception(request, form, row.trainer, row)


def _exception(
    request: StudioRequest, form: ExceptionForm, trainer: TrainerProfile, row: AvailabilityException | None
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_exception(
                actor=request.actor,
                trainer_id=trainer.pk,
                exception_id=row.pk if row else None,
                seen=form.seen,
                **form.values(),
            )
        except NotPermitted:
            raise
        except FitFlowError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            if row and error.details.get("conflict") == "version":
                form.seen = exception_mark(fetch_exception(request.actor, row.pk))  # saving again means it
        else:
            messages.success(request, f"{_what(saved)} {_days(saved)} is saved. What is booked stays booked.")
            if closed := _closed(saved):
                messages.warning(request, closed)
            return HttpResponseRedirect(hours_address(trainer))
    context = {
        "form": form,
        "trainer": trainer,
        "row": row,
        "herself": trainer.user_id == request.user.pk,
        "back": hours_address(trainer),
    }
    return render(request, "trainer/exception.html", context, status=422 if form.errors else 200)


def _what(row: AvailabilityException) -> str:
    return str(AvailabilityException.Kind(row.kind).label)


def _closed(row: AvailabilityException) -> str:
    """Say which extra hours fall on public holidays, when their place is closed whatever they say."""
    if row.kind != AvailabilityException.Kind.EXTRA or row.location is None:
        return ""
    if not row.location.closed_on_holidays:
        return ""
    found = public_holidays(row.location.province, row.starts_on, row.ends_on)
    names = ", ".join(f"{name} ({short_day_text(day)})" for day, name in sorted(found.items())[:3])
    return f"{row.location.name} is closed for {names}: no free times are offered then." if names else ""


def _days(row: AvailabilityException) -> str:
    first, last = short_day_text(row.starts_on), short_day_text(row.ends_on)
    return f"on {first}" if row.starts_on == row.ends_on else f"from {first} to {last}"


@require_POST
@staff_required
def exception_remove(request: StudioRequest, exception_id: UUID) -> HttpResponse:
    """Remove time off or extra hours; Undo brings it back."""
    row = remove_exception(actor=request.actor, exception_id=exception_id)
    facts = [
        str(row.trainer_id),
        row.kind,
        row.starts_on.isoformat(),
        row.ends_on.isoformat(),
        row.starts_minute,
        row.ends_minute,
        str(row.location_id) if row.location_id else None,
        row.reason,
    ]
    token = signing.dumps(facts, salt=SALT, compress=True)
    undoable(request, f"{_what(row)} {_days(row)} is removed.", f"{reverse('exception_restore')}?row={token}")
    return HttpResponseRedirect(hours_address(row.trainer))


@require_POST
@staff_required
def exception_restore(request: StudioRequest) -> HttpResponse:
    """Undo a removal."""
    try:
        facts = signing.loads(request.GET.get("row", ""), salt=SALT, max_age=UNDO_SECONDS)
    except signing.SignatureExpired as error:
        raise Conflict("That was a while ago. Add it again by its form.", conflict="too_late") from error
    except signing.BadSignature as error:
        raise NotFound() from error
    trainer, kind, first, last, starts, ends, place, reason = facts
    row = save_exception(
        actor=request.actor,
        trainer_id=UUID(trainer),
        kind=kind,
        starts_on=date.fromisoformat(first),
        ends_on=date.fromisoformat(last),
        starts_minute=starts,
        ends_minute=ends,
        location_id=UUID(place) if place else None,
        reason=reason,
    )
    messages.success(request, f"{_what(row)} {_days(row)} is back.")
    return HttpResponseRedirect(hours_address(row.trainer))
