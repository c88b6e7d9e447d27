"""Many rows: memory does not grow with them. `IMPORT_ROWS=100000 make test ARGS="… -s"` prints what a hundred thousand take."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from clients.models import Client
from fitflow.tenancy.context import studio_context
from studios.shared.models import Studio
from studios.shared.policies import SYSTEM
from tests.scratch import scratch_person, scratch_studio
from tests.trainers.importing.bring import brought, check, day, mapped, undone
from trainers.models import Booking, Import, Session
from trainers.services import importing

pytestmark = [pytest.mark.race, pytest.mark.slow]
ROWS = int(os.environ.get("IMPORT_ROWS", "15000"))
MOST_MEMORY = 100 * 2**20  # beyond what the process had before, however many rows


@pytest.fixture
def studio(django_db_setup: None, django_db_blocker: Any) -> Iterator[Studio]:
    with django_db_blocker.unblock(), scratch_person() as person, scratch_studio(trainer=person) as opened:
        yield opened


def clients() -> bytes:
    lines = (
        f"P{one} Name{one % 977},p{one}@example.com,416555{one % 10_000:04},Toronto\n" for one in range(ROWS)
    )
    return f"Name,Email,Phone,City\n{''.join(lines)}".encode()


def timetable() -> bytes:
    """Return five minutes each, from 8 in the morning on, over a year and a half."""
    days = [day(3 + number) for number in range(600)]
    lines = (
        f"{days[one // 170]},{8 + one % 170 // 12}:{one % 12 * 5:02},5,Private,Racer,p{one % 5000}@example.com\n"
        for one in range(ROWS)
    )
    return f"Date,Start time,Duration,Service,Trainer,Email\n{''.join(lines)}".encode()


def timed(what: str, work: Any, *args: Any, **named: Any) -> Any:
    began = time.perf_counter()
    found = work(*args, **named)
    print(f"{what}: {time.perf_counter() - began:.1f} s")
    return found


def took_in(content: bytes, kind: str) -> Import:
    file = io.BytesIO(content)
    return importing.start_import(actor=SYSTEM, kind=kind, file_name="x.csv", file=file, size=len(content))


@pytest.mark.parametrize("kind", ["clients", "timetable"])
def test_many_rows(studio: Studio, kind: str) -> None:
    content = clients() if kind == "clients" else timetable()
    process = psutil.Process()
    before = process.memory_info().rss
    with studio_context(studio):
        batch = timed(f"{kind}: {len(content) / 2**20:.1f} MB taken in", took_in, content, kind)
        timed("checked", check, mapped(batch))
        batch.refresh_from_db()
        assert batch.counts["new"] == ROWS
        timed("imported", brought, batch)
        print(f"memory: {(process.memory_info().rss - before) / 2**20:.0f} MB more")
        assert process.memory_info().rss - before < MOST_MEMORY
        made = (Client.objects.count(), Session.objects.count(), Booking.objects.count())
        assert made == ((ROWS, 0, 0) if kind == "clients" else (min(ROWS, 5000), ROWS, ROWS))
        batch.refresh_from_db()
        timed("undone", undone, batch)
        assert (Client.objects.count(), Session.objects.count(), Booking.objects.count()) == (0, 0, 0)
