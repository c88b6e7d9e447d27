"""Free slots: where a service still fits, over trainers, places and rooms, by one statement over sets of time.

Nothing is tried slot by slot. A stretch of free time becomes the stretch of starts at which the service fits into it; busy time,
widened by what the service keeps free around itself and by the way there, is subtracted from that; what is left goes to the
smallest room that is free then, room after room until nothing is left; only then are single starts read off, every STEP of
the clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fitflow.core.clock import now
from fitflow.core.db import fetch_active, fetch_prepared, fetch_rows
from fitflow.core.errors import Invalid, NotFound, NotPermitted
from studios.models import Location
from studios.shared.policies import Actor, Capability, Scope, require
from trainers.models import Service, TrainerProfile
from trainers.models.timetable import LONGEST
from trainers.selectors_hours import OPENED, parameters

STEP = timedelta(minutes=15)
LONGEST_RANGE = timedelta(days=93)
# The longest way between two places, and so how far beyond the range busy time can still matter.
FURTHEST = timedelta(minutes=600)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

WANTED = f"""
WITH RECURSIVE person AS (
    SELECT trainer.id, trainer.user_id FROM trainers_trainerprofile AS trainer
    WHERE trainer.is_active AND (%(trainer)s::uuid IS NULL OR trainer.id = %(trainer)s) AND (
        NOT EXISTS (SELECT FROM trainers_service_trainers AS named WHERE named.service_id = %(service)s)
        OR EXISTS (SELECT FROM trainers_service_trainers AS named
                   WHERE named.service_id = %(service)s AND named.trainerprofile_id = trainer.id))
), place AS (
    SELECT location.id, location.timezone FROM studios_location AS location WHERE location.id = ANY (%(places)s)
), {OPENED}, fits AS (
    SELECT trainer_id, location_id,
           range_agg(tstzrange(lower(span), upper(span) - %(length)s, '[]')) * %(within)s::tstzmultirange AS starts
    FROM (SELECT trainer_id, location_id, unnest(spans) AS span FROM opened) AS stretch
    WHERE upper(span) - lower(span) >= %(length)s
    GROUP BY trainer_id, location_id
), busy AS MATERIALIZED (
    SELECT person.id AS trainer_id, span, elsewhere, busy.location_id, travel_minutes
    FROM trainer_busy_spans((SELECT array_agg(user_id) FROM person), tstzrange(%(busy_from)s, %(busy_to)s)) AS busy
    JOIN person USING (user_id)
), taken AS (
    SELECT fits.trainer_id, fits.location_id, range_agg(tstzrange(
        lower(busy.span) - %(length)s - %(after)s - way.minutes, upper(busy.span) + %(before)s + way.minutes, '()')) AS starts
    FROM fits JOIN busy USING (trainer_id)
    LEFT JOIN trainers_traveltime AS travel ON NOT busy.elsewhere
        AND travel.first_id = least(busy.location_id, fits.location_id)
        AND travel.second_id = greatest(busy.location_id, fits.location_id)
    CROSS JOIN LATERAL (SELECT make_interval(mins => CASE
        WHEN busy.elsewhere THEN busy.travel_minutes
        WHEN busy.location_id IS NULL OR busy.location_id = fits.location_id THEN 0
        ELSE coalesce(travel.minutes, (SELECT minutes FROM trainers_traveltime WHERE first_id IS NULL), 0) END) AS minutes
    ) AS way
    GROUP BY fits.trainer_id, fits.location_id
)
"""  # noqa: S608
IDLE = """, idle AS MATERIALIZED (
    SELECT trainer_id, location_id, fits.starts - coalesce(taken.starts, '{}') AS starts
    FROM fits LEFT JOIN taken USING (trainer_id, location_id)
)
"""
NEEDS_EQUIPMENT = "SELECT EXISTS (SELECT FROM trainers_serviceequipment WHERE service_id = %(service)s)"
# In its stead for a service that needs equipment: without the starts at which too little of it is left. It is given at no
# place that has none of what it names.
IDLE_WITH_EQUIPMENT = """, need AS (
    SELECT equipment.id AS equipment_id, equipment.location_id,
           CASE WHEN equipment.is_active THEN equipment.quantity ELSE 0 END - need.quantity AS spare
    FROM trainers_serviceequipment AS need JOIN studios_equipment AS equipment ON equipment.id = need.equipment_id
    WHERE need.service_id = %(service)s
), level AS (
    SELECT equipment_id, at, lead(at) OVER running AS until, sum(change) OVER running AS used
    FROM (
        SELECT equipment_id, edge.at, sum(edge.change) AS change
        FROM need JOIN trainers_sessionequipment AS uses USING (equipment_id)
        JOIN trainers_session AS session ON session.id = uses.session_id
        CROSS JOIN LATERAL (VALUES (starts_at, uses.quantity::int), (ends_at, -uses.quantity::int)) AS edge(at, change)
        WHERE starts_at > %(rooms_from)s AND starts_at < %(busy_to)s
          AND status <> 'cancelled' AND (held_until IS NULL OR held_until > now())
        GROUP BY equipment_id, edge.at
    ) AS step
    WINDOW running AS (PARTITION BY equipment_id ORDER BY at)
), short AS (
    SELECT location_id, range_agg(CASE
        WHEN spare < 0 THEN tstzrange(NULL, NULL)
        WHEN used > spare THEN tstzrange(at - %(length)s, until, '()')
        ELSE 'empty' END) AS starts
    FROM need LEFT JOIN level USING (equipment_id)
    GROUP BY location_id
), idle AS MATERIALIZED (
    SELECT trainer_id, location_id, fits.starts - coalesce(taken.starts, '{}') - short.starts AS starts
    FROM fits LEFT JOIN taken USING (trainer_id, location_id) JOIN short USING (location_id)
)
"""
REST = """, room AS MATERIALIZED (
    SELECT room.id, room.location_id,
           row_number() OVER (PARTITION BY room.location_id ORDER BY room.capacity, room.name) AS number
    FROM studios_room AS room JOIN place ON place.id = room.location_id
    WHERE room.is_active AND room.capacity >= %(capacity)s AND (
        NOT EXISTS (SELECT FROM trainers_service_rooms AS named WHERE named.service_id = %(service)s)
        OR EXISTS (SELECT FROM trainers_service_rooms AS named
                   WHERE named.service_id = %(service)s AND named.room_id = room.id))
), choice AS (
    SELECT location_id, 0::bigint AS number, NULL::uuid AS room_id, NULL::tstzmultirange AS starts,
           range_agg(idle.starts) AS left_over
    FROM idle GROUP BY location_id
    UNION ALL
    SELECT location_id, room.number, room.id, left_over - in_use.starts, left_over * in_use.starts
    FROM choice JOIN room USING (location_id) CROSS JOIN LATERAL (
        SELECT coalesce(range_agg(tstzrange(session.starts_at - %(length)s, session.ends_at, '()')), '{}') AS starts
        FROM trainers_session AS session
        WHERE session.room_id = room.id AND session.room_id IS NOT NULL AND NOT session.status = 'cancelled'
          AND tstzrange(session.starts_at, session.ends_at, '[)')
              && tstzrange(lower(left_over), upper(left_over) + %(length)s, '[]')
          AND (session.held_until IS NULL OR session.held_until > now())
    ) AS in_use
    WHERE room.number = choice.number + 1 AND NOT isempty(left_over)
), part AS (
    SELECT location_id, room_id, starts FROM choice WHERE number > 0
    UNION ALL
    SELECT place.id, NULL, %(within)s::tstzmultirange FROM place
    WHERE NOT EXISTS (SELECT FROM studios_room AS room WHERE room.location_id = place.id AND room.is_active)
      AND NOT EXISTS (SELECT FROM trainers_service_rooms AS named WHERE named.service_id = %(service)s)
), free AS (
    SELECT idle.trainer_id, idle.location_id, part.room_id, unnest(idle.starts * part.starts) AS span,
           ',"trainer":"' || idle.trainer_id || '","location":"' || idle.location_id || '","room":'
               || coalesce('"' || part.room_id || '"', 'null') || '}' AS said
    FROM idle JOIN part USING (location_id)
    WHERE idle.starts && part.starts
), slot AS (
    SELECT free.trainer_id, free.location_id, free.room_id, free.said, starts_at
    FROM free CROSS JOIN LATERAL generate_series(
        date_bin(%(step)s, lower(span) + %(step)s - interval '1 microsecond', %(epoch)s), upper(span), %(step)s) AS starts_at
    WHERE span @> starts_at
)
"""
ROWS = """SELECT starts_at, starts_at + %(length)s, trainer_id, location_id, room_id
FROM slot ORDER BY starts_at, trainer_id, location_id"""
# Text that PostgreSQL writes itself: a month of twenty trainers is ten thousand slots, and each would be five objects here.
# Who and where is said once for all slots of a trainer in a room (`said`): only the times differ.
JSON = """SELECT '[' || coalesce(string_agg(
    '{"starts_at":' || to_json(starts_at) || ',"ends_at":' || to_json(starts_at + %(length)s) || said,
    ',' ORDER BY starts_at, trainer_id, location_id), '') || ']' FROM slot"""


def statement(asked: str, *, equipment: bool = False) -> str:
    """Return the statement that answers in rows (ROWS) or in text (JSON), for a service that needs equipment or does not."""
    return WANTED + (IDLE_WITH_EQUIPMENT if equipment else IDLE) + REST + asked


@dataclass(frozen=True, slots=True)
class Slot:
    """A start at which a trainer can give a service at a place, in the smallest free room that holds it (None: it needs none)."""

    starts_at: datetime
    ends_at: datetime
    trainer: UUID
    location: UUID
    room: UUID | None


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What is asked for: slots of a service that start within `[starts, ends)`; None leaves a filter out."""

    service: UUID
    starts: datetime
    ends: datetime
    trainer: UUID | None = None
    location: UUID | None = None


