"""Who read which record of somebody else's: kept in the audit trail, without a word of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction

from fitflow.core.clock import now
from studios.models import AuditEvent
from studios.services import record_event
from studios.shared.policies import Actor
from trainers.models import ExerciseLog, ExerciseSet, Note

READ = "note.read"
LOG_READ = "log.read"


def record_reading(*, actor: Actor, notes: Iterable[Note]) -> None:
    """Note that a person is shown notes that others wrote: one row for a note, a reader and a (UTC) day."""
    others = {note.pk: note for note in notes if note.author_id != actor.user_id}
    unknown = _not_noted_today(actor, READ, others)
    if not unknown:
        return
    with transaction.atomic():
        for note in unknown:
            record_event(actor=actor, action=READ, subject=note, client=note.client_id)


def record_log_reading(*, actor: Actor, sets: Iterable[ExerciseSet]) -> None:
    """Note that a person is shown what others logged: one row for a session's log, a reader and a (UTC) day."""
    entries = {row.entry_id for row in sets if row.author_id != actor.user_id}
    if not entries:
        return
    others = {log.pk: log for log in ExerciseLog.objects.filter(entries__in=entries).distinct()}
    unknown = _not_noted_today(actor, LOG_READ, others)
    if not unknown:
        return
    with transaction.atomic():
        for log in unknown:
            record_event(actor=actor, action=LOG_READ, subject=log, session=log.session_id)


def _not_noted_today[R: (Note, ExerciseLog)](actor: Actor, action: str, rows: Mapping[UUID, R]) -> list[R]:
    """Return the records of which the trail does not say yet that this person has read them today."""
    if not rows or actor.user_id is None:
        return []
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    noted = AuditEvent.objects.filter(
        subject_type=next(iter(rows.values()))._meta.model_name,
        subject_id__in=list(rows),
        action=action,
        actor_id=actor.user_id,
        created_at__gte=midnight,
    )
    known = set(noted.values_list("subject_id", flat=True))
    return [row for pk, row in rows.items() if pk not in known]
