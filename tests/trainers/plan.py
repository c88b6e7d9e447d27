"""Times and sessions for the timetable's tests, made through the services."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from fitflow.core.clock import now
from studios.shared.policies import SYSTEM, Actor
from tests.cast import Cast
from trainers.models import Session
from trainers.selectors import session_page
from trainers.selectors_sql import Wanted
from trainers.services import schedule_session

TORONTO = ZoneInfo("America/Toronto")


def at(hour: float, *, days: int = 3) -> datetime:
    """Return an hour of a day to come (or, with negative `days`, past) on Toronto's clocks."""
    midnight = now().astimezone(TORONTO).replace(hour=0, minute=0, second=0, microsecond=0)
    day = (midnight + timedelta(days=days, hours=12)).replace(hour=0)
    return day.replace(hour=int(hour), minute=round(hour % 1 * 60))


def wish(
    cast: Cast, starts_at: datetime, *, trainer: str = "lead", service: str = "Private", **more: Any
) -> dict[str, Any]:
    """Return the arguments of `schedule_session` but for the actor."""
    return {
        "service_id": cast.service(service).id,
        "trainer_id": cast.trainer(trainer).id,
        "location_id": cast.location().id,
        "starts_at": starts_at,
        **more,
    }


def scheduled(
    cast: Cast, starts_at: datetime, *, clients: tuple[str, ...] = (), actor: Any = SYSTEM, **more: Any
) -> Session:
    """Schedule a session with the named clients in the studio the test is in."""
    ids = [cast.client(name).id for name in clients]
    return schedule_session(actor=actor, **wish(cast, starts_at, client_ids=ids, **more))


def seen(actor: Actor, starts: datetime, ends: datetime, **filters: Any) -> list[dict[str, Any]]:
    """Return the sessions that overlap `[starts, ends)` as the API shows them to somebody."""
    wanted = Wanted(starts=starts, ends=ends, **filters)
    return [orjson.loads(row) for row in session_page(actor=actor, wanted=wanted, place=None, limit=100)]
