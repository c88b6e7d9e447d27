"""The forms of the timetable. Times are wall-clock times of the location; what was typed always stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q

from clients.models import Client
from clients.policies import bookable_clients, visible_clients
from clients.selectors import pickable_clients
from fitflow.core.errors import FitFlowError
from fitflow.core.formats import money_text
from fitflow.core.widgets import DateInput
from studios.models import Location, Room
from studios.shared.policies import Actor
from trainers.models import Service, Session, TrainerProfile
from trainers.selectors import bookable_trainers

# Where a refusal of a service is shown: the field it names, else the one its conflict is about.
FIELDS = {
    "trainer": "starts_at",
    "availability": "starts_at",
    "room": "place",
    "location": "place",
    "equipment": "starts_at",
    "capacity": "client",
    "client_id": "client",
    "client_ids": "client",
    "clients": "client",
    "room_id": "place",
    "location_id": "place",
    "service_id": "service",
    "trainer_id": "trainer",
    "starts_on": "starts_on",
    "ends_at": "minutes",
}


def clients_like(actor: Actor, text: str, *, limit: int = 8) -> list[Client]:
    """Return the clients she may book whose name holds every word of the text; one she trains is also found by e-mail."""
    words = text[:200].replace("\x00", "")
    if "@" in words:
        known = visible_clients(actor).filter(is_active=True, email__iexact=words.strip())
        return list(known[:limit])
    return list(pickable_clients(actor=actor, text=words)[:limit])


@dataclass(frozen=True, slots=True)
class Offer:
    """A start that is free: as the form takes it, and as it is read."""

    wall: str
    clock: str

    @classmethod
    def of(cls, start: str, zone: str) -> Offer:
        there = datetime.fromisoformat(start).astimezone(ZoneInfo(zone))
        return cls(there.strftime("%Y-%m-%dT%H:%M"), there.strftime("%H:%M"))


class Refusable:
    """A form that shows what a service refused, beside the field it is about, with the nearest times that would work."""

    offers: list[Offer]
    places: list[dict[str, str]]  # where she works that day instead, or where the equipment is
    asks_outside: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers, self.places = [], []
        self.asks_outside = bool(self.data.get("outside_hours")) if self.is_bound else False  # type: ignore[attr-defined]

    def refuse(self: Any, error: FitFlowError) -> None:
        """Show a refusal of a service."""
        named = error.field or str(error.details.get("conflict", ""))
        field = named if named in self.fields else FIELDS.get(named, "")
        seen = field in self.fields and not self.fields[field].widget.is_hidden
        self.add_error(field if seen else None, error.message)
        if error.details.get("conflict") == "availability" and "outside_hours" in self.fields:
            self.asks_outside = True
        self.places = error.details.get("places", [])
        place = getattr(self, "location", None)
        if place is not None:
            self.offers = [Offer.of(start, place.timezone) for start in error.details.get("free_starts", [])]


def check_day(day: date) -> None:
    """Raise ValidationError for a day of another century: a year mistyped."""
    if not 2000 <= day.year < 2200:
        raise ValidationError("Choose a day nearer to now.")


def instant_at(day: date, clock: time, zone: str) -> datetime:
    """Return the instant of a wall-clock time, in UTC, where an hour later is an hour later; raise ValidationError when the
    clocks skip it that night.
    """
    there = datetime.combine(day, clock, ZoneInfo(zone))
    if there.astimezone(UTC).astimezone(there.tzinfo).replace(tzinfo=None) != there.replace(tzinfo=None):
        raise ValidationError("The clocks go forward that night: this time does not exist. Choose another.")
    return there.astimezone(UTC)


class ServiceChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Services by name, length and price."""

    def label_from_instance(self, obj: Service) -> str:
        return f"{obj.name} · {obj.duration_minutes} min · {money_text(obj.price)}"


