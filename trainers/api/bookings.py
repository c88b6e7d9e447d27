from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from fitflow.core.api import endpoint, paginate
from fitflow.core.api.inputs import checked
from fitflow.core.api.schema import PAGE, page_of
from trainers import services
from trainers.api.present import booking_dict, booking_dicts
from trainers.api.shapes import AttendanceIn, BookingIn, BookingOut, OfferOut, ReasonIn
from trainers.policies import fetch_session, visible_bookings


@extend_schema(
    methods=["GET"],
    operation_id="bookings_list",
    parameters=PAGE,
    responses=page_of(BookingOut, "BookingPage"),
)
@extend_schema(methods=["POST"], operation_id="bookings_add", request=BookingIn, responses={201: BookingOut})
@endpoint("GET", "POST")
def bookings(request: Request, session_id: UUID) -> Response:
    """Who is booked, as far as you may see it; booking a client (onto the waitlist when it is full)."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        rows = visible_bookings(actor).filter(session=fetch_session(actor, session_id))
        return paginate(request, rows.select_related("client"), booking_dicts, ordering="id")
    client_id = checked(BookingIn, request)["client"]
    booking = services.book_client(actor=actor, session_id=session_id, client_id=client_id)
    return Response(booking_dict(booking), status=201)


@extend_schema(operation_id="bookings_cancel", request=ReasonIn, responses=BookingOut)
@endpoint("POST")
def cancel(request: Request, booking_id: UUID) -> Response:
    """Cancel a booking; `late_cancel` says whether the service's free time had passed."""
    reason = checked(ReasonIn, request)["reason"]
    booking = services.cancel_booking(actor=request.actor, booking_id=booking_id, reason=reason)  # type: ignore[attr-defined]
    return Response(booking_dict(booking))


@extend_schema(operation_id="bookings_restore", request=None, responses=BookingOut)
@endpoint("POST")
def restore(request: Request, booking_id: UUID) -> Response:
    """Undo a booking's cancellation within three minutes (409 where the place is gone)."""
    return Response(booking_dict(services.restore_booking(actor=request.actor, booking_id=booking_id)))  # type: ignore[attr-defined]


@extend_schema(operation_id="bookings_offer", request=None, responses={201: OfferOut})
@endpoint("POST")
def offer(request: Request, booking_id: UUID) -> Response:
    """Offer a free place to one client on the waitlist out of her turn; she answers by the link in her e-mail."""
    made = services.offer_now(actor=request.actor, booking_id=booking_id)  # type: ignore[attr-defined]
    fields = ("id", "state", "offered_at", "answer_by")
    return Response(
        {"booking": made.booking_id, **{name: getattr(made, name) for name in fields}}, status=201
    )


@extend_schema(operation_id="bookings_give_place", request=None, responses=BookingOut)
@endpoint("POST")
def give_place(request: Request, booking_id: UUID) -> Response:
    """Give a client on the waitlist a place that has come free."""
    return Response(booking_dict(services.give_place(actor=request.actor, booking_id=booking_id)))  # type: ignore[attr-defined]


@extend_schema(operation_id="bookings_attendance", request=AttendanceIn, responses=BookingOut)
@endpoint("POST")
def attendance(request: Request, booking_id: UUID) -> Response:
    """Mark who came, from an hour before the session until it is completed (409 `attendance`: marked differently meanwhile)."""
    asked = checked(AttendanceIn, request)
    booking = services.mark_attendance(actor=request.actor, booking_id=booking_id, **asked)  # type: ignore[attr-defined]
    return Response(booking_dict(booking))
