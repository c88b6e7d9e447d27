from __future__ import annotations

from fitflow.core import outbox
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.hosts import studio_by_id
from studios.services import furnish


@outbox.subscribe("studio.to_furnish")
def furnish_studio(message: OutboxMessage) -> None:
    """Give a studio that its owner has just opened its first place."""
    furnish(studio=studio_by_id(message.ids["studio"]))
