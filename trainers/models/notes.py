from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from clients.models import Client
from fitflow.accounts.models import User
from fitflow.core.fields import EncryptedTextField
from fitflow.core.models import Row
from trainers.models.timetable import Session


class Note(Row):
    """A trainer's note about one client. Its words are encrypted; once signed they never change (trigger)."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="notes")
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="notes"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=200)
    body = EncryptedTextField()
    shared_with_client = models.BooleanField(default=False)
    signed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    addendum_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="addenda"
    )

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["client", "-created_at"], name="note_by_client"),
            models.Index(fields=["author", "created_at"], name="note_unsigned", condition=Q(signed_at=None)),
        ]

    def __str__(self) -> str:
        return f"note {self.id}"

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None
