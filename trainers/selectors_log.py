"""Reads of exercise logs: what one session's log shows to one person, and what a client did last time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from clients.models import Client
from studios.shared.policies import Actor
from trainers.log_policies import visible_entries, writes_log
from trainers.log_words import sets_words
from trainers.models import Booking, Exercise, ExerciseEntry, ExerciseLog, ExerciseSet, Measure, Session
from trainers.policies import may_see_clients_of

GROUP = "The whole group"
MOST_OFFERED = 400
Key = tuple[UUID | None, UUID]


@dataclass(frozen=True)
class LastTime:
    """What a client did of an exercise when she last did it in a session of the same trainer's."""

    client_id: UUID | None
    exercise_id: UUID
    at: datetime
    zone: str
    sets: list[ExerciseSet]

    @property
    def words(self) -> str:
        """The sets in words."""
        return sets_words(self.sets)


@dataclass(frozen=True)
class LoggedExercise:
    """One exercise of one client (or of the whole group) with its sets, and what there was last time."""

    client_id: UUID | None
    who: str
    exercise: Exercise
    sets: list[ExerciseSet]
    last: LastTime | None

    @property
    def words(self) -> str:
        """The sets in words."""
        return sets_words(self.sets)

    @property
    def next_like(self) -> ExerciseSet | None:
        """The set that the next one is likely to be like: the last of this session, else the first of last time."""
        if self.sets:
            return self.sets[-1]
        return self.last.sets[0] if self.last and self.last.sets else None


@dataclass(frozen=True)
class SessionLog:
    """A session's exercise log as one person sees it."""

    entries: list[LoggedExercise]
    last: list[LastTime]
    people: list[Client]  # for whom it is logged: who is booked
    for_group: bool
    exercises: list[Exercise]  # on offer
    shared: bool
    may_write: bool
    exercise_count: int  # how many were logged: told without contents to whoever may know who is booked

    @property
    def shown_sets(self) -> list[ExerciseSet]:
        """Every set whose figures are shown, those of last time included."""
        return sets_of([*self.entries, *self.last])

    def entry_for(self, client_id: UUID | None, exercise: Exercise) -> LoggedExercise:
        """Return the entry of a client and exercise, an empty one where nothing is logged yet."""
        for entry in self.entries:
            if (entry.client_id, entry.exercise.pk) == (client_id, exercise.pk):
                return entry
        last = {(row.client_id, row.exercise_id): row for row in self.last}
        who = next((person.name for person in self.people if person.pk == client_id), GROUP)
        return LoggedExercise(client_id, who, exercise, [], last.get((client_id, exercise.pk)))


def sets_of(shown: Iterable[LoggedExercise | LastTime]) -> list[ExerciseSet]:
    """Return the sets of what is shown."""
    return [row for one in shown for row in one.sets]


def _read(rows: QuerySet[ExerciseEntry]) -> QuerySet[ExerciseEntry]:
    return rows.select_related("client", "exercise").prefetch_related("sets")


def last_times(actor: Actor, session: Session, clients: Iterable[UUID]) -> list[LastTime]:
    """Return, for each client and exercise, the sets of the latest session before this one that the actor may read.

    The whole group's are those of the same service. Two queries.
    """
    before = visible_entries(actor).filter(log__session__starts_at__lt=session.starts_at)
    group = Q(client=None, log__session__service=session.service_id)
    rows = before.filter(Q(client__in=list(clients)) | group)
    newest = rows.order_by("client_id", "exercise_id", "-log__session__starts_at")
    newest = newest.distinct("client_id", "exercise_id")
    found = newest.select_related("log__session__location").prefetch_related("sets")
    return [
        LastTime(
            row.client_id,
            row.exercise_id,
            row.log.session.starts_at,
            row.log.session.location.timezone,
            list(row.sets.all()),
        )
        for row in found
    ]


def session_log(actor: Actor, session: Session) -> SessionLog:
    """Return the log of a session she may see: with contents where she may read them, else only how much there is."""
    writes = writes_log(actor, session)
    log = ExerciseLog.objects.filter(session=session).first()
    people = (
        [
            booking.client
            for booking in session.bookings.filter(status=Booking.Status.BOOKED).select_related("client")
        ]
        if writes
        else []
    )
    last = last_times(actor, session, [person.pk for person in people]) if writes else []
    known: dict[Key, LastTime] = {(row.client_id, row.exercise_id): row for row in last}
    entries = [
        LoggedExercise(
            row.client_id,
            row.client.name if row.client else GROUP,
            row.exercise,
            list(row.sets.all()),
            known.get((row.client_id, row.exercise_id)),
        )
        for row in _read(visible_entries(actor).filter(log__session=session))
    ]
    return SessionLog(
        entries=entries,
        last=last,
        people=people,
        for_group=session.capacity > 1,
        exercises=list(Exercise.objects.filter(retired_at=None)[:MOST_OFFERED]) if writes else [],
        shared=log is not None and log.shared_with_clients,
        may_write=writes,
        exercise_count=log.entries.count() if log and may_see_clients_of(actor, session) else 0,
    )


def shared_logs(actor: Actor, session_ids: Iterable[UUID]) -> dict[UUID, list[LoggedExercise]]:
    """Return what of her sessions' logs is shared with a client, by session. Two queries."""
    rows = visible_entries(actor).filter(log__session__in=list(session_ids), log__shared_with_clients=True)
    hers = rows.filter(Q(client=None) | Q(client__user_id=actor.user_id))
    found: dict[UUID, list[LoggedExercise]] = {}
    for row in _read(hers).select_related("log"):
        entry = LoggedExercise(row.client_id, "", row.exercise, list(row.sets.all()), None)
        found.setdefault(row.log.session_id, []).append(entry)
    return found


MEASURES = [(measure.value, measure.label) for measure in Measure]
