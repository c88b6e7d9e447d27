"""The demo on one machine: everybody's password is known, mail is kept in a folder and read at /dev/mail/."""

from __future__ import annotations

from fitflow.settings.base import *  # noqa: F403
from fitflow.settings.base import BASE_DIR, STORAGES

DEBUG = False
DEMO = True
DEMO_PASSWORD = "fitflow-demo-2026"  # noqa: S105
EMAIL_BACKEND = "notifications.email.devmail.FolderBackend"
DEVMAIL_DIR = BASE_DIR / ".local" / "mail"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
