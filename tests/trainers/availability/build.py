"""Putting a world of the oracle into the entered studio, and asking the product for its slots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.range import Range

from fitflow.accounts.models import User
from fitflow.core.ids import uuid7
from fitflow.tenancy.context import current_studio, studio_context
from studios.models import Equipment, Location, Room
from studios.shared.models import Member, Role
from studios.shared.policies import SYSTEM
from tests.trainers.availability.oracle import World
from trainers.models import (
    AvailabilityException,
    AvailabilityHours,
    Service,
    Session,
    SessionEquipment,
    TrainerProfile,
    TravelTime,
)
from trainers.selectors_slots import Ask, free_slots
from trainers.services import save_service
from trainers.shared.models import BusyTime, TravelBetween


class Built:
    """A world as rows. Names lead to rows and back."""

    def __init__(self, world: World, people: Sequence[User], elsewhere: Any) -> None:
        self.world = world
        self.elsewhere = elsewhere
        self.others = list(people[2:])
        self.trainers = dict(zip(("ann", "bob"), people, strict=False))
        self.profiles = {
            name: TrainerProfile.objects.get_or_create(user=user, defaults={"name": name})[0]
            for name, user in self.trainers.items()
        }
        Location.objects.update(is_active=False)
        self.places = {
            name: Location.objects.create(
                name=f"place {name}", province="ON", timezone=zone, closed_on_holidays=False
            )
            for name, zone in world.zones.items()
        }
        self.rooms: dict[str, Room] = {}
        self._service()
        self._hours()
        self._rooms()
        self._travel()
        self._busy()
        self._gear()

    def _service(self) -> None:
        self.service = Service.objects.create(
            name=f"service {uuid7()}",
            duration_minutes=self.world.minutes,
            buffer_before_minutes=self.world.before,
            buffer_after_minutes=self.world.after,
            capacity=self.world.capacity,
            price="10.00",
            tax_category="fitness",
            horizon_weeks=104,
        )
        self.service.trainers.set(self.profiles[name] for name in self.world.named_trainers)

    def _hours(self) -> None:
        AvailabilityHours.objects.bulk_create(
            AvailabilityHours(
                trainer=self.profiles[row.trainer],
                location=self.places[row.place],
                weekday=row.weekday,
                starts_minute=row.starts,
                ends_minute=row.ends,
                valid_from=row.since,
                valid_until=row.until,
            )
            for row in self.world.hours
        )
        AvailabilityException.objects.bulk_create(
            AvailabilityException(
                trainer=self.profiles[row.trainer],
                location=self.places[row.place] if row.place else None,
                kind=row.kind,
                starts_on=row.first,
                ends_on=row.last,
                starts_minute=row.starts,
                ends_minute=row.ends,
            )
            for row in self.world.exceptions
        )

    def _rooms(self) -> None:
        for room, user in zip(self.world.rooms, self.others, strict=False):
            # Whoever uses a room is nobody of this world: her own busy time says nothing here.
            other = TrainerProfile.objects.create(user=user, name=user.name)
            row = Room.objects.create(
                name=room.name, location=self.places[room.place], capacity=room.capacity
            )
            self.rooms[room.name] = row
            for starts, ends in room.taken:
                self._session(other, room.place, starts, ends, row)
        self.service.rooms.set(self.rooms[name] for name in self.world.named_rooms)

    def _gear(self) -> None:
        lanes = iter(self.others[len(self.world.rooms) :])
        rows = {}
        for gear in self.world.gear:
            row = Equipment.objects.create(
                name=gear.name, location=self.places[gear.place], quantity=gear.there
            )
            rows[gear.name] = row
            last, trainer = None, None
            for starts, ends, many in gear.taken:
                if last is None or starts < last:  # one person is in one place at a time
                    user = next(lanes)
                    trainer = TrainerProfile.objects.create(user=user, name=user.name)
                last = ends
                assert trainer is not None
                session = self._session(trainer, gear.place, starts, ends)
                SessionEquipment.objects.create(session=session, equipment=row, quantity=many)
        save_service(
            actor=SYSTEM,
            service_id=self.service.pk,
            equipment={rows[gear.name].pk: gear.needed for gear in self.world.gear},
        )

    def _session(
        self, trainer: TrainerProfile, place: str, starts: datetime, ends: datetime, room: Room | None = None
    ) -> Session:
        return Session.objects.create(
            service=self.service,
            trainer=trainer,
            location=self.places[place],
            room=room,
            starts_at=starts,
            ends_at=ends,
            capacity=1,
        )

    def _travel(self) -> None:
        TravelTime.objects.create(minutes=self.world.default_travel)
        for names, minutes in self.world.travel.items():
            first, second = sorted((self.places[name] for name in names), key=lambda place: place.pk)
            TravelTime.objects.create(first=first, second=second, minutes=minutes)

    def _busy(self) -> None:
        here = current_studio()
        assert here is not None
        outside = []
        for span in self.world.busy:
            if span.where in self.places:
                self._session(self.profiles[span.trainer], span.where, span.starts, span.ends)
            else:
                outside.append(span)
        with studio_context(None):
            for span in outside:
                user = self.trainers[span.trainer]
                kind, _, minutes = span.where.partition(":")
                studio = self.elsewhere if kind == "studio" else None
                BusyTime.objects.create(
                    user=user,
                    studio=studio,
                    kind="session" if studio else "external",
                    session_id=uuid7() if studio else None,
                    span=Range(span.starts, span.ends),
                )
                if studio:
                    first, second = sorted((here.id, studio.id))
                    TravelBetween.objects.update_or_create(
                        user=user, first_id=first, second_id=second, defaults={"minutes": int(minutes)}
                    )

    def slots(self, starts: datetime, ends: datetime) -> set[tuple[datetime, str, str, str | None]]:
        """Return the product's answer in the oracle's words."""
        trainers = {row.pk: name for name, row in self.profiles.items()}
        places = {row.pk: name for name, row in self.places.items()}
        rooms: dict[UUID | None, str | None] = {row.pk: name for name, row in self.rooms.items()} | {
            None: None
        }
        found = free_slots(actor=SYSTEM, ask=Ask(service=self.service.pk, starts=starts, ends=ends))
        length = timedelta(minutes=self.world.minutes)
        assert all(slot.ends_at - slot.starts_at == length for slot in found)
        answer = [
            (slot.starts_at, trainers[slot.trainer], places[slot.location], rooms[slot.room])
            for slot in found
        ]
        assert len(answer) == len(set(answer))
        return set(answer)


def trainer_user(name: str, studio: Any) -> User:
    """Make a person who trains for the studio the test is in."""
    user = User.objects.create(email=f"{name}-{uuid7()}@fitflow.test", name=name.title())
    Member.objects.create(studio=studio, user=user, role=Role.TRAINER)
    return user
