"""Making sessions that repeat: a plain form, a preview of every occurrence, and one button that makes them all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from clients.policies import bookable_clients
from fitflow.core import clock
from fitflow.core.errors import Conflict, FitFlowError
from fitflow.core.formats import clock_text
from studios.models import Location
from studios.shared.decorators import staff_required
from studios.shared.requests import StudioRequest
from trainers.models import Service, Session
from trainers.recurrence import WALL, occurrence_at, read_wall
from trainers.selectors_equipment import with_needs
from trainers.selectors_series import series_page
from trainers.services.series import AHEAD, Planned, SeriesPlan, create_series, preview_series
from trainers.views.periods import id_asked, instant_from, zone_text
from trainers.views.series_forms import ASKED, TYPED, SeriesForm


def begin_series(request: StudioRequest) -> HttpResponse:
    """Go on from the booking form to the form of a series, with what was typed."""
    typed = {name: request.POST[name] for name in ASKED if request.POST.get(name)}
    url = f"{reverse('series_new')}?{urlencode(typed)}"
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _initial(request: StudioRequest) -> dict[str, Any]:
    """Return what a link to the form fills in: by habit twelve weeks from the day on, on its weekday."""
    query = request.GET
    initial: dict[str, Any] = {name: query[name] for name in ASKED if query.get(name)}
    client = bookable_clients(request.actor).filter(pk__in=id_asked(query, "client_id")).first()
    initial |= {"client": client.name, "client_id": client.pk} if client else {"client_id": ""}
    if asked := instant_from(query.get("starts_on", "")):
        day = asked.date()
    else:
        day = clock.today(request.studio.timezone) + timedelta(days=1)
        initial["starts_on"] = day
    initial |= {"weekdays": [day.weekday()], "until": day + timedelta(weeks=12)}
    nth = (day.day - 1) // 7 + 1
    initial |= {"month_day": day.day, "nth": nth if nth < 5 else -1, "nth_weekday": day.weekday()}
    initial.setdefault("starts_at", "09:00")
    return initial


def _form_page(request: StudioRequest, form: SeriesForm, status: int = 200) -> HttpResponse:
    zones = {one.timezone for one in form.locations.values()}
    location = form.location
    context = {
        "form": form,
        "services": with_needs(Service.objects.filter(is_active=True)),
        "chosen": form.chosen_service,
        "zone": location.timezone if location else request.studio.timezone,
        "zones": [(one.name, zone_text(one.timezone)) for one in form.locations.values()],
        "one_zone": zone_text(zones.pop()) if len(zones) == 1 else "",
    }
    return render(request, "trainer/series_new.html", context, status=status)


@require_safe
@staff_required
def series_new(request: StudioRequest) -> HttpResponse:
    """Show the form of sessions that repeat."""
    return _form_page(request, SeriesForm(initial=_initial(request), actor=request.actor))


@dataclass(frozen=True)
class Row:
    """One occurrence as the preview shows it."""

    plan: Planned
    zone: str
    moved_to: str  # the wall-clock start that was typed instead, if any

    @property
    def wall(self) -> str:
        """What it is named by in the form."""
        return self.plan.occurrence.wall

    @property
    def local(self) -> str:
        """Its start, as the field for day and time takes it."""
        return self.plan.starts_at.astimezone(ZoneInfo(self.zone)).strftime(WALL)

    @property
    def clocks(self) -> str:
        """What a change of clock does to it, in words."""
        wall = read_wall(self.moved_to or self.wall)
        found, asked = occurrence_at(wall, zone=self.zone, minutes=0), f"{wall:%H:%M}"
        if found.is_skipped_time:
            starts = clock_text(found.starts_at, self.zone)
            return f"The clocks go forward and skip {asked}: it starts at {starts}"
        if found.is_double_time:
            return f"The clocks go back and show {asked} twice: it starts at the first"
        return ""


def _chosen(request: StudioRequest, wish: dict[str, Any]) -> dict[str, Any]:
    """Return which occurrences are left out and which start at another time, as the preview's fields say."""
    zone = _zone(wish)
    keep, rows = set(request.POST.getlist("keep")), request.POST.getlist("row")
    moves = {
        wall: occurrence_at(read_wall(request.POST.get(f"at-{wall}") or wall), zone=zone, minutes=0).starts_at
        for wall in rows
        if wall in keep
    }
    return {"skip": [wall for wall in rows if wall not in keep], "moves": moves}


