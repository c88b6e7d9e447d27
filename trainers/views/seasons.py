"""Weekly hours for a time, such as summer hours: the days and the week, what that changes, and only then Save."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from fitflow.core.clock import today
from fitflow.core.errors import Conflict, FitFlowError, NotFound, NotPermitted
from fitflow.core.flash import undoable
from fitflow.core.formats import minutes_text
from studios.models import Location
from studios.shared.decorators import staff_required
from studios.shared.requests import StudioRequest
from trainers.models import TrainerProfile
from trainers.policies import availability_of
from trainers.services.availability import DAYS, WeeklyHours, hours_version
from trainers.services.seasons import (
    Days,
    Period,
    SeasonPreview,
    days_words,
    end_season,
    preview_season,
    set_season,
)
from trainers.views.availability import (
    UNDO_SECONDS,
    days_from,
    hours_address,
    shown_periods,
    week_places,
)
from trainers.views.week_form import WeekForm, day_from

SHOWN_AT_ONCE = 5
SALT = "trainers.season"


@dataclass
class SeasonForm:
    """The first and last day as typed, what is wrong with each, the week, and the days of the period that is changed."""

    first: str
    last: str
    week: WeekForm
    was: Days | None
    seen: str = ""  # the version of her hours that the form was made from
    errors: dict[str, str] = field(default_factory=dict)

    def days(self) -> tuple[date, date] | None:
        """Return the days typed; None where one cannot be read (see `errors`)."""
        first, last = day_from(self.first), day_from(self.last)
        if first is None:
            self.errors["first"] = "Choose the first day."
        if last is None:
            self.errors["last"] = "Choose the last day."
        return (first, last) if first and last else None


def _shown(request: StudioRequest, trainer: TrainerProfile) -> SeasonForm:
    """Return the form of a period there is, or of a new one: the week as it is now, to be changed."""
    periods, asked = shown_periods(trainer, today(request.studio.timezone)), days_from(request.GET)
    named = next((one for one in periods if one.days == asked and all(asked)), None)
    week = WeekForm.of((named or periods[0]).hours, week_places(trainer))
    first, last = (day.isoformat() if day and named else "" for day in asked)
    return SeasonForm(first, last, week, asked if named else None, hours_version(trainer))


def _typed(request: StudioRequest, trainer: TrainerProfile) -> SeasonForm:
    data = request.POST
    was = day_from(data.get("was-from", "")), day_from(data.get("was-until", ""))
    week = WeekForm.typed(data, week_places(trainer))
    first, last = (data.get(name, "")[:10] for name in ("first", "last"))
    return SeasonForm(first, last, week, was if all(was) else None, data.get("seen", "")[:40])


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def season_new(request: StudioRequest, trainer_id: UUID) -> HttpResponse:
    """Ask for other hours for a time; show what they change; save them."""
    trainer = availability_of(request.actor, trainer_id)
    if request.method != "POST":
        return _page(request, trainer, _shown(request, trainer))
    form = _typed(request, trainer)
    if request.POST.get("do"):
        form.week.act(request.POST["do"])
        return _page(request, trainer, form)
    days, hours = form.days(), form.week.hours()
    if days is None or hours is None or "again" in request.POST:
        return _page(request, trainer, form)
    wish: dict[str, Any] = {"first": days[0], "last": days[1], "hours": hours, "instead_of": form.was}
    wish["version"] = form.seen
    try:
        if "save" in request.POST:
            set_season(actor=request.actor, trainer_id=trainer.pk, **wish)
            messages.success(request, f"{days_words(*days)} these hours hold. What is booked stays booked.")
            return HttpResponseRedirect(hours_address(trainer, Period(*days, frozenset())))
        return _page(
            request, trainer, form, preview_season(actor=request.actor, trainer_id=trainer.pk, **wish)
        )
    except NotPermitted:
        raise
    except FitFlowError as error:
        form.errors[error.field if error.field in {"first", "last"} else ""] = error.message
        if error.details.get("conflict") == "version":
            form.seen = hours_version(trainer)  # going on means it
        return _page(request, trainer, form)


def _page(
    request: StudioRequest, trainer: TrainerProfile, form: SeasonForm, preview: SeasonPreview | None = None
) -> HttpResponse:
    wrong = form.errors or any(line.error for day in form.week.days for line in day.lines)
    context = {
        "trainer": trainer,
        "herself": trainer.user_id == request.user.pk,
        "season": form,
        "form": form.week,
        "back": hours_address(trainer),
    }
    if preview is not None:
        context |= {
            "same": preview.changes_nothing,
            "words": days_words(*preview.period.days),
            "days": _days(preview.period.hours),
            "outside": preview.outside[:SHOWN_AT_ONCE],
            "more": max(len(preview.outside) - SHOWN_AT_ONCE, 0),
        }
    name = "season" if preview is None else "season_preview"
    return render(request, f"trainer/{name}.html", context, status=422 if wrong else 200)


def _days(hours: frozenset[WeeklyHours]) -> list[tuple[str, list[str]]]:
    """Return the weekdays with their hours in words."""
    names = dict(Location.objects.values_list("pk", "name"))
    several = len({line.location_id for line in hours}) > 1

    def words(line: WeeklyHours) -> str:
        at = f" at {names[line.location_id]}" if several else ""
        return f"{minutes_text(line.starts_minute)} – {minutes_text(line.ends_minute)}{at}"

    return [
        (name, [words(line) for line in sorted(hours) if line.weekday == weekday])
        for weekday, name in enumerate(DAYS)
    ]


@require_POST
@staff_required
def season_end(request: StudioRequest, trainer_id: UUID) -> HttpResponse:
    """Take the hours of a time away again."""
    trainer = availability_of(request.actor, trainer_id)
    first, last = days_from(request.POST)
    seen = request.POST.get("seen", "")
    try:
        ended = end_season(actor=request.actor, trainer_id=trainer.pk, first=first, last=last, seen=seen)
    except Conflict as error:
        messages.error(request, error.message)
    else:
        undo = f"{reverse('season_restore', args=[trainer.pk])}?season={_token(trainer, ended)}"
        undoable(request, f"{ended.words}: removed. The hours from before go on then.", undo)
    return HttpResponseRedirect(hours_address(trainer))


def _token(trainer: TrainerProfile, ended: Period) -> str:
    """Return the hours of a period that was just removed, signed, so that its message can bring them back."""
    lines = [
        [line.weekday, line.starts_minute, line.ends_minute, str(line.location_id)]
        for line in sorted(ended.hours)
    ]
    days = [day.isoformat() if day else "" for day in ended.days]
    return signing.dumps([str(trainer.pk), *days, hours_version(trainer), lines], salt=SALT, compress=True)


@require_POST
@staff_required
def season_restore(request: StudioRequest, trainer_id: UUID) -> HttpResponse:
    """Undo the removal of the hours of a time, unless somebody has changed her hours since."""
    trainer = availability_of(request.actor, trainer_id)
    ended, version = _removed(request.GET.get("season", ""), trainer)
    first, last = ended.days
    try:
        set_season(
            actor=request.actor,
            trainer_id=trainer.pk,
            hours=ended.hours,
            first=first,
            last=last,
            version=version,
        )
    except Conflict as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(hours_address(trainer))
    messages.success(request, f"{days_words(first, last)} these hours hold again.")
    return HttpResponseRedirect(hours_address(trainer, ended))


def _removed(token: str, trainer: TrainerProfile) -> tuple[Period, str]:
    """Read what `_token` has written: a period of this trainer's hours, and the version of them without it."""
    try:
        whose, first, last, version, lines = signing.loads(token, salt=SALT, max_age=UNDO_SECONDS)
    except signing.SignatureExpired as error:
        raise Conflict("That was a while ago. Set these hours again.", conflict="too_late") from error
    except signing.BadSignature as error:
        raise NotFound() from error
    if whose != str(trainer.pk):
        raise NotFound()
    hours = (WeeklyHours(weekday, starts, ends, UUID(place)) for weekday, starts, ends, place in lines)
    return Period(day_from(first), day_from(last), frozenset(hours)), version
