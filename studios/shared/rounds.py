"""A round through all studios: what beat does in each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog
from celery import Task

from fitflow.core.rounds import one_by_one
from fitflow.tenancy.context import studio_context
from studios.shared.models import Studio

OPEN = (Studio.Status.TRIAL, Studio.Status.ACTIVE)
log = structlog.get_logger(__name__)


def _open_studios() -> Iterable[Studio]:
    rows: Iterable[Studio] = (
        Studio.objects.filter(status__in=OPEN).select_related("organization").order_by("id")
    )
    return rows


def in_each_studio(work: Callable[[], int], *, name: str) -> int:
    """Run `work` inside every open studio, one after the other; return the sum of what it returns.

    A studio in which it fails is logged and keeps no other waiting. Killed half-way, the next round does the rest: `work` must
    be idempotent. Call it on public rows, outside any transaction. Entering a studio and one small query take about 1 ms; what
    takes much longer belongs in a task for each (`task_in_each_studio`).
    """

    def inside(studio: Studio) -> int:
        with studio_context(studio):
            return work()

    return one_by_one(_open_studios(), inside, name=name)


def task_in_each_studio(task: Task, *, name: str) -> int:
    """Send a task to every open studio, which runs inside it; return how many were sent.

    For what may take long in one of them: none waits for another, and each has the task's time for itself. One that cannot be
    sent is logged; the next round sends it again, so `task` must be idempotent. Call it on public rows.
    """
    sent = 0
    for studio in _open_studios():
        try:
            with studio_context(studio):
                task.apply_async(retry=False)
            sent += 1
        except Exception as error:
            log.warning("round.not_sent", round=name, studio=studio.slug, error=type(error).__name__)
    return sent
