"""What was trained in a session: sets logged, changed and taken back by the trainer who gives it.

A set's id is made where it is entered, so sending it twice logs it once. Every change names the version it saw.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.db import refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.core.ids import uuid7
from studios.services import record_event
from studios.shared.policies import Actor
from trainers.log_policies import fetch_exercise, log_session
from trainers.models import Booking, Exercise, ExerciseEntry, ExerciseLog, ExerciseSet, Measure, Session
from trainers.models.exercises import MOST_LOAD, MOST_METRES, MOST_REPETITIONS, MOST_SECONDS
from trainers.selectors_log import last_times
from trainers.services.booking import CHECK_IN
from trainers.services.exercise_library import find_or_add_exercise

CENT = Decimal("0.01")
MOST_SETS = 50


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one set came to; which of these are there is its exercise's measure's to say."""

    repetitions: int | None = None
    load: Decimal | None = None
    load_unit: str = ""
    seconds: int | None = None
    metres: int | None = None


@dataclass(frozen=True, kw_only=True)
class NewExercise:
    """An exercise by its name: found in the library, or made."""

    name: str
    measure: str


def _whole(value: int | None, field: str, most: int, words: str) -> int:
    if value is None or not 1 <= value <= most:
        raise Invalid(f"Give the {words}, from 1 to {most:,}.", field=field)
    return value


def _load(figures: Figures) -> tuple[Decimal, str]:
    unit = figures.load_unit or ExerciseSet.Unit.KG
    if unit not in MOST_LOAD:
        raise Invalid("A load is in kg or lb.", field="load_unit")
    most = MOST_LOAD[unit]
    try:
        load = None if figures.load is None else figures.load.quantize(CENT)
    except InvalidOperation:
        load = None
    if load is None or not 0 <= load <= most or load != figures.load:
        raise Invalid(f"Give the load, from 0 to {most:,} {unit}, with two decimals at most.", field="load")
    return load, unit


def checked_figures(measure: str, figures: Figures) -> Figures:
    """Return what this measure counts of the figures; raise Invalid for what is missing or cannot be. The rest is left out."""
    if measure in {Measure.LOAD, Measure.BODYWEIGHT}:
        count = _whole(figures.repetitions, "repetitions", MOST_REPETITIONS, "repetitions")
        if measure == Measure.BODYWEIGHT:
            return Figures(repetitions=count)
        load, unit = _load(figures)
        return Figures(repetitions=count, load=load, load_unit=unit)
    if measure == Measure.TIME:
        return Figures(seconds=_whole(figures.seconds, "seconds", MOST_SECONDS, "time in seconds"))
    metres = _whole(figures.metres, "metres", MOST_METRES, "distance in metres")
    seconds = figures.seconds
    if seconds is not None:
        seconds = _whole(seconds, "seconds", MOST_SECONDS, "time in seconds")
    return Figures(metres=metres, seconds=seconds)


def figures_of(row: ExerciseSet) -> dict[str, Any]:
    """Return a set's figures as the API shows them; a load is text without needless zeros."""
    return {
        "repetitions": row.repetitions,
        "load": row.load_text or None,
        "load_unit": row.load_unit,
        "seconds": row.seconds,
        "metres": row.metres,
    }


def _figures_again(row: ExerciseSet) -> Figures:
    return Figures(**{each.name: getattr(row, each.name) for each in fields(Figures)})


def state_of(row: ExerciseSet) -> dict[str, Any]:
    """Return a set as it stands: what somebody who changed an older version is shown."""
    return {"id": str(row.pk), "version": row.version, **figures_of(row)}


def _open(session: Session) -> Session:
    """Return a session that is logged about now or later; raise Conflict (`status`, `too_early`)."""
    if session.status not in {Session.Status.SCHEDULED, Session.Status.COMPLETED}:
        raise Conflict("This session does not take place.", conflict="status", status=session.status)
    if session.starts_at - CHECK_IN > now():
        raise Conflict("The log opens an hour before the session.", conflict="too_early")
    return session


