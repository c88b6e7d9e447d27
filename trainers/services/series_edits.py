"""Changing a series: this session, this and those that follow, or all to come. What is past or completed stays as it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction

from fitflow.core.clock import now
from fitflow.core.db import lock_in_transaction, refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid, NotPermitted
from studios.models import Room
from studios.shared.policies import Actor, Capability
from trainers.models import Booking, Series, Session, TrainerProfile
from trainers.policies import editable_session, reaches_trainer
from trainers.recurrence import WALL, occurrence_at, read_wall, shifted, wall_of, walls
from trainers.selectors_equipment import needs_of_session
from trainers.services.parts import active_trainer, room_of
from trainers.services.scheduling import KEEP, Keep, check_start, reschedule_session, trainer_lock
from trainers.services.series import rule_of
from trainers.services.series_plans import Change, SeriesEdit
from trainers.services.series_problems import (
    Problem,
    Setting,
    batch_refusal,
    clashes_conflict,
    find_problems,
)
from trainers.services.series_writing import apply_edit
from trainers.services.sweeping import sweep_holds

SCOPES = ("this", "following", "all")
LENGTHS = range(5, 721)


def series_state(series: Series) -> dict[str, object]:
    """Return where a series stands now, for whoever acted on an older version of it."""
    return {
        "id": str(series.id),
        "version": series.version,
        "starts": series.starts,
        "rrule": series.rule,
        "ended_at": series.ended_at.isoformat() if series.ended_at else None,
    }


def _changed_meanwhile(series: Series) -> Conflict:
    return Conflict(
        "Somebody changed this series meanwhile. Look at it again, then repeat your change.",
        conflict="version",
        current=series_state(series),
    )


def check_version(series: Series, version: int | None) -> None:
    """Raise Conflict (`version`, with the current state) where a version is named and not the newest."""
    if version is not None and series.version != version:
        raise _changed_meanwhile(series)


def locked_series(series_id: UUID, *, version: int | None = None, anchor: Session | None = None) -> Series:
    """Lock a series until the transaction ends and return it as it is now.

    Raises Conflict (`version`), also where the `anchor` has gone to another series since it was read.
    """
    rows = Series.objects.select_for_update(of=("self",), no_key=True)
    series = rows.select_related("service", "trainer__lead", "location", "room").get(pk=series_id)
    check_version(series, version)
    if anchor is not None:
        anchor.refresh_from_db(fields=["series", "occurrence"])
        if anchor.series_id != series_id:
            raise _changed_meanwhile(series)
    return series


def check_scope(scope: str) -> None:
    """Raise Invalid for a scope there is not."""
    if scope not in SCOPES:
        raise Invalid(f"Scope is one of {', '.join(SCOPES)}.", field="scope")


def repeating(actor: Actor, session_id: UUID) -> tuple[Session, UUID]:
    """Return a session that she may change, and its series. Raises NotFound, NotPermitted, Invalid where it has none."""
    session = editable_session(actor, session_id)
    if session.series_id is None:
        raise Invalid("This session does not repeat. Change it alone.", field="scope")
    return session, session.series_id


def fetch_rows(series_id: UUID) -> Series:
    """Return a series with all that a plan needs of it."""
    rows = Series.objects.select_related("service", "trainer__lead", "location", "room")
    return rows.get(pk=series_id)


def rooms_of(series: Series) -> set[UUID | None]:
    """Return the rooms of a series' sessions: some of them may have been given another one alone."""
    return set(series.sessions.values_list("room_id", flat=True).distinct())


def to_come(actor: Actor, anchor: Session, scope: str, *, lock: bool = False) -> list[Session]:
    """Return the sessions of the anchor's series that a change may touch, in order: scheduled, not begun, all hers to change.

    Raises Conflict (`status`) where there is none, NotPermitted where one of them is given by somebody she does not reach.
    """
    rows = Session.objects.filter(series=anchor.series, status=Session.Status.SCHEDULED, starts_at__gt=now())
    if scope == "following":
        rows = rows.filter(occurrence__gte=anchor.occurrence)
    if lock:
        list(rows.select_for_update(of=("self",), no_key=True).order_by("id").values_list("id"))
    found = list(rows.select_related("trainer__lead", "room").order_by("occurrence"))
    if not found:
        raise Conflict("Nothing of this series is still to come.", conflict="status")
    trainers = {session.trainer_id: session.trainer for session in found}
    if not all(reaches_trainer(actor, one, Capability.SESSIONS_MANAGE) for one in trainers.values()):
        raise NotPermitted("Somebody else gives some of these sessions. Ask your lead or the studio.")
    return found


@dataclass(frozen=True)
class _Wish:
    starts_at: datetime | None
    trainer_id: UUID | None
    room_id: UUID | Keep | None
    minutes: int | None
    leave_out: frozenset[UUID] = frozenset()


