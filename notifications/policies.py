from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from fitflow.core.errors import NotFound
from notifications.models import Delivery
from studios.shared.policies import Actor, Capability, require


def visible_deliveries(actor: Actor) -> QuerySet[Delivery]:
    """Return the studio's messages; raise NotPermitted for whoever does not manage them."""
    require(actor, Capability.MESSAGES_MANAGE)
    return Delivery.objects.all()


def editable_delivery(actor: Actor, delivery_id: UUID | str) -> Delivery:
    """Return a message of this studio, locked until the transaction ends. Raises NotPermitted, NotFound."""
    found = visible_deliveries(actor).filter(pk=delivery_id).select_for_update().first()
    if found is None:
        raise NotFound()
    return found
