"""Messages about what repeats: one to each client for a whole batch, with one calendar file of all of its sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from clients.models import Client
from fitflow.core.clock import now
from fitflow.core.formats import clock_text, day_text, short_day_text
from fitflow.tenancy.context import current_studio
from notifications.letters import Letter, Suppress, page_of, template
from notifications.models import Delivery
from notifications.services import queue_email
from notifications.words import zone_text
from trainers.calendar_file import place_of, series_part
from trainers.models import Booking, Series, SeriesSkip, Session
from trainers.recurrence import occurrence_at, read_wall
from trainers.services.series import words_of

SUBJECT = "series"
SHOWN = 8  # times a letter lists; the calendar file has all of them


def queue_series_scheduled(*, series_id: UUID | str, version: str) -> None:
    """Queue "your sessions are booked", once to each client of a new (or restored) series."""
    for client in _clients(series_id):
        _queue("series_scheduled", series_id, client, key=version)


def queue_series_changed(*, series_id: UUID | str, version: str) -> None:
    """Queue "your sessions have changed", once to each client of the sessions that a change touched."""
    for client in _clients(series_id):
        _queue("series_changed", series_id, client, key=version)


def queue_series_cancelled(*, series_id: UUID | str, at: str) -> None:
    """Queue "your sessions are cancelled", once to each client whose bookings went with them."""
    instant = datetime.fromisoformat(at)
    gone = Client.objects.filter(bookings__session__series_id=series_id, bookings__cancelled_at=instant)
    for client in gone.distinct().order_by("id"):
        _queue("series_cancelled", series_id, client, key=at)


def queue_series_clash(*, series_id: UUID | str, after: str) -> None:
    """Queue to the trainer what the night could not make, once for what it looked at."""
    series = Series.objects.select_related("trainer").get(pk=series_id)
    person = series.trainer.user
    queue_email(
        key=f"series_clash:{series_id}:{after}",
        template="series_clash",
        recipient=person.email if person.is_active else "",
        recipient_name=series.trainer.name,
        subject_type=SUBJECT,
        subject_id=series.pk,
    )


def _clients(series_id: UUID | str) -> QuerySet[Client]:
    """Return who has a place, or waits for one, in what is still to come of a series."""
    rows = Booking.objects.filter(
        session__series_id=series_id, session__status=Session.Status.SCHEDULED, session__ends_at__gt=now()
    )
    rows = rows.exclude(status=Booking.Status.CANCELLED)
    return Client.objects.filter(pk__in=rows.values("client")).order_by("id")


def _queue(name: str, series_id: UUID | str, client: Client, *, key: str) -> None:
    queue_email(
        key=f"{name}:{series_id}:{client.pk}:{key}",
        template=name,
        recipient=client.email,
        recipient_name=client.name,
        client_id=client.pk,
        subject_type=SUBJECT,
        subject_id=UUID(str(series_id)),
    )


@template("series_scheduled")
def series_scheduled(delivery: Delivery) -> Letter:
    """Your sessions are booked."""
    series, client, sessions = _coming(delivery)
    return _letter(
        series,
        client,
        sessions,
        subject=f"Booked: {series.service.name}, {_count(sessions)}",
        mark="✓ Booked",
        tone="good",
        heading="Your sessions are booked",
        paragraphs=("Your places are kept. The calendar file has all of them.",),
        after=_goes_on(series),
    )


@template("series_changed")
def series_changed(delivery: Delivery) -> Letter:
    """Your sessions have changed."""
    series, client, sessions = _coming(delivery)
    return _letter(
        series,
        client,
        sessions,
        subject=f"Changed: {series.service.name}, {_count(sessions)}",
        mark="Changed",
        tone="warn",
        heading="Your sessions have changed",
        paragraphs=("Your places are kept. The new calendar file moves the entries you have.",),
        after=(
            *_goes_on(series),
            "Does it not suit you? Tell the studio, and they will find another time with you.",
        ),
    )


@template("series_cancelled")
def series_cancelled(delivery: Delivery) -> Letter:
    """The studio cancelled your sessions."""
    series = _series(delivery)
    at = datetime.fromisoformat(delivery.key.split(":", 3)[3])
    sessions = _cancelled(series, delivery, at)
    if not sessions:
        raise Suppress("The sessions were restored before this was sent.")
    return _letter(
        series,
        _client(delivery),
        sessions,
        subject=f"Cancelled: {series.service.name}, {_count(sessions)}",
        mark="✕ Cancelled",
        tone="off",
        heading="Your sessions are cancelled",
        paragraphs=("The studio had to cancel these sessions. We are sorry.",),
        after=("It costs you nothing. The attached file takes them out of your calendar.",),
    )


@template("series_clash")
def series_clash(delivery: Delivery) -> Letter:
    """Some sessions of your series could not be made."""
    series, after = _series(delivery), delivery.key.rsplit(":", 1)[1]
    zone = series.location.timezone
    skips = SeriesSkip.objects.filter(series=series, why=SeriesSkip.Why.CLASH, occurrence__gt=f"{after}T99")
    lines = [
        f"{_when(series, skip.occurrence)}: {skip.words}." for skip in skips.order_by("occurrence")[:SHOWN]
    ]
    if not lines or series.ended_at is not None:
        raise Suppress("The series was changed before this was sent.")
    studio: Any = current_studio()
    return Letter(
        subject=f"{series.service.name}: {len(lines)} of your sessions could not be made",
        preview=lines[0],
        mark="Clash",
        tone="warn",
        heading="Some of your sessions could not be made",
        paragraphs=(f"{words_of(series)} goes on, but not at these times:", *lines),
        facts=(("Series", words_of(series)), ("Where", series.location.name)),
        button=("Open the series", page_of("series_detail", series.pk)),
        after=(f"Times are {zone_text(zone, now())}. Book another time by hand where you need one.",),
        why=f"You get this because you train at {studio.name}.",
    )


def _when(series: Series, wall: str) -> str:
    zone = series.location.timezone
    at = occurrence_at(read_wall(wall), zone=zone, minutes=series.duration_minutes).starts_at
    return f"{day_text(at, zone)}, {clock_text(at, zone)}"


def _series(delivery: Delivery) -> Series:
    rows = Series.objects.select_related("service", "trainer", "location", "room")
    series = rows.filter(pk=delivery.about).first()
    if series is None:
        raise Suppress("The series is gone.")
    return series


def _client(delivery: Delivery) -> Client:
    client = Client.objects.filter(pk__in=[delivery.client_id], is_active=True).first()
    if client is None:
        raise Suppress("The client is not active any more.")
    return client


def _cancelled(series: Series, delivery: Delivery, at: datetime) -> list[Session]:
    rows = Session.objects.filter(series=series, status=Session.Status.CANCELLED, cancelled_at=at)
    rows = rows.filter(bookings__client=delivery.client_id, bookings__cancelled_at=at, ends_at__gt=now())
    return list(rows.select_related("service", "trainer", "location", "room").order_by("starts_at"))


def _coming(delivery: Delivery) -> tuple[Series, Client, list[Session]]:
    series, client = _series(delivery), _client(delivery)
    rows = Booking.objects.filter(client=client, session__series=series, session__ends_at__gt=now())
    rows = rows.filter(session__status=Session.Status.SCHEDULED).exclude(status=Booking.Status.CANCELLED)
    rows = rows.select_related("session__service", "session__trainer", "session__location", "session__room")
    sessions = [booking.session for booking in rows.order_by("session__starts_at")]
    if not sessions:
        raise Suppress("None of the sessions was to come any more when this was to be sent.")
    return series, client, sessions


def _count(sessions: list[Session]) -> str:
    return "1 session" if len(sessions) == 1 else f"{len(sessions)} sessions"


def _goes_on(series: Series) -> tuple[str, ...]:
    if series.ended_at is None and "COUNT=" not in series.rule and "UNTIL=" not in series.rule:
        return ("It goes on until the studio ends it; later sessions appear on your pages by themselves.",)
    return ()


def _letter(
    series: Series,
    client: Client,
    sessions: list[Session],
    *,
    subject: str,
    mark: str,
    tone: Any,
    heading: str,
    paragraphs: tuple[str, ...],
    after: tuple[str, ...],
) -> Letter:
    studio: Any = current_studio()
    zone = series.location.timezone
    first, more = sessions[0], len(sessions) - SHOWN
    listed = [f"{short_day_text(one.starts_at, zone)}, {clock_text(one.starts_at, zone)}" for one in sessions]
    times = "; ".join(listed[:SHOWN]) + (f"; and {more} more" if more > 0 else "")
    return Letter(
        subject=subject,
        preview=f"With {first.trainer.name} at {first.location.name}.",
        mark=mark,
        tone=tone,
        heading=heading,
        paragraphs=paragraphs,
        when=(words_of(series), f"{_count(sessions)}, {zone_text(zone, first.starts_at)}"),
        facts=(
            ("Session", series.service.name),
            ("With", first.trainer.name),
            ("Where", place_of(first)),
            ("Times", times),
        ),
        button=("See your sessions", page_of("portal_sessions")) if client.user_id else None,
        after=after,
        why=f"You get this because you are a client of {studio.name}.",
        attachments=(series_part(sessions, client, studio_name=studio.name),),
    )
