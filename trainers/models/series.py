from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from clients.models import Client
from fitflow.core.models import Row
from studios.models import Location, Room
from trainers.models.people import TrainerProfile
from trainers.models.services import Service


class Series(Row):
    """Sessions that repeat: a rule (RFC 5545) over the wall-clock time of the location's zone.

    `starts` is the first wall-clock start, "2026-11-24T09:00"; `rule` an RRULE without DTSTART, whose UNTIL is a local time.
    Sessions are made ahead of time up to `made_until`; a rule without an end is carried on by the nightly job.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    trainer = models.ForeignKey(TrainerProfile, on_delete=models.PROTECT, related_name="series")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    duration_minutes = models.PositiveSmallIntegerField()
    starts = models.CharField(max_length=16)
    rule = models.CharField(max_length=300)
    skips_holidays = models.BooleanField(default=False)
    clients = models.ManyToManyField(Client, blank=True, related_name="+")
    made_until = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Grows with every edit of the series; who edits it says which version she saw.
    version = models.PositiveIntegerField(default=1)
    # "This and following" ends one series and begins another.
    follows = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name_plural = "series"
        indexes: ClassVar = [
            models.Index(fields=["made_until"], name="series_going_on", condition=Q(ended_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.starts} {self.rule}"


class SeriesSkip(Row):
    """An occurrence of a series that was left out, or could not be made by the nightly job, and why."""

    class Why(models.TextChoices):
        LEFT_OUT = "left_out", "Left out"
        HOLIDAY = "holiday", "Public holiday"
        CLASH = "clash", "Clash"

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="skips")
    occurrence = models.CharField(max_length=16)
    why = models.CharField(max_length=10, choices=Why.choices)
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "occurrence"], name="skip_occurrence_once")
        ]

    def __str__(self) -> str:
        return f"{self.occurrence} {self.why}"
