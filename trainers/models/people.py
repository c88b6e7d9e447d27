from __future__ import annotations

from typing import ClassVar

from django.db import models

from fitflow.accounts.models import User
from fitflow.core.fields import NameField
from fitflow.core.models import Row


class TrainerProfile(Row):
    """A person as a trainer of this studio; `lead` is the trainer admin whose team she is in."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    name = NameField(max_length=200)
    bio = models.TextField(blank=True)
    hue = models.PositiveSmallIntegerField(default=1)
    lead = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="team")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name
