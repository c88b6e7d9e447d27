"""Starting and ending processes, and knowing whether one is still the one we think of."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from .places import Account

PR_SET_PDEATHSIG = 1


def spawn(
    command: Sequence[str],
    *,
    log: Path | int,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
    tether: signal.Signals | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a process in a session of its own, so that a Ctrl-C in our terminal does not reach it.

    `log` is a file to append to or `subprocess.PIPE`. With `tether`, Linux sends it that signal when the thread that
    started it ends, so that even `kill -9` of ours leaves no orphan; call it from the main thread.
    """
    output: int | IO[bytes] = log.open("ab") if isinstance(log, Path) else log
    try:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(env) if env is not None else None,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            umask=0o077 if account else -1,
            preexec_fn=_tether(tether) if tether else None,
        )
    finally:
        if not isinstance(output, int):
            output.close()


def _tether(when_we_die: signal.Signals) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def tie() -> None:
        # Runs after the change of account, which would clear the setting.
        libc.prctl(PR_SET_PDEATHSIG, int(when_we_die), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie


def tie_to_parent() -> None:
    """Ask Linux to end us with SIGTERM when `make`, which started us, is gone, however it went."""
    if sys.platform.startswith("linux") and os.environ.get("MAKELEVEL"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and was not collected yet does not."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        after_name = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        )
    except OSError:
        return True
    return after_name.split()[0] not in {"Z", "X"}


def command_line(pid: int) -> str:
    """Return the words a process was started with, or nothing."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    asked = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    return asked.stdout.strip()


def is_ours(pid: int, mark: str) -> bool:
    """Tell whether `pid` runs and was started with `mark` among its words: a number may have been given anew."""
    return is_alive(pid) and mark in command_line(pid)


def wait_until(ready: Callable[[], bool], seconds: float, every: float = 0.02) -> bool:
    """Ask `ready` until it says yes or the time is up."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def starts(child: "subprocess.Popen[bytes]", ready: Callable[[], bool], seconds: float) -> bool:
    """Wait until a child is ready; False when it ended instead or took too long."""
    wait_until(lambda: child.poll() is not None or ready(), seconds)
    return child.poll() is None and ready()


def end(pid: int, signals: Sequence[tuple[signal.Signals, float]]) -> bool:
    """Send each signal in turn and wait its seconds for the process to end; True when it has."""
    for number, seconds in signals:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        if wait_until(lambda: not is_alive(pid), seconds):
            return True
    return False
