"""Telling clients of what was imported: never by itself, once where the studio asks."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.errors import Conflict
from studios.services import record_event
from studios.shared.policies import Actor
from trainers.import_messages import to_tell
from trainers.import_policies import fetch_import
from trainers.models import Import


def tell_clients(*, actor: Actor, import_id: UUID | str) -> Import:
    """Ask for one mail to each client with sessions to come that an import made; once for an import.

    Raises NotPermitted, NotFound, Conflict (`status`; `told`; `nobody` where no one has an e-mail address).
    """
    fetch_import(actor, import_id)
    with transaction.atomic():
        batch = Import.objects.select_for_update().get(pk=import_id)
        if batch.state != Import.State.DONE:
            raise Conflict(
                "Only of what is imported can clients be told.", conflict="status", status=batch.state
            )
        if batch.told_at is not None:
            raise Conflict("The clients are told already.", conflict="told")
        people = to_tell(batch).count()
        if not people:
            raise Conflict("Nobody with sessions to come has an e-mail address.", conflict="nobody")
        batch.told_at = now()
        batch.save(update_fields=["told_at"])
        outbox.publish("import.tell", batch=batch.pk)
        record_event(actor=actor, action="import.told", subject=batch, clients=people)
    return batch
