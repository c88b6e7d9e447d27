"""Handlers that write down when they begin and end, for the tests that kill whoever runs them."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from celery import shared_task
from django.db import connection

from fitflow.core import outbox
from fitflow.core.models import OutboxMessage


def _note(what: str, message: OutboxMessage) -> None:
    line = f"{what} {message.ids['thing']} {os.getpid()} {time.time():.4f}\n"
    with (Path(message.ids["folder"]) / "steps").open("a") as notes:
        notes.write(line)


def step(message: OutboxMessage) -> None:
    """Take as long as the message says."""
    _note("began", message)
    time.sleep(float(message.ids["seconds"]))
    _note("ended", message)


def poison(message: OutboxMessage) -> None:
    """Kill the process that runs it."""
    _note("began", message)
    os.kill(os.getpid(), 9)


def long(message: OutboxMessage) -> None:
    """Take several times the lease, and renew it."""
    _note("began", message)
    for _ in range(int(message.ids["seconds"])):
        time.sleep(1)
        outbox.renew(message)
    _note("ended", message)


@shared_task(name="trouble.whereabouts")
def whereabouts(file: str) -> None:
    """Write down the database role and path in which it runs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role') || ' ' || current_setting('search_path')")
        words = cursor.fetchone()[0]
    unfinished = Path(f"{file}.part")
    unfinished.write_text(words)
    unfinished.rename(file)


@dataclass(frozen=True)
class Step:
    """One line that a handler wrote."""

    what: str
    thing: str
    process: int
    at: float


def steps(folder: Path) -> list[Step]:
    """Return what the handlers wrote down, in order."""
    try:
        lines = (folder / "steps").read_text().splitlines()
    except FileNotFoundError:
        return []
    words = [line.split() for line in lines]
    return [Step(what, thing, int(process), float(at)) for what, thing, process, at in words]
