"""Reads of the timetable that are wider than one table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from fitflow.accounts.models import User
from fitflow.core.db import fetch_prepared
from fitflow.tenancy.context import studio_context
from studios.shared.models import Role, Studio
from studios.shared.policies import Actor, Capability, Scope, scope_of
from studios.shared.selectors import studios_of
from trainers import selectors_sql
from trainers.models import Booking, Note, Session, TrainerProfile, WaitlistOffer
from trainers.models.timetable import LONGEST
from trainers.note_policies import visible_notes, writes_notes
from trainers.policies import (
    fetch_session,
    may_edit,
    may_see_clients_of,
    reaches_trainer,
    visible_bookings,
)
from trainers.selectors_notes import threads
from trainers.selectors_sql import Place, Wanted


def session_json(*, actor: Actor, session_id: UUID) -> bytes | None:
    """Return one session as the API shows it, or None where she may not see it (or it is not there)."""
    wanted = Wanted(session=session_id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT row_to_json(found)::text FROM ({selectors_sql.rows(actor, wanted)}) AS found",  # noqa: S608
            selectors_sql.parameters(actor, wanted),
        )
        row = cursor.fetchone()
    return str(row[0]).encode() if row else None


def session_page(*, actor: Actor, wanted: Wanted, place: Place | None, limit: int) -> list[bytes]:
    """Return up to `limit` sessions from a place on, each as JSON; a place that looks backwards gives them last first."""
    values = selectors_sql.parameters(actor, wanted)
    beyond, order = "", "ASC"
    if place is not None:
        sign, order = ("<", "DESC") if place.backwards else (">", "ASC")
        beyond = f" AND (session.starts_at, session.id) {sign} (%(place_start)s, %(place_session)s)"
        values |= {"place_start": place.starts_at, "place_session": place.session}
    # A literal limit: with a parameter PostgreSQL guesses a tenth of the table, finds that dear, and plans every time anew.
    page = f"{beyond} ORDER BY session.starts_at {order}, session.id {order} LIMIT {int(limit)}"
    rows = selectors_sql.rows(actor, wanted, page=page)
    statement = (
        f"SELECT row_to_json(found)::text FROM ({rows}) AS found ORDER BY starts_at {order}, id {order}"  # noqa: S608
    )
    return [row[0].encode() for row in fetch_prepared(statement, values)]


def busy_elsewhere(*, trainer_ids: Iterable[UUID], starts: datetime, ends: datetime) -> list[dict[str, Any]]:
    """Return when trainers are busy outside this studio: `trainer`, `starts_at`, `ends_at` and nothing else."""
    people = dict(TrainerProfile.objects.filter(pk__in=list(trainer_ids)).values_list("user_id", "id"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT user_id, lower(span), upper(span) FROM trainer_busy_spans(%s, tstzrange(%s, %s))"
            " WHERE elsewhere ORDER BY lower(span)",
            [list(people), starts, ends],
        )
        spans = cursor.fetchall()
    return [{"trainer": people[user], "starts_at": start, "ends_at": end} for user, start, end in spans]


def bookable_trainers(actor: Actor) -> QuerySet[TrainerProfile]:
    """Return the active trainers whose sessions she may schedule, by name."""
    active = TrainerProfile.objects.filter(is_active=True).select_related("lead")
    scope = scope_of(actor, Capability.SESSIONS_MANAGE)
    if scope is Scope.ALL:
        return active
    reached = [
        trainer.pk for trainer in active if reaches_trainer(actor, trainer, Capability.SESSIONS_MANAGE)
    ]
    return active.filter(pk__in=reached)


@dataclass(frozen=True)
class SessionBoard:
    """All that the page of one session shows to one person."""

    session: Session
    bookings: list[Booking]
    notes: list[Note]
    may_edit: bool
    may_see_clients: bool
    writes_notes: bool

    @property
    def zone(self) -> str:
        """The zone of the session's place."""
        return self.session.location.timezone


def session_board(actor: Actor, session_id: UUID) -> SessionBoard:
    """Return a session with the bookings and notes the person may see. Five queries. Raises NotFound."""
    session = fetch_session(actor, session_id)
    bookings = with_history(visible_bookings(actor).filter(session=session).select_related("client"))
    notes = threads(actor, visible_notes(actor).filter(session=session)).order_by("created_at", "id")
    return SessionBoard(
        session=session,
        bookings=list(bookings.order_by("created_at", "id")),
        notes=list(notes),
        may_edit=may_edit(actor, session),
        may_see_clients=may_see_clients_of(actor, session),
        writes_notes=session.trainer.user_id == actor.user_id and writes_notes(actor),
    )


