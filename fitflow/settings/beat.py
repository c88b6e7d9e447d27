"""What beat sends, and when. Each of these may be sent twice, late or not at all: it does what is due, and nothing twice."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "core.sweep": {"task": "core.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "trainers.tend_waitlists": {
        "task": "trainers.tend_waitlists",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "trainers.clear_holds": {"task": "trainers.clear_holds", "schedule": 60.0, "options": {"expires": 50}},
    "trainers.ask_calendars": {
        "task": "trainers.ask_calendars",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "trainers.cover_calendars": {
        "task": "trainers.cover_calendars",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    # In the small hours of Canada's mornings, before anybody looks at the day.
    "trainers.carry_on_series": {
        "task": "trainers.carry_on_series",
        "schedule": crontab(hour="8", minute="20"),
    },
    "trainers.forget_files": {"task": "trainers.forget_files", "schedule": crontab(hour="8", minute="30")},
    "core.tidy": {"task": "core.tidy", "schedule": crontab(hour="8", minute="40")},
    "accounts.tidy": {"task": "accounts.tidy", "schedule": crontab(hour="8", minute="45")},
}
