"""The message about sessions that the night has added to series without an end: rarely, never at night, one for all of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from clients.models import Client
from fitflow.core.clock import now
from fitflow.core.formats import clock_text, short_day_text
from fitflow.tenancy.context import current_studio
from notifications.letters import Later, Letter, Suppress, page_of, template
from notifications.models import Delivery
from notifications.services import queue_email
from notifications.words import zone_text
from trainers.calendar_file import series_part
from trainers.models import Booking, Series, Session
from trainers.services.quiet import is_quiet, quiet_until

NAME = "sessions_added"
APART = timedelta(weeks=4)  # a weekly series grows by one session a week: nobody wants a mail for each
GATHERED = timedelta(minutes=10)  # by day, for what other series add in the same turn
NIGHT = timedelta(days=1)
AT_ONCE = timedelta(minutes=5)  # what is made with its series was told with it
SHOWN = 8


def queue_sessions_added(*, series_id: UUID | str) -> None:
    """Queue "sessions were added" to each client of what the night has just added to a series, to be sent from 9:00 on.

    Who was told within four weeks is not told now: the next message has these sessions too.
    """
    series = Series.objects.select_related("location").get(pk=series_id)
    at = now()
    told = Delivery.objects.filter(template=NAME, created_at__gt=at - APART)
    told = told.exclude(status=Delivery.Status.SUPPRESSED).exclude(client_id=None)
    booked = _added(since=at - NIGHT).filter(session__series=series)
    clients = Client.objects.filter(pk__in=booked.values("client")).exclude(pk__in=told.values("client_id"))
    for client in clients.order_by("id"):
        zone = client.zone(series.location.timezone)
        morning = quiet_until(at, zone) if is_quiet(at, zone) else at + GATHERED
        queue_email(
            key=f"{NAME}:{client.pk}:{at.date().isoformat()}",
            template=NAME,
            recipient=client.email,
            recipient_name=client.name,
            client_id=client.pk,
            subject_type="client",
            subject_id=client.pk,
            due_in=morning - at,
        )


def _added(*, since: datetime) -> QuerySet[Booking]:
    """Return the places in sessions to come that were added to their series since an instant."""
    rows = Booking.objects.filter(
        status=Booking.Status.BOOKED,
        session__status=Session.Status.SCHEDULED,
        session__ends_at__gt=now(),
        session__created_at__gt=since,
    )
    return rows.filter(session__series__created_at__lt=F("session__created_at") - AT_ONCE)


def _since(delivery: Delivery) -> datetime:
    """Return since when the client has not been told: her last message of this kind, else the night of this one."""
    earlier = Delivery.objects.filter(
        template=NAME, client_id=delivery.client_id, created_at__lt=delivery.created_at
    )
    last = earlier.exclude(status=Delivery.Status.SUPPRESSED).order_by("-created_at").first()
    return (last.sent_at or last.created_at) if last else delivery.created_at - NIGHT


@template(NAME)
def sessions_added(delivery: Delivery) -> Letter:
    """Sessions were added to your series."""
    client = Client.objects.filter(pk__in=[delivery.client_id], is_active=True).first()
    if client is None:
        raise Suppress("The client is not active any more.")
    rows = _added(since=_since(delivery)).filter(client=client).order_by("session__starts_at")
    rows = rows.select_related("session__service", "session__trainer", "session__location", "session__room")
    sessions = [booking.session for booking in rows]
    if not sessions:
        raise Suppress("None of the sessions was to come any more when this was to be sent.")
    zone = client.zone(sessions[0].location.timezone)
    if is_quiet(now(), zone):
        raise Later(quiet_until(now(), zone))
    return _letter(client, sessions)


def _letter(client: Client, sessions: list[Session]) -> Letter:
    studio: Any = current_studio()
    count = "1 session" if len(sessions) == 1 else f"{len(sessions)} sessions"
    zone = sessions[0].location.timezone
    first, last = (
        short_day_text(one.starts_at, one.location.timezone) for one in (sessions[0], sessions[-1])
    )
    return Letter(
        subject=f"Added to your calendar: {count}, {first if first == last else f'{first} to {last}'}",
        preview="Your series goes on.",
        mark="Added",
        tone="good",
        heading="Your series goes on",
        paragraphs=("Your places in these sessions are kept. The calendar file has all of them.",),
        when=(count, zone_text(zone, sessions[0].starts_at)),
        facts=_facts(sessions),
        button=("See your sessions", page_of("portal_sessions")) if client.user_id else None,
        after=(
            "Does one of them not suit you? Tell the studio. You get such a message every four weeks at most.",
        ),
        why=f"You get this because you are a client of {studio.name}.",
        attachments=(series_part(sessions, client, studio_name=studio.name),),
    )


def _facts(sessions: list[Session]) -> tuple[tuple[str, str], ...]:
    """Return a line for each service and trainer, with the first times of each."""

    def name(session: Session) -> str:
        return f"{session.service.name} with {session.trainer.name}"

    found = []
    for what, some in groupby(sorted(sessions, key=lambda one: (name(one), one.starts_at)), key=name):
        rows = list(some)
        times = [
            f"{short_day_text(one.starts_at, one.location.timezone)}, {clock_text(one.starts_at, one.location.timezone)}"
            for one in rows[:SHOWN]
        ]
        more = f"; and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
        found.append((what, "; ".join(times) + more))
    return tuple(found)
