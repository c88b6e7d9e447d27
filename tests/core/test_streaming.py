"""A file under ASGI comes in parts, whole, and without Django's warning that it had to be read to its end first."""

from __future__ import annotations

import asyncio
import warnings
from pathlib import Path
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.handlers.asgi import ASGIHandler

from fitflow.core.streaming import StreamingHandler

FILE = "vendor/bootstrap/bootstrap.min.css"
SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "method": "GET",
    "path": f"/static/{FILE}",
    "query_string": b"",
    "headers": [(b"host", b"fitflow.localhost")],
}


def answered(handler: ASGIHandler) -> tuple[int, list[bytes], list[str]]:
    """Return the status, the parts of the body and what was warned of."""

    async def ask() -> tuple[int, list[bytes]]:
        line = ApplicationCommunicator(handler, SCOPE)
        await line.send_input({"type": "http.request", "body": b""})
        start: dict[str, Any] = await line.receive_output(timeout=10)
        parts = []
        while True:
            message = await line.receive_output(timeout=10)
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                return start["status"], [part for part in parts if part]

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        status, parts = asyncio.run(ask())
    return status, parts, [str(each.message) for each in told if "iterator" in str(each.message)]


@pytest.mark.django_db
def test_a_file_comes_in_parts_and_without_a_warning() -> None:
    status, parts, told = answered(StreamingHandler())
    whole = Path("static", FILE).read_bytes()
    assert status == 200
    assert b"".join(parts) == whole
    assert 1 < len(parts) <= len(whole) // 50_000 + 1
    assert told == []


@pytest.mark.django_db
def test_control_djangos_own_handler_warns() -> None:
    assert answered(ASGIHandler())[2]
