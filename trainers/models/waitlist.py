from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from fitflow.core.models import Row
from trainers.models.timetable import Booking


class WaitlistOffer(Row):
    """A freed place, offered to one client on the waitlist until `answer_by`; she answers by the link in her message."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "Expired"
        TAKEN = "taken", "Place taken meanwhile"
        WITHDRAWN = "withdrawn", "Withdrawn"

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="offers")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    offered_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking"], name="offer_open_once", condition=Q(state="open")),
            models.CheckConstraint(condition=Q(answer_by__gt=F("offered_at")), name="offer_has_time"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["answer_by"], name="offer_by_deadline", condition=Q(state="open"))
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.state}"
