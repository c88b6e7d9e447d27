from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from fitflow.accounts.models import User
from fitflow.core.fields import EncryptedTextField, NameField
from fitflow.core.models import Row
from studios.shared.models import Studio


class BusyTime(Row):
    """One span in which a trainer is taken, in whichever studio: the one calendar the database keeps from overlapping.

    Rows of sessions are written by a trigger on the session itself, so no path of code can forget them. The span holds the
    session and the buffers around it, `[start, end)`.
    """

    class Kind(models.TextChoices):
        SESSION = "session"
        HOLD = "hold"
        EXTERNAL = "external"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="busy_times")
    studio = models.ForeignKey(Studio, null=True, on_delete=models.CASCADE, related_name="busy_times")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    session_id = models.UUIDField(null=True)
    span = DateTimeRangeField()
    location_id = models.UUIDField(null=True)  # where the session is, for the way to the next one
    expires_at = models.DateTimeField(null=True)  # of a hold: after it the time is free again

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="busytime_no_overlap",
                expressions=[("user", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
            ),
            models.UniqueConstraint(
                fields=["studio", "session_id"],
                name="busytime_session_once",
                condition=models.Q(session_id__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(studio__isnull=False) | models.Q(kind="external"),
                name="busytime_studio_known",
            ),
        ]
        # Every booking sweeps its trainer's expired holds away first: not by reading all that she ever gave.
        indexes: ClassVar = [
            models.Index(
                fields=["user", "expires_at"],
                name="busytime_holds",
                condition=models.Q(expires_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.span}"


class TravelBetween(Row):
    """A trainer's minutes between two of her studios, either way; the row without studios is her default."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    first = models.ForeignKey(Studio, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Studio, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    minutes = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "first", "second"], name="travel_between_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(first=None, second=None) | models.Q(first__lt=models.F("second")),
                name="travel_between_in_order",
            ),
            models.CheckConstraint(condition=models.Q(minutes__lte=600), name="travel_between_within_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min"


class PersonalFeed(Row):
    """A secret address under which a trainer's sessions in all of her studios are read as one calendar file."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = NameField(max_length=100)
    secret_hash = models.CharField(max_length=64, unique=True)
    read_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["created_at"]

    def __str__(self) -> str:
        return self.name


class ExternalCalendar(Row):
    """A trainer's calendar elsewhere, read by its secret address. What is in it is never shown: only when she is busy."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = NameField(max_length=100)
    address = EncryptedTextField()
    zone = models.CharField(max_length=40, default="UTC")  # of its times that name none
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)  # the last time it was read well
    paused_at = models.DateTimeField(null=True, blank=True)  # not asked since; its busy time stays
    failures = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["created_at"]

    def __str__(self) -> str:
        return self.name


class ExternalBusy(Row):
    """One span of an external calendar as it was read. BusyTime holds what of it no session of hers covers."""

    calendar = models.ForeignKey(ExternalCalendar, on_delete=models.CASCADE, related_name="spans")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    span = DateTimeRangeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user"], name="external_busy_by_user")]

    def __str__(self) -> str:
        return str(self.span)