def _zone(wish: dict[str, Any]) -> str:
    return str(Location.objects.values_list("timezone", flat=True).get(pk=wish["location_id"]))


def _plan(request: StudioRequest, form: SeriesForm) -> SeriesPlan:
    wish = form.wish()
    if request.POST.get("row"):
        return preview_series(actor=request.actor, **wish, **_chosen(request, wish))
    plan = preview_series(actor=request.actor, **wish)
    if not plan.blocked:
        return plan
    # What cannot be made is left out to begin with; it is there to be moved.
    skip = [row.occurrence.wall for row in plan.blocked]
    return preview_series(actor=request.actor, **wish, skip=skip)


def _moved_to(request: StudioRequest, row: Planned) -> str:
    wall = row.occurrence.wall
    return request.POST.get(f"at-{wall}", "") if wall in request.POST.getlist("keep") else ""


def _preview_page(
    request: StudioRequest, form: SeriesForm, plan: SeriesPlan, *, problem: str = "", status: int = 200
) -> HttpResponse:
    zone = plan.setting.zone
    typed = [(name, value) for name in TYPED for value in request.POST.getlist(name) if value]
    context = {
        "plan": plan,
        "rows": [Row(row, zone, _moved_to(request, row)) for row in plan.rows],
        "typed": typed,
        "client": form.cleaned_data["booked"],
        "zone_words": zone_text(zone),
        "problem": problem,
        "weeks": AHEAD.days // 7,
    }
    return render(request, "trainer/series_preview.html", context, status=status)


@require_POST
@staff_required
def series_preview(request: StudioRequest) -> HttpResponse:
    """Show every occurrence with what stands against it; nothing is made."""
    form = SeriesForm(request.POST, actor=request.actor)
    if request.POST.get("pick") or not form.is_valid():
        return _again(request, form)
    try:
        plan = _plan(request, form)
    except FitFlowError as error:
        form.refuse(error)
        return _form_page(request, form, status=422)
    return _preview_page(request, form, plan)


def _again(request: StudioRequest, form: SeriesForm) -> HttpResponse:
    """Show the form again: with its errors, with the client that was picked, or to change the rule."""
    kind, _, picked = request.POST.get("pick", "").partition(":")
    if not kind:
        return _form_page(request, form, status=422)
    data = request.POST.copy()
    if kind == "client":
        data["client_id"], data["client"] = picked, ""
        client = bookable_clients(request.actor).filter(pk__in=id_asked(data, "client_id")).first()
        data["client"] = client.name if client else ""
    initial: dict[str, Any] = {
        name: data.getlist(name) if name == "weekdays" else data.get(name, "") for name in TYPED
    }
    initial["skips_holidays"] = bool(data.get("skips_holidays"))
    return _form_page(request, SeriesForm(initial=initial, actor=request.actor))


@require_POST
@staff_required
def series_make(request: StudioRequest) -> HttpResponse:
    """Make every session that is ticked, or none; a clash comes back to the preview with its flags."""
    form = SeriesForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        wish = form.wish()
        series = create_series(actor=request.actor, **wish, **_chosen(request, wish))
    except Conflict as error:
        return _preview_page(request, form, _plan(request, form), problem=error.message, status=409)
    except FitFlowError as error:
        form.refuse(error)
        return _form_page(request, form, status=422)
    made = series.sessions.count()
    messages.success(request, f"{made} session{'' if made == 1 else 's'} made. Each client gets one e-mail.")
    return HttpResponseRedirect(reverse("series_detail", args=[series.pk]))


@require_safe
@staff_required
def series_detail(request: StudioRequest, series_id: UUID) -> HttpResponse:
    """Show a series: its rule, what is to come, what was left out."""
    page = series_page(request.actor, series_id)
    coming = _open(page.sessions)
    context = {
        "page": page,
        "series": page.series,
        "coming": coming,
        "past": [one for one in page.sessions if one not in coming],
        "next": coming[0] if coming else None,
        "skips": [(read_wall(skip.occurrence), skip) for skip in page.skips],
        "zone": page.zone,
        "zone_words": zone_text(page.zone),
    }
    return render(request, "trainer/series.html", context)


def _open(sessions: Iterable[Session]) -> list[Session]:
    now = clock.now()
    return [one for one in sessions if one.status == Session.Status.SCHEDULED and one.starts_at > now]
