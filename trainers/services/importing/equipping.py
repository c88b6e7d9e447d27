"""Sessions of a file for which a place has too little equipment. Only advice: the triggers decide when they are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from uuid import UUID

from django.db import connection

from fitflow.core.formats import clock_text, short_day_text
from trainers.models import Import
from trainers.services.importing.clashing import mark

STAGED = """
SELECT DISTINCT ON (session) session, number, service, location, starts_at, ends_at
FROM trainers_importrow
WHERE batch_id = %(batch)s AND outcome = '' AND clashes = '[]' AND session IS NOT NULL AND ends_at > now()
  AND service IN (SELECT service_id FROM trainers_serviceequipment)
ORDER BY session, number
"""
NOT_HERE = f"""
SELECT staged.session, location.name FROM ({STAGED}) AS staged JOIN studios_location AS location ON location.id = staged.location
WHERE NOT EXISTS (
    SELECT FROM trainers_serviceequipment AS need JOIN studios_equipment AS thing ON thing.id = need.equipment_id
    WHERE need.service_id = staged.service AND thing.location_id = staged.location)
"""  # noqa: S608
WANTED = f"""
SELECT thing.id, staged.starts_at, staged.ends_at, need.quantity, staged.session, thing.name,
       CASE WHEN thing.is_active THEN thing.quantity ELSE 0 END, location.timezone
FROM ({STAGED}) AS staged JOIN trainers_serviceequipment AS need ON need.service_id = staged.service
JOIN studios_equipment AS thing ON thing.id = need.equipment_id AND thing.location_id = staged.location
JOIN studios_location AS location ON location.id = staged.location
ORDER BY thing.id, staged.starts_at, staged.number
"""  # noqa: S608
IN_USE = """
SELECT uses.equipment_id, session.starts_at, session.ends_at, uses.quantity
FROM trainers_session AS session JOIN trainers_sessionequipment AS uses ON uses.session_id = session.id
WHERE uses.equipment_id = ANY (%s) AND session.status <> 'cancelled' AND session.ends_at > now()
  AND (session.held_until IS NULL OR session.held_until > now())
ORDER BY uses.equipment_id, session.starts_at
"""


@dataclass(frozen=True, slots=True)
class Want:
    """What a session of the file would use, and how many of it there are."""

    starts_at: datetime
    ends_at: datetime
    quantity: int
    session: UUID
    name: str
    there: int
    zone: str


@dataclass(frozen=True, slots=True)
class Use:
    """What a session that is here uses."""

    starts_at: datetime
    ends_at: datetime
    quantity: int


def mark_shortages(batch: Import) -> None:
    """Write onto the rows of each session what equipment is missing for it. A few statements, however many rows."""
    wants: dict[UUID, list[Want]] = {}
    in_use: dict[UUID, list[Use]] = {}
    with connection.cursor() as cursor:
        cursor.execute(NOT_HERE, {"batch": batch.pk})
        words = "It needs equipment that is not at {}. Choose another place, or leave the row out."
        found = [(session, words.format(place)) for session, place in cursor.fetchall()]
        cursor.execute(WANTED, {"batch": batch.pk})
        for thing, *values in cursor.fetchall():
            wants.setdefault(thing, []).append(Want(*values))
        if wants:
            cursor.execute(IN_USE, [list(wants)])
            for thing, *values in cursor.fetchall():
                in_use.setdefault(thing, []).append(Use(*values))
    short: set[UUID] = set()
    for thing, hers in wants.items():
        for want in _too_little(hers, in_use.get(thing, [])):
            if want.session not in short:
                short.add(want.session)
                found.append((want.session, _words(want)))
    mark(batch, found)


def _too_little(wants: list[Want], uses: list[Use]) -> Iterator[Want]:
    """Go through the sessions in order of time; one that would need more than there is clashes, and uses nothing."""
    running: list[tuple[datetime, int]] = []  # by when they end: sessions of the file that were let in
    first = 0
    for want in wants:
        while running and running[0][0] <= want.starts_at:
            heappop(running)
        while first < len(uses) and uses[first].ends_at <= want.starts_at:
            first += 1
        if _peak(running, uses, first, want) + want.quantity > want.there:
            yield want
        else:
            heappush(running, (want.ends_at, want.quantity))


def _peak(running: list[tuple[datetime, int]], uses: list[Use], first: int, want: Want) -> int:
    """Return the most that is in use at a moment of the wanted session, of the file's and of what is here."""
    edges = [edge for end, many in running for edge in ((want.starts_at, many), (end, -many))]
    for use in uses[first:]:
        if use.starts_at >= want.ends_at:
            break
        if use.ends_at > want.starts_at:
            edges += [(max(use.starts_at, want.starts_at), use.quantity), (use.ends_at, -use.quantity)]
    level = most = 0
    for _, change in sorted(edges):
        level += change
        most = max(most, level)
    return most


def _words(want: Want) -> str:
    when = f"on {short_day_text(want.starts_at, want.zone)} at {clock_text(want.starts_at, want.zone)}"
    if not want.there:
        return f"{want.name} is out of use. Leave the row out."
    return (
        f"{want.name}: {want.there} there, more would be in use {when}. Mend the time, or leave the row out."
    )
