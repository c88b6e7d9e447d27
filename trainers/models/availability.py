from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, IntegerRangeField, RangeOperators
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value

from fitflow.core.models import Row
from studios.models import Location
from trainers.models.people import TrainerProfile

MINUTES_A_DAY = 24 * 60
NEAR = (date(2000, 1, 1), date(2199, 12, 31))  # of other ages no neighbouring day could be counted


class DateRange(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


class IntRange(Func):
    function = "INT4RANGE"
    output_field = IntegerRangeField()


class AvailabilityHours(Row):
    """Weekly hours in which a trainer can be booked at a location, in minutes of that location's wall-clock day.

    A lunch break is the gap between two rows. A trainer without any row offers no free slots; her team books her freely.
    """

    trainer = models.ForeignKey(TrainerProfile, on_delete=models.CASCADE, related_name="hours")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    starts_minute = models.PositiveSmallIntegerField()
    ends_minute = models.PositiveSmallIntegerField()
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)  # the last day

    class Meta:
        ordering: ClassVar = ["weekday", "starts_minute"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="hours_on_a_weekday"),
            models.CheckConstraint(
                condition=Q(ends_minute__gt=F("starts_minute"), ends_minute__lte=MINUTES_A_DAY),
                name="hours_within_a_day",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="hours_valid_for_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(valid_from=None) | Q(valid_from__range=NEAR))
                & (Q(valid_until=None) | Q(valid_until__range=NEAR)),
                name="hours_valid_near_now",
            ),
            ExclusionConstraint(
                name="hours_no_overlap",
                expressions=[
                    ("trainer", RangeOperators.EQUAL),
                    ("weekday", RangeOperators.EQUAL),
                    (IntRange("starts_minute", "ends_minute"), RangeOperators.OVERLAPS),
                    (DateRange("valid_from", "valid_until", Value("[]")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trainer_id} on {self.weekday}"


class AvailabilityException(Row):
    """Days on which a trainer's week is not as usual: time off, or hours beside the weekly ones.

    Both are wall-clock time: minutes of each of the days, or the whole days where none are given. Off without a location is off
    at all of them, in each one's own zone. The reason is read by her and her managers only.
    """

    class Kind(models.TextChoices):
        OFF = "off", "Time off"
        EXTRA = "extra", "Extra hours"

    trainer = models.ForeignKey(TrainerProfile, on_delete=models.CASCADE, related_name="exceptions")
    location = models.ForeignKey(Location, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    starts_on = models.DateField()
    ends_on = models.DateField()  # the last day
    starts_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    ends_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["starts_on", "starts_minute"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="exception_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(starts_minute=None, ends_minute=None)
                | Q(ends_minute__gt=F("starts_minute"), ends_minute__lte=MINUTES_A_DAY),
                name="exception_within_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind="off") | Q(location__isnull=False, starts_minute__isnull=False),
                name="exception_extra_has_hours",
            ),
            models.UniqueConstraint(
                fields=[
                    "trainer",
                    "kind",
                    "location",
                    "starts_on",
                    "ends_on",
                    "starts_minute",
                    "ends_minute",
                ],
                name="exception_once",
                nulls_distinct=False,
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["trainer", "starts_on"], name="exception_by_trainer")]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_on}"


class TravelTime(Row):
    """Minutes between two locations of the studio, either way; the row without locations is the default for all others."""

    first = models.ForeignKey(Location, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Location, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    minutes = models.PositiveSmallIntegerField(validators=[MaxValueValidator(600)])

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="travel_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(first=None, second=None) | Q(first__lt=F("second")), name="travel_named_in_order"
            ),
            models.CheckConstraint(condition=Q(minutes__lte=600), name="travel_within_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min"
