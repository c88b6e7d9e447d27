"""The suite's settings for processes that are killed: a Redis, a mailbox and documents of one test's own."""

from __future__ import annotations

import os

from fitflow.settings.test import *  # noqa: F403
from fitflow.settings.test import STORAGES

CELERY_TASK_DEFAULT_QUEUE = "fitflow"
CELERY_IMPORTS = ["tests.trouble.handlers"]
DEVMAIL_DIR = os.environ["TROUBLE_FOLDER"] + "/mail"
MEDIA_ROOT = os.environ["TROUBLE_FOLDER"] + "/media"
STORAGES = {
    **STORAGES,
    "default": {"BACKEND": "fitflow.tenancy.storage.StudioFileStorage", "OPTIONS": {"location": MEDIA_ROOT}},
}
EMAIL_BACKEND = os.environ.get("TROUBLE_MAIL", "tests.trouble.mail.HesitantFolder")
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(os.environ.get("TROUBLE_SMTP", "25"))
