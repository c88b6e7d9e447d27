from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from clients.models import Client
from fitflow.accounts.models import User
from fitflow.core.fields import NameField
from fitflow.core.folding import Folded
from fitflow.core.models import Row
from trainers.models.timetable import Session

MOST_REPETITIONS = 1000
MOST_LOAD = {"kg": Decimal(1500), "lb": Decimal(3300)}
MOST_SECONDS = 86_400
MOST_METRES = 1_000_000


class Measure(models.TextChoices):
    """What is counted of an exercise."""

    LOAD = "load", "Repetitions and load"
    BODYWEIGHT = "bodyweight", "Repetitions"
    TIME = "time", "Time"
    DISTANCE = "distance", "Distance"


class Exercise(Row):
    """An exercise of the studio's own library. A retired one stays in the logs it is in and is offered no more."""

    name = NameField(max_length=80)
    measure = models.CharField(max_length=10, choices=Measure.choices)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(Folded(F("name")), name="exercise_name_once"),
            models.CheckConstraint(
                condition=Q(measure="load")
                | Q(measure="bodyweight")
                | Q(measure="time")
                | Q(measure="distance"),
                name="exercise_measure_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExerciseLog(Row):
    """What was trained in one session: a record of its trainer's, shown to its clients only once she shares it."""

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="exercise_log")
    shared_with_clients = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"log of {self.session_id}"


class ExerciseEntry(Row):
    """One exercise of one client in a log, or (without a client) of the whole group. It is there while it has sets."""

    log = models.ForeignKey(ExerciseLog, on_delete=models.CASCADE, related_name="entries")
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="exercise_entries"
    )
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="entries")

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["log", "client", "exercise"], name="exercise_entry_once", nulls_distinct=False
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["client", "exercise"], name="exercise_entry_by_client"),
        ]

    def __str__(self) -> str:
        return f"{self.exercise_id} in {self.log_id}"


class ExerciseSet(Row):
    """One set: what its exercise's measure says, and nothing else. Its id is made where it was entered."""

    class Unit(models.TextChoices):
        KG = "kg", "kg"
        LB = "lb", "lb"

    entry = models.ForeignKey(ExerciseEntry, on_delete=models.CASCADE, related_name="sets")
    position = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=10, choices=Measure.choices)
    repetitions = models.PositiveSmallIntegerField(null=True, blank=True)
    load = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    load_unit = models.CharField(max_length=2, choices=Unit.choices, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    metres = models.PositiveIntegerField(null=True, blank=True)
    # Grows with every change; who changes a set says which version she saw.
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=200)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry", "position"], name="exercise_set_position_once"),
            models.CheckConstraint(
                name="exercise_set_as_measured",
                condition=Q(
                    measure=Measure.LOAD,
                    repetitions__isnull=False,
                    load__isnull=False,
                    seconds=None,
                    metres=None,
                )
                | Q(
                    measure=Measure.BODYWEIGHT,
                    repetitions__isnull=False,
                    load=None,
                    seconds=None,
                    metres=None,
                )
                | Q(measure=Measure.TIME, repetitions=None, load=None, seconds__isnull=False, metres=None)
                | Q(measure=Measure.DISTANCE, repetitions=None, load=None, metres__isnull=False),
            ),
            models.CheckConstraint(
                name="exercise_set_repetitions_sensible",
                condition=Q(repetitions=None) | Q(repetitions__gte=1, repetitions__lte=MOST_REPETITIONS),
            ),
            models.CheckConstraint(
                name="exercise_set_load_sensible",
                condition=Q(load=None, load_unit="")
                | Q(load_unit="kg", load__gte=0, load__lte=MOST_LOAD["kg"])
                | Q(load_unit="lb", load__gte=0, load__lte=MOST_LOAD["lb"]),
            ),
            models.CheckConstraint(
                name="exercise_set_time_sensible",
                condition=Q(seconds=None) | Q(seconds__gte=1, seconds__lte=MOST_SECONDS),
            ),
            models.CheckConstraint(
                name="exercise_set_distance_sensible",
                condition=Q(metres=None) | Q(metres__gte=1, metres__lte=MOST_METRES),
            ),
        ]

    def __str__(self) -> str:
        return f"set {self.position} of {self.entry_id}"

    @property
    def load_text(self) -> str:
        """The load without needless zeros: 40, 52.5."""
        return "" if self.load is None else f"{self.load.normalize():f}"

    @property
    def time_text(self) -> str:
        """The time as `m:ss`, from an hour on as `h:mm:ss`."""
        if self.seconds is None:
            return ""
        minutes, rest = divmod(self.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
