"""Scheduling and moving sessions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final
from uuid import UUID

from django.db import transaction

from clients.policies import may_book
from clients.services import begin_care
from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.db import in_one_trip, lock_in_transaction, refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from studios.models import Room
from studios.services import record_event
from studios.shared.policies import Actor, Capability, require
from trainers.models import Booking, Service, Session, TrainerProfile
from trainers.models.timetable import LONGEST
from trainers.policies import editable_session, reaches_trainer
from trainers.services.clashes import Plan, check_hours, refusal
from trainers.services.parts import active_trainer, parts_of, room_of
from trainers.services.sweeping import sweep_holds

GRACE = timedelta(minutes=5)
HORIZON = timedelta(days=2 * 366)
UNDO_WITHIN = timedelta(minutes=3)  # a cancellation


class Keep(Enum):
    """The value of an argument that leaves things as they are, where None has a meaning of its own."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


def trainer_lock(trainer: TrainerProfile) -> str:
    """Return the name of the lock under which a person's calendar is written, in whichever studio."""
    return f"trainer:{trainer.user_id}"


def check_start(actor: Actor, starts_at: datetime) -> None:
    """Raise Invalid for a start that has passed (five minutes are forgiven) or lies over two years ahead.

    The product itself may write the past: the demo's history and imports.
    """
    if starts_at < now() - GRACE and not actor.is_system:
        raise Invalid("That time has passed. Choose a later one.", field="starts_at")
    if starts_at > now() + HORIZON:
        raise Invalid("That is more than two years ahead. Choose an earlier day.", field="starts_at")


def check_length(starts_at: datetime, ends_at: datetime) -> None:
    """Raise Invalid for a session that ends before it starts or lasts over 12 hours."""
    if ends_at <= starts_at:
        raise Invalid("A session ends after it starts.", field="ends_at")
    if ends_at - starts_at > LONGEST:
        raise Invalid("A session lasts 12 hours at most.", field="ends_at")


def chosen_clients(actor: Actor, client_ids: Iterable[UUID]) -> list[UUID]:
    """Return the clients named, each once and each bookable; raise Invalid, NotFound."""
    wanted = list(client_ids)
    if len(set(wanted)) != len(wanted):
        raise Invalid("Each client can be named once.", field="clients")
    if not may_book(actor, wanted):
        raise NotFound("One of the clients is not there.", field="clients")
    return wanted


def booking_of(session: Session, service: Service, client_id: UUID, status: str) -> Booking:
    """Return an unsaved booking at the service's price of today."""
    return Booking(
        session=session,
        client_id=client_id,
        status=status,
        price=service.price,
        price_includes_tax=service.price_includes_tax,
        tax_category=service.tax_category,
    )


@retry_deadlocks
def schedule_session(
    *,
    actor: Actor,
    service_id: UUID,
    trainer_id: UUID,
    location_id: UUID,
    room_id: UUID | None = None,
    starts_at: datetime,
    client_ids: Iterable[UUID] = (),
    outside_hours: bool = False,
) -> Session:
    """Schedule a session of a service, with clients booked into it; its length and places are the service's.

    Raises NotPermitted; NotFound for what this studio does not have; Invalid; Conflict with `conflict` trainer, room,
    equipment, capacity or (unless `outside_hours`) availability: then nothing is written.
    Publishes session.scheduled (which speaks for its bookings too).
    """
    require(actor, Capability.SESSIONS_MANAGE)
    check_start(actor, starts_at)
    parts = parts_of(trainer_id=trainer_id, service_id=service_id, location_id=location_id, room_id=room_id)
    trainer = parts.trainer
    if not reaches_trainer(actor, trainer, Capability.SESSIONS_MANAGE):
        raise NotPermitted("You can schedule your own sessions and your team's.", field="trainer")
    clients = chosen_clients(actor, client_ids)
    session = parts.session_at(starts_at)
    plan = Plan.of(actor, session)
    check_hours(plan, allowed=outside_hours)
    with refusals(refusal(plan, session.capacity)), transaction.atomic(), in_one_trip():
        lock_in_transaction(trainer_lock(trainer))
        sweep_holds(people=[trainer.user_id], rooms=[room_id])
        session.save(force_insert=True)
        rows = [booking_of(session, parts.service, client_id, Booking.Status.BOOKED) for client_id in clients]
        Booking.objects.bulk_create(rows)
        begin_care(user_id=trainer.user_id, client_ids=clients)
        outbox.publish("session.scheduled", session=session.id)
        record_event(
            actor=actor, action="session.scheduled", subject=session, starts_at=starts_at, clients=len(rows)
        )
    session.booked = len(rows)
    return session


def state_of(session: Session) -> dict[str, object]:
    """Return where a session stands now, for whoever acted on an older version of it."""
    return {
        "version": session.version,
        "status": session.status,
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "trainer": str(session.trainer_id),
        "room": str(session.room_id) if session.room_id else None,
    }


