"""Who moves a studio in: owner and manager, whose reach is the whole studio."""

from __future__ import annotations

from uuid import UUID

from fitflow.core.errors import NotFound
from studios.shared.policies import Actor, Capability, require
from trainers.models import Import


def require_importing(actor: Actor) -> None:
    """Raise NotPermitted to who may not import clients and timetable."""
    require(actor, Capability.IMPORTS_MANAGE)


def fetch_import(actor: Actor, import_id: UUID | str) -> Import:
    """Return one import; raise NotPermitted, NotFound."""
    require_importing(actor)
    found = Import.objects.filter(pk=import_id).first()
    if found is None:
        raise NotFound()
    return found
