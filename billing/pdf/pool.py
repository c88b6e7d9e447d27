"""PDFs for web requests: a few warm processes that may be killed at any moment.

They are plain subprocesses on a socket pair rather than a ProcessPoolExecutor because a document that hangs can then
really be stopped, because they may be started from anywhere (Celery's daemonic workers may not have multiprocessing
children) and because nothing of the parent is imported or inherited: they have neither Django, nor the database, nor
the environment's secrets. HTML is made by the caller; only the layout, which is nearly all of the work, happens here.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore, Lock
from time import monotonic
from types import TracebackType
from typing import Self

from billing.pdf import wire
from billing.pdf.document import InvoiceDocument
from billing.pdf.render import html_of
from fitflow.core.errors import Unavailable

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
# What a process needs from the environment: to find its libraries, fonts and a place for temporary files.
INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "PYTHONPYCACHEPREFIX",
)
INHERITED_PREFIXES = ("DYLD_", "XDG_")
LONGEST_START = 30.0


class PdfFailed(Exception):
    """This document cannot be laid out, however often it is tried; the argument is the name of the error."""


class PdfPool:
    """Renders documents in up to `processes` processes, started when they are first needed.

    `timeout` bounds one document in seconds, waiting for a free process included. A process is replaced after
    `documents_per_process`, when it dies (the document is tried once more) and when it hangs (it is not).
    """

    _idle: list[_Process]
    _free: BoundedSemaphore
    _owner: int

    def __init__(
        self, processes: int = 2, *, timeout: float = 20.0, documents_per_process: int = 500
    ) -> None:
        self.timeout = timeout
        self.documents_per_process = documents_per_process
        self._size = processes
        self._lock = Lock()
        self._empty()

    def render(self, document: InvoiceDocument) -> bytes:
        """Return the PDF. Raises Unavailable when no process answers in time, PdfFailed when the document is at fault."""
        return self.press(html_of(document))

    def press(self, html: str) -> bytes:
        """Lay out HTML that is ready; raises as `render` does."""
        until = monotonic() + self.timeout
        self._drop_what_a_fork_left()
        free = self._free
        if not free.acquire(timeout=self.timeout):
            raise Unavailable("All printers are busy. Try again in a moment.")
        try:
            return self._press_again_if_killed(html.encode(), until)
        except TimeoutError:
            logger.warning("pdf_timeout", extra={"seconds": self.timeout, "html_bytes": len(html)})
            raise Unavailable("The document takes too long to make. Try again in a moment.") from None
        except (EOFError, OSError):
            raise Unavailable("The document could not be made just now. Try again in a moment.") from None
        finally:
            free.release()

    def warm(self) -> None:
        """Start every process now rather than at the first document."""
        self._drop_what_a_fork_left()
        started = [_Process() for _ in range(self._size - len(self._idle))]
        for process in started:
            process.wait_until_ready(monotonic() + LONGEST_START)
        with self._lock:
            self._idle += started

    def close(self) -> None:
        """End all idle processes."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.end()

    def pids(self) -> list[int]:
        """Return the ids of the idle processes, newest last."""
        with self._lock:
            return [process.pid for process in self._idle]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _press_again_if_killed(self, page: bytes, until: float) -> bytes:
        try:
            return self._press(page, until)
        except TimeoutError:
            raise
        except (EOFError, OSError):
            logger.warning("pdf_process_died")
            return self._press(page, until)

    def _press(self, page: bytes, until: float) -> bytes:
        with self._lock:
            process = self._idle.pop() if self._idle else None
        process = process or _Process()
        try:
            answer = process.press(page, until)
        except (EOFError, OSError):  # TimeoutError is an OSError
            process.end()
            raise
        except PdfFailed:
            self._keep(process)
            raise
        self._keep(process)
        return answer

    def _keep(self, process: _Process) -> None:
        if process.documents >= self.documents_per_process:
            process.end()
            return
        with self._lock:
            self._idle.append(process)

    def _drop_what_a_fork_left(self) -> None:
        """A forked child shares its parent's sockets: it must start processes of its own."""
        if self._owner != os.getpid():
            self._lock = Lock()
            self._empty()

    def _empty(self) -> None:
        self._owner = os.getpid()
        self._idle = []
        self._free = BoundedSemaphore(self._size)


class _Process:
    """One process and the socket to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "billing.pdf.worker", str(theirs.fileno())],
                cwd=ROOT,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._link = ours
        self._ready = False
        self.pid = self._child.pid
        self.documents = 0

    def wait_until_ready(self, until: float) -> None:
        """Wait for fonts and styles to be loaded."""
        if not self._ready:
            wire.receive(self._link, until=until)
            self._ready = True

    def press(self, page: bytes, until: float) -> bytes:
        """Return the PDF; raises EOFError or OSError when the process is gone, TimeoutError, PdfFailed."""
        self.wait_until_ready(until)
        self.documents += 1
        wire.send(self._link, wire.PAGE, page, until=until)
        mark, body = wire.receive(self._link, until=until)
        if mark == wire.FAILED:
            raise PdfFailed(body.decode())
        return body

    def end(self) -> None:
        """End it, whatever it is doing."""
        self._link.close()
        with contextlib.suppress(ProcessLookupError):
            self._child.kill()
        self._child.wait()


@cache
def shared_pool() -> PdfPool:
    """Return this process's pool. Nothing is started until the first document."""
    return PdfPool()


def _environment() -> dict[str, str]:
    names = (name for name in os.environ if name in INHERITED or name.startswith(INHERITED_PREFIXES))
    return {name: os.environ[name] for name in names}
