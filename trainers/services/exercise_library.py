"""The studio's library of exercises: made while typing, renamed, retired, and seeded with the usual ones on demand."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from fitflow.core.clock import now
from fitflow.core.db import refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid
from fitflow.core.fields import check_name
from fitflow.core.folding import Folded, fold
from studios.services import record_event
from studios.shared.policies import Actor, Capability, require
from trainers.log_policies import fetch_exercise, may_add_exercises
from trainers.models import Exercise, Measure

LONGEST_NAME = 80
USUAL: dict[Measure, tuple[str, ...]] = {
    Measure.LOAD: (
        "Back squat",
        "Front squat",
        "Goblet squat",
        "Deadlift",
        "Romanian deadlift",
        "Hip thrust",
        "Bench press",
        "Overhead press",
        "Dumbbell row",
        "Lat pulldown",
        "Landmine press",
        "Kettlebell swing",
    ),
    Measure.BODYWEIGHT: ("Push-up", "Pull-up", "Lunge", "Step-up", "Glute bridge", "Heel slide"),
    Measure.TIME: ("Plank", "Side plank", "Wall sit", "Balance on one leg"),
    Measure.DISTANCE: ("Rowing", "Running", "Sled push"),
}


def clean_name(name: str) -> str:
    """Return an exercise's name with single spaces; raise Invalid where there is none or too much of one."""
    text = " ".join(name.replace("\x00", "").split())
    if not text:
        raise Invalid("Give the exercise a name.", field="name")
    if len(text) > LONGEST_NAME:
        raise Invalid(f"A name has {LONGEST_NAME} characters at most.", field="name")
    return check_name(text)


def _measure(measure: str) -> Measure:
    if measure not in Measure.values:
        raise Invalid("Say how the exercise is measured.", field="measure")
    return Measure(measure)


def exercise_named(name: str) -> Exercise | None:
    """Return the exercise of that name, however it is written (case, accents), or None."""
    return Exercise.objects.annotate(folded=Folded("name")).filter(folded=fold(clean_name(name))).first()


def _taken(name: str, state: str) -> Exception | None:
    if name.startswith("exercise_name_once"):
        return Conflict("There is an exercise of that name.", field="name", conflict="name")
    return None


@retry_deadlocks
def add_exercise(*, actor: Actor, name: str, measure: str) -> Exercise:
    """Add an exercise to the library. Raises NotPermitted, Invalid, Conflict (`name` where there is one of that name)."""
    may_add_exercises(actor)
    text, kind = clean_name(name), _measure(measure)
    with refusals(_taken), transaction.atomic():
        exercise = Exercise.objects.create(name=text, measure=kind)
        record_event(actor=actor, action="exercise.added", subject=exercise, measure=kind)
    return exercise


def find_or_add_exercise(*, actor: Actor, name: str, measure: str) -> Exercise:
    """Return the exercise of that name, made now where there is none: two who type the same name at once get the same.

    Raises NotPermitted, Invalid.
    """
    may_add_exercises(actor)
    found = exercise_named(name)
    if found is not None:
        return found
    try:
        return add_exercise(actor=actor, name=name, measure=measure)
    except Conflict:
        found = exercise_named(name)
        if found is None:
            raise
        return found


@retry_deadlocks
def change_exercise(*, actor: Actor, exercise_id: UUID, name: str, measure: str) -> Exercise:
    """Rename an exercise; how it is measured changes only while nobody has logged it.

    Raises NotPermitted, NotFound, Invalid, Conflict (`name`; `measure` once it is in a log).
    """
    require(actor, Capability.EXERCISES_MANAGE)
    text, kind = clean_name(name), _measure(measure)
    seen = fetch_exercise(actor, exercise_id)
    with refusals(_taken), transaction.atomic():
        exercise = Exercise.objects.select_for_update().get(pk=seen.pk)
        if exercise.measure != kind and exercise.entries.exists():
            words = "It is in logs as it is measured now. Retire it and add another one."
            raise Conflict(words, field="measure", conflict="measure")
        exercise.name, exercise.measure = text, kind
        exercise.save(update_fields=["name", "measure"])
        record_event(actor=actor, action="exercise.changed", subject=exercise, measure=kind)
    return exercise


@retry_deadlocks
def retire_exercise(*, actor: Actor, exercise_id: UUID, retired: bool = True) -> Exercise:
    """Offer an exercise no more, or again; logs keep it. Raises NotPermitted, NotFound."""
    require(actor, Capability.EXERCISES_MANAGE)
    seen = fetch_exercise(actor, exercise_id)
    with transaction.atomic():
        exercise = Exercise.objects.select_for_update().get(pk=seen.pk)
        if (exercise.retired_at is not None) == retired:
            return exercise
        exercise.retired_at = now() if retired else None
        exercise.save(update_fields=["retired_at"])
        action = "exercise.retired" if retired else "exercise.offered"
        record_event(actor=actor, action=action, subject=exercise)
    return exercise


@retry_deadlocks
def seed_exercises(*, actor: Actor) -> int:
    """Add the usual exercises that the library has not got yet; return how many were added. Raises NotPermitted."""
    may_add_exercises(actor)
    with transaction.atomic():
        known = {fold(name) for name in Exercise.objects.values_list("name", flat=True)}
        wanted = [
            Exercise(name=name, measure=measure)
            for measure, names in USUAL.items()
            for name in names
            if fold(name) not in known
        ]
        made = Exercise.objects.bulk_create(wanted, ignore_conflicts=True)
        for exercise in Exercise.objects.filter(pk__in=[row.pk for row in made]):
            record_event(actor=actor, action="exercise.added", subject=exercise, measure=exercise.measure)
    return len(made)
