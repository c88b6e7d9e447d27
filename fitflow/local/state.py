"""What is remembered between starts (`.local/state.json`), and locks between commands that run at once."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .places import Places, closed_umask


class Held(Exception):
    """Another process holds the lock; `note` is what it wrote about itself."""

    def __init__(self, note: str) -> None:
        super().__init__(note)
        self.note = note


@contextmanager
def lock(path: Path, note: str = "", *, waiting: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold a file lock, which the kernel drops when we die, however we die.

    `note` is left in the file for whoever finds it held. Without `waiting`, a held lock raises `Held`; with it,
    `waiting` is called once with the holder's note, and we wait.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            found = file.read().strip()
            if waiting is None:
                raise Held(found) from None
            waiting(found)
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(note or f"process {os.getpid()}, since {time.strftime('%H:%M:%S')}")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def recall(places: Places) -> dict[str, Any]:
    """Return what is remembered; nothing when the file is missing or broken."""
    try:
        found = json.loads(places.state_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def remember(places: Places, key: str, value: object) -> None:
    """Keep `value` under `key`; the file is replaced whole, so that a crash leaves the old or the new one."""
    with lock(places.local / "state.lock", waiting=lambda _: None), closed_umask():
        state = recall(places)
        if value is None:
            state.pop(key, None)
        else:
            state[key] = value
        fresh = places.state_file.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(state, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        fresh.replace(places.state_file)
