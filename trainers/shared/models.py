from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from fitflow.accounts.models import User
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

    def __str__(self) -> str:
        return f"{self.kind} {self.span}"
