"""Cancelling what repeats, and taking that back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.db import lock_in_transaction, refusals, retry_deadlocks
from fitflow.core.errors import Conflict, NotPermitted
from studios.services import record_event
from studios.shared.policies import Actor, Capability
from trainers.models import Booking, Series, Session, TrainerProfile, WaitlistOffer
from trainers.policies import editable_session, reaches_trainer
from trainers.services.closing import cancel_session, clean_reason, restore_session
from trainers.services.scheduling import UNDO_WITHIN, trainer_lock
from trainers.services.series import rule_of
from trainers.services.series_edits import (
    check_scope,
    fetch_rows,
    locked_series,
    repeating,
    rooms_of,
    to_come,
)
from trainers.services.series_problems import batch_refusal, clashes_conflict
from trainers.services.sweeping import sweep_holds


@dataclass(frozen=True)
class SeriesCancel:
    """What cancelling would take: the sessions, how many clients are told, and how many sessions stay."""

    series: Series
    sessions: list[Session]
    clients: int
    untouched: int


def _lock_trainers(series_id: UUID) -> list[TrainerProfile]:
    trainers = list(TrainerProfile.objects.filter(sessions__series=series_id).distinct())
    lock_in_transaction(*(trainer_lock(trainer) for trainer in trainers))
    return trainers


def _check_hers(actor: Actor, series: Series) -> None:
    """Raise NotPermitted where ending the series would take from another trainer what the nights would still make."""
    if rule_of(series).endless and not reaches_trainer(actor, series.trainer, Capability.SESSIONS_MANAGE):
        raise NotPermitted("Somebody else gives this series. Ask your lead or the studio.")


def preview_series_cancel(*, actor: Actor, session_id: UUID, scope: str) -> SeriesCancel:
    """Return what cancelling "following" or "all" would take; nothing is written.

    Raises NotFound, NotPermitted, Invalid, Conflict (`status`).
    """
    check_scope(scope)
    anchor, series_id = repeating(actor, session_id)
    found = to_come(actor, anchor, scope)
    ids = [session.pk for session in found]
    told = Booking.objects.filter(session__in=ids).exclude(status=Booking.Status.CANCELLED)
    series = fetch_rows(series_id)
    _check_hers(actor, series)
    stays = series.sessions.exclude(pk__in=ids).exclude(status=Session.Status.CANCELLED).count()
    return SeriesCancel(series, found, told.values("client").distinct().count(), stays)


@retry_deadlocks
def cancel_sessions(
    *, actor: Actor, session_id: UUID, scope: str = "this", reason: str = "", version: int | None = None
) -> Session:
    """Cancel this session, this and those that follow, or all to come, with every booking in them; free for the clients.

    "Following" and "all" end the series. `version` is the series'. Raises NotFound, NotPermitted, Invalid, Conflict (`status`,
    `version`). Publishes session.cancelled for "this", else series.cancelled, once.
    """
    check_scope(scope)
    if scope == "this":
        return cancel_session(actor=actor, session_id=session_id, reason=reason)
    anchor, series_id = repeating(actor, session_id)
    text = clean_reason(reason)
    with transaction.atomic():
        _lock_trainers(series_id)
        series = locked_series(series_id, version=version, anchor=anchor)
        _check_hers(actor, series)
        at, ids = now(), [session.pk for session in to_come(actor, anchor, scope, lock=True)]
        _cancel(actor, ids, at, text)
        Series.objects.filter(pk=series.pk).update(ended_at=at, version=series.version + 1)
        outbox.publish("series.cancelled", series=series.id, at=at.isoformat())
        record_event(actor=actor, action="series.cancelled", subject=series, scope=scope, sessions=len(ids))
    return Session.objects.select_related("series", "service", "location").get(pk=session_id)


def _cancel(actor: Actor, ids: list[UUID], at: datetime, reason: str) -> None:
    # One instant for all of it: by it, an undo knows what to bring back.
    bookings = Booking.objects.filter(session__in=ids).exclude(status=Booking.Status.CANCELLED)
    offers = WaitlistOffer.objects.filter(booking__session__in=ids, state=WaitlistOffer.State.OPEN)
    offers.update(state=WaitlistOffer.State.WITHDRAWN, answered_at=at)
    bookings.update(
        status=Booking.Status.CANCELLED,
        cancelled_at=at,
        cancelled_by_id=actor.user_id,
        cancel_reason=reason,
        cancelled_by_client=False,
        was_waiting=Q(status=Booking.Status.WAITLISTED),
        late_cancel=False,
        fee_percent=None,
        strike=None,
        attendance="",
    )
    Session.objects.filter(pk__in=ids).update(
        status=Session.Status.CANCELLED, cancelled_at=at, cancelled_by_id=actor.user_id, cancel_reason=reason
    )


def _together(anchor: Session) -> list[Session]:
    """Return the sessions of its series that were cancelled at the same instant."""
    rows = Session.objects.filter(
        series=anchor.series, status=Session.Status.CANCELLED, cancelled_at=anchor.cancelled_at
    )
    return list(rows.order_by("occurrence"))


@retry_deadlocks
def restore_sessions(*, actor: Actor, session_id: UUID) -> Session:
    """Undo a cancellation within three minutes: of a session, or of all that were cancelled with it.

    Raises NotFound, NotPermitted, Conflict: `status`, `too_late`, or `series` where a time was given away meanwhile.
    Publishes session.scheduled, or series.scheduled once for them all.
    """
    anchor = editable_session(actor, session_id)
    if anchor.series_id is None or anchor.cancelled_at is None or len(_together(anchor)) == 1:
        return restore_session(actor=actor, session_id=session_id)
    at, zone = anchor.cancelled_at, anchor.location.timezone

    def explain() -> Conflict:
        rows = [(one.occurrence, one.starts_at, ()) for one in _together(anchor)]
        return clashes_conflict(rows[:1], len(rows), zone)

    with refusals(batch_refusal(explain, anchor.capacity)), transaction.atomic():
        trainers = _lock_trainers(anchor.series_id)
        series = locked_series(anchor.series_id)
        sweep_holds(people=[trainer.user_id for trainer in trainers], rooms=rooms_of(series))
        ids = [session.pk for session in _together(anchor)]
        if not ids:
            raise Conflict("This series is not cancelled.", conflict="status")
        if now() - at > UNDO_WITHIN:
            raise Conflict(
                "It was cancelled more than three minutes ago. Make the series again.", conflict="too_late"
            )
        Session.objects.filter(pk__in=ids).update(
            status=Session.Status.SCHEDULED, cancelled_at=None, cancelled_by=None, cancel_reason=""
        )
        gone = Booking.objects.filter(session__in=ids, cancelled_at=at, status=Booking.Status.CANCELLED)
        back = {"cancelled_at": None, "cancelled_by": None, "cancel_reason": "", "was_waiting": False}
        gone.filter(was_waiting=True).update(status=Booking.Status.WAITLISTED, **back)
        gone.update(status=Booking.Status.BOOKED, **back)
        ended = None if series.ended_at == at else series.ended_at
        Series.objects.filter(pk=series.pk).update(ended_at=ended, version=series.version + 1)
        outbox.publish("series.scheduled", series=series.id, version=series.version + 1)
        record_event(actor=actor, action="series.restored", subject=series, sessions=len(ids))
    return Session.objects.select_related("series", "service", "location").get(pk=session_id)
