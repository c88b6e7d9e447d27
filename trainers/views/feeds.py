"""Calendar files under secret addresses, and a studio's page to make and revoke them."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_POST, require_safe

from fitflow.core.api.throttles import slow_down
from fitflow.core.callers import address_of
from fitflow.core.context import public_url, studio_url
from fitflow.core.errors import FitFlowError, NotFound
from studios.shared.decorators import member_required
from studios.shared.models import Studio
from studios.shared.requests import StudioRequest
from trainers.feed_file import Entry, feed_file
from trainers.feed_forms import FeedForm
from trainers.feed_policies import visible_feeds
from trainers.selectors_feeds import feed_entries, feed_of, personal_entries, personal_feed_of
from trainers.services.calendar_feeds import make_feed, note_reading, revoke_feed

SLOWLY = "This calendar is asked for too often. Ask again in a minute."


@require_safe
def calendar_feed(request: StudioRequest, secret: str) -> HttpResponse:
    """Give the calendar file of a trainer, client or room to whoever has its secret address."""
    _throttle(request)
    studio = _studio(request)
    feed, actor = feed_of(secret, studio=studio)
    whose = feed.trainer.name if feed.trainer else feed.room.name if feed.room else ""
    name = ", ".join(part for part in (whose, studio.name) if part)
    entries = feed_entries(feed, actor, studio=studio)
    note_reading(feed)
    return _file(request, entries, name)


@require_safe
def personal_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Give the calendar file of a trainer over all her studios to whoever has its secret address."""
    _throttle(request)
    feed = personal_feed_of(secret)
    entries = personal_entries(feed)
    note_reading(feed)
    return _file(request, entries, "FitFlow", "Your sessions in all your studios")


def _studio(request: StudioRequest) -> Studio:
    if request.studio is None:
        raise NotFound()
    return request.studio


def _throttle(request: HttpRequest) -> None:
    rate = settings.CALENDAR_RATE
    slow_down("calendar", address_of(request), per_minute=rate, burst=2 * rate, words=SLOWLY)


def _file(request: HttpRequest, entries: list[Entry], name: str, about: str = "") -> HttpResponse:
    """Return a calendar file, or 304 to who has this very one: then it is not written, which takes longer than reading."""
    told = repr((settings.RELEASE, name, about, entries))
    etag = quote_etag(hashlib.sha256(told.encode()).hexdigest()[:32])
    answer = get_conditional_response(request, etag=etag) or HttpResponse(
        feed_file(entries, name=name, about=about), content_type="text/calendar; charset=utf-8"
    )
    if answer.status_code == 200:
        answer["Content-Disposition"] = 'inline; filename="fitflow.ics"'
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@require_safe
@member_required
def feeds(request: StudioRequest) -> HttpResponse:
    """List the secret addresses in use that are hers to see."""
    return _page(request, FeedForm(actor=request.actor))


def _page(request: StudioRequest, form: FeedForm, made: str = "", status: int = 200) -> HttpResponse:
    rows = visible_feeds(request.actor).select_related("trainer", "client", "room").order_by("-created_at")
    context = {"form": form, "feeds": rows, "made": made, "webcal": as_webcal(made)}
    context["staff"] = request.actor.is_staff
    return render(request, "trainer/feeds.html", context, status=status)


@require_POST
@member_required
def feed_add(request: StudioRequest) -> HttpResponse:
    """Make an address and show it, this once."""
    form = FeedForm(request.POST, actor=request.actor)
    if form.is_valid():
        try:
            _, secret = make_feed(actor=request.actor, name=form.cleaned_data["name"], subject=form.subject())
        except FitFlowError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            address = studio_url(_studio(request).slug, reverse("calendar_feed", args=[secret]))
            return _page(request, FeedForm(actor=request.actor), made=address)
    return _page(request, form, status=422)


@require_POST
@member_required
def feed_revoke(request: StudioRequest, feed_id: UUID) -> HttpResponse:
    """Make an address worthless."""
    revoke_feed(actor=request.actor, feed_id=feed_id)
    messages.success(request, "The address is worthless now.")
    return redirect("feeds")


def personal_address(secret: str) -> str:
    """Return the address of a personal feed."""
    return public_url(reverse("personal_feed", args=[secret]))


def as_webcal(address: str) -> str:
    """Return the address by which a phone or a Mac offers to subscribe."""
    return f"webcal://{address.split('://', 1)[1]}" if address else ""
