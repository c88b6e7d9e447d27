"""What the staff does with places and the waitlist on a session's page."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from fitflow.core.errors import Conflict, Invalid
from fitflow.core.formats import clock_text, day_text
from studios.shared.decorators import staff_required
from studios.shared.requests import StudioRequest
from trainers.models import Booking
from trainers.services import change_places, offer_now, release_hold, restore_booking
from trainers.services.places import MOST
from trainers.views.answers import back_to
from trainers.views.periods import uuid_from


class PlacesForm(forms.Form):
    """How many places this one session has."""

    places = forms.IntegerField(
        min_value=1,
        max_value=MOST,
        help_text="For this session alone. A new place is offered to the waitlist.",
    )


def _to_board(request: StudioRequest, booking_id: UUID) -> HttpResponseRedirect:
    session_id = uuid_from(request.POST.get("session", ""))
    return back_to(
        request, reverse("session_detail", args=[session_id]) if session_id else reverse("calendar")
    )


@require_POST
@staff_required
def booking_restore(request: StudioRequest, booking_id: UUID) -> HttpResponse:
    """Undo taking a client off the session, within three minutes."""
    try:
        booking = restore_booking(actor=request.actor, booking_id=booking_id)
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
        return _to_board(request, booking_id)
    waits = booking.status == Booking.Status.WAITLISTED
    words = "is on the waitlist again" if waits else "has the place again"
    messages.success(request, f"{booking.client.name} {words}.")
    return HttpResponseRedirect(reverse("session_detail", args=[booking.session_id]))


@require_POST
@staff_required
def booking_offer(request: StudioRequest, booking_id: UUID) -> HttpResponse:
    """Offer a free place to one client on the waitlist now."""
    try:
        offer = offer_now(actor=request.actor, booking_id=booking_id)
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
        return _to_board(request, booking_id)
    booking = offer.booking
    zone = booking.session.location.timezone
    until = f"{day_text(offer.answer_by, zone)}, {clock_text(offer.answer_by, zone)}"
    messages.success(request, f"{booking.client.name} gets an e-mail and can answer until {until}.")
    return HttpResponseRedirect(reverse("session_detail", args=[booking.session_id]))


@require_POST
@staff_required
def session_places(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Give this session more or fewer places."""
    form = PlacesForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"A session has 1 to {MOST} places.")
    else:
        try:
            session = change_places(
                actor=request.actor, session_id=session_id, places=form.cleaned_data["places"]
            )
        except (Conflict, Invalid) as error:
            messages.error(request, error.message)
        else:
            words = "1 place" if session.capacity == 1 else f"{session.capacity} places"
            messages.success(request, f"This session has {words} now.")
    return HttpResponseRedirect(reverse("session_detail", args=[session_id]))


@require_POST
@staff_required
def session_release(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Give a held slot back."""
    try:
        release_hold(actor=request.actor, session_id=session_id)
    except Conflict as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("session_detail", args=[session_id]))
    messages.success(request, "The time is free again.")
    return HttpResponseRedirect(reverse("calendar"))