def _check_left_out(touched: list[Session], left_out: frozenset[UUID]) -> None:
    known = {session.pk for session in touched}
    if left_out - known:
        raise Invalid("One of the sessions left out is none of those to be changed.", field="leave_out")
    if known == left_out:
        raise Invalid("Every session is left out. Keep at least one.", field="leave_out")


def _plan(
    actor: Actor, anchor: Session, series: Series, scope: str, wish: _Wish, *, lock: bool
) -> SeriesEdit:
    touched = to_come(actor, anchor, scope, lock=lock)
    at = next((one for one in touched if one.pk == anchor.pk), None)
    if at is None:
        raise Conflict("This session is past or closed. Choose one that is to come.", conflict="status")
    _check_left_out(touched, wish.leave_out)
    trainer = active_trainer(wish.trainer_id) if wish.trainer_id is not None else series.trainer
    if not reaches_trainer(actor, trainer, Capability.SESSIONS_MANAGE):
        raise NotPermitted("You can give sessions to yourself and to your team.", field="trainer")
    room = series.room if isinstance(wish.room_id, Keep) else room_of(series.location, wish.room_id)
    minutes = wish.minutes if wish.minutes is not None else series.duration_minutes
    by = timedelta()
    if wish.starts_at is not None and wish.starts_at != at.starts_at:
        check_start(actor, wish.starts_at)
        by = read_wall(wall_of(wish.starts_at, series.location.timezone)) - read_wall(at.occurrence)
    changes = [_changed(one, series, at, by, trainer, room, minutes, wish) for one in touched]
    others = series.sessions.exclude(pk__in=[one.pk for one in touched])
    first = touched[0].occurrence
    stays = others.exclude(status=Session.Status.CANCELLED) | others.filter(occurrence__lt=first)
    untouched = stays.count()
    base, rule = (first if untouched else series.starts), rule_of(series)
    left = (
        sum(1 for wall in walls(rule, series.starts) if wall.strftime(WALL) >= base) if rule.count else None
    )
    ids = [one.pk for one in touched]
    booked = Booking.objects.filter(session__in=ids).exclude(status=Booking.Status.CANCELLED)
    return SeriesEdit(
        series=series,
        anchor=at,
        scope=scope,
        rule=shifted(rule, base, by, count=left),
        starts=(read_wall(base) + by).strftime(WALL),
        by=by,
        changes=_checked(actor, series, changes),
        trainer=trainer,
        room=room,
        minutes=minutes,
        splits=bool(untouched),
        untouched=untouched,
        clients=booked.values("client").distinct().count(),
    )


def _changed(
    session: Session,
    series: Series,
    anchor: Session,
    by: timedelta,
    trainer: TrainerProfile,
    room: Room | None,
    minutes: int,
    wish: _Wish,
) -> Change:
    """Return one session's change: what somebody changed on it alone before (time, length, trainer, room) it keeps."""
    zone, is_anchor = series.location.timezone, session.pk == anchor.pk
    wall = read_wall(session.occurrence)
    if session.pk in wish.leave_out:
        return Change(
            session=session,
            occurrence=(wall + by).strftime(WALL),
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            trainer=session.trainer,
            room=session.room,
            left_out=True,
        )
    usual = occurrence_at(wall, zone=zone, minutes=series.duration_minutes)
    length = session.ends_at - session.starts_at
    starts_at = session.starts_at
    if is_anchor and wish.starts_at is not None:
        starts_at = wish.starts_at  # also where that is what its rule says, and only it had been moved
    elif by and starts_at == usual.starts_at:
        starts_at = occurrence_at(wall + by, zone=zone, minutes=minutes).starts_at
    if wish.minutes is not None and (is_anchor or length == timedelta(minutes=series.duration_minutes)):
        length = timedelta(minutes=minutes)
    gets_trainer = wish.trainer_id is not None and (is_anchor or session.trainer_id == series.trainer_id)
    gets_room = wish.room_id is not KEEP and (is_anchor or session.room_id == series.room_id)
    return Change(
        session=session,
        occurrence=(wall + by).strftime(WALL),
        starts_at=starts_at,
        ends_at=starts_at + length,
        trainer=trainer if gets_trainer else session.trainer,
        room=room if gets_room else session.room,
    )


def _checked(actor: Actor, series: Series, changes: list[Change]) -> list[Change]:
    """Return the changes with what stands against each; queries for each pair of trainer and room among them."""
    ids = {change.session.pk for change in changes}
    pairs: dict[tuple[UUID, UUID | None], list[int]] = {}
    for number, change in enumerate(changes):
        pairs.setdefault((change.trainer.pk, change.room.pk if change.room else None), []).append(number)
    found: dict[int, list[Problem]] = {}
    for numbers in pairs.values():
        one = changes[numbers[0]]
        before, after = one.session.buffer_before_minutes, one.session.buffer_after_minutes
        setting = Setting(
            actor=actor,
            trainer=one.trainer,
            location=series.location,
            room=one.room,
            before=timedelta(minutes=before),
            after=timedelta(minutes=after),
            needs=needs_of_session(one.session.pk),
        )
        spans = [(changes[number].starts_at, changes[number].ends_at) for number in numbers]
        found |= dict(zip(numbers, find_problems(setting, spans, ignoring=ids), strict=True))
    return [replace(change, problems=tuple(found[number])) for number, change in enumerate(changes)]


