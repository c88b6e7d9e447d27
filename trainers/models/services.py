from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from fitflow.core.fields import NameField
from fitflow.core.models import Row
from fitflow.core.money import MoneyField


class Service(Row):
    """Something the studio gives at a time: its length, its room, its price and what cancelling costs."""

    name = NameField(max_length=120)
    description = models.TextField(blank=True)
    duration_minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(5), MaxValueValidator(720)]
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(240)])
    buffer_after_minutes = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(240)])
    capacity = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    price = MoneyField(validators=[MinValueValidator(Decimal("0.00"))])
    price_includes_tax = models.BooleanField(default=False)
    tax_category = models.CharField(max_length=60)
    free_until_hours = models.PositiveSmallIntegerField(default=24)
    late_fee_percent = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    no_show_fee_percent = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    # The fee falls due from this strike on: late cancels and no-shows of a client within STRIKE_WINDOW.
    fee_from_strike = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    # When it may be booked from a free slot: not less than so many hours, not more than so many weeks ahead.
    notice_hours = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(720)])
    horizon_weeks = models.PositiveSmallIntegerField(
        default=13, validators=[MinValueValidator(1), MaxValueValidator(104)]
    )
    # Who can give it and where; none named means all of them.
    trainers = models.ManyToManyField("trainers.TrainerProfile", blank=True, related_name="services")
    rooms = models.ManyToManyField("studios.Room", blank=True, related_name="services")
    # What each session of it uses of a place's equipment; a service that names some is given at those places only.
    equipment = models.ManyToManyField(
        "studios.Equipment", through="trainers.ServiceEquipment", blank=True, related_name="services"
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name"], name="service_name_once", condition=models.Q(is_active=True)
            ),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="service_price_not_negative"),
            models.CheckConstraint(condition=models.Q(duration_minutes__gte=5), name="service_takes_time"),
            models.CheckConstraint(condition=models.Q(capacity__gte=1), name="service_has_room"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_class(self) -> bool:
        """Whether several clients share one session of it."""
        return self.capacity > 1


class ServiceEquipment(models.Model):
    """How many of a place's things each session of a service uses there."""

    pk = models.CompositePrimaryKey("service", "equipment")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="needs")
    equipment = models.ForeignKey("studios.Equipment", on_delete=models.CASCADE, related_name="needs")
    quantity = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])

    class Meta:
        ordering: ClassVar = ["equipment__name"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="need_is_for_something")
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.equipment_id}"

    @property
    def words(self) -> str:
        """What is needed, such as "Reformer" or "12 of Mat"."""
        return quantity_words(self.equipment.name, self.quantity)


def quantity_words(name: str, quantity: int) -> str:
    """Write so many of something: "Reformer", "12 of Mat"."""
    return name if quantity == 1 else f"{quantity} of {name}"
