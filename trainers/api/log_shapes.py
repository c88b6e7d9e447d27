"""The shapes of the exercise log's API."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from fitflow.core.api.inputs import Id, Name
from trainers.models import ExerciseSet, Measure


class ExerciseIn(serializers.Serializer[Any]):
    name = Name(max_length=80)
    measure = serializers.ChoiceField(choices=Measure.choices)


class ExerciseChangeIn(serializers.Serializer[Any]):
    name = Name(max_length=80, required=False)
    measure = serializers.ChoiceField(choices=Measure.choices, required=False)
    retired = serializers.BooleanField(required=False)


class ExerciseOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    measure = serializers.ChoiceField(choices=Measure.choices)
    retired = serializers.BooleanField()


class FiguresIn(serializers.Serializer[Any]):
    """What a set came to: what its exercise's measure counts; the rest is left out."""

    repetitions = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=10**6)
    load = serializers.DecimalField(
        max_digits=8, decimal_places=2, required=False, allow_null=True, min_value=Decimal(0)
    )
    load_unit = serializers.ChoiceField(
        choices=ExerciseSet.Unit.choices, required=False, allow_blank=True, default=""
    )
    seconds = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=10**8)
    metres = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=10**8)


class SetIn(FiguresIn):
    id = Id(required=False, help_text="Made by you, so that sending again logs once.")
    client = Id(allow_null=True, required=False, default=None, help_text="Null: the whole group.")
    exercise = Id(required=False)
    new_exercise = ExerciseIn(
        required=False, help_text="Instead of `exercise`: found by its name, or added to the library."
    )


class SetChangeIn(FiguresIn):
    version = serializers.IntegerField(min_value=1, help_text="The version you saw.")


class ShareIn(serializers.Serializer[Any]):
    shared_with_clients = serializers.BooleanField()


class SetOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    position = serializers.IntegerField()
    version = serializers.IntegerField()
    repetitions = serializers.IntegerField(allow_null=True)
    load = serializers.CharField(allow_null=True)
    load_unit = serializers.CharField()
    seconds = serializers.IntegerField(allow_null=True)
    metres = serializers.IntegerField(allow_null=True)
    author = serializers.CharField()
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()


class EntryOut(serializers.Serializer[Any]):
    client = serializers.UUIDField(allow_null=True, help_text="Null: the whole group.")
    client_name = serializers.CharField()
    exercise = serializers.UUIDField()
    exercise_name = serializers.CharField()
    measure = serializers.ChoiceField(choices=Measure.choices)
    words = serializers.CharField()
    sets = SetOut(many=True)


class LastFiguresOut(serializers.Serializer[Any]):
    repetitions = serializers.IntegerField(allow_null=True)
    load = serializers.CharField(allow_null=True)
    load_unit = serializers.CharField()
    seconds = serializers.IntegerField(allow_null=True)
    metres = serializers.IntegerField(allow_null=True)


class LastOut(serializers.Serializer[Any]):
    client = serializers.UUIDField(allow_null=True)
    exercise = serializers.UUIDField()
    on = serializers.DateField()
    day = serializers.CharField(help_text="The same for people: `12 Nov`.")
    words = serializers.CharField()
    sets = LastFiguresOut(many=True)


class LogOut(serializers.Serializer[Any]):
    session = serializers.UUIDField()
    shared_with_clients = serializers.BooleanField()
    may_write = serializers.BooleanField()
    exercises_logged = serializers.IntegerField(
        help_text="How many exercises; told to staff who may not read them too."
    )
    entries = EntryOut(many=True)
    last = LastOut(many=True, help_text="To who writes the log: what each client did last time.")