def with_history(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Return the bookings with `canceller` (a member's name), `asked_until` (of an open offer) and `unanswered` (any offer)."""
    offers = WaitlistOffer.objects.filter(booking=OuterRef("pk"))
    asked = offers.filter(state=WaitlistOffer.State.OPEN).values("answer_by")
    return bookings.annotate(
        canceller=F("cancelled_by__name"),
        asked_until=Subquery(asked[:1]),
        unanswered=Exists(offers.filter(state=WaitlistOffer.State.EXPIRED)),
    )


def _studio_item(studio: Studio, session: Session, names: list[str]) -> dict[str, Any]:
    return {
        "kind": "session",
        "id": session.id,
        "studio": {"slug": studio.slug, "name": studio.name, "hue": studio.hue},
        "service": session.service.name,
        "location": session.location.name,
        "timezone": session.location.timezone,
        "room": session.room.name if session.room else None,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "status": session.status,
        "capacity": session.capacity,
        "booked": session.booked,
        "waitlisted": session.waitlisted,
        "version": session.version,
        "clients": names,
    }


def _own_sessions(user: User, studio: Studio, starts: datetime, ends: datetime) -> list[dict[str, Any]]:
    rows = Session.objects.filter(
        trainer__user_id=user.pk,
        starts_at__gt=starts - LONGEST,
        starts_at__lt=ends,
        ends_at__gt=starts,
    )
    rows = rows.exclude(status__in=[Session.Status.CANCELLED, Session.Status.HELD])
    rows = rows.select_related("service", "location", "room")
    sessions = list(rows)
    names: dict[UUID, list[str]] = {session.id: [] for session in sessions}
    booked = Booking.objects.filter(session__in=sessions, status=Booking.Status.BOOKED)
    for session_id, name in booked.values_list("session_id", "client__name"):
        names[session_id].append(name)
    return [_studio_item(studio, session, names[session.id]) for session in sessions]


def _otherwise_busy(user: User, shown: list[UUID], starts: datetime, ends: datetime) -> list[dict[str, Any]]:
    """Return what holds her time beside sessions of the studios shown; only she learns which of her calendars does."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT lower(busy.span), upper(busy.span), string_agg(DISTINCT read.name, ', ' ORDER BY read.name)
            FROM trainers_shared_busytime AS busy
            LEFT JOIN (
                SELECT piece.span, calendar.name FROM trainers_shared_externalbusy AS piece
                JOIN trainers_shared_externalcalendar AS calendar ON calendar.id = piece.calendar_id
                WHERE piece.user_id = %(user)s AND piece.span && tstzrange(%(starts)s, %(ends)s)
            ) AS read ON busy.kind = 'external' AND read.span && busy.span
            WHERE busy.user_id = %(user)s AND busy.span && tstzrange(%(starts)s, %(ends)s)
                AND (busy.expires_at IS NULL OR busy.expires_at > now())
                AND NOT (busy.kind = 'session' AND busy.studio_id = ANY (%(shown)s))
            GROUP BY busy.id, busy.span
            """,
            {"user": user.pk, "starts": starts, "ends": ends, "shown": shown},
        )
        return [
            {"kind": "busy", "starts_at": start, "ends_at": end, "calendar": name or ""}
            for start, end, name in cursor.fetchall()
        ]


def my_calendar(*, user: User, starts: datetime, ends: datetime) -> list[dict[str, Any]]:
    """Return a trainer's own sessions in all her studios that overlap `[starts, ends)`, in time order, cancelled ones left out.

    Items of `kind` "session" carry their `studio` (slug, name, hue); what holds her time otherwise is an item of `kind`
    "busy": an outside calendar, with its name as `calendar`, or a studio she left, with none. Two queries for each studio
    and one for all. Call it outside any transaction: it enters each studio in turn.
    """
    found: list[dict[str, Any]] = []
    shown = []
    for studio in studios_of(user):
        if set(studio.my_roles) - {Role.CLIENT.value}:
            shown.append(studio.id)
            with studio_context(studio):
                found += _own_sessions(user, studio, starts, ends)
    with studio_context(None):
        found += _otherwise_busy(user, shown, starts, ends)
    return sorted(found, key=lambda item: item["starts_at"])
