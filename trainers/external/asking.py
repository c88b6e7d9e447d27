"""The parent's side: one child process for one calendar, killed where it takes too long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from trainers.external.trouble import Trouble

INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV", "SYSTEMROOT", "TMPDIR")


@dataclass(frozen=True)
class Answer:
    """What a calendar said: `spans` is None where nothing has changed since it was asked before."""

    spans: list[tuple[datetime, datetime]] | None
    etag: str = ""
    last_modified: str = ""
    skipped: int = 0


@dataclass(frozen=True)
class Events:
    """What is in a calendar file that was uploaded: see `listing.Listed`."""

    rows: list[list[str]]
    whole_days: int
    unreadable: int


def ask(
    *,
    address: str,
    zone: str,
    starts: datetime,
    ends: datetime,
    addresses: Iterable[str] = (),
    etag: str = "",
    last_modified: str = "",
) -> Answer:
    """Fetch and read a calendar in a process of its own. Raises Trouble. Call it outside any transaction: it takes seconds."""
    fetch_seconds, read_seconds = settings.EXTERNAL_FETCH_SECONDS, settings.EXTERNAL_READ_SECONDS
    question = {
        "address": address,
        "zone": zone,
        "starts": starts.isoformat(),
        "ends": ends.isoformat(),
        "addresses": sorted(addresses),
        "own_uids": f"@{settings.PUBLIC_HOST}",
        "etag": etag,
        "last_modified": last_modified,
        "fetch_seconds": fetch_seconds,
        "step_seconds": min(10, fetch_seconds),
        "read_seconds": read_seconds,
        "open_hosts": list(settings.EXTERNAL_OPEN_HOSTS),
    }
    told = _told(question, seconds=fetch_seconds + read_seconds + 5)
    if told["status"] == "trouble":
        raise Trouble(told["code"])
    if told["status"] == "same":
        return Answer(None)
    spans = [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in told["spans"]]
    return Answer(spans, told["etag"], told["last_modified"], told["skipped"])


def list_events(*, content: str, zone: str, starts: datetime, ends: datetime) -> Events:
    """Return what is in a calendar file that was uploaded, read in a process of its own.

    Raises Trouble. Call it outside any transaction: it takes seconds.
    """
    seconds = settings.EXTERNAL_READ_SECONDS
    question = {
        "content": content,
        "zone": zone,
        "starts": starts.isoformat(),
        "ends": ends.isoformat(),
        "read_seconds": seconds,
    }
    told = _told(question, seconds=seconds + 5)
    if told["status"] == "trouble":
        raise Trouble(told["code"])
    return Events(list(told["rows"]), told["whole_days"], told["unreadable"])


def _told(question: dict[str, Any], *, seconds: float) -> dict[str, Any]:
    # The question goes by the input, not the command line, which other people of the machine can read.
    try:
        done = subprocess.run(
            [sys.executable, "-m", "trainers.external"],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in INHERITED if name in os.environ},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        # By name: its own text would quote the question.
        raise Trouble("heavy") from None
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise Trouble("crashed") from None
    return found
