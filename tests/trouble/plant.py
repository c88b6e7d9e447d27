"""Real processes to be killed: a Redis of one test's own, and the product's worker, courier and beat over the test database."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import redis
from celery import current_app

from fitflow.local.processes import PRODUCTION
from tests.server import ROOT, child_environment, database_name, free_port

LEASE = 4


def until(true: Callable[[], Any], seconds: float = 60, what: str = "") -> Any:
    """Wait for something to become true and return it; raise AssertionError when the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.02)
    raise AssertionError(f"It did not happen in {seconds:.0f} s: {what or true}")


@dataclass
class Plant:
    """The processes of one test, and where they leave their traces."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def line(self, database: str = "") -> Any:
        """Return a connection to the plant's broker, as its processes have it (or those of another database would)."""
        prefix = f"ff-{database or database_name()}:"
        return current_app.connection_for_write(
            self.redis_url, transport_options={"global_keyprefix": prefix}
        )

    def start_redis(self) -> None:
        """Start an empty Redis, always on the same port."""
        command = [
            "redis-server",
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self._spawn("redis", [*command, "--dir", str(self.folder)])
        until(self.redis_answers, 20, "Redis answers")

    def redis_answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.redis_url).ping())
        except redis.ConnectionError:
            return False

    def flush_redis(self) -> None:
        redis.Redis.from_url(self.redis_url).flushall()

    def start(self, *names: str) -> None:
        """Start processes of the product (`worker`, `courier`, `beat`), just as production does."""
        for name in names:
            program, *rest = PRODUCTION[name]
            self._spawn(name, [str(Path(sys.executable).with_name(program)), *rest])
        for name in set(names) - {"beat"}:
            until(lambda name=name: " ready." in self.log(name), 60, f"{name} is ready")  # type: ignore[misc]

    def inspect(self, what: str, *, database: str = "", patience: int = 4) -> dict[str, Any]:
        """Return what `celery inspect`, asked beside the plant's database or another, hears from each worker."""
        program = str(Path(sys.executable).with_name("celery"))
        environment = self._environment()
        if database:
            environment["DATABASE_URL"] = f"postgresql://nobody@127.0.0.1:1/{database}"
        done = subprocess.run(
            [program, "-A", "fitflow.celery", "inspect", what, "--timeout", str(patience), "--json"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        return dict(json.loads(done.stdout)) if done.returncode == 0 else {}

    def kill(self, name: str) -> None:
        """kill -9 a process and all that it has started."""
        running = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()

    def kill_one_child(self, name: str, pid: int) -> None:
        """kill -9 one process of a pool; its head lives on."""
        assert pid in {child.pid for child in psutil.Process(self.processes[name].pid).children()}
        os.kill(pid, signal.SIGKILL)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def close(self) -> None:
        """End everything."""
        for name in list(self.processes):
            self.kill(name)

    def _spawn(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )

    def _environment(self) -> dict[str, str]:
        return child_environment(
            DJANGO_SETTINGS_MODULE="tests.trouble.settings",
            REDIS_URL=self.redis_url,
            TROUBLE_FOLDER=str(self.folder),
            OUTBOX_LEASE_SECONDS=str(LEASE),
            DATABASE_POOL_MAX="4",
            PYTHONPATH=str(ROOT),
            **self.environment,
        )


@contextlib.contextmanager
def plant_in(folder: Path) -> Iterator[Plant]:
    """Give a plant with a running Redis; end all of its processes afterwards."""
    plant = Plant(folder)
    try:
        plant.start_redis()
        yield plant
    finally:
        plant.close()
