"""When trainers work: weekly hours, exceptions and holidays, as sets of time that PostgreSQL computes.

Hours are wall-clock time. A trainer is there whenever the clock on the wall of the location reads within her hours: the hour
that clocks skip in spring is no time at all, and the one they repeat in autumn counts both times.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from fitflow.core.db import fetch_prepared
from studios.models import Location
from studios.public_holidays import public_holidays

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

# `person` (id, user_id) and `place` (id, timezone) are written by whoever puts this after them. Sets of wall-clock time are
# united and subtracted as such; what is left becomes instants by the offsets that the zone keeps between two changes of clock.
OPENED = """
wall AS (
    SELECT hours.trainer_id, hours.location_id,
           tsrange(day + make_interval(mins => hours.starts_minute), day + make_interval(mins => hours.ends_minute)) AS span
    FROM trainers_availabilityhours AS hours
    JOIN person ON person.id = hours.trainer_id JOIN place ON place.id = hours.location_id
    CROSS JOIN LATERAL generate_series(
        %(monday)s::timestamp + make_interval(days => hours.weekday), %(last)s::timestamp, interval '7 days') AS day
    WHERE (hours.valid_from IS NULL OR hours.valid_from <= day) AND (hours.valid_until IS NULL OR hours.valid_until >= day)
    UNION ALL
    SELECT extra.trainer_id, extra.location_id,
           tsrange(day + make_interval(mins => extra.starts_minute), day + make_interval(mins => extra.ends_minute))
    FROM trainers_availabilityexception AS extra
    JOIN person ON person.id = extra.trainer_id JOIN place ON place.id = extra.location_id
    CROSS JOIN LATERAL generate_series(greatest(extra.starts_on, %(first)s::date)::timestamp,
        least(extra.ends_on, %(last)s::date)::timestamp, interval '1 day') AS day
    WHERE extra.kind = 'extra' AND extra.starts_on <= %(last)s AND extra.ends_on >= %(first)s
), pair AS (
    SELECT trainer_id, location_id, range_agg(span) AS walls FROM wall GROUP BY trainer_id, location_id
), away AS (
    SELECT pair.trainer_id, pair.location_id, range_agg(off.span) AS walls
    FROM trainers_availabilityexception AS away
    JOIN pair ON pair.trainer_id = away.trainer_id AND (away.location_id IS NULL OR away.location_id = pair.location_id)
    CROSS JOIN LATERAL (
        SELECT tsrange(day + make_interval(mins => coalesce(away.starts_minute, 0)),
                       day + make_interval(mins => coalesce(away.ends_minute, 1440))) AS span
        FROM generate_series(greatest(away.starts_on, %(first)s::date)::timestamp,
            least(away.ends_on, %(last)s::date)::timestamp, interval '1 day') AS day
    ) AS off
    WHERE away.kind = 'off' AND away.starts_on <= %(last)s AND away.ends_on >= %(first)s
    GROUP BY pair.trainer_id, pair.location_id
), closed AS (
    SELECT location_id, range_agg(tsrange(day, day + interval '1 day')) AS walls
    FROM unnest(%(closed_places)s::uuid[], %(closed_days)s::date[]) AS closed(location_id, day) GROUP BY location_id
), segment AS (
    SELECT * FROM unnest(%(zones)s::text[], %(since)s::timestamptz[], %(until)s::timestamptz[], %(shifts)s::int[])
        AS segment(zone, since, until, shift)
), opened AS (
    SELECT left_over.trainer_id, left_over.location_id, range_agg(
        tstzrange(timezone('UTC', lower(span) - make_interval(secs => segment.shift)),
                  timezone('UTC', upper(span) - make_interval(secs => segment.shift)))
        * tstzrange(segment.since, segment.until)) AS spans
    FROM (
        SELECT pair.trainer_id, pair.location_id,
               unnest(pair.walls - coalesce(away.walls, '{}') - coalesce(closed.walls, '{}')) AS span
        FROM pair LEFT JOIN away USING (trainer_id, location_id) LEFT JOIN closed USING (location_id)
    ) AS left_over
    JOIN place ON place.id = left_over.location_id
    JOIN segment ON segment.zone = place.timezone
    GROUP BY left_over.trainer_id, left_over.location_id
)
"""
OUTSIDE = f"""
WITH person AS (SELECT %(trainer)s::uuid AS id),
place AS (SELECT location.id, location.timezone FROM studios_location AS location WHERE location.id = %(location)s),
{OPENED}
SELECT asked.number, CASE WHEN away.walls && asked.wall THEN 'off' WHEN closed.walls && asked.wall THEN 'holiday' ELSE 'hours' END
FROM unnest(%(numbers)s::int[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS given(number, starts, ends)
CROSS JOIN LATERAL (
    SELECT given.number, tstzrange(given.starts, given.ends) AS span,
           tsrange(timezone(%(zone)s, given.starts), timezone(%(zone)s, given.ends), '[]') AS wall
) AS asked
LEFT JOIN opened ON true
LEFT JOIN (SELECT range_agg(walls) AS walls FROM away) AS away ON true
LEFT JOIN closed ON true
WHERE EXISTS (SELECT FROM trainers_availabilityhours WHERE trainer_id = %(trainer)s)
  AND NOT coalesce(opened.spans @> asked.span, false)
ORDER BY asked.number
"""  # noqa: S608
HOURS = f"""
WITH person AS (SELECT %(trainer)s::uuid AS id),
place AS (SELECT location.id, location.timezone FROM studios_location AS location WHERE location.id = %(location)s),
{OPENED}
SELECT lower(span), upper(span) FROM opened, unnest(spans * tstzmultirange(tstzrange(%(starts)s, %(ends)s))) AS span
ORDER BY lower(span)
"""  # noqa: S608

THERE = f"""
WITH person AS (SELECT %(trainer)s::uuid AS id),
place AS (SELECT location.id, location.timezone FROM studios_location AS location WHERE location.id = ANY(%(places)s)),
{OPENED}
SELECT asked.location_id FROM unnest(%(places)s::uuid[], %(moments)s::timestamptz[]) AS asked(location_id, moment)
JOIN opened USING (location_id) WHERE opened.spans @> asked.moment ORDER BY asked.location_id LIMIT 1
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Segment:
    """A time in which a zone keeps one offset, `[since, until)`, and the offset in seconds."""

    since: datetime
    until: datetime
    shift: int


@lru_cache(maxsize=512)
def segments(zone: str, since: datetime, until: datetime) -> tuple[Segment, ...]:
    """Return the offsets of a zone from `since` to `until`, one segment for each."""
    there = ZoneInfo(zone)

    def shift(at: datetime) -> int:
        offset = at.astimezone(there).utcoffset()
        return int(offset.total_seconds()) if offset is not None else 0

    found, begun, at = [], since, since
    while at < until:
        ahead = min(at + DAY, until)
        if shift(at) != shift(ahead):
            change = _change(shift, at, ahead)
            found.append(Segment(begun, change, shift(at)))
            begun = change
        at = ahead
    return (*found, Segment(begun, until, shift(begun)))


def _change(shift: Any, before: datetime, after: datetime) -> datetime:
    """Return the first whole second with another offset than `before` has."""
    old = shift(before)
    seconds = [0, int((after - before).total_seconds())]
    while seconds[1] - seconds[0] > 1:
        middle = sum(seconds) // 2
        seconds[shift(before + middle * SECOND) != old] = middle
    return before + seconds[1] * SECOND


def parameters(places: Iterable[Location], starts: datetime, ends: datetime) -> dict[str, Any]:
    """Return the values `OPENED` asks for: the days around `[starts, ends)`, the zones' offsets, the holidays of the places."""
    rows = list(places)
    since = starts.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - DAY
    until = ends.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + 3 * DAY
    first, last = since.date(), until.date()
    parts = [(zone, one) for zone in {row.timezone for row in rows} for one in segments(zone, since, until)]
    closed = [
        (row.pk, day)
        for row in rows
        if row.closed_on_holidays
        for day in public_holidays(row.province, first, last)
    ]
    return {
        "first": first,
        "last": last,
        "monday": first - timedelta(days=first.weekday()),
        "zones": [zone for zone, _ in parts],
        "since": [one.since for _, one in parts],
        "until": [one.until for _, one in parts],
        "shifts": [one.shift for _, one in parts],
        "closed_places": [place for place, _ in closed],
        "closed_days": [day for _, day in closed],
    }


def outside_hours(
    *, trainer_id: UUID, location: Location, spans: Sequence[tuple[datetime, datetime]]
) -> dict[int, str]:
    """Return which of the spans lie outside a trainer's hours at a location, by their place in the list, and why.

    Why is "off" (time off), "holiday" (the location is closed) or "hours". A trainer who has set no hours at all has none to
    be outside of. One query, however many spans.
    """
    if not spans:
        return {}
    values = parameters([location], min(start for start, _ in spans), max(end for _, end in spans))
    values |= {
        "trainer": trainer_id,
        "location": location.pk,
        "zone": location.timezone,
        "numbers": list(range(len(spans))),
        "starts": [start for start, _ in spans],
        "ends": [end for _, end in spans],
    }
    return dict(fetch_prepared(OUTSIDE, values))


def working_hours(
    *, trainer_id: UUID, location: Location, starts: datetime, ends: datetime
) -> list[tuple[datetime, datetime]]:
    """Return when a trainer works at a location within `[starts, ends)`, holidays and time off left out. One query."""
    values = parameters([location], starts, ends)
    values |= {"trainer": trainer_id, "location": location.pk, "starts": starts, "ends": ends}
    with connection.cursor() as cursor:
        cursor.execute(HOURS, values)
        return list(cursor.fetchall())


def place_at(*, trainer_id: UUID, wall: datetime) -> UUID | None:
    """Return the active location whose hours of a trainer hold a wall-clock time, or None. Two queries."""
    places = list(Location.objects.filter(is_active=True))
    moments = [wall.replace(tzinfo=ZoneInfo(place.timezone)) for place in places]
    if not places:
        return None
    values = parameters(places, min(moments), max(moments) + SECOND)
    values |= {"trainer": trainer_id, "places": [place.pk for place in places], "moments": moments}
    with connection.cursor() as cursor:
        cursor.execute(THERE, values)
        found = cursor.fetchone()
    return found[0] if found else None


def holiday_name(location: Location, day: date) -> str:
    """Return the name of the public holiday for which a location is closed that day, or an empty string."""
    if not location.closed_on_holidays:
        return ""
    return public_holidays(location.province, day, day).get(day, "")
