"""What a studio's calendar shows of its sessions: the rows of the hot read as a calendar writes them, by PostgreSQL itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from django.db import connection

from fitflow.core import clock
from studios.shared.policies import Actor, Capability
from trainers.selectors_sql import NOT_CANCELLED, Wanted, conditions, parameters, reach, who_is_booked

# A week may hold six hundred sessions, a month three thousand. Written here, they cost little more than reading them; the same
# in Python, a row at a time, cost several times as much. `state` and `line` say what `shown_state` and `people_text` of
# the pages say of a trainer's own calendar; a test holds them together.
GRID = """
SELECT session.id, CASE WHEN session.status = 'held' THEN 'held' ELSE 'session' END AS kind,
       to_char(session.starts_at AT TIME ZONE %(zone)s, 'YYYY-MM-DD"T"HH24:MI') AS start,
       to_char(session.ends_at AT TIME ZONE %(zone)s, 'YYYY-MM-DD"T"HH24:MI') AS "end",
       extract(epoch FROM session.ends_at - session.starts_at)::int / 60 AS minutes,
       CASE WHEN session.status <> 'held' THEN service.name
            ELSE 'Held until ' || to_char(session.held_until AT TIME ZONE location.timezone, 'HH24:MI') END AS title,
       CASE WHEN session.status = 'held' THEN service.name
            WHEN session.capacity = 1 THEN coalesce(who.names, CASE
                WHEN session.status = 'scheduled' AND session.booked = 0 THEN 'Nobody booked' ELSE '' END)
            ELSE session.booked || ' of ' || session.capacity
                || CASE WHEN session.waitlisted > 0 THEN ', ' || session.waitlisted || ' waiting' ELSE '' END
       END AS line,
       coalesce(room.name, location.name) AS place,
       CASE WHEN session.status <> 'scheduled' THEN session.status
            WHEN session.starts_at <= %(now)s AND session.ends_at > %(now)s THEN 'now'
            WHEN session.ends_at <= %(now)s AND {mine} THEN 'to_close'
            WHEN session.capacity > 1 AND session.booked >= session.capacity THEN 'full' ELSE '' END AS state,
       coalesce(%(letters)s::jsonb ->> trainer.id::text, upper(left(trainer.name, 1))) AS letter, trainer.hue,
       %(before)s || session.id || %(after)s AS url, trainer.id AS trainer, trainer.name AS owner, location.id AS location,
       coalesce(room.id::text, '') AS room, service.id AS service, session.version,
       {mine} AND session.status = 'scheduled' AS movable {instants}
FROM (SELECT * FROM trainers_session AS session WHERE {where}) AS session
JOIN trainers_service AS service ON service.id = session.service_id
JOIN trainers_trainerprofile AS trainer ON trainer.id = session.trainer_id
JOIN studios_location AS location ON location.id = session.location_id
LEFT JOIN studios_room AS room ON room.id = session.room_id
LEFT JOIN trainers_trainerprofile AS lead ON lead.id = trainer.lead_id
LEFT JOIN LATERAL (
    SELECT string_agg(client.name, ', ' ORDER BY booking.id) AS names
    FROM trainers_booking AS booking JOIN clients_client AS client ON client.id = booking.client_id
    WHERE booking.session_id = session.id AND {shown} AND {who}
        AND (session.status = 'cancelled' OR booking.status = 'booked')
) AS who ON session.capacity = 1
"""
INSTANTS = ", session.starts_at, session.ends_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How a calendar writes its sessions: on the clocks of which zone, with which trainer's letters, and where one opens
    (what stands before and after its id)."""

    zone: str
    letters: Mapping[UUID, str]
    address: tuple[str, str]


def grid_json(*, actor: Actor, wanted: Wanted, writing: Writing, instants: bool = False) -> bytes:
    """Return the sessions asked for as a JSON array, in order of start, as a calendar shows them to this person. One query.

    Times are wall-clock times of the zone, `minutes` is how long it really lasts, over a change of clocks too; with `instants`
    each also has `starts_at` and `ends_at`.
    """
    statement = GRID.format(
        where=" AND ".join(conditions(actor, wanted)) or "true",
        mine=reach(actor, Capability.SESSIONS_MANAGE),
        shown=NOT_CANCELLED,
        who=who_is_booked(actor),
        instants=INSTANTS if instants else "",
    )
    order = "ORDER BY found.start, found.id"
    values = parameters(actor, wanted) | {
        "zone": writing.zone,
        "now": clock.now(),
        "letters": orjson.dumps({str(key): word for key, word in writing.letters.items()}).decode(),
        "before": writing.address[0],
        "after": writing.address[1],
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(json_agg(found {order}), '[]')::text FROM ({statement}) AS found",  # noqa: S608
            values,
        )
        return str(cursor.fetchone()[0]).encode()


def time_booked(*, actor: Actor, wanted: Wanted) -> tuple[int, int]:
    """Return how many sessions are asked for, and their minutes; what is held or cancelled does not count."""
    where = " AND ".join([*conditions(actor, wanted), "session.status NOT IN ('cancelled', 'held')"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(extract(epoch FROM ends_at - starts_at)), 0)::bigint / 60"  # noqa: S608
            f" FROM trainers_session AS session WHERE {where}",
            parameters(actor, wanted),
        )
        number, minutes = cursor.fetchone()
    return int(number), int(minutes)


def within(starts: datetime, ends: datetime, filters: Mapping[str, tuple[str, ...]]) -> Wanted:
    """Return the question for a calendar's sessions of `[starts, ends)`, held slots included, that its filters leave."""
    return Wanted(
        starts=starts,
        ends=ends,
        holds=True,
        trainers=filters.get("trainer", ()),
        locations=filters.get("location", ()),
        services=filters.get("service", ()),
    )
