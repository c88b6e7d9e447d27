"""What a session is made of: who gives what, where. Only what is in use now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from fitflow.core.db import fetch_rows
from fitflow.core.errors import Invalid, NotFound
from studios.models import Location, Room
from trainers.models import Service, Session, TrainerProfile


class Parts(NamedTuple):
    """The parts of a session that is to be."""

    trainer: TrainerProfile
    service: Service
    location: Location
    room: Room | None

    def session_at(self, starts_at: datetime, *, status: str = Session.Status.SCHEDULED) -> Session:
        """Return an unsaved session of these parts; its length, buffers and places are the service's of today."""
        starts_at = starts_at.astimezone(
            UTC
        )  # an hour more of a zone's own time is what its clocks show then
        return Session(
            service=self.service,
            trainer=self.trainer,
            location=self.location,
            room=self.room,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=self.service.duration_minutes),
            buffer_before_minutes=self.service.buffer_before_minutes,
            buffer_after_minutes=self.service.buffer_after_minutes,
            capacity=self.service.capacity,
            status=status,
        )


def parts_of(*, trainer_id: UUID, service_id: UUID, location_id: UUID, room_id: UUID | None) -> Parts:
    """Return the parts named, each in use and the room at the location. One query. Raises NotFound, Invalid."""
    trainer, service, location, room = fetch_rows(
        (TrainerProfile, trainer_id), (Service, service_id), (Location, location_id), (Room, room_id)
    )
    place = _open(location)
    return Parts(
        trainer=_working(trainer),
        service=_offered(service),
        location=place,
        room=None if room_id is None else _usable(room, place),
    )


def active_trainer(trainer_id: UUID) -> TrainerProfile:
    """Return a trainer who works here now; raise NotFound."""
    return _working(TrainerProfile.objects.select_related("lead").filter(pk=trainer_id).first())


def open_location(location_id: UUID) -> Location:
    """Return a location in use; raise NotFound."""
    return _open(Location.objects.filter(pk=location_id).first())


def room_of(location: Location, room_id: UUID | None) -> Room | None:
    """Return an active room of the location, or None where none is asked for. Raises NotFound, Invalid."""
    if room_id is None:
        return None
    return _usable(Room.objects.filter(pk=room_id).first(), location)


def _working(trainer: TrainerProfile | None) -> TrainerProfile:
    if trainer is None or not trainer.is_active:
        raise NotFound("That trainer does not work here.", field="trainer")
    return trainer


def _offered(service: Service | None) -> Service:
    if service is None or not service.is_active:
        raise NotFound("The studio does not offer that.", field="service")
    return service


def _open(location: Location | None) -> Location:
    if location is None or not location.is_active:
        raise NotFound("There is no such place.", field="location")
    return location


def _usable(room: Room | None, location: Location) -> Room:
    if room is None or not room.is_active:
        raise NotFound("There is no such room.", field="room")
    if room.location_id != location.id:
        raise Invalid(f"{room.name} is not at {location.name}. Choose a room there.", field="room")
    return room