def _locked_log(session: Session) -> ExerciseLog:
    """Return the session's log, locked until the transaction ends: whoever writes into it queues up here."""
    ExerciseLog.objects.bulk_create([ExerciseLog(session=session)], ignore_conflicts=True)
    return ExerciseLog.objects.select_for_update(no_key=True).get(session=session)


def _in_session(session: Session, client_id: UUID | None) -> None:
    if client_id is None:
        if session.capacity == 1:
            raise Invalid("Say whom you log it for.", field="client")
        return
    booked = session.bookings.filter(client_id=client_id, status=Booking.Status.BOOKED)
    if not booked.exists():
        raise NotFound("That client is not in this session.", field="client")


def _told(actor: Actor, session: Session, row: ExerciseSet, change: str) -> None:
    outbox.publish("session.logged", session=session.id, set=row.pk, change=change)
    record_event(
        actor=actor,
        action=f"log.set_{change}",
        subject=row,
        session=session.id,
        client=row.entry.client_id,
    )


def _exercise(actor: Actor, asked: UUID | NewExercise) -> Exercise:
    if isinstance(asked, NewExercise):
        return find_or_add_exercise(actor=actor, name=asked.name, measure=asked.measure)
    return fetch_exercise(actor, asked)


def _refused(name: str, state: str) -> Exception | None:
    if name.startswith("trainers_exerciseset_pkey"):
        return Conflict("That id is another set's.", conflict="id")
    if name.startswith("exercise_set_measure"):
        return Conflict(
            "This exercise is counted in something else since. Choose it again.",
            field="exercise",
            conflict="measure",
        )
    return None


def _sent_before(set_id: UUID, session: Session) -> ExerciseSet | None:
    return (
        ExerciseSet.objects.filter(pk=set_id, entry__log__session=session)
        .select_related("entry__exercise")
        .first()
    )


def _entry(log: ExerciseLog, client_id: UUID | None, exercise: Exercise) -> ExerciseEntry:
    whose: dict[str, Any] = {"log": log, "client_id": client_id, "exercise": exercise}
    entry, _ = ExerciseEntry.objects.get_or_create(**whose)
    entry.exercise = exercise
    return entry


def _add_set(
    actor: Actor, session: Session, entry: ExerciseEntry, key: UUID, figures: Figures
) -> ExerciseSet:
    """Write one set after the others; the session's log is locked. Raises Invalid, NotPermitted."""
    if actor.user_id is None:
        raise NotPermitted("A log has a person as its author.")
    places = entry.sets.aggregate(last=Max("position"))["last"] or 0
    if places >= MOST_SETS:
        raise Invalid(f"An exercise has {MOST_SETS} sets at most.", field="exercise")
    row = ExerciseSet.objects.create(
        id=key,
        entry=entry,
        position=places + 1,
        measure=entry.exercise.measure,
        author_id=actor.user_id,
        author_name=actor.name,
        **asdict(checked_figures(entry.exercise.measure, figures)),
    )
    _told(actor, session, row, "logged")
    return row


@retry_deadlocks
def log_set(
    *,
    actor: Actor,
    session_id: UUID,
    client_id: UUID | None,
    exercise: UUID | NewExercise,
    figures: Figures,
    set_id: UUID | None = None,
) -> ExerciseSet:
    """Log one set of a client's (or, in a class, of the whole group's), from an hour before the session on.

    `set_id` is made by who sends it: a set that is there already is answered as it stands, so that sending again is safe.
    Raises NotFound, NotPermitted, Invalid, Conflict (`status`, `too_early`, `id`; `measure` where the exercise was changed
    meanwhile). Publishes session.logged.
    """
    session = log_session(actor, session_id)
    with refusals(_refused), transaction.atomic():
        log = _locked_log(_open(session))
        key = set_id or uuid7()
        if (sent := _sent_before(key, session)) is not None:
            return sent
        _in_session(session, client_id)
        entry = _entry(log, client_id, _exercise(actor, exercise))
        return _add_set(actor, session, entry, key, figures)