class PlaceField(forms.ChoiceField):
    """A location, or a room of one: `<location id>` or `<location id>:<room id>`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="Where", **kwargs)

    def fill(self, *, keep: Room | None = None) -> list[Location]:
        """Offer the active locations and rooms (and a session's own room, closed as it may be by now)."""
        rooms = Room.objects.filter(Q(is_active=True) | Q(pk=keep.pk if keep else None))
        locations: list[Location] = list(
            Location.objects.filter(
                Q(is_active=True) | Q(pk=keep.location_id if keep else None)
            ).prefetch_related(Prefetch("rooms", queryset=rooms, to_attr="open_rooms"))
        )
        self.choices = [_place_choices(location) for location in locations]
        return locations


def _place_choices(location: Any) -> tuple[str, Any]:
    whole = (str(location.pk), location.name if not location.open_rooms else f"{location.name}, no room")
    if not location.open_rooms:
        return whole
    rooms = [(f"{location.pk}:{room.pk}", f"{location.name}, {room.name}") for room in location.open_rooms]
    return location.name, [whole, *rooms]


class TimeAndPlace(Refusable, forms.Form):
    """What booking and moving have in common: when, who gives it and where."""

    starts_on = forms.DateField(label="Day", widget=DateInput, validators=[check_day])
    starts_at = forms.TimeField(
        label="Starts",
        input_formats=["%H:%M", "%H.%M", "%Hh%M", "%H%M", "%H"],
        error_messages={"invalid": "Write a time such as 10:30."},
        widget=forms.TimeInput(
            format="%H:%M",
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "num", "maxlength": 5},
        ),
    )
    trainer = forms.ModelChoiceField(
        TrainerProfile.objects.none(),
        empty_label=None,
        error_messages={
            "invalid_choice": "You cannot book that trainer. Ask a manager, or who leads her team."
        },
    )
    place = PlaceField()
    outside_hours = forms.BooleanField(label="Book outside her hours", required=False)

    def __init__(self, *args: Any, actor: Actor, keep_room: Room | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        trainers: Any = self.fields["trainer"]
        trainers.queryset = bookable_trainers(actor)
        self.only = trainers.queryset[0] if len(trainers.queryset) == 1 else None
        if self.only and str(self.initial.get("trainer") or self.only.pk) != str(self.only.pk):
            self.only = None  # a session of somebody who left: who gives it now is seen to be chosen
        if self.only:
            self.initial["trainer"] = self.only.pk
            trainers.widget = forms.HiddenInput()
        place: Any = self.fields["place"]
        self.locations = {str(location.pk): location for location in place.fill(keep=keep_room)}
        if len(self.locations) == 1 and not any(isinstance(group, list) for _, group in place.choices):
            self.initial.setdefault("place", next(iter(self.locations)))
            place.widget = forms.HiddenInput()

    @property
    def location(self) -> Location | None:
        """Return the location chosen, or the first one: its zone is the form's."""
        chosen = str(self["place"].value() or "").split(":", maxsplit=1)[0]
        return self.locations.get(chosen) or next(iter(self.locations.values()), None)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in ("trainer", "place"):
            if self.fields[name].widget.is_hidden and name in self.errors:
                self.add_error(
                    None, self.errors.pop(name).as_data()
                )  # what stands beside no field is read above them
        place = data.get("place")
        if place:
            location, _, room = place.partition(":")
            data["location_id"] = UUID(location)
            data["room_id"] = UUID(room) if room else None
        if place and data.get("starts_on") and data.get("starts_at"):
            self._clean_instant(data)
        return data

    def _clean_instant(self, data: dict[str, Any]) -> None:
        try:
            zone = self.locations[str(data["location_id"])].timezone
            data["instant"] = instant_at(data["starts_on"], data["starts_at"], zone)
        except (ValidationError, OverflowError) as error:
            self.add_error(
                "starts_at", error if isinstance(error, ValidationError) else "Choose a day nearer to now."
            )


class ClientChoice(forms.Form):
    """One client, by name or e-mail as typed, or by the id that the page's search filled in."""

    client = forms.CharField(max_length=200, required=False, widget=forms.TextInput({"autocomplete": "off"}))
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    actor: Actor
    matches: list[Client]

    def clean_client(self) -> str:
        return " ".join(str(self.cleaned_data["client"]).split())

    def found(self, data: dict[str, Any]) -> Client | None:
        """Return the client that is meant; without one, put the question beside the field."""
        text, chosen = data.get("client") or "", data.get("client_id")
        if chosen:
            known = bookable_clients(self.actor).filter(pk=chosen).first()
            if known and text in {"", known.name}:
                return known
        if not text:
            return None
        self.matches = _exact(clients_like(self.actor, text), text)
        if len(self.matches) == 1:
            return self.matches[0]
        question = (
            "Several people match. Choose one:"
            if self.matches
            else f"No client here is called “{text[:60]}”. Check the spelling, or add the client first."
        )
        self.add_error("client", question)
        return None


def _exact(found: Iterable[Client], text: str) -> list[Client]:
    rows = list(found)
    return [row for row in rows if text.casefold() == row.name.casefold()] or rows


class BookingForm(ClientChoice, TimeAndPlace):
    """A new session, with a client in it or none yet."""

    service = ServiceChoice(Service.objects.none(), empty_label=None)
    field_order = ("starts_on", "starts_at", "service", "client", "client_id", "trainer", "place")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.matches = []
        services: Any = self.fields["service"]
        services.queryset = Service.objects.filter(is_active=True)

    @property
    def chosen_service(self) -> Service | None:
        """Return the service whose price is shown: the chosen one, or the first."""
        rows = list(self.fields["service"].queryset)  # type: ignore[attr-defined]
        value = str(self["service"].value() or "")
        return next((row for row in rows if str(row.pk) == value), rows[0] if rows else None)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["booked"] = self.found(data)
        return data


class AddClientForm(Refusable, ClientChoice):
    """One more client for a session."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.matches = []
        self.fields["client"].required = not (self.data or {}).get("client_id")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        data["booked"] = self.found(data)
        return data


class MoveForm(TimeAndPlace):
    """Another time, length, trainer or room for a session; the version is the one its reader saw."""

    minutes = forms.IntegerField(label="Length in minutes", min_value=5, max_value=720, required=False)
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    field_order = ("starts_on", "starts_at", "minutes", "trainer", "place", "version")

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, keep_room=session.room, **kwargs)
        self.session = session
        self.fields["minutes"].is_asked = True  # type: ignore[attr-defined]
        place: Any = self.fields["place"]
        place.error_messages["invalid_choice"] = "A session stays at its location. Choose a room there."
        own = str(session.location_id)
        # A session stays at its location: who is told and which tax applies hang on it.
        self.locations = {own: session.location}
        place.choices = [choice for choice in place.choices if choice[0] in {own, session.location.name}]

    def _clean_instant(self, data: dict[str, Any]) -> None:
        """Take the start as a wall-clock time; the one it has stays that instant, in the hour that autumn shows twice too."""
        stands = self.session.starts_at.astimezone(ZoneInfo(self.session.location.timezone))
        typed = datetime.combine(data["starts_on"], data["starts_at"])
        if typed == stands.replace(second=0, microsecond=0, tzinfo=None):
            data["instant"] = self.session.starts_at
        else:
            super()._clean_instant(data)

    def clean_minutes(self) -> int:
        """Return the length: where none is given, the minutes that the session really lasts, whatever the clocks do meanwhile."""
        lasts = self.session.ends_at - self.session.starts_at
        return int(self.cleaned_data["minutes"] or lasts.total_seconds() // 60)


class CancelForm(forms.Form):
    """Why a session is cancelled, in words its clients read."""

    reason = forms.CharField(
        max_length=300,
        required=False,
        help_text="Your clients read this.",
        widget=forms.Textarea({"rows": 2, "placeholder": "I am ill. I am sorry."}),
    )
