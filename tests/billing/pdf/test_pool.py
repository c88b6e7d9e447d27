from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from billing.pdf import wire
from billing.pdf.pool import PdfPool, _environment, shared_pool
from billing.pdf.render import html_of, render
from billing.pdf.worker import serve
from fitflow.core.errors import Unavailable
from tests.billing.pdf import samples


@pytest.fixture(scope="module")
def pool() -> Iterator[PdfPool]:
    with PdfPool(2, timeout=60) as made:
        yield made


def test_it_gives_what_this_process_would(pool: PdfPool) -> None:
    assert pool.render(samples.ontario()) == render(samples.ontario())


def test_many_threads_share_two_processes(pool: PdfPool) -> None:
    html = html_of(samples.ontario())
    with ThreadPoolExecutor(6) as threads:
        made = set(threads.map(pool.press, [html] * 12))
    assert len(made) == 1
    assert 1 <= len(pool.pids()) <= 2


def test_a_process_killed_while_idle_is_replaced(pool: PdfPool) -> None:
    pool.render(samples.ontario())
    killed = pool.pids()[-1]
    os.kill(killed, signal.SIGKILL)
    assert pool.render(samples.ontario()).startswith(b"%PDF-")
    assert killed not in pool.pids()


@pytest.mark.race
def test_a_process_killed_in_the_middle_is_replaced_and_the_document_made() -> None:
    with PdfPool(1, timeout=60) as alone, ThreadPoolExecutor(1) as thread:
        alone.warm()
        (victim,) = alone.pids()
        making = thread.submit(alone.render, samples.long(400))
        while alone.pids():
            time.sleep(0.01)
        time.sleep(0.2)
        os.kill(victim, signal.SIGKILL)
        assert making.result(timeout=60).startswith(b"%PDF-")
        assert alone.pids() != [victim]


def test_a_process_that_hangs_is_ended_and_said_so() -> None:
    with PdfPool(1, timeout=1) as alone:
        alone.warm()
        (hanging,) = alone.pids()
        os.kill(hanging, signal.SIGSTOP)
        with pytest.raises(Unavailable, match="too long"):
            alone.render(samples.ontario())
        assert alone.pids() == []
        with pytest.raises(ProcessLookupError):
            os.kill(hanging, 0)


def test_a_document_at_fault_is_said_so_and_costs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = socket.socketpair()
    with here, there, ThreadPoolExecutor(1) as thread:
        thread.submit(serve, there)
        assert wire.receive(here)[0] == wire.READY
        monkeypatch.setattr("billing.pdf.worker.press", broken_press)
        wire.send(here, wire.PAGE, b"<p>")
        assert wire.receive(here) == (wire.FAILED, b"RecursionError")
        monkeypatch.undo()
        wire.send(here, wire.PAGE, b"<p>")
        assert wire.receive(here)[1].startswith(b"%PDF-")
        here.shutdown(socket.SHUT_RDWR)


def broken_press(html: str) -> bytes:
    raise RecursionError


def test_a_process_is_replaced_after_its_share() -> None:
    with PdfPool(1, timeout=60, documents_per_process=2) as alone:
        alone.warm()
        first = alone.pids()
        alone.render(samples.ontario())
        assert alone.pids() == first
        alone.render(samples.ontario())
        assert alone.pids() == []


def test_processes_end_with_their_pool() -> None:
    with PdfPool(1, timeout=60) as alone:
        alone.warm()
        (child,) = alone.pids()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_no_secret_reaches_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "s3cret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://s3cret@db/fitflow")
    assert "s3cret" not in " ".join(_environment().values())


def _render_as_a_daemon(pool: PdfPool, answer: Any) -> None:
    answer.send((len(pool.render(samples.ontario())), pool.pids()))
    pool.close()


def test_it_works_in_a_forked_daemon_with_processes_of_its_own(pool: PdfPool) -> None:
    """As inside one of Celery's prefork workers: daemonic, and forked from a parent that has a pool."""
    pool.render(samples.ontario())
    ours = pool.pids()
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe()
    child = fork.Process(target=_render_as_a_daemon, args=(pool, there), daemon=True)
    child.start()
    assert here.poll(60)
    size, theirs = here.recv()
    child.join(10)
    assert size > 1000
    assert not set(theirs) & set(ours)
    assert pool.render(samples.ontario()).startswith(b"%PDF-")


def test_a_process_has_one_shared_pool() -> None:
    assert shared_pool() is shared_pool()


def test_a_pool_starts_nothing_by_itself() -> None:
    assert PdfPool().pids() == []


def test_the_pool_needs_no_django_in_its_processes() -> None:
    source = Path(__file__).resolve().parents[3] / "billing" / "pdf"
    for name in ("press.py", "wire.py", "worker.py", "__init__.py"):
        assert "django" not in (source / name).read_text().replace("Django", "")
