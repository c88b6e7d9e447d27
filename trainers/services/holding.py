"""A slot held while somebody checks out: a session's row that the same constraints see, until it is confirmed or runs out.

A hold that has run out stands in nobody's way: whoever wants the time sweeps it away first, in whichever studio. What nobody
wanted is cleared a quarter of an hour later, so that a payment that comes late still finds its slot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from clients.services import begin_care
from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.db import in_one_trip, lock_in_transaction, refusals, retry_deadlocks
from fitflow.core.errors import Conflict, FitFlowError, Invalid, NotFound, NotPermitted
from studios.models import AuditEvent
from studios.services import record_event
from studios.shared.policies import Actor, Capability, require
from trainers.models import Booking, Session
from trainers.policies import editable_session, reaches_trainer
from trainers.services.clashes import Plan, refusal
from trainers.services.parts import parts_of
from trainers.services.scheduling import booking_of, check_start, chosen_clients, locked, trainer_lock
from trainers.services.sweeping import sweep_holds

MINUTES, LONGEST = 10, 60
KEPT = timedelta(minutes=15)  # after it ran out, where nobody wanted the time
GONE = "The time was held no longer, and it is taken now. Choose another one; nothing was booked."


@retry_deadlocks
def hold_slot(
    *,
    actor: Actor,
    service_id: UUID,
    trainer_id: UUID,
    location_id: UUID,
    room_id: UUID | None = None,
    starts_at: datetime,
    minutes: int = MINUTES,
) -> Session:
    """Hold a slot for some minutes (1 to 60): nobody else gets the trainer or the room at that time, in any studio.

    Raises what `schedule_session` raises. Publishes session.held.
    """
    require(actor, Capability.SESSIONS_MANAGE)
    if not 1 <= minutes <= LONGEST:
        raise Invalid(f"A slot is held for 1 to {LONGEST} minutes.", field="minutes")
    check_start(actor, starts_at)
    parts = parts_of(trainer_id=trainer_id, service_id=service_id, location_id=location_id, room_id=room_id)
    trainer = parts.trainer
    if not reaches_trainer(actor, trainer, Capability.SESSIONS_MANAGE):
        raise NotPermitted("You can hold your own time and your team's.", field="trainer")
    session = parts.session_at(starts_at, status=Session.Status.HELD)
    with refusals(refusal(Plan.of(actor, session), session.capacity)), transaction.atomic(), in_one_trip():
        lock_in_transaction(trainer_lock(trainer))
        sweep_holds(people=[trainer.user_id], rooms=[room_id])
        session.held_until = now() + timedelta(minutes=minutes)
        session.save(force_insert=True)
        outbox.publish("session.held", session=session.id)
        record_event(actor=actor, action="session.held", subject=session, starts_at=starts_at)
    return session


@retry_deadlocks
def confirm_hold(*, actor: Actor, session_id: UUID, client_ids: Iterable[UUID] = ()) -> Session:
    """Make a held slot a session with its clients; also after it ran out, as long as nobody took the time.

    Confirming twice changes nothing. Raises NotFound, NotPermitted, Conflict: `hold` where the time is gone, `status`
    where the session is cancelled or completed, `capacity`. Publishes session.scheduled.
    """
    seen = _held(actor, session_id)
    clients = chosen_clients(actor, client_ids)
    with refusals(_confirm_refusal(actor, seen)), transaction.atomic():
        lock_in_transaction(trainer_lock(seen.trainer))
        session = _locked(seen)
        if session.status == Session.Status.SCHEDULED:
            return session
        if session.status != Session.Status.HELD:
            raise Conflict(
                f"This session is {session.status} already.", conflict="status", status=session.status
            )
        session.status, session.held_until = Session.Status.SCHEDULED, None
        # Where another studio has swept the time away, the trigger asks for it anew, and the constraint answers.
        session.save(update_fields=["status", "held_until"])
        rows = [
            booking_of(session, session.service, client_id, Booking.Status.BOOKED) for client_id in clients
        ]
        Booking.objects.bulk_create(rows)
        begin_care(user_id=session.trainer.user_id, client_ids=clients)
        outbox.publish("session.scheduled", session=session.id)
        record_event(
            actor=actor,
            action="session.scheduled",
            subject=session,
            starts_at=session.starts_at,
            clients=len(rows),
        )
    session.refresh_from_db(fields=["version", "booked", "waitlisted"])
    return session


@retry_deadlocks
def release_hold(*, actor: Actor, session_id: UUID) -> None:
    """Give a held slot back now; one that is gone already is no error. Raises NotPermitted, NotFound, Conflict (`status`)."""
    try:
        seen = _held(actor, session_id)
    except Conflict:
        return
    with transaction.atomic():
        lock_in_transaction(trainer_lock(seen.trainer))
        try:
            session = _locked(seen)
        except Conflict:
            return
        if session.status != Session.Status.HELD:
            raise Conflict(
                "This time is booked already. Cancel the session instead.",
                conflict="status",
                status=session.status,
            )
        _delete("id = %(id)s", id=session.id)
        outbox.publish("session.released", session=session.id)
        record_event(actor=actor, action="session.released", subject=session)


def clear_expired_holds() -> int:
    """Clear the holds of this studio that ran out a quarter of an hour ago and that nobody swept away; return how many."""
    with transaction.atomic():
        ids = _delete("held_until <= %(before)s", before=now() - KEPT)
        for session_id in ids:
            outbox.publish("session.released", session=session_id)
    return len(ids)


def _delete(condition: str, **values: Any) -> list[UUID]:
    # Not by the ORM: it would look for rows that hang on a session, and a hold has none.
    statement = f"DELETE FROM trainers_session WHERE status = 'held' AND {condition} RETURNING id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def _held(actor: Actor, session_id: UUID) -> Session:
    """Return the session of a hold; raise NotFound, NotPermitted, and Conflict (`hold`) for one that has been swept away."""
    try:
        return editable_session(actor, session_id)
    except NotFound:
        require(actor, Capability.SESSIONS_MANAGE)
        if AuditEvent.objects.filter(action="session.held", subject_id=session_id).exists():
            raise Conflict(GONE, conflict="hold") from None
        raise


def _locked(seen: Session) -> Session:
    try:
        return locked(seen)
    except Session.DoesNotExist:
        raise Conflict(GONE, conflict="hold") from None


def _confirm_refusal(actor: Actor, session: Session) -> Callable[[str, str], Exception | None]:
    words = refusal(Plan.of(actor, session), session.capacity)

    def translate(name: str, state: str) -> Exception | None:
        if name.startswith(("busytime_no_overlap", "session_room_once", "equipment_within_quantity")):
            told = words(name, state)
            more = told.details if isinstance(told, FitFlowError) else {}
            return Conflict(GONE, **{**more, "conflict": "hold"})
        return words(name, state)

    return translate
