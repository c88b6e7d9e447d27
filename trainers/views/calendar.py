"""The studio's calendar: its page, and the events the grid asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fitflow.core.clock import day_bounds
from fitflow.core.formats import initials
from fitflow.core.templatetags.elements import link
from studios.models import Location, Room
from studios.shared.decorators import staff_required
from studios.shared.policies import Capability, Scope, scope_of
from studios.shared.requests import StudioRequest
from trainers.models import Service, TrainerProfile
from trainers.selectors import bookable_trainers
from trainers.views.agenda import Shown, event_of, in_order, studio_busy, studio_sessions, summary
from trainers.views.periods import CalendarAddress, address_from, days_from, zone_text


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing a calendar can leave out."""

    id: Any
    name: str
    hue: int
    shown: bool


@dataclass(frozen=True, slots=True)
class Chips:
    """A filter of a calendar: its name in the address, what it is about, and its chips."""

    name: str
    legend: str
    rows: list[Chip]


@dataclass(frozen=True)
class Choices:
    """What the calendar can be filtered by, and whom she may book."""

    trainers: list[TrainerProfile]
    locations: list[Location]
    services: list[Service]
    bookable: list[TrainerProfile]

    @classmethod
    def of(cls, request: StudioRequest) -> Choices:
        """Read them for the person who asks."""
        return cls(
            trainers=list(TrainerProfile.objects.filter(is_active=True)),
            locations=list(Location.objects.filter(is_active=True)),
            services=list(Service.objects.filter(is_active=True)),
            bookable=list(bookable_trainers(request.actor)),
        )

    @property
    def groups(self) -> dict[str, tuple[str, Sequence[TrainerProfile | Location | Service]]]:
        """Return the filters by their names in the address, each with its legend."""
        return {
            "trainer": ("Trainers", self.trainers),
            "location": ("Locations", self.locations),
            "service": ("Services", self.services),
        }

    @property
    def ids(self) -> dict[str, list[str]]:
        """Return every id of each filter."""
        return {name: [str(row.pk) for row in rows] for name, (_, rows) in self.groups.items()}


def zone_for(request: StudioRequest, address: CalendarAddress, locations: list[Location]) -> str:
    """Return the zone of the clocks shown: that of the one location shown, else the studio's."""
    shown = {one.timezone for one in locations if address.shows("location", one.pk)}
    return shown.pop() if len(shown) == 1 else str(request.studio.timezone)


def _keeps(address: CalendarAddress, row: Shown) -> bool:
    if not address.shows("trainer", row.trainer):
        return False
    if row.kind == "busy":
        return True
    return address.shows("location", row.location) and address.shows("service", row.service)


def _day_rows(
    request: StudioRequest, address: CalendarAddress, choices: Choices, zone: str
) -> dict[str, Any]:
    """Return the rows of the address's day, and how much its whole period holds."""
    starts, ends = day_bounds(address.day, zone)
    first, last = day_bounds(address.first, zone)[0], day_bounds(address.last, zone)[1]
    sessions = studio_sessions(request.actor, min(first, starts), max(last, ends))
    sessions = [row for row in sessions if _keeps(address, row)]
    busy = [row for row in studio_busy(choices.bookable, starts, ends) if _keeps(address, row)]
    today = [row for row in sessions if row.starts_at < ends and row.ends_at > starts]
    within = [row for row in sessions if row.starts_at < last and row.ends_at > first]
    return {
        "rows": in_order([*today, *busy], starts, ends),
        "busy_day": bool(today),
        "summary": summary(within),
    }


def _filters(address: CalendarAddress, choices: Choices) -> dict[str, Any]:
    shown: dict[str, Chips] = {
        name: Chips(
            name,
            legend,
            [Chip(row.pk, row.name, getattr(row, "hue", 0), address.shows(name, row.pk)) for row in rows],
        )
        for name, (legend, rows) in choices.groups.items()
        if len(rows) > 1
    }
    return {
        "chips": shown.pop("trainer", None),
        "more": list(shown.values()),
        "filtered": len(shown.keys() & address.filters.keys()),
    }


def _columns(address: CalendarAddress, choices: Choices) -> dict[str, Any]:
    """Return what stands side by side: the trainers, or the rooms, that the filters leave."""
    trainers = [row for row in choices.trainers if address.shows("trainer", row.pk)]
    rooms = Room.objects.filter(is_active=True).select_related("location")
    several = len(choices.locations) > 1
    return {
        "trainers": [
            {
                "id": str(row.pk),
                "title": row.name,
                "extendedProps": {"letter": initials(row.name, 1), "hue": row.hue},
            }
            for row in trainers
        ],
        "rooms": [
            *(
                {"id": str(row.pk), "title": f"{row.location.name}, {row.name}" if several else row.name}
                for row in rooms
                if address.shows("location", row.location_id)
            ),
            {"id": "", "title": "No room"},
        ],
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
    address: CalendarAddress, zone: str, *, book: str = "", by_columns: bool = False
) -> dict[str, Any]:
    """Return what the head and the bar of a calendar need besides its rows."""
    labels = {"day": "Day", "week": "Week", "month": "Month"} | (
        {"trainers": "Side by side"} if by_columns else {}
    )
    beside = address.view in {"trainers", "rooms"}
    return {
        "address": address,
        "book": f"{book}?starts={address.day.isoformat()}" if book else "",
        "zone": zone,
        "zone_words": zone_text(zone),
        "offset": f"{datetime.now(ZoneInfo(zone)):%:z}",
        "strip": [
            {
                "date": one.date,
                "chosen": one.chosen,
                "is_today": one.is_today,
                "url": address.url(day=one.date),
            }
            for one in address.week
        ],
        "views": [
            {
                "view": view,
                "label": label,
                "url": address.url(view=view),
                "current": view == address.view or (beside and view == "trainers"),
            }
            for view, label in labels.items()
        ],
        "columns": [
            {"view": view, "label": label, "url": address.url(view=view), "current": view == address.view}
            for view, label in (("trainers", "Trainers"), ("rooms", "Rooms"))
            if beside
        ],
    }


@require_safe
@staff_required
def calendar(request: StudioRequest) -> HttpResponse:
    """Show the timetable; a script is answered with the period alone (its header, filters and the list of its day)."""
    choices = Choices.of(request)
    address, zone = _asked(request, choices)
    context = {
        "choices": choices,
        "resources": _columns(address, choices),
        **period_context(
            address, zone, book=reverse("session_new") if choices.bookable else "", by_columns=True
        ),
        **_filters(address, choices),
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
    choices = Choices.of(request)
    address, zone = _asked(request, choices)
    first, last = days_from(request.GET, address)
    starts, ends = day_bounds(first, zone)[0], day_bounds(last, zone)[0]
    rows = [
        *studio_sessions(request.actor, starts, ends),
        *studio_busy(choices.bookable, starts, ends),
    ]
    events = [event_of(row, zone) for row in rows if _keeps(address, row)]
    return HttpResponse(orjson.dumps({"events": events}), content_type="application/json")


def _asked(request: StudioRequest, choices: Choices) -> tuple[CalendarAddress, str]:
    studio = request.studio
    address = address_from(request.GET, zone=studio.timezone, filters=choices.ids)
    return address, zone_for(request, address, choices.locations)
