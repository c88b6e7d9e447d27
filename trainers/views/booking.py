"""Booking a session: in the calendar's sheet, or on a page of its own where there is no script."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from clients.policies import bookable_clients, visible_clients
from fitflow.core import clock
from fitflow.core.errors import FitFlowError
from fitflow.core.flash import undoable
from studios.models import Location, Room
from studios.shared.decorators import staff_required
from studios.shared.requests import StudioRequest
from trainers.forms import BookingForm, clients_like
from trainers.models import Session, TrainerProfile
from trainers.selectors import bookable_trainers
from trainers.selectors_equipment import with_needs
from trainers.selectors_hours import place_at
from trainers.services import cancel_session, schedule_session
from trainers.views.answers import calendar_at, toasted, told, when
from trainers.views.periods import id_asked, instant_from, on_clocks_of, uuid_from, zone_text
from trainers.views.series import begin_series

OPENING = time(9, 0)


def _start_asked(query: QueryDict, zone: str) -> datetime:
    """Return the wall-clock start a link asks for; of a day alone, the next half hour or the morning."""
    text = query.get("starts", "")
    asked = instant_from(text)
    here = clock.now().astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    ahead = here + timedelta(minutes=30)
    soon = ahead.replace(minute=30 if ahead.minute >= 30 else 0, second=0, microsecond=0)
    if asked is None:
        return soon
    if len(text) > len("2026-11-19"):
        return asked
    return soon if asked.date() == here.date() else datetime.combine(asked.date(), OPENING)


def _asked(request: StudioRequest) -> dict[str, Any]:
    """Return what a link to the form fills in: of the place where she works at that time, if the link names none."""
    query = request.GET
    starts = _start_asked(query, request.studio.timezone)
    initial: dict[str, Any] = {"starts_on": starts.date(), "starts_at": starts.time(), **_habit(request)}
    initial |= {"service": query["service"]} if uuid_from(query.get("service", "")) else {}
    asked = bookable_trainers(request.actor).filter(pk__in=id_asked(query, "trainer")).first()
    initial |= {"trainer": asked.pk} if asked else {}
    trainer = uuid_from(str(initial.get("trainer", "")))
    if works_at := place_at(trainer_id=trainer, wall=starts) if trainer else None:
        initial["place"] = str(works_at)
    place = Location.objects.filter(pk__in=id_asked(query, "location"), is_active=True).first()
    if place:
        initial["place"] = str(place.pk)
    room = Room.objects.filter(pk__in=id_asked(query, "room"), is_active=True).first()
    if room:
        initial["place"] = f"{room.location_id}:{room.pk}"
    client = bookable_clients(request.actor).filter(pk__in=id_asked(query, "client")).first()
    if client:
        initial |= {"client": client.name, "client_id": client.pk}
    return initial | _on_the_clocks_there(query, starts, str(initial.get("place", "")))


def _on_the_clocks_there(query: QueryDict, starts: datetime, place: str) -> dict[str, Any]:
    """Return a start that was chosen on a calendar of another zone as the clocks of the place show it."""
    there = Location.objects.filter(pk=place.partition(":")[0]).first() if place else None
    if there is None or "zone" not in query or len(query.get("starts", "")) <= len("2026-11-19"):
        return {}
    wall = on_clocks_of(starts, query.get("zone", ""), there.timezone)
    return {"starts_on": wall.date(), "starts_at": wall.time()}


def _habit(request: StudioRequest) -> dict[str, Any]:
    """Return what she booked last for herself: most bookings are like the one before."""
    last = Session.objects.filter(trainer__user_id=request.user.pk, trainer__is_active=True)
    last = last.exclude(status=Session.Status.HELD).order_by("-created_at", "-id")
    last = last.filter(service__is_active=True, location__is_active=True)
    row = last.values("service", "trainer", "location").first()
    if row:
        return {"service": row["service"], "trainer": row["trainer"], "place": str(row["location"])}
    own = TrainerProfile.objects.filter(user_id=request.user.pk, is_active=True).first()
    return {"trainer": own.pk} if own else {}


def _picked(request: StudioRequest) -> dict[str, Any]:
    """Return what was typed, with the start, the place or the client that was picked among those offered."""
    typed = {name: value for name, value in request.POST.items() if name in BookingForm.base_fields}
    kind, _, value = request.POST["pick"].partition(":")
    if kind == "client":
        picked = uuid_from(value)
        client = bookable_clients(request.actor).filter(pk=picked).first() if picked else None
        return typed | ({"client": client.name, "client_id": client.pk} if client else {})
    if kind == "place" and uuid_from(value):
        return typed | {"place": value}
    starts = instant_from(value) if kind == "start" else None
    return typed | ({"starts_on": starts.date(), "starts_at": starts.time()} if starts else {})


def _form_answer(request: StudioRequest, form: BookingForm, status: int = 200) -> HttpResponse:
    location = form.location
    zones = {one.timezone for one in form.locations.values()}
    context = {
        "form": form,
        "zone": location.timezone if location else request.studio.timezone,
        "zones": [(one.name, zone_text(one.timezone)) for one in form.locations.values()],
        "one_zone": zone_text(zones.pop()) if len(zones) == 1 else "",
        "services": with_needs(form.fields["service"].queryset),  # type: ignore[attr-defined]
        "chosen": form.chosen_service,
    }
    page = "trainer/_booking_form.html" if request.htmx else "trainer/session_new.html"
    return render(request, page, context, status=status)


@require_safe
@staff_required
def session_new(request: StudioRequest) -> HttpResponse:
    """Show the booking form: a page, or for htmx what goes into the calendar's sheet."""
    return _form_answer(request, BookingForm(initial=_asked(request), actor=request.actor))


