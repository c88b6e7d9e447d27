"""A session on a second screen: large, read-only, followed live."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fitflow.core import clock
from studios.shared.decorators import staff_required
from studios.shared.requests import StudioRequest
from trainers.models import Booking, Session
from trainers.selectors import session_board
from trainers.selectors_log import LoggedExercise, session_log
from trainers.services import record_log_reading

NO_STORE = "private, no-store"  # what was trained is kept by no cache


def _by_person(entries: list[LoggedExercise]) -> list[tuple[str, list[LoggedExercise]]]:
    """Return the entries under their client, the whole group's first; two clients of one name stay two."""
    found: dict[UUID | None, list[LoggedExercise]] = {}
    for entry in sorted(entries, key=lambda one: (one.client_id is not None, one.who)):
        found.setdefault(entry.client_id, []).append(entry)
    return [(rows[0].who, rows) for rows in found.values()]


@require_safe
@staff_required
def session_screen(request: StudioRequest, session_id: UUID) -> HttpResponse:
    """Show the clock, who is here and, to who may read it, what was logged; others see how much was."""
    board = session_board(request.actor, session_id)
    log = session_log(request.actor, board.session)
    record_log_reading(actor=request.actor, sets=log.shown_sets)
    booked = [row for row in board.bookings if row.status == Booking.Status.BOOKED]
    context: dict[str, Any] = {
        "board": board,
        "session": board.session,
        "zone": board.zone,
        "now": clock.now(),
        "booked": booked,
        "here": sum(row.attendance == Booking.Attendance.PRESENT for row in booked),
        "log": log,
        "people": _by_person(log.entries),
        "is_on": board.session.status == Session.Status.SCHEDULED,
    }
    page = render(request, "trainer/session_screen.html", context)
    page["Cache-Control"] = NO_STORE
    return page
