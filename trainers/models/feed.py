from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from clients.models import Client
from fitflow.accounts.models import User
from fitflow.core.fields import NameField
from fitflow.core.models import Row
from studios.models import Room
from trainers.models.people import TrainerProfile


class CalendarFeed(Row):
    """A secret address under which one trainer's, client's or room's sessions of this studio are read as a calendar file.

    Only the secret's SHA-256 is kept: the address is shown once, when it is made.
    """

    trainer = models.ForeignKey(
        TrainerProfile, null=True, blank=True, on_delete=models.CASCADE, related_name="feeds"
    )
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.CASCADE, related_name="feeds")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.CASCADE, related_name="feeds")
    name = NameField(max_length=100)
    secret_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(trainer__isnull=False, client=None, room=None)
                | Q(trainer=None, client__isnull=False, room=None)
                | Q(trainer=None, client=None, room__isnull=False),
                name="feed_of_one",
            )
        ]

    def __str__(self) -> str:
        return self.name
