from __future__ import annotations

from typing import ClassVar

from django.db import models

from fitflow.core.models.base import Row


class IdempotentAnswer(Row):
    """The answer given to an unsafe call, kept for 24 hours under its caller's Idempotency-Key."""

    studio_id = models.UUIDField(null=True)
    user_id = models.UUIDField()
    key = models.CharField(max_length=200)
    # What was asked: SHA-256 over method, path and body. Another body under the same key is a conflict.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)  # null: the first call is still under way
    body = models.BinaryField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user_id", "studio_id", "key"], name="idempotency_key_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.key
