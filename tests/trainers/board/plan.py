"""Sessions that are logged, and sets for them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from fitflow.core.clock import now
from tests.cast import Cast
from tests.trainers.plan import scheduled
from trainers.models import Exercise, ExerciseSet, Session
from trainers.services import add_exercise, log_set
from trainers.services.exercise_log import Figures


def running(cast: Cast, *, trainer: str = "lead", service: str = "Private", **more: Any) -> Session:
    """Schedule a session that began twenty minutes ago, with Client in it."""
    starts = more.pop("starts_at", None) or now() - timedelta(minutes=20)
    return scheduled(cast, starts, trainer=trainer, service=service, clients=("Client",), **more)


def squat(cast: Cast, name: str = "Back squat", measure: str = "load") -> Exercise:
    return add_exercise(actor=cast.actor("owner"), name=name, measure=measure)


def heavy(repetitions: int = 8, load: str = "40", unit: str = "kg") -> Figures:
    return Figures(repetitions=repetitions, load=Decimal(load), load_unit=unit)


def logged(
    cast: Cast,
    session: Session,
    exercise: Exercise,
    figures: Figures | None = None,
    *,
    actor: str = "lead",
    client: str | None = "Client",
    **more: Any,
) -> ExerciseSet:
    """Log a set of a client's, by its trainer."""
    return log_set(
        actor=cast.actor(actor),
        session_id=session.pk,
        client_id=cast.client(client).pk if client else None,
        exercise=exercise.pk,
        figures=figures or heavy(),
        **more,
    )
