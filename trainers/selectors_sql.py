"""The hot read of the timetable: sessions as JSON that PostgreSQL itself writes, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from studios.shared.policies import Actor, Capability, Scope, scope_of
from trainers.models.timetable import LONGEST


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which sessions are asked for; None, or nothing, leaves a filter out. The window is `[starts, ends)` and takes what
    overlaps it; `trainers`, `locations` and `services` take those of any that is named."""

    starts: datetime | None = None
    ends: datetime | None = None
    trainer: UUID | None = None
    client: UUID | None = None
    location: UUID | None = None
    trainers: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    status: str | None = None
    session: UUID | None = None
    holds: bool = False  # whether slots held for a checkout are among them


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place between two sessions in order of start: just after that one, or just before it."""

    starts_at: datetime
    session: UUID
    backwards: bool = False


# The clients' names stand in the answer only where the person may see who is booked (`who`).
ROWS = """
SELECT session.id, session.service_id AS service, session.trainer_id AS trainer, session.location_id AS location,
       session.room_id AS room, session.starts_at, session.ends_at, session.status, session.capacity, session.booked,
       session.waitlisted, session.version, session.held_until, session.series_id AS series, service.name AS service_name,
       trainer.name AS trainer_name, trainer.hue, location.name AS location_name, location.timezone, room.name AS room_name,
       {mine} AS may_edit, who.clients
FROM ({page}) AS session
JOIN trainers_service AS service ON service.id = session.service_id
JOIN trainers_trainerprofile AS trainer ON trainer.id = session.trainer_id
JOIN studios_location AS location ON location.id = session.location_id
LEFT JOIN studios_room AS room ON room.id = session.room_id
LEFT JOIN trainers_trainerprofile AS lead ON lead.id = trainer.lead_id
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(entry ORDER BY entry.booking), '[]') AS clients FROM (
        SELECT booking.id AS booking, client.id AS client, client.name, booking.status, booking.attendance
        FROM trainers_booking AS booking JOIN clients_client AS client ON client.id = booking.client_id
        WHERE booking.session_id = session.id AND {shown} AND {who}
    ) AS entry
) AS who
"""
NOT_CANCELLED = "(booking.status <> 'cancelled' OR booking.cancelled_at = session.cancelled_at)"


def reach(actor: Actor, capability: Capability) -> str:
    """Return the SQL condition under which a capability reaches a session, over the aliases `trainer` and `lead`."""
    scope = scope_of(actor, capability)
    if scope is Scope.ALL:
        return "true"
    if scope is Scope.NONE or not actor.is_staff:
        return "false"
    own = "trainer.user_id = %(me)s"
    return f"({own} OR lead.user_id = %(me)s)" if scope is Scope.TEAM else own


def _window(wanted: Wanted) -> list[str]:
    conditions = []
    if wanted.starts is not None:
        conditions += ["session.starts_at > %(earliest)s", "session.ends_at > %(starts)s"]
    if wanted.ends is not None:
        conditions.append("session.starts_at < %(ends)s")
    for name in ("trainer", "location"):
        if getattr(wanted, name) is not None:
            conditions.append(f"session.{name}_id = %({name})s")
    for name in ("trainer", "location", "service"):
        if getattr(wanted, f"{name}s"):
            conditions.append(f"session.{name}_id = ANY (%({name}s)s::uuid[])")
    if wanted.status is not None:
        conditions.append("session.status = %(status)s")
    if wanted.session is not None:
        conditions.append("session.id = %(session)s")
    elif wanted.holds or wanted.status == "held":
        conditions.append("(session.status <> 'held' OR session.held_until > now())")
    else:
        conditions.append("session.status <> 'held'")
    return conditions


def _with_booking(condition: str) -> str:
    return (
        "EXISTS (SELECT FROM trainers_booking AS booking JOIN clients_client AS client ON client.id = booking.client_id"
        " JOIN trainers_trainerprofile AS trainer ON trainer.id = session.trainer_id"
        " LEFT JOIN trainers_trainerprofile AS lead ON lead.id = trainer.lead_id"
        f" WHERE booking.session_id = session.id AND {condition})"
    )


def conditions(actor: Actor, wanted: Wanted) -> list[str]:
    """Return the SQL conditions on `session`: what is asked for, within what she may see."""
    found = _window(wanted)
    scope = scope_of(actor, Capability.TIMETABLE_SEE)
    who = who_is_booked(actor)
    if scope is Scope.NONE:
        found.append("false")
    elif scope is not Scope.ALL:
        found.append(_with_booking("client.user_id = %(me)s"))
    if wanted.client is not None:
        # Only where she may see who is booked: else the filter itself would tell.
        found.append(
            _with_booking(f"booking.client_id = %(client)s AND booking.status <> 'cancelled' AND {who}")
        )
    return found


def who_is_booked(actor: Actor) -> str:
    """Return the SQL condition under which she sees that a client is booked."""
    seen = reach(actor, Capability.TIMETABLE_SEE_CLIENTS)
    return "true" if seen == "true" else f"({seen} OR client.user_id = %(me)s)"


def parameters(actor: Actor, wanted: Wanted) -> dict[str, Any]:
    """Return the values of the statement's named parameters."""
    return {
        "me": actor.user_id,
        "starts": wanted.starts,
        "earliest": wanted.starts - LONGEST if wanted.starts else None,
        "ends": wanted.ends,
        "trainer": wanted.trainer,
        "client": wanted.client,
        "location": wanted.location,
        "trainers": list(wanted.trainers),
        "locations": list(wanted.locations),
        "services": list(wanted.services),
        "status": wanted.status,
        "session": wanted.session,
    }


def rows(actor: Actor, wanted: Wanted, *, page: str = "") -> str:
    """Return the SELECT of the sessions as the API shows them; `page` continues the inner WHERE (`AND …` and ORDER)."""
    where = " AND ".join(conditions(actor, wanted)) or "true"
    return ROWS.format(
        page=f"SELECT * FROM trainers_session AS session WHERE {where} {page}",  # noqa: S608
        mine=reach(actor, Capability.SESSIONS_MANAGE),
        shown=NOT_CANCELLED,
        who=who_is_booked(actor),
    )
