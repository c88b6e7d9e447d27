"""Exercise logs are records: written by the trainer who gives the session, read by her, and by clients once she shares them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from fitflow.core.errors import NotFound, NotPermitted
from studios.shared.policies import Actor, Capability, Scope, require, scope_of
from trainers.models import Booking, Exercise, ExerciseEntry, Session
from trainers.policies import fetch_session


def writes_log(actor: Actor, session: Session) -> bool:
    """Whether she writes (and so reads) what was trained in this session: whoever gives it does."""
    writes = scope_of(actor, Capability.RECORDS_WRITE) is not Scope.NONE
    return writes and actor.user_id is not None and session.trainer.user_id == actor.user_id


def log_session(actor: Actor, session_id: UUID) -> Session:
    """Return a session whose log she writes; raise NotFound, or NotPermitted where she may only see the session."""
    require(actor, Capability.RECORDS_WRITE)
    session = fetch_session(actor, session_id)
    if not writes_log(actor, session):
        raise NotPermitted("What was trained is logged by the trainer who gives the session.")
    return session


def visible_entries(actor: Actor) -> QuerySet[ExerciseEntry]:
    """Return what she may read: the logs of sessions she gives; as a client what is hers, or her group's, and shared.

    A lead reads no log of her team's: what clients agree to is that she reads their notes.
    """
    if actor.user_id is None or scope_of(actor, Capability.RECORDS_READ) is Scope.NONE:
        return ExerciseEntry.objects.none()
    was_there = Booking.objects.filter(
        session=OuterRef("log__session"), client__user_id=actor.user_id, status=Booking.Status.BOOKED
    ).exclude(attendance=Booking.Attendance.NO_SHOW)
    hers = Q(client__user_id=actor.user_id) | Q(client=None) & Exists(was_there)
    shared = Q(log__shared_with_clients=True) & hers
    if scope_of(actor, Capability.RECORDS_WRITE) is Scope.NONE:
        return ExerciseEntry.objects.filter(shared)
    return ExerciseEntry.objects.filter(shared | Q(log__session__trainer__user_id=actor.user_id))


def _adds(actor: Actor) -> bool:
    able = (Capability.EXERCISES_MANAGE, Capability.RECORDS_WRITE)
    return any(scope_of(actor, capability) is not Scope.NONE for capability in able)


def may_add_exercises(actor: Actor) -> None:
    """Raise NotPermitted unless she adds to the library: whoever manages it, and whoever logs."""
    if not _adds(actor):
        raise NotPermitted()


def exercises_in_use(actor: Actor) -> QuerySet[Exercise]:
    """Return the exercises on offer, to whoever works here; raise NotPermitted."""
    return all_exercises(actor).filter(retired_at=None)


def all_exercises(actor: Actor) -> QuerySet[Exercise]:
    """Return the whole library, retired ones too, to whoever works here; raise NotPermitted."""
    if not (actor.is_staff or actor.is_system):
        raise NotPermitted()
    return Exercise.objects.all()


def fetch_exercise(actor: Actor, exercise_id: UUID) -> Exercise:
    """Return an exercise, on offer or retired; raise NotPermitted or NotFound."""
    exercise = all_exercises(actor).filter(pk=exercise_id).first()
    if exercise is None:
        raise NotFound()
    return exercise
