"""The shapes of the timetable's API: what it takes in, and (for the schema) what it answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fitflow.core.api.inputs import Id, Instant, Name
from trainers.models import Booking, Session, WaitlistOffer


class CancellationShape(serializers.Serializer[Any]):
    free_until_hours = serializers.IntegerField(min_value=0, max_value=8760, required=False)
    late_fee_percent = serializers.IntegerField(min_value=0, max_value=100, required=False)
    no_show_fee_percent = serializers.IntegerField(
        min_value=0, max_value=100, required=False, help_text="Of a new service the late fee, where left out."
    )
    fee_from_strike = serializers.IntegerField(
        min_value=1,
        max_value=10,
        required=False,
        help_text="The client's late cancel or no-show within twelve months from which the fees are due.",
    )


class NeedShape(serializers.Serializer[Any]):
    equipment = Id(help_text="Of locations/{id}/equipment/.")
    quantity = serializers.IntegerField(min_value=1, max_value=500)


class ServiceIn(serializers.Serializer[Any]):
    name = Name(max_length=120)
    description = serializers.CharField(max_length=5000, allow_blank=True, required=False)
    duration_minutes = serializers.IntegerField(min_value=5, max_value=720)
    price = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal(0))
    price_includes_tax = serializers.BooleanField(required=False)
    tax_category = serializers.CharField(max_length=60)
    capacity = serializers.IntegerField(min_value=1, max_value=500, required=False)
    buffer_before_minutes = serializers.IntegerField(min_value=0, max_value=240, required=False)
    buffer_after_minutes = serializers.IntegerField(min_value=0, max_value=240, required=False)
    cancellation = CancellationShape(required=False)
    notice_hours = serializers.IntegerField(
        min_value=0,
        max_value=720,
        required=False,
        help_text="Free slots begin not less than so many hours ahead.",
    )
    horizon_weeks = serializers.IntegerField(
        min_value=1,
        max_value=104,
        required=False,
        help_text="Free slots begin not more than so many weeks ahead.",
    )
    trainers = serializers.ListField(
        child=Id(),
        source="trainer_ids",
        required=False,
        max_length=500,
        help_text="Who can give it; none: all.",
    )
    rooms = serializers.ListField(
        child=Id(), source="room_ids", required=False, max_length=500, help_text="Where; none: everywhere."
    )
    equipment = NeedShape(
        many=True,
        required=False,
        help_text="What each session uses at the places named. A service that needs some is given at those places only.",
    )


class ServiceOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    duration_minutes = serializers.IntegerField()
    price = serializers.DecimalField(max_digits=12, decimal_places=2)
    price_includes_tax = serializers.BooleanField()
    tax_category = serializers.CharField()
    capacity = serializers.IntegerField()
    buffer_before_minutes = serializers.IntegerField()
    buffer_after_minutes = serializers.IntegerField()
    cancellation = CancellationShape()
    notice_hours = serializers.IntegerField()
    horizon_weeks = serializers.IntegerField()
    trainers = serializers.ListField(child=serializers.UUIDField())
    rooms = serializers.ListField(child=serializers.UUIDField())
    equipment = NeedShape(many=True)
    is_active = serializers.BooleanField()


class TrainerIn(serializers.Serializer[Any]):
    name = Name(max_length=200, required=False)
    bio = serializers.CharField(max_length=5000, allow_blank=True, required=False)
    hue = serializers.IntegerField(min_value=1, max_value=5, required=False)
    lead = Id(source="lead_id", allow_null=True, required=False)
    is_active = serializers.BooleanField(required=False)


class TrainerOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    bio = serializers.CharField()
    hue = serializers.IntegerField()
    lead = serializers.UUIDField(allow_null=True)
    is_active = serializers.BooleanField()


class SessionIn(serializers.Serializer[Any]):
    service = Id()
    trainer = Id()
    location = Id()
    room = Id(required=False, allow_null=True)
    starts_at = Instant()
    clients = serializers.ListField(child=Id(), required=False, max_length=500)
    outside_hours = serializers.BooleanField(
        required=False, default=False, help_text="Book outside the trainer's hours, knowingly."
    )


class RescheduleIn(serializers.Serializer[Any]):
    starts_at = Instant()
    ends_at = Instant(required=False, allow_null=True)
    trainer = Id(required=False, allow_null=True)
    room = Id(required=False, allow_null=True)
    version = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    outside_hours = serializers.BooleanField(required=False, default=False)


class ReasonIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300, allow_blank=True, required=False, default="")


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {"type": "string", "enum": list(Booking.Attendance.values)},
        "description": "Booking id → how it ended; a booking left out counts as present.",
    }
)
class AttendanceByBooking(serializers.DictField):
    """Attendance, keyed by booking id."""

    child = serializers.ChoiceField(choices=Booking.Attendance.values)

    def to_internal_value(self, data: Any) -> dict[Any, Any]:
        identify = Id().run_validation
        return {identify(key): value for key, value in super().to_internal_value(data).items()}


class CompleteIn(serializers.Serializer[Any]):
    attendance = AttendanceByBooking(required=False)


class BookingIn(serializers.Serializer[Any]):
    client = Id()


class AttendanceIn(serializers.Serializer[Any]):
    attendance = serializers.ChoiceField(choices=Booking.Attendance.values, allow_blank=True)
    was = serializers.ChoiceField(
        choices=Booking.Attendance.values,
        allow_blank=True,
        required=False,
        help_text="The mark you saw: one that was made meanwhile is a conflict instead of being lost.",
    )


class BookedClientOut(serializers.Serializer[Any]):
    booking = serializers.UUIDField()
    client = serializers.UUIDField()
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=Booking.Status.choices)
    attendance = serializers.CharField()


class HoldIn(serializers.Serializer[Any]):
    service = Id()
    trainer = Id()
    location = Id()
    room = Id(required=False, allow_null=True)
    starts_at = Instant()


class HoldOut(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="The session's id, once the hold is confirmed.")
    held_until = serializers.DateTimeField()


class ConfirmIn(serializers.Serializer[Any]):
    clients = serializers.ListField(child=Id(), required=False, max_length=500)


class SessionOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    service = serializers.UUIDField()
    trainer = serializers.UUIDField()
    location = serializers.UUIDField()
    room = serializers.UUIDField(allow_null=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=Session.Status.choices)
    capacity = serializers.IntegerField()
    booked = serializers.IntegerField()
    waitlisted = serializers.IntegerField()
    version = serializers.IntegerField()
    held_until = serializers.DateTimeField(allow_null=True)
    series = serializers.UUIDField(allow_null=True, help_text="The series it is one of.")
    service_name = serializers.CharField()
    trainer_name = serializers.CharField()
    hue = serializers.IntegerField()
    location_name = serializers.CharField()
    timezone = serializers.CharField()
    room_name = serializers.CharField(allow_null=True)
    may_edit = serializers.BooleanField()
    clients = BookedClientOut(many=True, help_text="Empty where you may not see who is booked.")


class BookingOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    session = serializers.UUIDField()
    client = serializers.UUIDField()
    client_name = serializers.CharField()
    status = serializers.ChoiceField(choices=Booking.Status.choices)
    attendance = serializers.CharField()
    price = serializers.DecimalField(max_digits=12, decimal_places=2)
    late_cancel = serializers.BooleanField()
    fee_percent = serializers.IntegerField(
        allow_null=True, help_text="What a late cancel or no-show costs; 0 where the strike was forgiven."
    )
    strike = serializers.IntegerField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancelled_by_client = serializers.BooleanField()
    cancel_reason = serializers.CharField()


class OfferOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    booking = serializers.UUIDField()
    state = serializers.ChoiceField(choices=WaitlistOffer.State.choices)
    offered_at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField()


class PlacesIn(serializers.Serializer[Any]):
    places = serializers.IntegerField(min_value=1, max_value=500)


class PortalSessionOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    booking = serializers.UUIDField()
    service = serializers.CharField()
    trainer = serializers.CharField()
    location = serializers.CharField()
    address = serializers.CharField()
    timezone = serializers.CharField()
    room = serializers.CharField(allow_null=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=Session.Status.choices)
    booking_status = serializers.ChoiceField(choices=Booking.Status.choices)
    attendance = serializers.CharField()
    late_cancel = serializers.BooleanField()


class CalendarStudioOut(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    hue = serializers.IntegerField()


class CalendarItemOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["session", "busy"])
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    id = serializers.UUIDField(required=False)
    studio = CalendarStudioOut(required=False)
    service = serializers.CharField(required=False)
    location = serializers.CharField(required=False)
    timezone = serializers.CharField(required=False)
    room = serializers.CharField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=Session.Status.choices, required=False)
    capacity = serializers.IntegerField(required=False)
    booked = serializers.IntegerField(required=False)
    waitlisted = serializers.IntegerField(required=False)
    version = serializers.IntegerField(required=False)
    clients = serializers.ListField(child=serializers.CharField(), required=False)
    calendar = serializers.CharField(
        required=False, help_text="Of busy time: which of your calendars elsewhere holds it."
    )
