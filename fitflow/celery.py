from __future__ import annotations

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fitflow.settings.demo")

app = Celery("fitflow", task_cls="fitflow.tenancy.tasks:StudioTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks()
# The sweep must not wait behind what it sweeps.
app.conf.task_routes = {"core.sweep": {"queue": f"{app.conf.task_default_queue}-live"}}


@setup_logging.connect
def keep_django_logging(**kwargs: object) -> None:
    """Django's LOGGING is set up already; Celery must not put its own in its place."""
