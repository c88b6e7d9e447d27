from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from clients.models import Client
from fitflow.accounts.models import User
from fitflow.core.models import Row
from fitflow.core.money import MoneyField
from studios.models import Equipment, Location, Room
from trainers.models.people import TrainerProfile
from trainers.models.services import Service

LONGEST = timedelta(hours=12)


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Session(Row):
    """One session of a service: who gives it, where, from when to when.

    Length, buffers and capacity are the service's at the time of booking. The database keeps the trainer's busy time in step
    (trigger), the room free of a second session (exclusion) and the bookings within the capacity (trigger and check).
    """

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", "Scheduled"
        COMPLETED = "completed", "Completed"
        CANCELLED = "cancelled", "Cancelled"
        HELD = "held", "Held"  # a checkout's slot, until `held_until`

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="sessions")
    trainer = models.ForeignKey(TrainerProfile, on_delete=models.PROTECT, related_name="sessions")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="sessions")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    buffer_before_minutes = models.PositiveSmallIntegerField(default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SCHEDULED)
    capacity = models.PositiveSmallIntegerField()
    # Counted by the database as bookings come and go; never written by Python.
    booked = models.PositiveSmallIntegerField(default=0, editable=False)
    waitlisted = models.PositiveSmallIntegerField(default=0, editable=False)
    # Grows with every change of the session itself; who changes it says which version she saw.
    version = models.PositiveIntegerField(default=1)
    completed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    cancel_reason = models.CharField(max_length=300, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    series = models.ForeignKey(
        "trainers.Series", null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    # The wall-clock start that the series' rule gave this session, in the location's zone: its identity within the series,
    # which moving it does not change.
    occurrence = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
            # Lets an index on the start alone find every session that overlaps a window.
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("starts_at") + LONGEST), name="session_within_half_a_day"
            ),
            models.CheckConstraint(condition=Q(booked__lte=F("capacity")), name="session_within_capacity"),
            models.CheckConstraint(
                condition=Q(status="held", held_until__isnull=False) | ~Q(status="held") & Q(held_until=None),
                name="session_hold_ends",
            ),
            models.CheckConstraint(
                condition=Q(series=None, occurrence="") | Q(series__isnull=False) & ~Q(occurrence=""),
                name="session_occurrence_of_series",
            ),
            models.UniqueConstraint(
                fields=["series", "occurrence"],
                name="session_occurrence_once",
                condition=Q(series__isnull=False),
            ),
            ExclusionConstraint(
                name="session_room_once",
                expressions=[
                    ("room", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(room__isnull=False) & ~Q(status="cancelled"),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["starts_at", "id"], name="session_by_start"),
            models.Index(fields=["trainer", "starts_at"], name="session_by_trainer"),
            models.Index(fields=["held_until"], name="session_held", condition=Q(status="held")),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} at {self.starts_at:%Y-%m-%d %H:%M}"


class SessionEquipment(models.Model):
    """What a session uses, as agreed when it was booked. The database writes these rows, counts them over the session's time
    and refuses more than there is (triggers); those of a cancelled session count nothing.
    """

    pk = models.CompositePrimaryKey("session", "equipment")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="uses")
    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="uses")
    quantity = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.quantity} of {self.equipment_id}"


class Booking(Row):
    """A client's place in a session, at the price agreed when it was booked."""

    class Status(models.TextChoices):
        BOOKED = "booked", "Booked"
        WAITLISTED = "waitlisted", "On the waitlist"
        CANCELLED = "cancelled", "Cancelled"

    class Attendance(models.TextChoices):
        PRESENT = "present", "Present"
        NO_SHOW = "no_show", "No-show"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="bookings")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="bookings")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.BOOKED)
    attendance = models.CharField(max_length=10, choices=Attendance.choices, blank=True)
    price = MoneyField()
    price_includes_tax = models.BooleanField(default=False)
    tax_category = models.CharField(max_length=60)
    # Charged where it was booked before it was imported: never invoiced here.
    settled_elsewhere = models.BooleanField(default=False)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    cancel_reason = models.CharField(max_length=300, blank=True)
    late_cancel = models.BooleanField(default=False)
    # What a late cancel or a no-show costs, settled when it happens: percent of the price, 0 where a strike was forgiven.
    fee_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    strike = models.PositiveSmallIntegerField(null=True, blank=True)
    # Whoever cancelled: a member of the staff, or the client by the link in her message.
    cancelled_by_client = models.BooleanField(default=False)
    # Of a cancelled booking: it was only on the waitlist, so no place came free, and an undo brings it back there.
    was_waiting = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session", "client"], name="booking_client_once", condition=~Q(status="cancelled")
            ),
            models.CheckConstraint(
                condition=Q(fee_percent=None) | Q(fee_percent__lte=100), name="booking_fee_is_a_share"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["client", "-created_at"], name="booking_by_client")]

    def __str__(self) -> str:
        return f"{self.client_id} in {self.session_id}"
