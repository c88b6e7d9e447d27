"""The product as it is, with its own addresses."""

from fitflow.settings.test import *  # noqa: F403

IDENTITY_SECONDS, HOST_SECONDS = 2, 5  # as in production
