from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from fitflow.core.audit import AuditRow
from fitflow.core.clock import validate_zone
from fitflow.core.fields import NameField
from fitflow.core.models import Row
from studios.shared.models import Province
from studios.shared.zones import zone_words


class Location(Row):
    """A place where the studio works, with the zone its wall clocks show."""

    name = NameField(max_length=120)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    province = models.CharField(max_length=2, choices=Province.choices)
    postal_code = models.CharField(max_length=10, blank=True)
    timezone = models.CharField(max_length=40, validators=[validate_zone])
    closed_on_holidays = models.BooleanField(default=True)  # the province's public ones: no free slots
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["name"], name="location_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone_words(self) -> str:
        """The zone as people of the province call it."""
        return zone_words(self.province, self.timezone)

    @property
    def address(self) -> str:
        """The address in one line, as it is printed on mail."""
        town = " ".join(part for part in (self.city, self.province, self.postal_code) if part)
        return ", ".join(part for part in (self.street, town) if part)


class Room(Row):
    """A room of a location; it is never used twice at once."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="rooms")
    name = NameField(max_length=80)
    capacity = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["location__name", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["location", "name"], name="room_name_once")]

    def __str__(self) -> str:
        return self.name


class Equipment(Row):
    """Things of one kind at a location, and how many of them there are: never more in use at once (trigger in trainers)."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="equipment")
    name = NameField(max_length=80)
    quantity = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(500)])
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["location__name", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["location", "name"], name="equipment_name_once"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="equipment_is_there"),
        ]

    def __str__(self) -> str:
        return self.name


class AuditEvent(AuditRow):
    """The studio's own audit trail."""

    class Meta(AuditRow.Meta):
        indexes: ClassVar = [
            models.Index(fields=["-seq"], name="audit_newest"),
            models.Index(fields=["subject_type", "subject_id"], name="audit_subject"),
        ]
