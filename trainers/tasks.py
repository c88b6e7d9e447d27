from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task

from fitflow.core import outbox
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from studios.shared.models import Role
from studios.shared.rounds import in_each_studio, task_in_each_studio
from trainers import added_messages, import_messages, messages, series_messages, services
from trainers.services import external, external_notice, importing
from trainers.services.series_nightly import carry_on_all

log = structlog.get_logger(__name__)
TRAINING = {Role.TRAINER.value, Role.TRAINER_ADMIN.value}


@outbox.subscribe("session.scheduled", lane="mail")
def mail_scheduled(message: OutboxMessage) -> None:
    """Tell everyone booked into a new (or restored) session."""
    messages.queue_scheduled(session_id=message.ids["session"])


@outbox.subscribe("session.rescheduled", lane="mail")
def mail_moved(message: OutboxMessage) -> None:
    """Tell everyone booked or waiting that the session has changed."""
    messages.queue_moved(session_id=message.ids["session"])


@outbox.subscribe("session.cancelled", lane="mail")
def mail_cancelled(message: OutboxMessage) -> None:
    """Tell everyone whose booking went with the session."""
    messages.queue_cancelled(session_id=message.ids["session"])


@outbox.subscribe("booking.changed", lane="mail")
def mail_booking(message: OutboxMessage) -> None:
    """Tell one client about her own place: booked, on the waitlist, given a place, or cancelled."""
    messages.queue_booking(booking_id=message.ids["booking"], change=message.ids.get("change") or "")


@outbox.subscribe("place.freed")
def offer_freed_places(message: OutboxMessage) -> None:
    """Offer a place that came free to those who wait."""
    services.offer_places(session_id=message.ids["session"])


@outbox.subscribe("offer.made", lane="mail")
def mail_offer(message: OutboxMessage) -> None:
    """Write to the client to whom a place is offered."""
    messages.queue_offer(offer_id=message.ids["offer"])


@shared_task(name="trainers.tend_waitlists", public_rows=True)
def tend_waitlists() -> int:
    """Beat's turn, each minute: offers whose time is up, places free since the night; studio after studio."""
    return in_each_studio(services.tend_waitlists, name="waitlists")


@shared_task(name="trainers.clear_holds", public_rows=True)
def clear_holds() -> int:
    """Beat's turn, each minute: slots whose hold ran out and that nobody wanted."""
    return in_each_studio(services.clear_expired_holds, name="holds")


@outbox.subscribe(
    "session.rescheduled",
    "session.cancelled",
    "session.released",
    "series.changed",
    "series.cancelled",
    "import.undone",
)
def cover_again(message: OutboxMessage) -> None:
    """Where a session has left time that a calendar elsewhere holds, that time is busy again."""
    people = external.trainers_here()
    with studio_context(None):
        external.cover_again(people=people)


@shared_task(name="trainers.cover_calendars", public_rows=True)
def cover_calendars() -> int:
    """Beat's turn, each minute: time that calendars elsewhere hold and a session has left."""
    return external.cover_again()


# Of a courier's threads at most so many ask calendars: servers that keep silent keep no mail and no live event waiting.
ASKERS = 2
_askers = BoundedSemaphore(ASKERS)


@shared_task(name="trainers.ask_calendars", public_rows=True)
def ask_calendars() -> int:
    """Beat's turn, each minute: ask the calendars elsewhere whose time has come, one after the other, for most of a minute.

    Whoever finds one calls another to help, as long as there are places. What is not reached stays due.
    """
    if not _askers.acquire(blocking=False):
        return 0
    try:
        return external.ask_due(found_one=_call_for_help)
    finally:
        _askers.release()


def _call_for_help() -> None:
    try:
        ask_calendars.apply_async(expires=50, retry=False)
    except Exception as error:
        log.warning("calendar.hint_failed", error=type(error).__name__)


@shared_task(name="trainers.read_calendar", public_rows=True)
def read_calendar(calendar_id: str) -> None:
    """Ask one calendar elsewhere now; its troubles are its own."""
    external.read_calendar(calendar_id=UUID(calendar_id))


def read_soon(calendar_id: UUID) -> None:
    """Hint that a calendar should be asked now; where the hint is lost, beat's next turn does it."""
    try:
        read_calendar.apply_async(args=[str(calendar_id)], expires=300, retry=False)
    except Exception as error:
        log.warning("calendar.hint_failed", error=type(error).__name__)


@outbox.subscribe("calendar.unread", lane="mail")
def tell_unread(message: OutboxMessage) -> None:
    """Tell a trainer that her calendar elsewhere cannot be read."""
    external_notice.tell_unread(calendar_id=message.ids["calendar"] or "", message_id=message.pk)


