"""The one message about an import, and only where the studio asks for it: each client's own sessions to come."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from clients.models import Client
from fitflow.core.clock import now
from fitflow.core.formats import clock_text, short_day_text
from fitflow.tenancy.context import current_studio
from notifications.letters import Letter, Suppress, page_of, template
from notifications.models import Delivery
from notifications.services import queue_email
from notifications.words import zone_text
from trainers.calendar_file import series_part
from trainers.models import Booking, Import, ImportMade, Session

TEMPLATE = "sessions_imported"
SUBJECT = "import"
SHOWN = 12  # sessions a letter lists; the calendar file has all of them
A_TURN = 500


def queue_imported(*, import_id: UUID | str) -> bool:
    """Queue "your sessions" to each client with something to come in an import, some hundred at a time.

    Returns whether all are queued. May be called again: each client gets it once.
    """
    batch = Import.objects.filter(pk=import_id, state=Import.State.DONE).first()
    if batch is None:
        return True
    told = Delivery.objects.filter(template=TEMPLATE, subject_id=batch.pk, client_id=OuterRef("pk"))
    waiting = list(to_tell(batch).exclude(Exists(told)).order_by("id")[:A_TURN])
    for client in waiting:
        queue_email(
            key=f"{TEMPLATE}:{batch.pk}:{client.pk}",
            template=TEMPLATE,
            recipient=client.email,
            recipient_name=client.name,
            client_id=client.pk,
            subject_type=SUBJECT,
            subject_id=batch.pk,
        )
    return len(waiting) < A_TURN


def to_tell(batch: Import) -> QuerySet[Client]:
    """Return the active clients with an e-mail address who have a session to come that the import made."""
    coming = _coming(batch).filter(client=OuterRef("pk"))
    return Client.objects.filter(Exists(coming), is_active=True).exclude(email="")


def _coming(batch: Import) -> QuerySet[Booking]:
    made = ImportMade.objects.filter(batch=batch, kind=ImportMade.Kind.BOOKING).values("made")
    rows = Booking.objects.filter(pk__in=made, status=Booking.Status.BOOKED)
    return rows.filter(session__status=Session.Status.SCHEDULED, session__ends_at__gt=now())


@template(TEMPLATE)
def sessions_imported(delivery: Delivery) -> Letter:
    """Your sessions are in our new calendar."""
    batch = Import.objects.filter(pk=delivery.about, state=Import.State.DONE).first()
    client = Client.objects.filter(pk__in=[delivery.client_id], is_active=True).first()
    if batch is None or client is None:
        raise Suppress("The import was undone, or the client is not active any more.")
    rows = _coming(batch).filter(client=client).order_by("session__starts_at")
    rows = rows.select_related("session__service", "session__trainer", "session__location", "session__room")
    sessions = [booking.session for booking in rows]
    if not sessions:
        raise Suppress("None of the sessions was to come any more when this was to be sent.")
    studio: Any = current_studio()
    more = len(sessions) - SHOWN
    return Letter(
        subject=f"Your sessions at {studio.name}",
        preview=_line(sessions[0]),
        mark="Your sessions",
        tone="good",
        heading="Your sessions to come",
        paragraphs=(
            "We keep our calendar in FitFlow now. These are your sessions; nothing about them has changed.",
            *(_line(one) for one in sessions[:SHOWN]),
            *([f"And {more} more, in the calendar file."] if more > 0 else []),
        ),
        facts=(),
        button=("See your sessions", page_of("portal_sessions")) if client.user_id else None,
        after=(
            f"Times are {zone_text(sessions[0].location.timezone, sessions[0].starts_at)}. The calendar file has all of them.",
        ),
        why=f"You get this because you are a client of {studio.name}.",
        attachments=(series_part(sessions, client, studio_name=studio.name),),
    )


def _line(session: Session) -> str:
    zone = session.location.timezone
    when = f"{short_day_text(session.starts_at, zone)}, {clock_text(session.starts_at, zone)}"
    return f"{when}: {session.service.name} with {session.trainer.name}, {session.location.name}"
