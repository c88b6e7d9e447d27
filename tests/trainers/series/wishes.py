"""Series for the tests, made through the services."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from fitflow.core.clock import today
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.plan import TORONTO
from trainers.models import Series, Session
from trainers.services.series import create_series

ZONE = "America/Toronto"
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def day(ahead: int = 0) -> date:
    """Return a day of the weeks to come: 0 is the Monday after next."""
    now = today(ZONE)
    return now + timedelta(days=14 - now.weekday() + ahead)


def wall(ahead: int = 0, hour: int = 9) -> str:
    """Return a wall-clock start of such a day."""
    return f"{day(ahead)}T{hour:02}:00"


def instant(ahead: int = 0, hour: int = 9) -> datetime:
    """Return the instant of such a start in Toronto."""
    return datetime.fromisoformat(wall(ahead, hour)).replace(tzinfo=TORONTO)


def wish(cast: Cast, rule: str = "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=6", **more: Any) -> dict[str, Any]:
    """Return what `preview_series` and `create_series` take, but for the actor."""
    clients = more.pop("clients", ())
    return {
        "service_id": cast.service(more.pop("service", "Private")).id,
        "trainer_id": cast.trainer(more.pop("trainer", "lead")).id,
        "location_id": cast.location().id,
        "starts": wall(),
        "rule": rule,
        "client_ids": [cast.client(name).id for name in clients],
        **more,
    }


def series_of(cast: Cast, *args: Any, actor: Any = SYSTEM, **more: Any) -> Series:
    """Make a series in the entered studio."""
    return create_series(actor=actor, **wish(cast, *args, **more))


def starts_of(series: Series) -> list[str]:
    """Return the wall-clock starts of a series' scheduled sessions, in order."""
    rows = Session.objects.filter(series=series, status="scheduled").order_by("starts_at")
    return [
        at.astimezone(TORONTO).strftime("%Y-%m-%dT%H:%M") for at in rows.values_list("starts_at", flat=True)
    ]


def nth(series: Series, number: int) -> Session:
    """Return a series' session by its place in it, from 0."""
    return Session.objects.filter(series=series).order_by("occurrence")[number]
