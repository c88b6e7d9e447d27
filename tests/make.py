"""Plain helpers that make what a test needs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.cast import Cast


def session(
    cast: Cast, *, starts_at: datetime, trainer: str = "lead", service: str = "Private", **fields: Any
) -> Any:
    """Insert a session straight into the entered studio's timetable."""
    from trainers.models import Session

    what = cast.service(service)
    return Session.objects.create(
        service=what,
        trainer=cast.trainer(trainer),
        location=fields.pop("location", None) or cast.location(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=what.duration_minutes),
        capacity=fields.pop("capacity", what.capacity),
        **fields,
    )