@retry_deadlocks
def repeat_last(
    *, actor: Actor, session_id: UUID, client_id: UUID | None, exercise_id: UUID, set_id: UUID | None = None
) -> list[ExerciseSet]:
    """Log the sets of an exercise as they were last time, all or none of them; return them.

    `set_id` becomes the first set's: repeating that was sent before is answered with the sets as they stand.
    Raises NotFound, NotPermitted, Invalid, Conflict (`status`, `too_early`, `id`; `logged` where the exercise has sets
    already; `last` where there is nothing to repeat). Publishes session.logged for each set.
    """
    session = log_session(actor, session_id)
    with refusals(_refused), transaction.atomic():
        log = _locked_log(_open(session))
        key = set_id or uuid7()
        if (sent := _sent_before(key, session)) is not None:
            return list(sent.entry.sets.all())
        _in_session(session, client_id)
        found = last_times(actor, session, [client_id] if client_id else [])
        last = next(
            (one for one in found if (one.client_id, one.exercise_id) == (client_id, exercise_id)), None
        )
        if last is None:
            raise Conflict("There is no last time to repeat.", conflict="last")
        entry = _entry(log, client_id, fetch_exercise(actor, exercise_id))
        if entry.sets.exists():
            raise Conflict("This exercise has sets already.", conflict="logged")
        return [
            _add_set(actor, session, entry, uuid7() if number else key, _figures_again(row))
            for number, row in enumerate(last.sets)
        ]


def _current(session: Session, set_id: UUID, version: int | None) -> ExerciseSet:
    """Return a set of the session's (its log is locked); raise NotFound, or Conflict (`version`) with what it is by now."""
    row = _sent_before(set_id, session)
    if row is None:
        raise NotFound("This set is not there any more.", conflict="gone")
    if version is not None and version != row.version:
        raise Conflict(
            "This set was changed on another device meanwhile.", conflict="version", current=state_of(row)
        )
    return row


@retry_deadlocks
def change_set(
    *, actor: Actor, session_id: UUID, set_id: UUID, version: int, figures: Figures
) -> ExerciseSet:
    """Change a set to other figures. Sending the same again changes nothing.

    Raises NotFound, NotPermitted, Invalid, Conflict (`status`; `version` with the set as it is, as `current`).
    Publishes session.logged.
    """
    session = log_session(actor, session_id)
    with transaction.atomic():
        _locked_log(_open(session))
        row = _current(session, set_id, None)
        checked = asdict(checked_figures(row.measure, figures))
        if all(getattr(row, name) == value for name, value in checked.items()):
            return row
        _current(session, set_id, version)
        for name, value in checked.items():
            setattr(row, name, value)
        row.save(update_fields=[*checked, "changed_at"])
        row.version += 1  # as the trigger has written it
        _told(actor, session, row, "changed")
    return row


@retry_deadlocks
def remove_set(*, actor: Actor, session_id: UUID, set_id: UUID, version: int | None = None) -> None:
    """Take a set back; its exercise leaves the log with its last set.

    Raises NotFound, NotPermitted, Conflict (`status`; `version` where it was changed since). Publishes session.logged.
    """
    session = log_session(actor, session_id)
    with transaction.atomic():
        _locked_log(_open(session))
        row = _current(session, set_id, version)
        ExerciseSet.objects.filter(pk=row.pk).delete()
        if not row.entry.sets.exists():
            ExerciseEntry.objects.filter(pk=row.entry_id).delete()
        _told(actor, session, row, "removed")


@retry_deadlocks
def share_log(*, actor: Actor, session_id: UUID, shared: bool) -> ExerciseLog:
    """Let the session's clients read the log in their portal, each her own and the group's; or take that back.

    Raises NotFound, NotPermitted, Conflict (`status`). Publishes session.logged.
    """
    session = log_session(actor, session_id)
    with transaction.atomic():
        log = _locked_log(_open(session))
        if log.shared_with_clients == shared:
            return log
        log.shared_with_clients = shared
        log.save(update_fields=["shared_with_clients"])
        outbox.publish("session.logged", session=session.id, change="shared")
        record_event(actor=actor, action="log.shared", subject=log, session=session.id, shared=shared)
    return log
