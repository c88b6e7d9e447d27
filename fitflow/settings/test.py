"""The suite: real PostgreSQL and Redis, cheap password hashes, mail in memory unless a test starts an SMTP server."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from fitflow.settings.base import *  # noqa: F403
from fitflow.settings.base import (
    CACHES,
    CELERY_BROKER_URL,
    DATABASES,
    INSTALLED_APPS,
    REDIS_URL,
    SHARED_APPS,
    STORAGES,
)

# Each parallel test process has keys of its own in the one Redis.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
SHARED_APPS = [*SHARED_APPS, "fitflow.demo"]
INSTALLED_APPS = [*INSTALLED_APPS, "fitflow.demo"]
IDENTITY_SECONDS = HOST_SECONDS = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {
    alias: {**cache, "KEY_PREFIX": f"{cache['KEY_PREFIX']}-test-{WORKER}"} for alias, cache in CACHES.items()
}
CELERY_TASK_DEFAULT_QUEUE = f"fitflow-test-{WORKER}"
DEVMAIL_DIR = Path(tempfile.mkdtemp(prefix="fitflow-mail-"))
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="fitflow-media-"))
STORAGES = {
    **STORAGES,
    "default": {
        "BACKEND": "fitflow.tenancy.storage.StudioFileStorage",
        "OPTIONS": {"location": str(MEDIA_ROOT)},
    },
}
DATABASES["default"]["OPTIONS"]["pool"]["max_size"] = 90
DEMO_PASSWORD = "fitflow-demo-2026"  # noqa: S105
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
API_RATE_ANONYMOUS = 100_000
API_RATE_SIGNED_IN = 100_000
ACCOUNT_RATE_LIMITS = False
__all__ = [name for name in dir() if name.isupper()] + ["CELERY_BROKER_URL", "REDIS_URL"]
