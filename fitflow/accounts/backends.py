from __future__ import annotations

import copy
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend

from fitflow.accounts.models import User
from fitflow.core.memo import remember


class RememberingBackend(ModelBackend):
    """Django's own, whose look-up of a session's user is remembered for IDENTITY_SECONDS.

    The session itself is read for every request, so signing out and suspending (which ends the sessions) count at once.
    """

    def get_user(self, user_id: Any) -> User | None:
        user = remember(
            ("user", str(user_id)),
            lambda: super(RememberingBackend, self).get_user(user_id),
            seconds=settings.IDENTITY_SECONDS,
        )
        return copy.copy(user) if user is not None else None
