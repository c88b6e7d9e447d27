"""A real server over the test database, for sockets and browsers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """Return a TCP port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """Return the address of the database this test run works in."""
    values = connection.settings_dict
    host, port = values["HOST"], values["PORT"]
    credentials = quote(values["USER"]) + (f":{quote(values['PASSWORD'])}" if values["PASSWORD"] else "")
    return f"postgresql://{credentials}@/{values['NAME']}?host={quote(host, safe='')}&port={port or 5432}"


def database_name() -> str:
    """Return the name of the database this test run works in."""
    return str(connection.settings_dict["NAME"])


def child_environment(**extra: str) -> dict[str, str]:
    """Return what a process of the product needs to work beside this test run."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "fitflow.settings.test",
        "DATABASE_URL": database_url(),
        **extra,
    }


@dataclass(frozen=True)
class Server:
    """Where the product answers."""

    port: int
    pid: int = 0

    def url(self, path: str = "/", *, studio: str = "") -> str:
        """Return an address on the public host, or on a studio's."""
        host = f"{studio}.{settings.PUBLIC_HOST}" if studio else settings.PUBLIC_HOST
        return f"http://{host}:{self.port}{path}"


@contextmanager
def running_server(**environment: str) -> Iterator[Server]:
    """Run HTTP and sockets in a process of their own over the test database, until the block ends."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "fitflow.asgi:application",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=child_environment(PUBLIC_PORT=str(port), **environment))
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/readyz", process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_ready(url: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Return once the address answers 200; raise where the process ends or the time runs out."""
    assert urlsplit(url).hostname == "127.0.0.1"
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with {process.returncode}.")
        try:
            with urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(url)
