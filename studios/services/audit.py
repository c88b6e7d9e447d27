from __future__ import annotations

from typing import Any

import structlog

from studios.models import AuditEvent
from studios.shared.policies import Actor


def record_event(*, actor: Actor, action: str, subject: Any, **facts: Any) -> None:
    """Add one row to the studio's audit trail, about a model instance; call it last in the transaction.

    `facts` are ids, states and amounts that changed: never the contents of notes or other records.
    """
    AuditEvent.objects.create(
        actor_id=actor.user_id,
        actor_name=actor.name,
        action=action,
        subject_type=subject._meta.model_name,
        subject_id=subject.pk,
        facts={key: _plain(value) for key, value in facts.items()},
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int) else str(value)
