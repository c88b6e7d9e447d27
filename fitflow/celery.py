from __future__ import annotations

import os

from celery import Celery
from celery.signals import setup_logging
from kombu.entity import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fitflow.settings.demo")

app = Celery("fitflow", task_cls="fitflow.tenancy.tasks:StudioTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks()

_default = app.conf.task_default_queue
# A task is a hint: the work is in the outbox, and what a killed worker leaves is swept up. So nothing is acknowledged.
# Celery 5.7 stops for good when it has acknowledgements open while Redis goes away, instead of connecting again.
app.conf.task_queues = [
    Queue(f"{_default}{lane}", no_ack=True)  # type: ignore[no-untyped-call]
    for lane in ("", "-live", "-mail")
]
# The sweep must not wait behind what it sweeps, nor a document or an offered place behind the servers of strangers.
app.conf.task_routes = {
    "core.sweep": {"queue": f"{_default}-live"},
    "trainers.ask_calendars": {"queue": f"{_default}-mail"},
    "trainers.read_calendar": {"queue": f"{_default}-mail"},
}


@setup_logging.connect
def keep_django_logging(**kwargs: object) -> None:
    """Django's LOGGING is set up already; Celery must not put its own in its place."""
