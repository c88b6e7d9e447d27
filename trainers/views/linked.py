"""The pages behind the signed links of a client's messages: cancelling, and answering an offered place.

They need no sign-in: the link is what proves her. Looking changes nothing (mail programs look at links too); a button acts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from fitflow.core.api.throttles import slow_down
from fitflow.core.callers import address_of
from fitflow.core.clock import now
from fitflow.core.errors import Conflict, Invalid
from fitflow.core.money import to_cents
from trainers.links import PAGES, Linked, Purpose, read_link
from trainers.models import Booking, Session, WaitlistOffer
from trainers.services import (
    accept_offer,
    cancel_own_booking,
    decline_offer,
    restore_own_booking,
)
from trainers.services.answering import linked_offer
from trainers.services.cancelling import cost_now, linked_booking, may_restore

WAIT = "That was often. Wait a minute, then try again."
View = Callable[..., HttpResponse]


def linked(purpose: Purpose) -> Callable[[View], View]:
    """Let in who holds a link of that purpose made by this studio; the view gets what it names. Others find nothing here."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, token: str) -> HttpResponse:
            slow_down("link", address_of(request), per_minute=30, burst=30, words=WAIT)
            answer = view(request, token, read_link(token, purpose))
            answer["X-Robots-Tag"] = "noindex"
            return answer

        return never_cache(guarded)

    return decorate


def _session_words(booking: Booking) -> dict[str, Any]:
    session = booking.session
    return {
        "booking": booking,
        "session": session,
        "zone": session.location.timezone,
        "over": session.starts_at <= now(),
        "off": session.status == Session.Status.CANCELLED,
    }


def _act(
    request: HttpRequest,
    purpose: Purpose,
    token: str,
    act: Callable[[], Any],
    said: Callable[[Any], str] | None = None,
) -> HttpResponse:
    """Act, and go to the page that shows how things stand; `said` are words about what was done that it would not tell."""
    try:
        done = act()
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
    else:
        if words := said(done) if said else "":
            messages.info(request, words)
    return HttpResponseRedirect(reverse(PAGES[purpose], args=[token]))


@require_safe
@linked("cancel")
def client_cancel(request: HttpRequest, token: str, link: Linked) -> HttpResponse:
    """Show a client her booking and what cancelling it would cost now; once it is cancelled, that and the way back."""
    return _cancel_page(request, token, link)


def _cancel_page(
    request: HttpRequest, token: str, link: Linked, *, reason: str = "", status: int = 200
) -> HttpResponse:
    booking = linked_booking(link.id)
    cost = cost_now(booking)
    fee = to_cents(booking.price * (cost.percent or 0) / 100)
    settled = to_cents(booking.price * (booking.fee_percent or 0) / 100)
    context = {
        **_session_words(booking),
        "token": token,
        "closed": link.over,
        "cost": cost,
        "fee": fee,
        "settled": settled,
        "may_undo": booking.cancelled_by_client and may_restore(booking),
        "reason": reason,
    }
    return render(request, "client/linked_cancel.html", context, status=status)


@require_POST
@linked("cancel")
def client_cancel_now(request: HttpRequest, token: str, link: Linked) -> HttpResponse:
    """Cancel the booking, or leave the waitlist; where it is refused, what she wrote stays."""
    reason, shown = request.POST.get("reason", ""), request.POST.get("percent", "")
    at_most = int(shown) if shown.isdecimal() and len(shown) < 4 else None
    try:
        cancel_own_booking(booking_id=link.id, reason=reason, at_most=at_most)
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
        return _cancel_page(request, token, link, reason=reason, status=409)
    return HttpResponseRedirect(reverse(PAGES["cancel"], args=[token]))


@require_POST
@linked("cancel")
def client_cancel_undo(request: HttpRequest, token: str, link: Linked) -> HttpResponse:
    """Take the cancellation back within three minutes."""
    return _act(request, "cancel", token, lambda: restore_own_booking(booking_id=link.id), _back)


def _back(booking: Booking) -> str:
    name = booking.session.service.name
    if booking.status == Booking.Status.WAITLISTED:
        return f"You are back on the waitlist of {name}. Nothing was cancelled."
    return f"You are coming after all: you are booked into {name}. Nothing was cancelled."


@require_safe
@linked("offer")
def client_offer(request: HttpRequest, token: str, link: Linked) -> HttpResponse:
    """Show an offered place with its price and deadline, or how the offer ended."""
    offer = linked_offer(link.id)
    session = offer.booking.session
    free_until = session.starts_at - timedelta(hours=session.service.free_until_hours)
    full = session.booked >= session.capacity
    context = {
        **_session_words(offer.booking),
        "token": token,
        "offer": offer,
        "late": now() > free_until,
        "step": _step(offer, full=full),
    }
    return render(request, "client/linked_offer.html", context)


def _step(offer: WaitlistOffer, *, full: bool) -> str:
    """Return how the offer stands: ask, full, booked, declined, left, late, or gone."""
    booking, session = offer.booking, offer.booking.session
    if session.status != Session.Status.SCHEDULED or session.starts_at <= now():
        return "gone"
    if not booking.client.is_active:
        return "gone"
    if booking.status == Booking.Status.BOOKED:
        return "booked"
    if booking.status == Booking.Status.CANCELLED:
        return "declined" if booking.cancelled_by_client else "left"
    if offer.state == WaitlistOffer.State.OPEN and offer.answer_by > now():
        return "full" if full else "ask"
    return "full" if offer.state == WaitlistOffer.State.TAKEN or full else "late"


@require_POST
@linked("offer")
def client_offer_accept(request: HttpRequest, token: str, link: Linked) -> HttpResponse:
    """Take the place."""
    return _act(request, "offer", token, lambda: accept_offer(offer_id=link.id))


@require_POST
@linked("offer")
def client_offer_decline(request: HttpRequest, token: str, link: Linked) -> HttpResponse:
    """Say no, and leave the waitlist."""
    return _act(request, "offer", token, lambda: decline_offer(offer_id=link.id), _kept)


def _kept(offer: WaitlistOffer) -> str:
    if offer.booking.status != Booking.Status.BOOKED:
        return ""
    return "You took the place before. To give it back, use the link in the e-mail that says you are in."
