"""The board of one session: who is expected, who came, the note; and what can be done with the session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import ordinal
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from fitflow.core import clock
from fitflow.core.errors import Conflict, FitFlowError, Invalid
from fitflow.core.flash import undoable
from fitflow.core.formats import money_text
from studios.shared.decorators import staff_required
from studios.shared.policies import Capability, require
from studios.shared.requests import StudioRequest
from trainers.forms import AddClientForm, CancelForm
from trainers.models import Booking, Session
from trainers.policies import editable_session
from trainers.selectors import SessionBoard, session_board
from trainers.selectors_equipment import needs_of_session
from trainers.selectors_notes import with_addenda
from trainers.selectors_series import place_in_series
from trainers.services import (
    book_client,
    cancel_booking,
    cancel_session,
    complete_session,
    give_place,
    mark_attendance,
    record_reading,
)
from trainers.services.booking import CHECK_IN
from trainers.services.scheduling import UNDO_WITHIN
from trainers.services.series_closing import restore_sessions
from trainers.views.answers import back_to, calendar_at
from trainers.views.log_forms import RefusedSet
from trainers.views.note_forms import empty_note_form, sent_note_form
from trainers.views.note_unkept import words_given_back
from trainers.views.note_writing import KEPT, written
from trainers.views.periods import uuid_from, zone_text
from trainers.views.screen import NO_STORE
from trainers.views.series_changes import scope_asked
from trainers.views.series_forms import ScopeForm
from trainers.views.session_log import log_context
from trainers.views.waiting import PlacesForm

MARK = "attendance-"


def _state(board: SessionBoard) -> str:
    session = board.session
    if session.status != Session.Status.SCHEDULED:
        return str(session.status)
    now = clock.now()
    if session.starts_at <= now < session.ends_at:
        return "now"
    return "to_close" if session.ends_at <= now else "scheduled"


def _shown(board: SessionBoard) -> list[Booking]:
    """Return the bookings to show: those that stand, and of a cancelled session those it took with it."""
    gone = board.session.cancelled_at
    return [
        row
        for row in board.bookings
        if row.status != Booking.Status.CANCELLED or (gone is not None and row.cancelled_at == gone)
    ]


def _context(board: SessionBoard) -> dict[str, Any]:
    session, now = board.session, clock.now()
    shown = _shown(board)
    booked = [row for row in shown if row.status != Booking.Status.WAITLISTED]
    opens = session.starts_at - CHECK_IN
    open_now = session.status == Session.Status.SCHEDULED
    undo_until = session.cancelled_at + UNDO_WITHIN if session.cancelled_at else None
    return {
        "board": board,
        "session": session,
        "zone": board.zone,
        "zone_words": zone_text(board.zone),
        "state_now": _state(board),
        "booked": booked,
        "waiting": [row for row in shown if row.status == Booking.Status.WAITLISTED],
        "gone": [row for row in board.bookings if row not in shown],
        "marked": sum(1 for row in booked if row.attendance),
        "free": max(session.capacity - session.booked, 0),
        "is_open": open_now and board.may_edit,
        "is_over": session.ends_at <= now,
        "has_begun": session.starts_at <= now,
        "may_add": open_now and board.may_edit and session.ends_at > now,
        "may_mark": open_now and board.may_edit and opens <= now,
        "may_complete": open_now and board.may_edit and session.starts_at <= now,
        "marking_opens": opens,
        "follows": session.status in {Session.Status.SCHEDULED, Session.Status.COMPLETED},
        "shows_notes": board.writes_notes
        and session.status != Session.Status.HELD
        and (session.status != Session.Status.CANCELLED or bool(board.notes)),
        "may_restore": board.may_edit and undo_until is not None and now < undo_until,
        "is_today": opens.date() == now.date(),
        "people": session.booked + session.waitlisted,
        "back": calendar_at(session),
        "place_in_series": place_in_series(session),
        "equipment": needs_of_session(session.pk),
        **_words(session),
    }


def _words(session: Session) -> dict[str, str]:
    """Return what adding and taking off mean here, in words."""
    service = session.service
    price = f"{money_text(service.price)}{' with tax' if service.price_includes_tax else ' plus tax'}"
    full = session.booked >= session.capacity
    late = clock.now() > session.starts_at - timedelta(hours=service.free_until_hours)
    cost = (
        f"counts as a late cancel and costs {service.late_fee_percent} %"
        + (f" from the {ordinal(service.fee_from_strike)} on" if service.fee_from_strike > 1 else "")
        if service.late_fee_percent
        else "is free"
    )
    return {
        "add_note": "Every place is taken: the client goes on the waitlist."
        if full
        else f"{price}. The client gets an e-mail.",
        "take_off_note": f"They get an e-mail. It {cost if late else 'is free'} for them.",
    }


def board_page(
    request: StudioRequest,
    session_id: UUID,
    *,
    status: int = 200,
    refusal: RefusedSet | None = None,
    **forms: Any,
) -> HttpResponse:
    """Show the board; a form with errors takes the place of its empty one."""
    board = session_board(request.actor, session_id)
    context = {
        **_context(board),
        **log_context(request, board, refusal),
        "add_form": AddClientForm(actor=request.actor),
        "cancel_form": CancelForm(),
        "scope_form": ScopeForm() if board.session.series_id else None,
        "places_form": PlacesForm(initial={"places": board.session.capacity}),
        **forms,
    }
    if context["shows_notes"]:
        record_reading(actor=request.actor, notes=with_addenda(board.notes))
        context |= _about(context)
        if "note_form" not in context:
            context["note_form"] = empty_note_form(request.actor)
    page = render(request, "trainer/session_board.html", context, status=status)
    page["Cache-Control"] = NO_STORE
    return page


def _about(context: dict[str, Any]) -> dict[str, Any]:
    """Return what the form of a note says: whom it is about, where there is only one."""
    booked = context["booked"]
    one = booked[0] if len(booked) == 1 else None
    return {
        "about": one.client.name if one else "",
        "client_id": one.client_id if one else None,
        "session_id": context["session"].pk,
    }


def _attempt(request: StudioRequest, session_id: UUID, action: Callable[[], str]) -> HttpResponse:
    """Do something with a session and go back to its board, saying what was done, or why it was not."""
    try:
        words = action()
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, words)
    return HttpResponseRedirect(reverse("session_detail", args=[session_id]))


@require_safe
@staff_required
def session_detail(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Show the board of a session."""
    return board_page(request, session_id)


