"""What studio, role and session cost a request, against the same view without them."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from statistics import mean, median

from django.conf import settings
from django.test import Client
from django.utils import timezone

from fitflow.core import clock
from fitflow.tenancy.context import studio_context
from tests.bench.figures import Figure
from tests.bench.ground import ROUNDS, ground
from tests.cast import Cast
from tests.make import session
from tests.server import ROOT, child_environment

CALLS = 200
TURNS = 10  # A round is taken in short turns, so that what else the machine does falls on both alike.


def _fill(cast: Cast) -> None:
    with studio_context(cast.lotus):
        start = timezone.now().replace(minute=0) + timedelta(days=2)
        for number in range(50):
            session(cast, starts_at=start + timedelta(hours=2 * number))


class Caller:
    """One measured process."""

    def __init__(self, kind: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.caller"],
            cwd=ROOT,
            env=child_environment(**environment) | {"DJANGO_SETTINGS_MODULE": f"tests.bench.settings.{kind}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.size = 0
        self.run(20)

    def run(self, calls: int) -> float:
        """Return the CPU seconds a call takes."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{calls}\n")
        self.process.stdin.flush()
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError("the measured process ended")
            if not line.startswith("{"):  # its own log
                seconds, size = line.split()
                self.size = int(size)
                return float(seconds) / calls

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def main() -> list[Figure]:
    """Measure CPU of a signed-in request through the studio's host and of the same view in a plain Django site, in turns."""
    with ground() as cast:
        _fill(cast)
        browser = Client()
        browser.force_login(cast.user["owner"], backend=settings.AUTHENTICATION_BACKENDS[0])
        cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
        today = clock.today("America/Toronto")
        query = f"page_size=100&from={today + timedelta(days=1)}&to={today + timedelta(days=14)}"
        ours = Caller("ours", BENCH_QUERY=query, BENCH_HOST="lotus.fitflow.localhost", BENCH_COOKIE=cookie)
        owner, schema = cast.user["owner"].pk.hex, cast.lotus.schema_name
        plain = Caller(
            "plain", BENCH_QUERY=query, BENCH_HOST="fitflow.localhost", BENCH_OWNER=owner, BENCH_SCHEMA=schema
        )
        mine, anchor = [], []
        for _ in range(ROUNDS):
            turns = [(ours.run(CALLS // TURNS), plain.run(CALLS // TURNS)) for _ in range(TURNS)]
            mine.append(mean(turn[0] for turn in turns))
            anchor.append(mean(turn[1] for turn in turns))
        assert ours.size == plain.size, (ours.size, plain.size)
        ours.end()
        plain.end()
    return [
        Figure(
            "CPU of a week's sessions with studio, role and session / without",
            median(mine) / median(anchor),
            1.25,
            "times",
        ),
        Figure("the same, without", median(anchor) * 1e6, None, "µs"),
    ]