def locked(session: Session, *, version: int | None = None) -> Session:
    """Lock a session's row until the transaction ends and return it as it is now.

    Raises Conflict (`version`) where `version` is given and somebody has changed the session since.
    """
    rows = Session.objects.select_for_update(of=("self",), no_key=True)
    current = rows.select_related("service", "trainer__lead", "location", "room").get(pk=session.pk)
    if version is not None:
        check_version(current, version)
    return current


def check_version(session: Session, version: int) -> None:
    """Raise Conflict (`version`, with the current state) where a session, as it is now, is of another version."""
    if session.version != version:
        raise Conflict(
            "Somebody changed this session meanwhile. Look at it again, then repeat your change.",
            conflict="version",
            current=state_of(session),
        )


def scheduled(session: Session) -> Session:
    """Return the session if it is still to come or to close; raise Conflict (`status`) otherwise."""
    if session.status == Session.Status.HELD:
        raise Conflict(
            "This time is only held for somebody who is booking it.", conflict="status", status=session.status
        )
    if session.status != Session.Status.SCHEDULED:
        raise Conflict(f"This session is {session.status} already.", conflict="status", status=session.status)
    return session


def _moved(
    actor: Actor,
    session: Session,
    starts_at: datetime,
    ends_at: datetime | None,
    trainer: TrainerProfile,
    room: Room | None,
) -> Plan:
    starts_at = starts_at.astimezone(UTC)  # an hour more of a zone's own time is what its clocks show then
    if starts_at != session.starts_at:
        check_start(actor, starts_at)
    ends = ends_at if ends_at is not None else starts_at + (session.ends_at - session.starts_at)
    check_length(starts_at, ends)
    return replace(Plan.of(actor, session), trainer=trainer, room=room, starts_at=starts_at, ends_at=ends)


@retry_deadlocks
def reschedule_session(
    *,
    actor: Actor,
    session_id: UUID,
    starts_at: datetime,
    ends_at: datetime | None = None,
    trainer_id: UUID | None = None,
    room_id: UUID | Keep | None = KEEP,
    version: int | None = None,
    outside_hours: bool = False,
) -> Session:
    """Move a session: another start (its length stays unless `ends_at` is given), trainer (None keeps her) or room
    (None: without a room; KEEP, the default, leaves it).

    Raises NotFound, NotPermitted, Invalid, and Conflict: trainer, room, equipment, availability (for another time or trainer,
    unless `outside_hours`), `version` (with the current state) where `version` is given and no longer the newest or the session
    was changed while this looked at it, or `status`.
    Publishes session.rescheduled unless nothing changed.
    """
    seen = editable_session(actor, session_id)
    trainer = active_trainer(trainer_id) if trainer_id is not None else seen.trainer
    if not reaches_trainer(actor, trainer, Capability.SESSIONS_MANAGE):
        raise NotPermitted("You can give sessions to yourself and to your team.", field="trainer")
    room = seen.room if isinstance(room_id, Keep) else room_of(seen.location, room_id)
    plan = _moved(actor, seen, starts_at, ends_at, trainer, room)
    stays = (seen.starts_at, seen.ends_at, seen.trainer_id) == (plan.starts_at, plan.ends_at, trainer.pk)
    check_hours(plan, allowed=outside_hours or stays)
    with refusals(refusal(plan, seen.capacity)), transaction.atomic():
        lock_in_transaction(trainer_lock(seen.trainer), trainer_lock(trainer))
        sweep_holds(people=[trainer.user_id], rooms=[room.id if room else None])
        session = scheduled(locked(seen, version=version))
        # What is not asked for stays as it was read: it must still be so.
        check_version(session, seen.version)
        was = session.starts_at
        if not _put(session, plan):
            return session
        session.save(update_fields=["trainer", "room", "starts_at", "ends_at"])
        session.version += 1  # as the trigger has written it
        if trainer.pk != seen.trainer_id:
            begin_care(user_id=trainer.user_id, client_ids=_booked_clients(session))
        outbox.publish("session.rescheduled", session=session.id)
        record_event(
            actor=actor,
            action="session.rescheduled",
            subject=session,
            was=was.isoformat(),
            starts_at=session.starts_at.isoformat(),
            trainer=trainer.id,
        )
    return session


def _put(session: Session, plan: Plan) -> bool:
    """Write onto an (unsaved) session who gives it, where and when; return whether that changed anything."""
    before = (session.trainer_id, session.room_id, session.starts_at, session.ends_at)
    session.trainer, session.room = plan.trainer, plan.room
    session.starts_at, session.ends_at = plan.starts_at, plan.ends_at
    return before != (session.trainer_id, session.room_id, session.starts_at, session.ends_at)


def _booked_clients(session: Session) -> list[UUID]:
    rows = session.bookings.exclude(status=Booking.Status.CANCELLED)
    return list(rows.values_list("client_id", flat=True))
