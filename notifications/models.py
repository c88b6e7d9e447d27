from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models

from fitflow.core.models import Row


class Delivery(Row):
    """One message to one person over one channel, and how it ended.

    `key` says what it is about (event, recipient, channel): the same message is never queued twice. SENDING is written
    before the provider is called; a row found in it after a crash becomes UNKNOWN and is settled by asking the provider,
    never by sending blindly again.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        SMS = "sms", "Text message"
        PUSH = "push", "Push"

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        SUPPRESSED = "suppressed", "Suppressed"
        UNKNOWN = "unknown", "Unknown"

    key = models.CharField(max_length=200, unique=True)
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.EMAIL)
    template = models.CharField(max_length=60)
    recipient = models.CharField(max_length=254)
    recipient_name = models.CharField(max_length=200, blank=True)
    client_id = models.UUIDField(null=True)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.UUIDField(null=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    reason = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=200, blank=True)
    # What this message told (instants, names of rooms), so that the next one can say what is different now.
    told = models.JSONField(default=dict)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True) ^ models.Q(status="sent"),
                name="delivery_sent_has_time",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "created_at"], name="delivery_by_status"),
            models.Index(fields=["subject_type", "subject_id"], name="delivery_subject"),
            models.Index(fields=["client_id", "-created_at"], name="delivery_by_client"),
        ]

    def __str__(self) -> str:
        return f"{self.template} to {self.recipient}"

    @property
    def about(self) -> UUID:
        """The id of the row the message is about; raises LookupError where it is about none."""
        if self.subject_id is None:
            raise LookupError(f"{self.template} is about no row.")
        return self.subject_id

    @property
    def label(self) -> str:
        """What the message is, in words: `Session booked`."""
        return self.template.replace("_", " ").capitalize()

    @property
    def can_be_sent_again(self) -> bool:
        """Whether a person may decide to send it once more."""
        return self.status in {self.Status.FAILED, self.Status.UNKNOWN}
