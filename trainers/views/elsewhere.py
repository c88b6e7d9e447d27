"""A trainer's page of calendars elsewhere, on the platform's host: hers out of FitFlow, others into it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from fitflow.core.errors import FitFlowError
from studios.shared.decorators import signed_in
from studios.shared.requests import StudioRequest
from trainers import tasks
from trainers.feed_forms import ExternalCalendarForm, NameForm
from trainers.services import external
from trainers.services.calendar_feeds import live_personal_feeds, make_personal_feed, revoke_personal_feed
from trainers.views.feeds import as_webcal, personal_address

FEED_IDS = "feed_%s"  # the page has a second form with a name


@require_safe
@signed_in
def elsewhere(request: StudioRequest) -> HttpResponse:
    """Show both ways: her sessions in other calendars, other calendars in FitFlow."""
    return _page(request)


def _page(request: StudioRequest, status: int = 200, **more: Any) -> HttpResponse:
    calendars = list(external.calendars_of(request.user))
    for calendar in calendars:
        calendar.host = urlsplit(calendar.address).hostname or ""  # type: ignore[attr-defined]
    zones = [str(studio.timezone) for studio in request.my_studios]
    zone = zones[0] if zones else settings.TIME_ZONE
    context = {
        "feeds": live_personal_feeds(request.user),
        "feed_form": NameForm(auto_id=FEED_IDS),
        "calendars": calendars,
        "form": ExternalCalendarForm(initial={"zone": zone}),
        "webcal": as_webcal(more.get("made", "")),
        **more,
    }
    return render(request, "trainer/elsewhere.html", context, status=status)


@require_POST
@signed_in
def personal_feed_add(request: StudioRequest) -> HttpResponse:
    """Make an address of her sessions in all studios and show it, this once."""
    form = NameForm(request.POST, auto_id=FEED_IDS)
    if form.is_valid():
        try:
            _, secret = make_personal_feed(user=request.user, name=form.cleaned_data["name"])
        except FitFlowError as error:
            form.add_error("name", error.message)
        else:
            return _page(request, made=personal_address(secret))
    return _page(request, status=422, feed_form=form)


@require_POST
@signed_in
def personal_feed_revoke(request: StudioRequest, feed_id: UUID) -> HttpResponse:
    """Make an address worthless."""
    revoke_personal_feed(user=request.user, feed_id=feed_id)
    messages.success(request, "The address is worthless now.")
    return redirect("elsewhere")


@require_POST
@signed_in
def external_add(request: StudioRequest) -> HttpResponse:
    """Subscribe a calendar elsewhere; it is read within a minute."""
    form = ExternalCalendarForm(request.POST)
    if form.is_valid():
        try:
            calendar = external.add_calendar(user=request.user, **form.cleaned_data)
        except FitFlowError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            tasks.read_soon(calendar.pk)
            messages.success(request, f"{calendar.name} is read within a minute.")
            return redirect("elsewhere")
    return _page(request, status=422, form=form)


@require_POST
@signed_in
def external_remove(request: StudioRequest, calendar_id: UUID) -> HttpResponse:
    """Forget a calendar and free its time."""
    external.remove_calendar(user=request.user, calendar_id=calendar_id)
    messages.success(request, "The calendar is removed; its times are free again.")
    return redirect("elsewhere")


@require_POST
@signed_in
def external_pause(request: StudioRequest, calendar_id: UUID) -> HttpResponse:
    """Ask a calendar no more."""
    external.pause_calendar(user=request.user, calendar_id=calendar_id)
    messages.success(request, "The calendar is paused. What we know of it stays busy.")
    return redirect("elsewhere")


@require_POST
@signed_in
def external_resume(request: StudioRequest, calendar_id: UUID) -> HttpResponse:
    """Ask a calendar again, now."""
    external.resume_calendar(user=request.user, calendar_id=calendar_id)
    tasks.read_soon(calendar_id)
    messages.success(request, "The calendar is read within a minute.")
    return redirect("elsewhere")
