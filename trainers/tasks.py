from __future__ import annotations

from uuid import UUID

from celery import shared_task

from fitflow.core import outbox
from fitflow.core.models import OutboxMessage
from studios.shared.models import Role
from studios.shared.rounds import in_each_studio
from trainers import messages, series_messages, services
from trainers.services.series_nightly import carry_on_all

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
    """Beat's turn, each night: series without an end are made further, studio after studio."""
    return in_each_studio(carry_on_all, name="series")