@outbox.subscribe("member.added")
def begin_training(message: OutboxMessage) -> None:
    """Whoever is made a trainer gets her column in the timetable, in the team of the trainer admin who invited her."""
    if message.ids["role"] in TRAINING:
        services.follow_member(user_id=UUID(message.ids["user"]), invited_by=message.ids["invited_by"])


@outbox.subscribe("member.removed")
def end_training(message: OutboxMessage) -> None:
    """Whoever is no trainer any more leaves the timetable's columns; what she gave stays."""
    if message.ids["role"] in TRAINING:
        services.follow_member(user_id=UUID(message.ids["user"]))


@outbox.subscribe("series.scheduled", lane="mail")
def mail_series_scheduled(message: OutboxMessage) -> None:
    """Tell each client once of all the sessions of a new (or restored) series."""
    series_messages.queue_series_scheduled(
        series_id=message.ids["series"], version=str(message.ids["version"])
    )


@outbox.subscribe("series.changed", lane="mail")
def mail_series_changed(message: OutboxMessage) -> None:
    """Tell each client once of all that a change of a series touched."""
    series_messages.queue_series_changed(series_id=message.ids["series"], version=str(message.ids["version"]))


@outbox.subscribe("series.cancelled", lane="mail")
def mail_series_cancelled(message: OutboxMessage) -> None:
    """Tell each client once of all the sessions that went with a series."""
    series_messages.queue_series_cancelled(series_id=message.ids["series"], at=str(message.ids["at"]))


@outbox.subscribe("series.clashed", lane="mail")
def mail_series_clash(message: OutboxMessage) -> None:
    """Tell the trainer what the night could not make."""
    series_messages.queue_series_clash(series_id=message.ids["series"], after=str(message.ids["after"]))


@shared_task(name="trainers.carry_on_series", public_rows=True)
def carry_on_series() -> int:
    """Beat's turn, each night: series without an end are made further, each studio's in a task of its own."""
    return task_in_each_studio(carry_on_studio, name="series")


@shared_task(name="trainers.carry_on_studio")
def carry_on_studio() -> int:
    """Make the series of the studio it was sent from further; return how many sessions were made."""
    return carry_on_all()


@outbox.subscribe("series.carried_on", lane="mail")
def mail_sessions_added(message: OutboxMessage) -> None:
    """Tell each client of the sessions that the night added for her: one mail for all of her series."""
    added_messages.queue_sessions_added(series_id=message.ids["series"])


# How soon an import is looked at again that another process has in hand, and after how many failures it is given back to people:
# somebody waits for it, so not after most of a day.
AGAIN = timedelta(seconds=5)
GIVEN_UP = 6


@outbox.subscribe("import.read")
def read_calendar_file(message: OutboxMessage) -> None:
    """Unfold an uploaded calendar into rows."""
    _carry_out(message, importing.read_calendar_file, importing.give_up_reading)


@outbox.subscribe("import.check")
def check_import(message: OutboxMessage) -> None:
    """Carry a dry run on for a while."""
    round_ = int(message.ids["round"] or 0)
    _carry_out(message, importing.advance_check, importing.give_up_check, pause=timedelta(), round_=round_)


@outbox.subscribe("import.requested")
def bring_in(message: OutboxMessage) -> None:
    """Import what was checked, all or nothing."""
    _carry_out(message, importing.carry_out_import, importing.give_up_import)


@outbox.subscribe("import.undo")
def take_back(message: OutboxMessage) -> None:
    """Take an import back, all or nothing."""
    _carry_out(message, importing.carry_out_undo, importing.give_up_undo)


@outbox.subscribe("import.tell", lane="mail")
def tell_clients(message: OutboxMessage) -> None:
    """Queue the mails about an import that the studio asked for, a few hundred at a time."""
    if not import_messages.queue_imported(import_id=message.ids["batch"] or ""):
        raise outbox.Continue


def _carry_out(
    message: OutboxMessage,
    work: Callable[..., bool],
    give_up: Callable[..., None],
    *,
    pause: timedelta = AGAIN,
    **more: Any,
) -> None:
    """Do what was asked of an import. What fails too often, or kills its process each time, is given back to people."""
    named = {"import_id": message.ids["batch"], **more}
    if message.attempts > GIVEN_UP:
        log.error("import.given_up", batch=named["import_id"])
        give_up(**named)
    elif not work(**named):
        raise outbox.Continue(pause)


@shared_task(name="trainers.forget_files", public_rows=True)
def forget_files() -> int:
    """Beat's turn, each night: uploaded files that are 30 days old, studio after studio."""
    return in_each_studio(importing.forget_old_files, name="import files")
