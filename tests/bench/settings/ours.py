"""The product as it is, with the measured view on the studio's host."""

from fitflow.settings.test import *  # noqa: F403

STUDIO_URLCONF = "tests.bench.week"
IDENTITY_SECONDS, HOST_SECONDS = 2, 5  # as in production
