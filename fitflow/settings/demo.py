"""The demo on one machine: everybody's password is known, mail is kept in a folder and read at /dev/mail/."""

from __future__ import annotations

from pathlib import Path

from fitflow.settings import env
from fitflow.settings.base import *  # noqa: F403
from fitflow.settings.base import BASE_DIR, INSTALLED_APPS, SHARED_APPS, STORAGES

DEBUG = False
DEMO = True
SHARED_APPS = [*SHARED_APPS, "fitflow.demo"]
INSTALLED_APPS = [*INSTALLED_APPS, "fitflow.demo"]
DEMO_PASSWORD = "fitflow-demo-2026"  # noqa: S105
EMAIL_BACKEND = "notifications.email.devmail.FolderBackend"
DEVMAIL_DIR = Path(env.text("DEVMAIL_DIR", str(BASE_DIR / ".local" / "mail")))
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
