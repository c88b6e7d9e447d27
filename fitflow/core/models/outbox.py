from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from fitflow.core.models.base import Row


class OutboxMessage(Row):
    """Work that must follow a commit: which handler, of which studio, about which ids. Never contents.

    One row per handler, so that each succeeds, fails and is retried by itself.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        DEAD = "dead"

    studio_id = models.UUIDField(null=True)
    topic = models.CharField(max_length=80)
    handler = models.CharField(max_length=160)
    lane = models.CharField(max_length=10)
    ids = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    # While a relay works on the row, until this instant nobody else takes it; a killed relay's lease runs out.
    leased_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["lane", "due_at"], name="outbox_pending", condition=models.Q(state="pending")
            ),
            models.Index(fields=["studio_id", "created_at"], name="outbox_studio"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} → {self.handler} ({self.state})"
