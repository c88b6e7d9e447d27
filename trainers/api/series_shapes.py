"""The shapes of the API of series: what it takes in, and (for the schema) what it answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from fitflow.core.api.inputs import Id, Instant
from trainers.models import SeriesSkip, Session
from trainers.recurrence import LONGEST, MOST
from trainers.services.series_edits import SCOPES

KINDS = ["past", "far", "trainer", "room", "equipment", "itself", "holiday", "off", "hours"]


class MoveShape(serializers.Serializer[Any]):
    occurrence = Instant(help_text="When the rule has it start.")
    starts_at = Instant(help_text="When it starts instead.")


class SeriesIn(serializers.Serializer[Any]):
    service = Id()
    trainer = Id()
    location = Id()
    room = Id(required=False, allow_null=True)
    starts_at = Instant(help_text="The first start; its wall-clock time at the location is kept.")
    rrule = serializers.CharField(
        max_length=LONGEST, help_text="RFC 5545, without DTSTART: FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20270630"
    )
    clients = serializers.ListField(child=Id(), required=False, max_length=500)
    skips_holidays = serializers.BooleanField(required=False, default=False)
    skip = serializers.ListField(
        child=Instant(), required=False, max_length=MOST, help_text="Occurrences to leave out."
    )
    moves = serializers.ListField(child=MoveShape(), required=False, max_length=MOST)


class ProblemOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=KINDS)
    message = serializers.CharField()
    blocks = serializers.BooleanField(help_text="Whether it cannot be made like this.")


class OccurrenceOut(serializers.Serializer[Any]):
    occurrence = serializers.CharField(help_text="The wall-clock start by the rule, 2026-11-24T09:00.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    left_out = serializers.ChoiceField(choices=["left_out", "holiday"], allow_null=True)
    is_moved = serializers.BooleanField()
    nonexistent = serializers.BooleanField(help_text="The clocks skip this time: it starts later by the gap.")
    ambiguous = serializers.BooleanField(help_text="The clocks show this time twice: it starts at the first.")
    conflicts = ProblemOut(many=True)


class SeriesPreviewOut(serializers.Serializer[Any]):
    description = serializers.CharField()
    rrule = serializers.CharField()
    timezone = serializers.CharField()
    endless = serializers.BooleanField()
    sessions = serializers.IntegerField()
    left_out = serializers.IntegerField()
    blocked = serializers.IntegerField()
    occurrences = OccurrenceOut(many=True)


class SeriesOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    description = serializers.CharField()
    rrule = serializers.CharField()
    starts = serializers.CharField(help_text="The first wall-clock start.")
    timezone = serializers.CharField()
    service = serializers.UUIDField()
    trainer = serializers.UUIDField()
    location = serializers.UUIDField()
    room = serializers.UUIDField(allow_null=True)
    duration_minutes = serializers.IntegerField()
    skips_holidays = serializers.BooleanField()
    made_until = serializers.DateField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    follows = serializers.UUIDField(allow_null=True)
    version = serializers.IntegerField()


class SeriesSessionOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    occurrence = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=Session.Status.choices)
    version = serializers.IntegerField()


class SkipOut(serializers.Serializer[Any]):
    occurrence = serializers.CharField()
    why = serializers.ChoiceField(choices=SeriesSkip.Why.choices)
    words = serializers.CharField()


class SeriesDetailOut(SeriesOut):
    sessions = SeriesSessionOut(many=True)
    skips = SkipOut(many=True)


class EditIn(serializers.Serializer[Any]):
    scope = serializers.ChoiceField(choices=SCOPES)
    starts_at = Instant(required=False)
    trainer = Id(required=False, allow_null=True)
    room = Id(required=False, allow_null=True)
    duration_minutes = serializers.IntegerField(required=False, min_value=5, max_value=720)
    leave_out = serializers.ListField(
        child=Id(), required=False, max_length=MOST, help_text="Sessions that stay as they are."
    )
    version = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        help_text="The version you saw: of the session for `this`, else of the series.",
    )
    outside_hours = serializers.BooleanField(
        required=False, default=False, help_text="For `this`: outside the trainer's hours, knowingly."
    )


class CancelIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300, allow_blank=True, required=False, default="")
    scope = serializers.ChoiceField(choices=SCOPES, required=False, default="this")
    version = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, help_text="Of the series, for `following` and `all`."
    )
