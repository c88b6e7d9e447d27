"""Asking the API as a person would: through a studio's host (or the public one), signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.test import Client

from tests.cast import Cast
from tests.described import faults


@dataclass(frozen=True)
class Answer:
    """An answer of the API."""

    status: int
    data: Any
    headers: Any

    @property
    def error(self) -> dict[str, Any]:
        """The error object; fails where the answer is none."""
        return dict(self.data["error"])

    @property
    def results(self) -> list[dict[str, Any]]:
        """The rows of one page."""
        return list(self.data["results"])


class Caller:
    """One person at one host."""

    def __init__(self, cast: Cast, person: str | None, studio: str = "lotus") -> None:
        host = f"{studio}.{settings.PUBLIC_HOST}" if studio else settings.PUBLIC_HOST
        self.urlconf = settings.STUDIO_URLCONF if studio else settings.PUBLIC_SCHEMA_URLCONF
        self.client = Client(headers={"host": host})
        if person is not None:
            self.client.force_login(cast.user[person], "django.contrib.auth.backends.ModelBackend")

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Call `/api/v1/<path>`; a full address is taken as it is. `body` is JSON-ready, or bytes as they are.

        Fails where the answer is not as the API describes it.
        """
        url = path if path.startswith("http") else f"/api/v1/{path}"
        data = body if isinstance(body, bytes) else orjson.dumps(body or {})
        sent = b"" if method == "GET" else data
        response = self.client.generic(method, url, sent, "application/json", headers=headers)
        found = orjson.loads(response.content) if response.content else None
        path = urlsplit(url).path
        wrong = faults(self.urlconf, method, path, response.status_code, found)
        assert not wrong, "\n".join(["The API's description says otherwise:", *wrong])
        return Answer(response.status_code, found, response.headers)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.ask("POST", path, body, **headers)
