"""A round through all studios: what beat does in each of them."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from celery import Task

from fitflow.tenancy.context import studio_context
from studios.shared.models import Studio

OPEN = (Studio.Status.TRIAL, Studio.Status.ACTIVE)
log = structlog.get_logger(__name__)


def in_each_studio(work: Callable[[], int], *, name: str) -> int:
    """Run `work` inside every open studio, one after the other; return the sum of what it returns.

    A studio in which it fails is logged and keeps no other waiting. Killed half-way, the next round does the rest: `work` must
    be idempotent. Call it on public rows, outside any transaction.
    """
    done = 0
    for studio in Studio.objects.filter(status__in=OPEN).select_related("organization").order_by("id"):
        try:
            with studio_context(studio):
                done += work()
        except Exception:
            log.exception("round.failed", round=name, studio=studio.slug)
    return done


def task_in_each_studio(task: Task, *, name: str) -> int:
    """Send a task to every open studio, which runs inside it; return how many were sent.

    For what may take long in one of them: none waits for another, and each has the task's time for itself. One that cannot be
    sent is logged; the next round sends it again, so `task` must be idempotent. Call it on public rows.
    """
    sent = 0
    for studio in Studio.objects.filter(status__in=OPEN).select_related("organization").order_by("id"):
        try:
            with studio_context(studio):
                task.apply_async(retry=False)
            sent += 1
        except Exception as error:
            log.warning("round.not_sent", round=name, studio=studio.slug, error=type(error).__name__)
    return sent
