"""Which series a person may see, and which she may change."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from fitflow.core.errors import NotFound, NotPermitted
from studios.shared.policies import Actor, Capability
from trainers.models import Series
from trainers.policies import reaches_trainer


def visible_series(actor: Actor) -> QuerySet[Series]:
    """Return the studio's series, to whoever works here; raise NotPermitted."""
    if not (actor.is_staff or actor.is_system):
        raise NotPermitted()
    return Series.objects.select_related("service", "trainer__lead", "location", "room")


def fetch_series(actor: Actor, series_id: UUID) -> Series:
    """Return a series; raise NotPermitted or NotFound."""
    series = visible_series(actor).filter(pk=series_id).first()
    if series is None:
        raise NotFound()
    return series


def may_edit_series(actor: Actor, series: Series) -> bool:
    """Whether she may change and cancel what is to come of it."""
    return reaches_trainer(actor, series.trainer, Capability.SESSIONS_MANAGE)
