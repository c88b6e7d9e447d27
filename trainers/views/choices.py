"""What a studio's calendar can be filtered by, whom she may book there, and what stands side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from studios.models import Location, Room
from studios.shared.policies import Capability
from studios.shared.requests import StudioRequest
from trainers.models import Service, TrainerProfile
from trainers.policies import reaches_trainer
from trainers.views.agenda import Shown, marks
from trainers.views.periods import CalendarAddress, address_from


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing a calendar can leave out."""

    id: Any
    name: str
    hue: int
    shown: bool
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Chips:
    """A filter of a calendar: its name in the address, what it is about, and its chips."""

    name: str
    legend: str
    rows: list[Chip]


@dataclass(frozen=True, slots=True)
class Column:
    """One of those that stand side by side: a trainer, a room, a location, or none of them (`""`)."""

    id: str
    title: str
    letter: str = ""
    hue: int = 0
    location: str = ""


class Choices:
    """What is read of the studio for its calendar. Each is read when it is first asked for: the grid's events need few."""

    def __init__(self, request: StudioRequest) -> None:
        self.request = request

    @cached_property
    def trainers(self) -> list[TrainerProfile]:
        """The trainers who work here."""
        return list(TrainerProfile.objects.filter(is_active=True).select_related("lead"))

    @cached_property
    def locations(self) -> list[Location]:
        """The places sessions are given at."""
        return list(Location.objects.filter(is_active=True))

    @cached_property
    def services(self) -> list[Service]:
        """What is offered."""
        return list(Service.objects.filter(is_active=True))

    @cached_property
    def rooms(self) -> list[Room]:
        """The rooms of those places, in their order."""
        return list(Room.objects.filter(is_active=True, location__is_active=True).select_related("location"))

    @cached_property
    def bookable(self) -> list[TrainerProfile]:
        """The trainers whose sessions she may schedule."""
        actor = self.request.actor
        return [one for one in self.trainers if reaches_trainer(actor, one, Capability.SESSIONS_MANAGE)]

    def shown_bookable(self, address: CalendarAddress) -> list[TrainerProfile]:
        """Return those of them that the filters leave."""
        return [one for one in self.bookable if address.shows("trainer", one.pk)]

    @cached_property
    def marks(self) -> dict[UUID, str]:
        """The letters of each trainer."""
        return marks(self.trainers)

    def of(self, name: str) -> Sequence[TrainerProfile | Location | Service]:
        """Return what a filter chooses among."""
        if name == "trainer":
            return self.trainers
        return self.locations if name == "location" else self.services

    def address(self) -> CalendarAddress:
        """Read the address of the request, with the filters it names."""
        named = [name for name in LEGENDS if name in self.request.GET]
        filters = {name: [str(row.pk) for row in self.of(name)] for name in named}
        return address_from(self.request.GET, zone=self.request.studio.timezone, filters=filters)

    def zone(self, address: CalendarAddress) -> str:
        """Return the zone of the clocks shown: that of the locations shown where they have one, else the studio's."""
        shown = {one.timezone for one in self.locations if address.shows("location", one.pk)}
        return shown.pop() if len(shown) == 1 else str(self.request.studio.timezone)

    def chips(self, address: CalendarAddress) -> dict[str, Any]:
        """Return the filters as the bar shows them: a few trainers in a row, more of them and the others in a menu."""
        shown = {name: self._chips(name, address) for name in LEGENDS if len(self.of(name)) > 1}
        few = len(self.trainers) <= IN_A_ROW
        return {
            "chips": shown.pop("trainer", None) if few else None,
            "more": list(shown.values()),
            "filtered": len(shown.keys() & address.filters.keys()),
        }

    def _chips(self, name: str, address: CalendarAddress) -> Chips:
        rows = [
            Chip(
                row.pk,
                row.name,
                row.hue if isinstance(row, TrainerProfile) else 0,
                address.shows(name, row.pk),
                self.marks[row.pk] if isinstance(row, TrainerProfile) else "",
            )
            for row in self.of(name)
        ]
        return Chips(name, LEGENDS[name], rows)

    def columns(self, address: CalendarAddress) -> list[Column]:
        """Return what stands side by side: the trainers, rooms or locations that the filters leave."""
        if address.by == "trainers":
            return self.trainer_columns(address)
        if address.by == "locations":
            places = [one for one in self.locations if address.shows("location", one.pk)]
            return [Column(str(one.pk), one.name) for one in places]
        if address.by == "rooms":
            several = len(self.locations) > 1
            rooms = [one for one in self.rooms if address.shows("location", one.location_id)]
            named = [(one, f"{one.location.name}, {one.name}" if several else one.name) for one in rooms]
            columns = [Column(str(one.pk), title, location=str(one.location_id)) for one, title in named]
            return [*columns, Column("", "No room")]
        return []

    def trainer_columns(self, address: CalendarAddress) -> list[Column]:
        """Return the trainers that the filters leave, each with her letters and hue."""
        shown = [one for one in self.trainers if address.shows("trainer", one.pk)]
        return [Column(str(one.pk), one.name, self.marks[one.pk], one.hue) for one in shown]


IN_A_ROW = 6  # chips that a desk shows without scrolling
LEGENDS = {"trainer": "Trainers", "location": "Locations", "service": "Services"}


def in_column(row: Shown, by: str) -> str:
    """Return the id of the column a row stands in; what is busy elsewhere stands in its trainer's only."""
    if row.kind == "busy" and by != "trainers":
        return "-"
    return {"trainers": row.trainer, "rooms": row.room, "locations": row.location}[by]
