"""Browser sessions: Django's own in Redis and PostgreSQL, with a glance for reads of the API."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import cached_db

from fitflow.core.memo import drop, remember


class _Nothing(Exception):
    """There is no such session; that is never remembered."""


class SessionStore(cached_db.SessionStore):
    """Django's cached sessions. At a glance, what was read within IDENTITY_SECONDS is taken as it was.

    A glance is for requests that only read (the API's GET): they come in bursts, and asking Redis costs a sixth of a small
    one. Such a session is never saved. Signing out counts at once in the process that did it, and in the others with the
    next request that is more than a glance, or after IDENTITY_SECONDS.
    """

    glance = False

    def load(self) -> dict[str, Any]:
        if not self.glance or self.session_key is None:
            return super().load()
        try:
            return dict(
                remember(self._known_as(self.session_key), self._found, seconds=settings.IDENTITY_SECONDS)
            )
        except _Nothing:
            return {}

    def _found(self) -> dict[str, Any]:
        data: dict[str, Any] = super().load()
        if not data:
            raise _Nothing
        return data

    def save(self, must_create: bool = False) -> None:
        super().save(must_create)
        drop(self._known_as(self.session_key))

    def delete(self, session_key: str | None = None) -> None:
        super().delete(session_key)
        drop(self._known_as(session_key or self.session_key))

    @staticmethod
    def _known_as(session_key: str | None) -> tuple[str, str | None]:
        return ("session", session_key)
