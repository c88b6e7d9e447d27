"""Choosing a free time: a service, anyone or one trainer, and the free starts of a week; a start opens the booking form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fitflow.core.clock import today
from fitflow.core.formats import clock_text
from studios.models import Location
from studios.shared.decorators import staff_required
from studios.shared.requests import StudioRequest
from trainers.models import Service, TrainerProfile
from trainers.selectors import bookable_trainers
from trainers.selectors_slots import LONGEST_RANGE, Ask, Slot, free_slots
from trainers.views.periods import uuid_from

WEEK = timedelta(days=7)
AT_ONCE = 6


@dataclass(frozen=True)
class Choice:
    """What is asked for: rows of the form's lists, the chosen ids, and the first day shown."""

    services: list[Service]
    trainers: list[TrainerProfile]
    locations: list[Location]
    service: UUID | None
    trainer: UUID | None
    location: UUID | None
    client: str
    day: date
    today: date

    def url(self, day: date) -> str:
        """Return the address of another week of the same."""
        named = {"service": self.service, "trainer": self.trainer, "location": self.location}
        words = {name: str(value) for name, value in named.items() if value}
        if self.client:
            words["client"] = self.client
        return f"{reverse('slots')}?{urlencode(words | {'date': day.isoformat()})}"

    @property
    def last(self) -> date:
        return self.day + WEEK - timedelta(days=1)

    @property
    def earlier(self) -> str:
        """The week before, not before today."""
        return self.url(max(self.day - WEEK, self.today)) if self.day > self.today else ""

    @property
    def later(self) -> str:
        return self.url(self.day + WEEK)


@dataclass
class Start:
    """One button: a start, who gives it, and where it leads."""

    clock: str
    trainer: str
    place: str
    url: str


@dataclass
class SlotDay:
    date: date
    starts: list[Start] = field(default_factory=list)

    @property
    def first(self) -> list[Start]:
        """The starts shown at once."""
        return self.starts[:AT_ONCE]

    @property
    def rest(self) -> list[Start]:
        return self.starts[AT_ONCE:]


def _one_of(text: str, rows: Iterable[Any]) -> UUID | None:
    found = uuid_from(text)
    return found if found in {row.pk for row in rows} else None


def _choice(request: StudioRequest) -> Choice:
    query = request.GET
    services = list(Service.objects.filter(is_active=True))
    trainers = list(bookable_trainers(request.actor))
    locations = list(Location.objects.filter(is_active=True))
    here = today(request.studio.timezone)
    try:
        day = max(date.fromisoformat(query.get("date", "")), here)
    except ValueError:
        day = here
    asked = _one_of(query.get("service", ""), services)
    client = uuid_from(query.get("client", "") or query.get("client_id", ""))
    only = trainers[0].pk if len(trainers) == 1 else None
    return Choice(
        services=services,
        trainers=trainers,
        locations=locations,
        service=asked or (services[0].pk if services else None),
        trainer=_one_of(query.get("trainer", ""), trainers) or only,
        location=_one_of(query.get("location", ""), locations),
        client=str(client) if client else "",
        day=min(day, here + timedelta(days=730)),
        today=here,
    )


def _found(request: StudioRequest, choice: Choice, first: date, length: timedelta) -> list[Slot]:
    """Return the free slots from a day on, of trainers she may book; the first of each start and place."""
    assert choice.service is not None  # noqa: S101
    starts = datetime.combine(first, time(), ZoneInfo(request.studio.timezone))
    ends = datetime.combine(first + length, time(), ZoneInfo(request.studio.timezone))
    ask = Ask(
        service=choice.service, starts=starts, ends=ends, trainer=choice.trainer, location=choice.location
    )
    bookable = {row.pk for row in choice.trainers}
    kept: dict[tuple[datetime, UUID], Slot] = {}
    for slot in free_slots(actor=request.actor, ask=ask):
        if slot.trainer in bookable:
            kept.setdefault((slot.starts_at, slot.location), slot)
    return list(kept.values())


def _days(choice: Choice, found: list[Slot]) -> list[SlotDay]:
    zones = {row.pk: row.timezone for row in choice.locations}
    names = {row.pk: row.name for row in choice.locations} | {row.pk: row.name for row in choice.trainers}
    days: dict[date, SlotDay] = {}
    for slot in found:
        there = slot.starts_at.astimezone(ZoneInfo(zones[slot.location]))
        if there.fold:
            continue  # the second of an hour that is shown twice: a form would book the first
        day = days.setdefault(there.date(), SlotDay(there.date()))
        words = {
            "service": str(choice.service),
            "trainer": str(slot.trainer),
            "location": str(slot.location),
            "starts": f"{there:%Y-%m-%dT%H:%M}",
        }
        if slot.room:
            words["room"] = str(slot.room)
        if choice.client:
            words["client"] = choice.client
        day.starts.append(
            Start(
                clock_text(slot.starts_at, zones[slot.location]),
                "" if choice.trainer else names[slot.trainer],
                names[slot.location] if len(choice.locations) > 1 and not choice.location else "",
                f"{reverse('session_new')}?{urlencode(words)}",
            )
        )
    return [days[key] for key in sorted(days)]


@require_safe
@staff_required
def slots(request: StudioRequest) -> HttpResponse:
    """Show the free starts of a week, by day; where there is none, the week of the next one."""
    choice = _choice(request)
    found = _found(request, choice, choice.day, WEEK) if choice.service and choice.trainers else []
    upcoming = None
    if not found and choice.service and choice.trainers:
        ahead = _found(request, choice, choice.day + WEEK, LONGEST_RANGE)
        upcoming = ahead[0].starts_at.astimezone(ZoneInfo(request.studio.timezone)).date() if ahead else None
    context = {
        "choice": choice,
        "days": _days(choice, found),
        "upcoming": upcoming,
        "upcoming_url": choice.url(upcoming) if upcoming else "",
        "availability_url": reverse("availability"),
    }
    page = "trainer/_slots_sheet.html" if request.htmx else "trainer/slots.html"
    response = render(request, page, context)
    response["Vary"] = "HX-Request, Cookie"
    return response
