"""The outbox and the clockwork, where staff may lend a hand."""

from __future__ import annotations

from collections.abc import Collection
from json import loads
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models.functions import Now
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from fitflow.accounts.models import User
from fitflow.core import outbox
from fitflow.core.errors import Unavailable
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from studios.shared.platform.rights import require_staff
from studios.shared.services import record_platform_event


def retry_messages(*, staff: User, ids: Collection[UUID]) -> int:
    """Give outbox rows that were given up another full round of attempts, beginning now; return how many.

    Rows in another state are left alone. Raises NotPermitted.
    """
    require_staff(staff)
    with studio_context(None), transaction.atomic():
        dead = OutboxMessage.objects.select_for_update().filter(pk__in=ids, state=OutboxMessage.State.DEAD)
        rows = list(dead.only("id", "lane", "topic", "handler").order_by("id"))
        OutboxMessage.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=OutboxMessage.State.PENDING, attempts=0, due_at=Now(), leased_until=None
        )
        for row in rows:
            facts = {"topic": row.topic, "handler": row.handler}
            _record(staff, "outbox.retried", "outbox_message", row.pk, **facts)
        for lane in {row.lane for row in rows}:
            transaction.on_commit(lambda lane=lane: outbox.wake(lane), robust=True)  # type: ignore[misc]
    return len(rows)


def switch_task(*, staff: User, task: PeriodicTask, on: bool) -> None:
    """Let a periodic task run, or rest. Beat takes it up within seconds. Raises NotPermitted."""
    require_staff(staff)
    with studio_context(None), transaction.atomic():
        if PeriodicTask.objects.filter(pk=task.pk, enabled=not on).update(enabled=on):
            PeriodicTasks.update_changed()
            _record(
                staff,
                "task.switched_on" if on else "task.switched_off",
                "periodic_task",
                None,
                name=task.name,
            )


def run_task(*, staff: User, task: PeriodicTask) -> None:
    """Hand a periodic task to the workers once, now. Raises NotPermitted, Unavailable where no broker answers."""
    require_staff(staff)
    try:
        current_app.send_task(
            task.task,
            args=loads(task.args or "[]"),
            kwargs=loads(task.kwargs or "{}"),
            headers=loads(task.headers or "{}"),
            queue=task.queue or None,
            retry=False,
        )
    except current_app.connection().connection_errors as error:
        raise Unavailable("The workers cannot be reached now. Try again in a minute.") from error
    with studio_context(None), transaction.atomic():
        _record(staff, "task.run", "periodic_task", None, name=task.name)


def _record(staff: User, action: str, subject: str, subject_id: UUID | None, **facts: object) -> None:
    record_platform_event(
        action=action, subject_type=subject, subject_id=subject_id, actor=staff, facts=facts
    )