def free_slots(*, actor: Actor, ask: Ask) -> list[Slot]:
    """Return the free slots, in order of start, trainer and place. Four queries, however many trainers and days.

    Raises NotPermitted to who does not work here, NotFound for what this studio does not have, Invalid for a range that ends
    before it starts or is longer than 93 days.
    """
    values = _values(actor, ask)
    return [Slot(*row) for row in fetch_prepared(_for(ask.service, ROWS), values)]


def free_slots_json(*, actor: Actor, ask: Ask) -> bytes:
    """Return the free slots as a JSON array, as the API shows them. Queries and errors as of `free_slots`."""
    values = _values(actor, ask)
    return str(fetch_prepared(_for(ask.service, JSON), values)[0][0]).encode()


def _for(service: UUID, asked: str) -> str:
    return statement(asked, equipment=fetch_prepared(NEEDS_EQUIPMENT, {"service": service})[0][0])


def require_slots(actor: Actor) -> None:
    """Raise NotPermitted to who does not see the whole timetable: a client asks her studio."""
    if require(actor, Capability.TIMETABLE_SEE) is not Scope.ALL:
        raise NotPermitted()


def _values(actor: Actor, ask: Ask) -> dict[str, Any]:
    require_slots(actor)
    if ask.ends <= ask.starts:
        raise Invalid("The range ends before it starts.", field="to")
    if ask.ends - ask.starts > LONGEST_RANGE + timedelta(hours=1):  # with a change of clock in it
        raise Invalid(f"Ask for {LONGEST_RANGE.days} days at most.", field="to")
    service, trainer = fetch_rows((Service, ask.service), (TrainerProfile, ask.trainer))
    if service is None or not service.is_active:
        raise NotFound("The studio does not offer that.", field="service")
    if ask.trainer and (trainer is None or not trainer.is_active):
        raise NotFound("That trainer does not work here.", field="trainer")
    places = fetch_active(Location)
    if ask.location and ask.location not in {place.pk for place in places}:
        raise NotFound("There is no such place.", field="location")
    chosen = [place for place in places if ask.location in {None, place.pk}]
    return statement_values(service, ask, chosen)


def statement_values(service: Service, ask: Ask, places: Iterable[Location]) -> dict[str, Any]:
    """Return the values of the statements' named parameters."""
    rows = list(places)
    at = now()
    earliest = max(ask.starts.astimezone(UTC), at + timedelta(hours=service.notice_hours))
    latest = max(earliest, min(ask.ends.astimezone(UTC), at + timedelta(weeks=service.horizon_weeks)))
    length = timedelta(minutes=service.duration_minutes)
    before, after = (
        timedelta(minutes=minutes)
        for minutes in (service.buffer_before_minutes, service.buffer_after_minutes)
    )
    return parameters(rows, earliest, latest) | {
        "service": service.pk,
        "trainer": ask.trainer,
        "places": [place.pk for place in rows],
        "within": f"{{[{earliest.isoformat()},{latest.isoformat()})}}",
        "length": length,
        "before": before,
        "after": after,
        "capacity": service.capacity,
        "busy_from": earliest - before - FURTHEST,
        "busy_to": latest + length + after + FURTHEST,
        "rooms_from": earliest - LONGEST,
        "step": STEP,
        "epoch": EPOCH,
    }
