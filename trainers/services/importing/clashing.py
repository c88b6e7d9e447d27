"""Sessions of a file that cannot all be: two at once for a trainer, in the file, here or elsewhere.

One sweep in order of time over what the file wants and what is taken. Only advice: the constraints decide when it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from fitflow.core.formats import clock_text, short_day_text
from trainers.models import Import

WANTED = """
SELECT trainer.user_id, trainer.name, row.session, row.number, location.timezone, service.name,
       row.starts_at, row.ends_at,
       row.starts_at - make_interval(mins => CASE WHEN row.status = 'scheduled' THEN service.buffer_before_minutes ELSE 0 END),
       row.ends_at + make_interval(mins => CASE WHEN row.status = 'scheduled' THEN service.buffer_after_minutes ELSE 0 END)
FROM (
    SELECT DISTINCT ON (session) session, number, trainer, service, location, starts_at, ends_at, status
    FROM trainers_importrow WHERE batch_id = %s AND outcome = '' AND clashes = '[]' AND session IS NOT NULL
    ORDER BY session, number
) AS row
JOIN trainers_trainerprofile AS trainer ON trainer.id = row.trainer
JOIN trainers_service AS service ON service.id = row.service
JOIN studios_location AS location ON location.id = row.location
ORDER BY trainer.user_id, 9, row.number
"""
# What is booked here is asked for by itself too: of who does not work here any more the spans tell nothing.
TAKEN = """
SELECT user_id, lower(span), upper(span), elsewhere
FROM trainer_busy_spans(%(people)s, tstzrange(%(first)s, %(last)s)) AS busy
UNION
SELECT trainer.user_id, session.starts_at - make_interval(mins => session.buffer_before_minutes),
       session.ends_at + make_interval(mins => session.buffer_after_minutes), false
FROM trainers_session AS session JOIN trainers_trainerprofile AS trainer ON trainer.id = session.trainer_id
WHERE trainer.user_id = ANY (%(people)s) AND session.status <> 'cancelled'
  AND (session.held_until IS NULL OR session.held_until > now())
  AND session.starts_at < %(last)s + interval '4 hours' AND session.ends_at > %(first)s - interval '4 hours'
ORDER BY 1, 2
"""
MARK = """
UPDATE trainers_importrow AS row SET clashes = row.clashes || jsonb_build_array(clash.words)
FROM unnest(%s::uuid[], %s::text[]) AS clash(session, words)
WHERE row.batch_id = %s AND row.outcome = '' AND row.session = clash.session
"""


@dataclass(frozen=True, slots=True)
class Want:
    """A session the file wants; `first` to `last` with the buffers around it."""

    person: UUID
    trainer: str
    session: UUID
    number: int
    zone: str
    service: str
    starts_at: datetime
    ends_at: datetime
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """A span in which a trainer is taken: by an earlier row, here, or elsewhere (then nobody learns by what)."""

    first: datetime
    last: datetime
    elsewhere: bool = False
    by: Want | None = None


def mark_clashes(batch: Import) -> None:
    """Write onto the rows of each session that cannot be what stands in its way. A few statements, however many rows."""
    with connection.cursor() as cursor:
        cursor.execute(WANTED, [batch.pk])
        wants = [Want(*row) for row in cursor.fetchall()]
    if not wants:
        return
    taken = _taken(wants)
    found: list[tuple[UUID, str]] = []
    for person, hers in _by_person(wants):
        found += _sweep(hers, taken.get(person, []))
    mark(batch, found)


def mark(batch: Import, found: list[tuple[UUID, str]]) -> None:
    """Write sentences onto the rows of the sessions they are about. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(MARK, [[one for one, _ in found], [words for _, words in found], batch.pk])


def _taken(wants: list[Want]) -> dict[UUID, list[Taken]]:
    people = sorted({want.person for want in wants})
    first, last = min(want.first for want in wants), max(want.last for want in wants)
    taken: dict[UUID, list[Taken]] = {}
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, {"people": people, "first": first, "last": last})
        for person, start, end, elsewhere in cursor.fetchall():
            taken.setdefault(person, []).append(Taken(start, end, elsewhere))
    return taken


def _by_person(wants: list[Want]) -> Iterator[tuple[UUID, list[Want]]]:
    start = 0
    for place, want in enumerate(wants):
        if want.person != wants[start].person:
            yield wants[start].person, wants[start:place]
            start = place
    yield wants[start].person, wants[start:]


def _sweep(wants: list[Want], busy: list[Taken]) -> Iterator[tuple[UUID, str]]:
    """Go through one trainer's day: a session clashes with what is taken or with one before it that could be.

    What is taken does not overlap itself, so beside the next of it only the last session that was let in counts.
    """
    place = 0
    before: Taken | None = None
    for want in wants:
        while place < len(busy) and busy[place].last <= want.first:
            place += 1
        other = before if before and before.last > want.first else None
        if other is None and place < len(busy) and busy[place].first < want.last:
            other = busy[place]
        if other is None:
            before = Taken(want.first, want.last, by=want)
        else:
            yield want.session, _words(want, other)


def _words(want: Want, other: Taken) -> str:
    buffered = want.first < want.starts_at or want.last > want.ends_at
    hint = f" The buffers of {want.service} count too." if buffered and _only_buffers(want, other) else ""
    if other.by is not None:
        return (
            f"{want.trainer} has another session then: row {other.by.number},"
            f" {_when(other.by.starts_at, other.by.ends_at, want.zone)}.{hint} Mend the time, or leave one of them out."
        )
    where = "busy elsewhere" if other.elsewhere else "booked here"
    return f"{want.trainer} is {where} {_when(other.first, other.last, want.zone)}.{hint} Mend the time, or leave the row out."


def _only_buffers(want: Want, other: Taken) -> bool:
    start, end = (other.by.starts_at, other.by.ends_at) if other.by else (other.first, other.last)
    return not (start < want.ends_at and want.starts_at < end)


def _when(start: datetime, end: datetime, zone: str) -> str:
    return f"on {short_day_text(start, zone)} from {clock_text(start, zone)} to {clock_text(end, zone)}"
