"""Keeps a handful of processes running, and ends them in order, whatever happens to us."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from .console import Console
from .process import spawn
from .processes import Process

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
SETTLED_AFTER = 60.0
LARGEST_LOG = 5_000_000


class Asked(BaseException):
    """Somebody asked us to end, by Ctrl-C or a signal."""


@dataclass
class Child:
    """One process, and how often it fell."""

    process: Process
    log: Path
    running: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    again_at: float = 0.0


@dataclass
class Supervisor:
    """Starts children, watches them, restarts the fallen and ends them all."""

    console: Console
    folder: Path
    logs: Path
    environment: Mapping[str, str]
    on_pid: Callable[[dict[str, int]], None] = lambda pids: None
    children: list[Child] = field(default_factory=list)

    def start(self, processes: Sequence[Process]) -> None:
        """Start all, in order."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for process in processes:
            child = Child(process, self.logs / f"{process.name}.log")
            turn(child.log)
            self.children.append(child)
            self._start(child)

    def tick(self) -> None:
        """Restart what has fallen, after a pause that doubles with each fall and is forgotten after a quiet minute."""
        now = time.monotonic()
        for child in self.children:
            if child.running is None:
                if now >= child.again_at:
                    self._start(child)
            elif (code := child.running.poll()) is not None:
                self._sweep(child.running.pid)
                if now - child.started > SETTLED_AFTER:
                    child.pause = FIRST_PAUSE
                self.console.fail(
                    f"{child.process.name} ended ({_spell(code)}) and starts again in {child.pause:.0f} s; "
                    f"the end of {child.log}:\n{tail(child.log, 6)}"
                )
                child.running = None
                child.again_at = now + child.pause
                child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def stop(self) -> None:
        """End all in the reverse order, each with its patience, then by force; also what they have started."""
        for child in reversed(self.children):
            running = child.running
            if running is None:
                continue
            if running.poll() is None:
                _send(running.pid, signal.SIGTERM)
                try:
                    running.wait(child.process.patience)
                except subprocess.TimeoutExpired:
                    self.console.say(f"{child.process.name} did not end in time and is stopped by force.")
            self._sweep(running.pid)
            running.wait()
            child.running = None
        self.on_pid({})

    def _start(self, child: Child) -> None:
        child.running = spawn(
            child.process.command,
            log=child.log,
            cwd=self.folder,
            env=self.environment,
            tether=signal.SIGTERM,
        )
        child.started = time.monotonic()
        self.on_pid({one.process.name: one.running.pid for one in self.children if one.running})

    @staticmethod
    def _sweep(leader: int) -> None:
        """Kill what is left of a child's process group: a pool whose head was killed, say."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)


def obey_signals() -> None:
    """Make Ctrl-C, SIGTERM and a closed terminal raise `Asked` where we are."""

    def ask(number: int, frame: FrameType | None) -> None:
        # The second request does not interrupt the tidying up that the first one began.
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise Asked(signal.Signals(number).name)

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, ask)


def turn(log: Path) -> None:
    """Keep the last run's log beside the new one once it is large."""
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".1.log"))


def tail(log: Path, lines: int) -> str:
    """Return the last lines of a log, indented."""
    try:
        with log.open("rb") as opened:
            opened.seek(max(0, log.stat().st_size - 20_000))
            text = opened.read().decode(errors="replace")
    except OSError:
        return "  (no log)"
    return "\n".join(f"  {line}" for line in text.splitlines()[-lines:])


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _spell(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
