"""A trainer's own calendar over all her studios, on the platform's host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fitflow.core.clock import day_bounds
from fitflow.core.context import studio_url
from studios.shared.decorators import signed_in
from studios.shared.models import Role, Studio
from studios.shared.requests import StudioRequest
from trainers.selectors import my_calendar as read_my_calendar
from trainers.services.external import unread_calendars
from trainers.views.agenda import (
    BUSY,
    Shown,
    event_of,
    events_json,
    in_order,
    length_of,
    marks,
    my_session,
    summary,
)
from trainers.views.calendar import period_context
from trainers.views.choices import Chip, Chips, Column
from trainers.views.periods import (
    CalendarAddress,
    address_from,
    days_from,
    instant_from,
    on_clocks_of,
    zone_text,
)

VIEWS = ("day", "week", "month")


@dataclass(frozen=True)
class Place:
    """A studio of hers, and where its booking form is."""

    studio: Studio
    letter: str
    zone: str
    book: str


def studios_of_hers(request: StudioRequest) -> list[Studio]:
    """Return the studios in which she works, by name."""
    return [one for one in request.my_studios if set(one.my_roles) - {Role.CLIENT.value}]


def zone_of(studios: list[Studio]) -> str:
    """Return the zone most of her studios keep; the first one's where they differ evenly."""
    zones = [str(one.timezone) for one in studios]
    return max(zones, key=zones.count, default=settings.TIME_ZONE)


def address_of(request: StudioRequest, studios: list[Studio], zone: str) -> CalendarAddress:
    filters = {"studio": [one.slug for one in studios]}
    return address_from(request.GET, zone=zone, filters=filters, views=VIEWS)


def _busy(item: dict[str, Any]) -> Shown:
    """Return a busy span with the name of the calendar that holds it, which nobody but she is shown."""
    name = item["calendar"]
    return Shown(
        kind="busy", starts_at=item["starts_at"], ends_at=item["ends_at"], title=BUSY, line=name, owner=name
    )


def rows_of(
    request: StudioRequest, address: CalendarAddress, studios: list[Studio], starts: datetime, ends: datetime
) -> list[Shown]:
    rows = []
    letters = _letters(studios)
    for item in read_my_calendar(user=request.user, starts=starts, ends=ends):
        if item["kind"] == "busy":
            rows.append(_busy(item))
        elif address.shows("studio", item["studio"]["slug"]):
            rows.append(my_session(item, settings.STUDIO_URLCONF, letters))
    return rows


@require_safe
@signed_in
def my_calendar(request: StudioRequest) -> HttpResponse:
    """Show her week over all studios; a script is answered with the period alone."""
    studios = studios_of_hers(request)
    zone = zone_of(studios)
    address = address_of(request, studios, zone)
    starts, ends = day_bounds(address.day, zone)
    first, last = day_bounds(address.first, zone)[0], day_bounds(address.last, zone)[1]
    rows = rows_of(request, address, studios, min(first, starts), max(last, ends))
    today = [row for row in rows if row.starts_at < ends and row.ends_at > starts]
    letters = _letters(studios)
    chips = [
        Chip(one.slug, one.name, one.hue, address.shows("studio", one.slug), letters[one.slug])
        for one in studios
    ]
    context = {
        **period_context(address, zone, name="my_calendar", book=reverse("my_book") if studios else ""),
        "chips": Chips("studio", "Show studios", chips) if len(chips) > 1 else None,
        "resources": [],
        "rows": in_order(today, starts, ends),
        "day_starts": starts,
        "busy_day": any(row.kind == "session" for row in today),
        "summary": summary(*length_of(row for row in rows if row.starts_at < last and row.ends_at > first)),
        "places": _places(studios, "", zone),
        "several_zones": len({one.timezone for one in studios}) > 1,
        "empty_title": "Nothing booked" if studios else "You work in no studio yet",
        "empty_text": _empty_text(studios),
        "book_label": "Book a session" if studios else "",
        "unread": unread_calendars(request.user),
    }
    part = bool(request.htmx)
    response = render(request, "trainer/_period.html" if part else "trainer/my_calendar.html", context)
    response["Vary"] = "HX-Request, Cookie"
    return response


def _empty_text(studios: list[Studio]) -> str:
    if studios:
        return "Your day is free. What any of your studios books with you shows here."
    return "Once a studio invites you, its sessions show here beside those of every other studio."


@require_safe
@signed_in
def my_calendar_events(request: StudioRequest) -> HttpResponse:
    """Give her sessions and busy spans between two days (`from`, `to`, exclusive) as the grid takes them."""
    studios = studios_of_hers(request)
    zone = zone_of(studios)
    address = address_of(request, studios, zone)
    first, last = days_from(request.GET, address)
    rows = rows_of(request, address, studios, day_bounds(first, zone)[0], day_bounds(last, zone)[0])
    return HttpResponse(
        events_json(b"[]", (event_of(row, zone) for row in rows)), content_type="application/json"
    )


def _letters(studios: list[Studio]) -> dict[str, str]:
    found = marks(studios)
    return {one.slug: found[one.pk] for one in studios}


def studio_columns(studios: list[Studio], address: CalendarAddress) -> list[Column]:
    """Return the studios that the filter leaves, each with its letters and hue."""
    letters = _letters(studios)
    shown = [one for one in studios if address.shows("studio", one.slug)]
    return [Column(one.slug, one.name, letters[one.slug], one.hue) for one in shown]


def _places(studios: list[Studio], starts: str, zone: str) -> list[Place]:
    """Return where each studio's booking form is. A time of day is one of the calendar's clocks: the form has the studio's."""
    path = reverse("session_new", urlconf=settings.STUDIO_URLCONF)
    letters = _letters(studios)
    places = []
    for one in studios:
        query = urlencode({"starts": _there(starts, zone, str(one.timezone))}) if starts else ""
        book = studio_url(one.slug, f"{path}?{query}" if query else path)
        places.append(Place(one, letters[one.slug], zone_text(str(one.timezone)), book))
    return places


def _there(starts: str, here: str, there: str) -> str:
    wall = instant_from(starts)
    if wall is None or len(starts) <= len("2026-11-19"):
        return starts
    return f"{on_clocks_of(wall, here, there):%Y-%m-%dT%H:%M}"


@require_safe
@signed_in
def my_book(request: StudioRequest) -> HttpResponse:
    """Ask in which studio to book; with one studio only, or one that is named (`studio`), go to its form."""
    studios = studios_of_hers(request)
    places = _places(studios, request.GET.get("starts", ""), zone_of(studios))
    named = [one for one in places if one.studio.slug == request.GET.get("studio")]
    if named or len(places) == 1:
        return HttpResponseRedirect([*named, *places][0].book)
    return render(request, "trainer/my_book.html", {"places": places})
