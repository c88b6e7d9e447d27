from __future__ import annotations

from django.db import models

from fitflow.core.ids import uuid7


class Row(models.Model):
    """Base of every table of ours: a UUIDv7 key and the instant the row was made."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)

    class Meta:
        abstract = True