def _wish(
    starts_at: datetime | None,
    trainer_id: UUID | None,
    room_id: UUID | Keep | None,
    minutes: int | None,
    leave_out: Collection[UUID],
) -> _Wish:
    if minutes is not None and minutes not in LENGTHS:
        raise Invalid("A session lasts 5 to 720 minutes.", field="duration_minutes")
    starts = starts_at.astimezone(UTC) if starts_at is not None else None
    return _Wish(starts, trainer_id, room_id, minutes, frozenset(leave_out))


def preview_series_edit(
    *,
    actor: Actor,
    session_id: UUID,
    scope: str,
    starts_at: datetime | None = None,
    trainer_id: UUID | None = None,
    room_id: UUID | Keep | None = KEEP,
    duration_minutes: int | None = None,
    leave_out: Collection[UUID] = (),
) -> SeriesEdit:
    """Return what a change of "following" or "all" touches, session by session; nothing is written. Those in `leave_out`
    stay as they are, in the series as it becomes.

    Raises NotFound, NotPermitted, Invalid, Conflict (`status`).
    """
    check_scope(scope)
    anchor, series_id = repeating(actor, session_id)
    wish = _wish(starts_at, trainer_id, room_id, duration_minutes, leave_out)
    return _plan(actor, anchor, fetch_rows(series_id), scope, wish, lock=False)


@retry_deadlocks
def edit_session(
    *,
    actor: Actor,
    session_id: UUID,
    scope: str = "this",
    starts_at: datetime | None = None,
    trainer_id: UUID | None = None,
    room_id: UUID | Keep | None = KEEP,
    duration_minutes: int | None = None,
    leave_out: Collection[UUID] = (),
    version: int | None = None,
    outside_hours: bool = False,
) -> Session:
    """Change this session, this and those that follow, or all to come: start, trainer, room, length; all of them or none.

    A later start moves every session by the same wall-clock time. Sessions that were changed by themselves before keep what
    was changed, and those in `leave_out` stay as they are. "Following" ends the series before this session and begins another
    that follows it. `version` is the session's for "this", else the series'. Raises NotFound, NotPermitted, Invalid, and
    Conflict: `version`, `status`, or `series` with the occurrences that clash (for "this": trainer, room, equipment, and
    availability unless `outside_hours`).
    Publishes series.changed, once.
    """
    check_scope(scope)
    wish = _wish(starts_at, trainer_id, room_id, duration_minutes, leave_out)
    if scope == "this":
        return _edit_this(actor, editable_session(actor, session_id), wish, version, outside_hours)
    anchor, series_id = repeating(actor, session_id)

    def explain() -> Conflict:
        return _conflict_of(_plan(actor, anchor, fetch_rows(series_id), scope, wish, lock=False))

    with refusals(batch_refusal(explain, anchor.capacity)), transaction.atomic():
        trainers = TrainerProfile.objects.filter(sessions__series=series_id).distinct()
        new = [active_trainer(trainer_id)] if trainer_id is not None else []
        people = [*trainers, *new, anchor.trainer]
        lock_in_transaction(*(trainer_lock(trainer) for trainer in people))
        series = locked_series(series_id, version=version, anchor=anchor)
        rooms = {*rooms_of(series), None if isinstance(room_id, Keep) else room_id}
        sweep_holds(people={trainer.user_id for trainer in people}, rooms=rooms)
        edit = _plan(actor, anchor, series, scope, wish, lock=True)
        if edit.changes_nothing and not edit.by:
            return edit.anchor
        if any(problem.kind in {"past", "far"} for change in edit.changes for problem in change.problems):
            raise _conflict_of(edit)
        apply_edit(actor, edit)
    return Session.objects.select_related("series", "service", "location").get(pk=session_id)


def _edit_this(
    actor: Actor, anchor: Session, wish: _Wish, version: int | None, outside_hours: bool
) -> Session:
    starts_at = wish.starts_at or anchor.starts_at
    length = timedelta(minutes=wish.minutes) if wish.minutes else anchor.ends_at - anchor.starts_at
    return reschedule_session(
        actor=actor,
        session_id=anchor.pk,
        starts_at=starts_at,
        ends_at=starts_at + length,
        trainer_id=wish.trainer_id,
        room_id=wish.room_id,
        version=version,
        outside_hours=outside_hours,
    )


def _conflict_of(edit: SeriesEdit) -> Conflict:
    blocked = [(change.session.occurrence, change.starts_at, change.problems) for change in edit.blocked]
    return clashes_conflict(blocked, len(edit.made), edit.series.location.timezone)
