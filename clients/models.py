from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower
from phonenumber_field.modelfields import PhoneNumberField

from fitflow.accounts.models import User
from fitflow.core.clock import validate_zone
from fitflow.core.fields import NameField
from fitflow.core.folding import Folded
from fitflow.core.models import Row
from studios.shared.models import Province
from studios.shared.zones import zone_name


class Client(Row):
    """A client of this studio. She may have no sign-in at all; with one, it opens her portal."""

    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    name = NameField(max_length=200)
    email = models.EmailField("e-mail", blank=True)
    phone = PhoneNumberField(blank=True, region="CA")
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    province = models.CharField(max_length=2, choices=Province.choices, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    # Where she lives by another clock than the studio's; empty: by the clock of the place she goes to.
    timezone = models.CharField(
        "time zone", max_length=64, blank=True, default="", db_default="", validators=[validate_zone]
    )
    is_active = models.BooleanField(default=True)
    # Since when she agrees that the trainer admin of a trainer's team reads what that trainer wrote, and who noted it.
    team_reading_at = models.DateTimeField(null=True, blank=True)
    team_reading_by = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="client_email_once", condition=~models.Q(email="")),
            models.UniqueConstraint(
                fields=["user"], name="client_user_once", condition=models.Q(user__isnull=False)
            ),
        ]
        indexes: ClassVar = [
            GinIndex(OpClass(Folded("name"), name="gin_trgm_ops"), name="client_name_search"),
            GinIndex(OpClass(Lower("email"), name="gin_trgm_ops"), name="client_email_search"),
            GinIndex(OpClass("phone", name="gin_trgm_ops"), name="client_phone_search"),
        ]

    def __str__(self) -> str:
        return self.name

    def zone(self, place: str) -> str:
        """Return the zone she lives in: her own where one is known, else that of the place she goes to."""
        return self.timezone or place

    def zone_words(self) -> str:
        """Return her own time zone as people call it; empty where none is known."""
        return zone_name(self.timezone) if self.timezone else ""


class Care(Row):
    """Who trains, or once trained, whom: made by the first booking, or for good (`kept`) by adding the client.

    One that is not kept opens the client's data only while a booking stands (`clients.policies.training`).
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="care")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kept = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["client", "user"], name="care_once")]

    def __str__(self) -> str:
        return f"{self.user_id} trains {self.client_id}"
