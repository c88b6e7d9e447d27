"""Opening a studio against the bare replay of its template, and a migrate that has nothing to do."""

from __future__ import annotations

import time
from statistics import median
from uuid import uuid4

from django.core.management import call_command
from django.db import transaction
from django.test import Client

from fitflow.tenancy import schema
from studios.shared.models import Studio
from studios.shared.services import open_studio
from tests.bench.figures import Figure
from tests.bench.ground import ground

STUDIOS = 200


def _open(number: int) -> Studio:
    return open_studio(
        name=f"Studio {number}", slug=f"bench-{number}", province="ON", timezone="America/Toronto"
    )


def _replay() -> None:
    with transaction.atomic():
        name = f"studio_{uuid4().hex}"
        schema.create_role_and_schema(name)
        schema.replay_template(name)


def _seconds(call: object, *arguments: object) -> float:
    start = time.perf_counter()
    call(*arguments)  # type: ignore[operator]
    return time.perf_counter() - start


def main() -> list[Figure]:
    """Measure 200 openings and as many bare replays in turns, then a no-op migrate over the 200 studios and the cast's."""
    with ground():
        opened, usable, bare = [], [], []
        for number in range(STUDIOS):
            start = time.perf_counter()
            opened.append(_seconds(_open, number))
            answer = Client().get("/team/", headers={"host": f"bench-{number}.fitflow.localhost"})
            assert answer.status_code == 302, answer.status_code
            usable.append(time.perf_counter() - start)
            if number % 10 == 0:
                bare.append(_seconds(_replay))
        noop = median(
            _seconds(lambda: call_command("migrate_schemas", verbosity=0, interactive=False))
            for _ in range(3)
        )
    return [
        Figure("opening a studio / bare replay of the template", median(opened) / median(bare), 1.5, "times"),
        Figure("opening a studio until its host answers", median(usable), 0.5, "s"),
        Figure(f"no-op migrate over {STUDIOS} studios", noop, 3.0, "s"),
    ]
