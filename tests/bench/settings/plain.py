"""The same project as one plain Django site: Django's own database backend, no studio, no role, no session."""

import os

from fitflow.settings.test import *  # noqa: F403
from fitflow.settings.test import DATABASES, MIDDLEWARE

WITHOUT = {
    "fitflow.tenancy.middleware.StudioMiddleware",
    "fitflow.accounts.middleware.Sessions",
    "fitflow.accounts.middleware.SessionIdentity",
    "fitflow.accounts.middleware.SecondFactor",
    "fitflow.accounts.middleware.token_identity",
    "studios.shared.middleware.ActorMiddleware",
    "fitflow.core.middleware.PageMessages",
    "fitflow.tenancy.middleware.EnterStudioMiddleware",
}
MIDDLEWARE = [*(name for name in MIDDLEWARE if name not in WITHOUT), "tests.bench.week.somebody"]
ROOT_URLCONF = "tests.bench.week"
SCHEMA = os.environ["BENCH_SCHEMA"]
DATABASES = {"default": {**DATABASES["default"], "ENGINE": "django.db.backends.postgresql"}}
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"]["OPTIONS"],
    "options": f"{DATABASES['default']['OPTIONS']['options']} -c search_path={SCHEMA},public -c role={SCHEMA}",
}
IDENTITY_SECONDS, HOST_SECONDS = 2, 5  # as in production
