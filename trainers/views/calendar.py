"""The studio's calendar: its page, and the events the grid asks for."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fitflow.core.clock import day_bounds
from fitflow.core.states import STATES
from fitflow.core.templatetags.elements import link
from studios.shared.decorators import staff_required
from studios.shared.policies import Capability, Scope, scope_of
from studios.shared.requests import StudioRequest
from trainers.selectors_grid import grid_json, time_booked, within
from trainers.views.agenda import (
    event_of,
    events_json,
    in_order,
    studio_busy,
    studio_sessions,
    summary,
    writing,
)
from trainers.views.choices import Choices
from trainers.views.periods import BESIDE, CalendarAddress, clock_changes, days_from, zone_text

# What the page's script imports, asked for at once instead of one after the other.
MODULES = tuple(
    f"js/{name}.js"
    for name in ("calendar_grid", "calendar_sheet", "calendar_nodes", "calendar_time", "calendar_axis")
)
MODULES += ("js/calendar_drag.js", "js/calendar_keys.js", "js/ui.js")
WORDS = {name: [state.word, state.icon] for name, state in STATES["session"].items()}


def _day_rows(
    request: StudioRequest, address: CalendarAddress, choices: Choices, zone: str
) -> dict[str, Any]:
    """Return the rows of the address's day, and how much its whole period holds."""
    starts, ends = day_bounds(address.day, zone)
    first, last = day_bounds(address.first, zone)[0], day_bounds(address.last, zone)[1]
    how = writing(zone, choices.trainers)
    today = studio_sessions(request.actor, within(starts, ends, address.filters), how)
    busy = studio_busy(choices.shown_bookable(address), starts, ends, choices.marks)
    return {
        "rows": in_order([*today, *busy], starts, ends),
        "day_starts": starts,
        "busy_day": bool(today),
        "summary": summary(*time_booked(actor=request.actor, wanted=within(first, last, address.filters))),
    }


def _empty_words(request: StudioRequest, address: CalendarAddress, choices: Choices) -> dict[str, str]:
    if address.filters:
        return {
            "empty_title": "Nothing here with these filters",
            "empty_text": "Show everything to see the whole day.",
        }
    if not choices.services and scope_of(request.actor, Capability.PRICES_MANAGE) is not Scope.NONE:
        return {
            "empty_title": "Your calendar is ready",
            "empty_text": "Add the first thing you offer, a class or a private hour, with its price. Then book.",
            "empty_url": link("service_new"),
            "book_label": "Add a service",
        }
    if not choices.services:
        return {
            "empty_title": "Nothing to book yet",
            "empty_text": "Once the studio has a service, sessions are booked here.",
        }
    if not choices.bookable:
        return {
            "empty_title": "Nothing booked",
            "empty_text": "What the studio books that day shows here at once.",
        }
    return {
        "empty_title": "Nothing booked yet",
        "empty_text": "Book the first session of the day; clients are told by e-mail.",
        "book_label": "Book a session",
    }


def period_context(
    address: CalendarAddress, zone: str, *, name: str, book: str = "", beside: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return what a calendar needs besides its rows.

    `name` is that of its URL, whose events and paper have names beginning with it; `book` leads to where a time is booked,
    and `beside` is what can stand side by side.
    """
    labels = {"day": "Day", "week": "Week", "month": "Month"}
    if beside:
        labels[address.view if address.by else beside[0]] = "Side by side"
    first, last = address.drawn
    asks = f"{address.url()}&from={first}&to={last}"
    return {
        "address": address,
        "book_at": book,
        "events": reverse(f"{name}_events"),
        "asks": asks,
        "paper": reverse(f"{name}_print") + address.url(),
        "modules": MODULES,
        "book": f"{book}?starts={address.day.isoformat()}" if book else "",
        "zone": zone,
        "zone_words": zone_text(zone),
        "clock": f"{datetime.now(ZoneInfo(zone)):%Y-%m-%dT%H:%M}",
        "changes": clock_changes(zone, first - timedelta(days=1), last + timedelta(days=1)),
        "strip": [
            {
                "date": one.date,
                "chosen": one.chosen,
                "is_today": one.is_today,
                "url": address.url(day=one.date),
            }
            for one in address.week
        ],
        "views": [_seg(address, view, label) for view, label in labels.items()],
        "columns": _columns(address, beside) if address.by else [],
        "spans": _spans(address) if address.by else [],
        "states": WORDS,
        "ticks": ("all", "none"),
    }


def _seg(address: CalendarAddress, view: str, label: str) -> dict[str, Any]:
    return {"view": view, "label": label, "url": address.url(view=view), "current": view == address.view}


def _columns(address: CalendarAddress, beside: tuple[str, ...]) -> list[dict[str, Any]]:
    week = address.view.removeprefix(address.by)
    return [_seg(address, f"{by}{week}", by.capitalize()) for by in beside]


def _spans(address: CalendarAddress) -> list[dict[str, Any]]:
    ways = {"": "One day", "-hours": "Timeline", "-week": "Whole week"}
    return [_seg(address, address.by + how, label) for how, label in ways.items()]


@require_safe
@staff_required
def calendar(request: StudioRequest) -> HttpResponse:
    """Show the timetable; a script is answered with the period alone (its header, filters and the list of its day)."""
    choices = Choices(request)
    address = choices.address()
    zone = choices.zone(address)
    beside = BESIDE if len(choices.locations) > 1 else BESIDE[:2]
    context = {
        "choices": choices,
        "resources": [asdict(one) for one in choices.columns(address)],
        **period_context(
            address,
            zone,
            name="calendar",
            book=reverse("session_new") if choices.bookable else "",
            beside=beside,
        ),
        **choices.chips(address),
        **_empty_words(request, address, choices),
        **_day_rows(request, address, choices, zone),
    }
    part = bool(request.htmx)
    response = render(request, "trainer/_period.html" if part else "trainer/calendar.html", context)
    response["Vary"] = "HX-Request, Cookie"
    return response


@require_safe
@staff_required
def calendar_events(request: StudioRequest) -> HttpResponse:
    """Give the sessions and busy spans between two days (`from`, `to`, exclusive) as the grid takes them."""
    choices = Choices(request)
    address = choices.address()
    zone = choices.zone(address)
    first, last = days_from(request.GET, address)
    starts, ends = day_bounds(first, zone)[0], day_bounds(last, zone)[0]
    sessions = grid_json(
        actor=request.actor,
        wanted=within(starts, ends, address.filters),
        writing=writing(zone, choices.trainers),
    )
    busy = studio_busy(choices.shown_bookable(address), starts, ends, choices.marks)
    answer = events_json(sessions, (event_of(row, zone) for row in busy))
    return HttpResponse(answer, content_type="application/json")
