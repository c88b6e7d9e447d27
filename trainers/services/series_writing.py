"""Writing a change of a series: the rows of the series, of what was left out, and of every session touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from clients.services import begin_care
from fitflow.core import outbox
from fitflow.core.clock import now
from studios.services import record_event
from studios.shared.policies import Actor
from trainers.models import Booking, Series, SeriesSkip, Session
from trainers.recurrence import WALL, ended_before, read_wall
from trainers.services.series import rule_of
from trainers.services.series_plans import Change, SeriesEdit


def apply_edit(actor: Actor, edit: SeriesEdit) -> None:
    """Write a change of a series, inside the transaction that holds the trainers' locks, the series and its sessions.

    Publishes series.changed and records it.
    """
    old = edit.series
    series = _split(edit) if edit.splits else old
    series.starts, series.rule = edit.starts, str(edit.rule)
    series.trainer, series.room, series.duration_minutes = edit.trainer, edit.room, edit.minutes
    if old.made_until is not None:
        was = read_wall(edit.changes[0].session.occurrence)
        series.made_until = old.made_until + ((was + edit.by).date() - was.date())
    series.version = series.version + 1 if series is old else 1
    series.save()
    ids = [change.session.pk for change in edit.changes]
    with connection.cursor() as cursor:
        cursor.execute(_ASIDE, [ids])
    _rekey(edit, series, ids)
    _write(series, edit.changes)
    booked = Booking.objects.filter(session__in=ids).exclude(status=Booking.Status.CANCELLED)
    begin_care(user_id=edit.trainer.user_id, client_ids=set(booked.values_list("client_id", flat=True)))
    outbox.publish("series.changed", series=series.id, version=series.version, was=old.id)
    record_event(
        actor=actor,
        action="series.changed",
        subject=series,
        scope=edit.scope,
        sessions=len(edit.made),
        was=old.id,
        starts=series.starts,
    )


def _split(edit: SeriesEdit) -> Series:
    """End the series before the first session touched, and return the one that follows it, with the same clients."""
    old = edit.series
    first = read_wall(edit.changes[0].session.occurrence)
    ended = str(ended_before(rule_of(old), first))
    Series.objects.filter(pk=old.pk).update(rule=ended, ended_at=now(), version=old.version + 1)
    new = Series.objects.create(
        service=old.service,
        trainer=edit.trainer,
        location=old.location,
        room=edit.room,
        duration_minutes=edit.minutes,
        starts=edit.starts,
        rule=str(edit.rule),
        skips_holidays=old.skips_holidays,
        # Where the rest was cancelled before, it stays so: the nightly job must not take it up again.
        ended_at=old.ended_at,
        follows=old,
    )
    new.clients.set(old.clients.all())
    return new


def _rekey(edit: SeriesEdit, series: Series, ids: Sequence[UUID]) -> None:
    """Carry what was left out or cancelled along with the sessions around it."""
    old, first = edit.series, edit.changes[0].session.occurrence
    since = first if edit.splits else ""
    if series is old and not edit.by:
        return

    def moved(wall: str) -> str:
        return (read_wall(wall) + edit.by).strftime(WALL)

    skips = list(SeriesSkip.objects.filter(series=old, occurrence__gte=since))
    SeriesSkip.objects.filter(pk__in=[skip.pk for skip in skips]).delete()
    SeriesSkip.objects.bulk_create(
        SeriesSkip(series=series, occurrence=moved(skip.occurrence), why=skip.why, words=skip.words)
        for skip in skips
    )
    gone = Session.objects.filter(series=old, status=Session.Status.CANCELLED).exclude(pk__in=ids)
    gone = gone.filter(occurrence__gte=since)
    rows = list(gone.values_list("pk", "occurrence"))
    _keys([pk for pk, _ in rows], [moved(wall) for _, wall in rows], series)


def _keys(ids: Sequence[UUID], occurrences: Sequence[str], series: Series) -> None:
    """Give sessions other occurrences at once. By way of keys of no meaning: the unique index looks at each row as it comes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE trainers_session SET occurrence = 'x' || right(replace(id::text, '-', ''), 15) WHERE id = ANY (%s)",
            [list(ids)],
        )
        cursor.execute(
            "UPDATE trainers_session AS session SET occurrence = new.occurrence, series_id = %s"
            " FROM unnest(%s::uuid[], %s::text[]) AS new(id, occurrence) WHERE session.id = new.id",
            [series.pk, list(ids), list(occurrences)],
        )


# The constraints look at each row as it is written, and a session may move to where its neighbour still stands: first all of
# them step aside, then each takes its place.
_ASIDE = """
UPDATE trainers_session SET status = 'cancelled', occurrence = 'x' || right(replace(id::text, '-', ''), 15) WHERE id = ANY (%s)
"""
_PLACES = """
UPDATE trainers_session AS session
SET status = 'scheduled', series_id = %s, occurrence = new.occurrence, starts_at = new.starts_at, ends_at = new.ends_at,
    trainer_id = new.trainer, room_id = new.room
FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::uuid[], %s::uuid[])
    AS new(id, occurrence, starts_at, ends_at, trainer, room)
WHERE session.id = new.id
"""


def _write(series: Series, changes: Sequence[Change]) -> None:
    columns: list[list[Any]] = [
        [change.session.pk for change in changes],
        [change.occurrence for change in changes],
        [change.starts_at for change in changes],
        [change.ends_at for change in changes],
        [change.trainer.pk for change in changes],
        [change.room.pk if change.room else None for change in changes],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [series.pk, *columns])