@require_POST
@staff_required
def session_book(request: StudioRequest) -> HttpResponse:
    """Book. A refusal stands beside its field, with other starts to pick from; what was typed stays."""
    if request.POST.get("pick") == "repeat":
        return begin_series(request)
    if request.POST.get("pick"):
        return _form_answer(request, BookingForm(initial=_picked(request), actor=request.actor))
    form = BookingForm(request.POST, actor=request.actor)
    session = _schedule(request, form) if form.is_valid() else None
    if session is None:
        return _form_answer(request, form, status=422)
    client = form.cleaned_data["booked"]
    what = f"{session.service.name} with {client.name}" if client else session.service.name
    text = f"{what} booked for {when(session)}."
    undo = reverse("session_unbook", args=[session.pk])
    board = reverse("session_detail", args=[session.pk])
    if request.htmx:
        return toasted(text, event="calendar:booked", undo=undo, href=board, link="Open")
    undoable(request, text, undo)
    return HttpResponseRedirect(calendar_at(session))


def _schedule(request: StudioRequest, form: BookingForm) -> Session | None:
    data = form.cleaned_data
    try:
        return schedule_session(
            actor=request.actor,
            service_id=data["service"].pk,
            trainer_id=data["trainer"].pk,
            location_id=data["location_id"],
            room_id=data["room_id"],
            starts_at=data["instant"],
            client_ids=[data["booked"].pk] if data["booked"] else [],
            outside_hours=data["outside_hours"],
        )
    except FitFlowError as error:
        form.refuse(error)
        return None


@require_POST
@staff_required
def session_unbook(request: StudioRequest, session_id: Any) -> HttpResponse:
    """Undo a booking just made: the session is cancelled, free for whoever was in it."""
    session = cancel_session(actor=request.actor, session_id=session_id, reason="Booked by mistake.")
    text = f"{session.service.name} on {when(session)} is taken back."
    return told(request, text, reverse("session_restore", args=[session.pk]), fallback=calendar_at(session))


@require_safe
@staff_required
def client_search(request: StudioRequest) -> HttpResponse:
    """Find clients to book while one types: by name, and with an address where she may see it."""
    found = clients_like(request.actor, request.GET.get("q", ""))
    known = visible_clients(request.actor).filter(pk__in=[client.pk for client in found])
    emails = dict(known.values_list("pk", "email"))
    results = [{"id": str(one.pk), "name": one.name, "detail": emails.get(one.pk, "")} for one in found]
    return JsonResponse({"results": results})