def _marks(request: StudioRequest) -> dict[UUID, str]:
    return {
        booking: str(value)
        for name, value in request.POST.items()
        if name.startswith(MARK) and value and (booking := uuid_from(name.removeprefix(MARK)))
    }


@require_POST
@staff_required
def session_complete(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Complete the session with the attendance that is on the page; whoever is not marked counts as here."""
    marks = _marks(request)

    def complete() -> str:
        session = complete_session(actor=request.actor, session_id=session_id, attendance=marks)
        here = session.bookings.filter(attendance=Booking.Attendance.PRESENT).count()
        away = session.bookings.filter(attendance=Booking.Attendance.NO_SHOW).count()
        return (
            f"Session completed: {here} here, {away} no-show." if away else f"Session completed: {here} here."
        )

    return _attempt(request, session_id, complete)


@require_POST
@staff_required
def session_attendance(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Keep the marks that are on the page. (With script each is sent to the API at the tap.)"""
    editable_session(request.actor, session_id)

    def mark() -> str:
        marks = _marks(request)
        for booking_id, attendance in marks.items():
            mark_attendance(actor=request.actor, booking_id=booking_id, attendance=attendance)
        return "Attendance kept." if marks else "Nobody is marked yet."

    return _attempt(request, session_id, mark)


@require_POST
@staff_required
def session_cancel(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Cancel the session; its clients read the reason."""
    form = CancelForm(request.POST)
    if not form.is_valid():
        return board_page(request, session_id, status=422, cancel_form=form)
    scope = scope_asked(request, editable_session(request.actor, session_id))
    if scope:
        asked = urlencode({"scope": scope, "reason": form.cleaned_data["reason"]})
        return HttpResponseRedirect(f"{reverse('session_cancel_series', args=[session_id])}?{asked}")
    try:
        session = cancel_session(
            actor=request.actor, session_id=session_id, reason=form.cleaned_data["reason"]
        )
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
    else:
        undo = reverse("session_restore", args=[session_id])
        undoable(request, f"{session.service.name} is cancelled. Its clients are told.", undo)
    return HttpResponseRedirect(reverse("session_detail", args=[session_id]))


@require_POST
@staff_required
def session_restore(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Undo a cancellation, with the bookings it took away."""
    try:
        session = restore_sessions(actor=request.actor, session_id=session_id)
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{session.service.name} is on again, with everybody who was booked.")
    return back_to(request, reverse("session_detail", args=[session_id]))


@require_POST
@staff_required
def session_add_client(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Book one more client into the session, or onto its waitlist."""
    data = request.POST.copy()
    kind, _, picked = data.get("pick", "").partition(":")
    if kind == "client":
        data["client_id"], data["client"] = picked, ""
    form = AddClientForm(data, actor=request.actor)
    if form.is_valid():
        client = form.cleaned_data["booked"]
        try:
            booking = book_client(actor=request.actor, session_id=session_id, client_id=client.pk)
        except FitFlowError as error:
            form.refuse(error)
        else:
            waits = booking.status == Booking.Status.WAITLISTED
            words = "is on the waitlist: every place is taken." if waits else "is booked."
            messages.success(request, f"{client.name} {words}")
            return HttpResponseRedirect(reverse("session_detail", args=[session_id]))
    return board_page(request, session_id, status=422, add_form=form)


@require_POST
@staff_required
def booking_cancel(request: StudioRequest, booking_id: UUID) -> HttpResponse:
    """Take a client off the session."""
    session_id = uuid_from(request.POST.get("session", "")) or booking_id

    try:
        booking = cancel_booking(
            actor=request.actor, booking_id=booking_id, reason=request.POST.get("reason", "")
        )
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
    else:
        late = " It counts as a late cancel." if booking.late_cancel else ""
        undo = reverse("booking_restore", args=[booking_id])
        undoable(request, f"{booking.client.name} is off this session.{late}", undo)
    return HttpResponseRedirect(reverse("session_detail", args=[session_id]))


@require_POST
@staff_required
def booking_give_place(request: StudioRequest, booking_id: UUID) -> HttpResponse:
    """Give a client of the waitlist a place that has come free."""
    session_id = uuid_from(request.POST.get("session", "")) or booking_id

    def give() -> str:
        return f"{give_place(actor=request.actor, booking_id=booking_id).client.name} has a place now."

    return _attempt(request, session_id, give)


@require_POST
@staff_required
@words_given_back
def session_note(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Write a note about one client of the session."""
    require(request.actor, Capability.RECORDS_WRITE)
    form = sent_note_form(request.POST, request.actor)
    client_id = form.cleaned_data["client"] if form.is_valid() else None
    if form.is_valid() and client_id is None:
        form.add_error(None, "Choose whom the note is about.")
    if client_id is not None:
        note = written(request, form, client_id, session_id)
        if note is not None:
            messages.success(request, KEPT)
            return HttpResponseRedirect(f"{reverse('session_detail', args=[session_id])}#note-{note.pk}")
    return board_page(request, session_id, status=422, note_form=form)
