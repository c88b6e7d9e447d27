"""Celery tasks carry their studio in a header and run inside it."""

from __future__ import annotations

from typing import Any

from celery import Task

from fitflow.tenancy.context import current_studio, studio_context
from fitflow.tenancy.hosts import studio_by_id

HEADER = "fitflow_studio"


class StudioTask(Task):
    """Base of all tasks: sent from within a studio, a task runs within it; sent from the public host, on public rows.

    With `@shared_task(public_rows=True)` it runs on public rows, wherever it was sent from.
    """

    public_rows = False

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        headers = dict(options.pop("headers", None) or {})
        studio = None if self.public_rows else current_studio()
        if studio is not None:
            headers.setdefault(HEADER, str(studio.id))
        return super().apply_async(args, kwargs, headers=headers, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # Called as a plain function it has no request of its own, and stays in the caller's studio.
        if self.request.called_directly:
            return super().__call__(*args, **kwargs)
        studio_id = (self.request.headers or {}).get(HEADER) or getattr(self.request, HEADER, None)
        with studio_context(studio_by_id(studio_id) if studio_id else None):
            return super().__call__(*args, **kwargs)
