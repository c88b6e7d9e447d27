import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fitflow.local.console import Console
from fitflow.local.process import is_alive, wait_until
from fitflow.local.processes import Process
from fitflow.local.supervisor import Supervisor

# Writes its own number and that of a child it starts, as a worker with a pool does.
HEAD = (
    "import pathlib, subprocess, sys, time\n"
    "pool = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "import os; pathlib.Path(sys.argv[1]).write_text(f'{os.getpid()} {pool.pid}')\n"
    "time.sleep(600)\n"
)
STUBBORN = (
    "import os, pathlib, signal, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))\n"
    "time.sleep(600)\n"
)


def dummy(name: str, code: str, note: Path, patience: float = 3) -> Process:
    return Process(name, (sys.executable, "-c", code, str(note)), patience)


def numbers(note: Path) -> list[int]:
    assert wait_until(lambda: note.exists() and note.read_text() != "", 10)
    return [int(word) for word in note.read_text().split()]


@pytest.fixture
def supervisor(tmp_path: Path, console: Console) -> Supervisor:
    return Supervisor(console, tmp_path, tmp_path / "log", dict(os.environ))


def test_it_ends_children_and_grandchildren(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start([dummy("head", HEAD, tmp_path / "note")])
    pids = numbers(tmp_path / "note")
    supervisor.stop()
    assert wait_until(lambda: not any(is_alive(pid) for pid in pids), 5)


def test_it_ends_one_that_will_not(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start([dummy("stubborn", STUBBORN, tmp_path / "note", patience=0.3)])
    (pid,) = numbers(tmp_path / "note")
    supervisor.stop()
    assert not is_alive(pid)


def test_it_ends_in_the_reverse_order(supervisor: Supervisor, tmp_path: Path) -> None:
    code = (
        "import pathlib, signal, sys, time\n"
        "note, name = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[1]).stem\n"
        "def end(*_):\n"
        "    with (note.parent / 'order').open('a') as file: file.write(name + ' ')\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "note.write_text('1')\n"
        "time.sleep(600)\n"
    )
    names = ["web", "worker", "beat"]
    supervisor.start([dummy(name, code, tmp_path / f"{name}.note") for name in names])
    for name in names:
        numbers(tmp_path / f"{name}.note")
    supervisor.stop()
    assert (tmp_path / "order").read_text().split() == ["beat", "worker", "web"]


def test_it_starts_a_fallen_one_again_and_sweeps_its_pool(supervisor: Supervisor, tmp_path: Path) -> None:
    note = tmp_path / "note"
    supervisor.start([dummy("head", HEAD, note)])
    head, pool = numbers(note)
    note.unlink()
    os.kill(head, signal.SIGKILL)
    assert wait_until(lambda: not is_alive(head), 5)
    supervisor.tick()
    assert wait_until(lambda: not is_alive(pool), 5), "the pool of a killed head must not work on"
    supervisor.tick()
    assert not note.exists(), "it pauses first"
    supervisor.children[0].again_at = 0
    supervisor.tick()
    again, _ = numbers(note)
    assert again != head
    supervisor.stop()


def test_the_pause_doubles_up_to_half_a_minute(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start([Process("falls", (sys.executable, "-c", "raise SystemExit(3)"), 1)])
    child = supervisor.children[0]
    pauses = []
    for _ in range(7):
        assert child.running
        child.running.wait(10)
        supervisor.tick()
        pauses.append(child.again_at - time.monotonic())
        child.again_at = 0
        supervisor.tick()
    supervisor.stop()
    assert [round(pause) for pause in pauses] == [1, 2, 4, 8, 16, 30, 30]


def test_what_a_child_says_goes_to_its_log(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start([Process("talks", (sys.executable, "-c", "print('hello')"), 1)])
    assert wait_until(lambda: (tmp_path / "log" / "talks.log").read_text() == "hello\n", 10)
    supervisor.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_whatever_ends_the_supervisor(tmp_path: Path, number: signal.Signals) -> None:
    if number is signal.SIGKILL and not sys.platform.startswith("linux"):
        pytest.skip("only Linux can tether")
    note = tmp_path / "note"
    code = (
        "import os, pathlib, sys, time\n"
        "from fitflow.local.console import Console\n"
        "from fitflow.local.processes import Process\n"
        "from fitflow.local.supervisor import Asked, Supervisor, obey_signals\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "obey_signals()\n"
        "one = Supervisor(Console(quiet=True), folder, folder / 'log', dict(os.environ))\n"
        "try:\n"
        "    one.start([Process('sleeps', (sys.executable, '-c', sys.argv[3], sys.argv[2]), 3)])\n"
        "    while True:\n"
        "        time.sleep(0.1); one.tick()\n"
        "except Asked:\n"
        "    one.stop()\n"
    )
    single = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(600)"
    supervising = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(note), single])
    (pid,) = numbers(note)
    supervising.send_signal(number)
    supervising.wait(10)
    assert wait_until(lambda: not is_alive(pid), 5)
