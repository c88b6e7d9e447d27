"""Who read which note: kept in the audit trail, without a word of the note."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from fitflow.core.clock import now
from studios.models import AuditEvent
from studios.services import record_event
from studios.shared.policies import Actor
from trainers.models import Note

READ = "note.read"


def record_reading(*, actor: Actor, notes: Iterable[Note]) -> None:
    """Note that a person is shown notes that others wrote: one row for a note, a reader and a (UTC) day."""
    others = {note.pk: note for note in notes if note.author_id != actor.user_id}
    if not others or actor.user_id is None:
        return
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    noted = AuditEvent.objects.filter(
        subject_type="note",
        subject_id__in=list(others),
        action=READ,
        actor_id=actor.user_id,
        created_at__gte=midnight,
    )
    known = set(noted.values_list("subject_id", flat=True))
    unknown = [note for pk, note in others.items() if pk not in known]
    if not unknown:
        return
    with transaction.atomic():
        for note in unknown:
            record_event(actor=actor, action=READ, subject=note, client=note.client_id)
