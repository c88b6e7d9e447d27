"""A calendar on paper: the same period, filters and clocks as on the screen, drawn by the server alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fitflow.core import clock
from fitflow.core.clock import day_bounds
from studios.shared.decorators import signed_in, staff_required
from studios.shared.requests import StudioRequest
from trainers.selectors_grid import within
from trainers.views import mine
from trainers.views.agenda import Shown, length_of, studio_busy, studio_sessions, summary, writing
from trainers.views.choices import LEGENDS, Choices, Column, in_column
from trainers.views.periods import CalendarAddress, zone_text

OTHERS = Column("-", "Others")


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of somebody's line: its rows, and whether it lies outside the month that is printed."""

    day: date
    rows: list[Shown] = field(default_factory=list)
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a printed table: whose it is (a week has nobody's), and its seven days."""

    column: Column | None
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed: `lists` of one day, each under its heading, or the `lines` of a table of days."""

    days: list[date]
    lists: list[tuple[Column | None, list[Shown]]]
    lines: list[Line]


def sheet_of(address: CalendarAddress, rows: Iterable[Shown], zone: str, columns: Sequence[Column]) -> Sheet:
    """Lay out a period. Whatever stands in no column that is shown is listed last, under Others: paper hides nothing."""
    found: dict[tuple[str, date], list[Shown]] = defaultdict(list)
    known = {one.id for one in columns}
    for row in sorted(rows, key=lambda one: one.starts_at):
        place = in_column(row, address.by) if address.by else ""
        if row.kind == "busy" and place == OTHERS.id:
            continue
        day = max(row.starts_at.astimezone(ZoneInfo(zone)).date(), address.first)
        found[place if place in known or not address.by else OTHERS.id, day].append(row)
    shown: list[Column | None] = [*columns] if address.by else [None]
    if any(place == OTHERS.id for place, _ in found):
        shown.append(OTHERS)
    if address.unit == "day":
        lists = [(one, found[one.id if one else "", address.day]) for one in shown]
        return Sheet([address.day], lists, [])
    first, end = address.drawn
    days = [first + timedelta(days=number) for number in range((end - first).days)]
    lines = [
        Line(one, [_cell(address, day, found[one.id if one else "", day]) for day in days[at : at + 7]])
        for one in shown
        for at in range(0, len(days), 7)
    ]
    return Sheet(days[:7], [], lines)


def _cell(address: CalendarAddress, day: date, rows: list[Shown]) -> Cell:
    return Cell(day, rows, outside=not address.first <= day <= address.last)


def _print(
    request: StudioRequest, address: CalendarAddress, rows: list[Shown], zone: str, **more: Any
) -> HttpResponse:
    columns = more.pop("columns", [])
    context = {
        "address": address,
        "sheet": sheet_of(address, rows, zone, columns),
        "summary": summary(*length_of(rows)),
        "zone": zone,
        "zone_words": zone_text(zone),
        "now": clock.now(),
        **more,
    }
    return render(request, "trainer/calendar_print.html", context)


@require_safe
@staff_required
def calendar_print(request: StudioRequest) -> HttpResponse:
    """Show the studio's calendar of an address as it is printed."""
    choices = Choices(request)
    address = choices.address()
    zone = choices.zone(address)
    starts, ends = day_bounds(address.first, zone)[0], day_bounds(address.last, zone)[1]
    wanted = within(starts, ends, address.filters)
    rows = studio_sessions(request.actor, wanted, writing(zone, choices.trainers))
    rows += studio_busy(choices.shown_bookable(address), starts, ends, choices.marks)
    return _print(
        request,
        address,
        rows,
        zone,
        columns=choices.columns(address),
        left=_left(choices, address),
        key=[] if address.by == "trainers" else choices.trainer_columns(address),
        back=reverse("calendar") + address.url(),
        back_name="Calendar",
    )


def _left(choices: Choices, address: CalendarAddress) -> list[tuple[str, str]]:
    """Return in words what each filter leaves."""
    return [
        (LEGENDS[name], ", ".join(row.name for row in choices.of(name) if address.shows(name, row.pk)))
        for name in LEGENDS
        if name in address.filters
    ]


@require_safe
@signed_in
def my_calendar_print(request: StudioRequest) -> HttpResponse:
    """Show a trainer's own calendar of an address, over all her studios, as it is printed."""
    studios = mine.studios_of_hers(request)
    zone = mine.zone_of(studios)
    address = mine.address_of(request, studios, zone)
    starts, ends = day_bounds(address.first, zone)[0], day_bounds(address.last, zone)[1]
    rows = mine.rows_of(request, address, studios, starts, ends)
    names = ", ".join(one.name for one in studios if address.shows("studio", one.slug))
    left = [("Studios", names)] if address.filters else []
    back = reverse("my_calendar") + address.url()
    key = mine.studio_columns(studios, address)
    return _print(request, address, rows, zone, left=left, key=key, back=back, back_name="My calendar")
