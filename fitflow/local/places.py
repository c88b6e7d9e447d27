"""Where things of this checkout live: `.local/`, and short or reachable stand-ins outside it where that cannot do."""

import hashlib
import os
import pwd
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .console import Trouble

Purpose = Literal["demo", "test"]
PURPOSES: tuple[Purpose, ...] = ("demo", "test")

# sockaddr_un holds 108 bytes on Linux and 104 on macOS and the BSDs, closing zero included.
LONGEST_SOCKET_PATH = 103
LONGEST_SOCKET_NAME = len("/.s.PGSQL.65535.lock")


@dataclass(frozen=True)
class Account:
    """The operating system's user that runs the servers."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Places:
    """The folders of one checkout."""

    root: Path
    local: Path

    @classmethod
    def here(cls) -> "Places":
        """Return the places of the checkout this file is part of; `FITFLOW_LOCAL` moves `.local/` elsewhere."""
        root = Path(__file__).resolve().parents[2]
        return cls(root, Path(os.environ.get("FITFLOW_LOCAL") or root / ".local").absolute())

    @property
    def tag(self) -> str:
        """Return a short name for this checkout, the same at every start."""
        return "fitflow-" + hashlib.sha256(os.fsencode(self.local)).hexdigest()[:10]

    @property
    def venv(self) -> Path:
        """Return the folder of the virtual environment with the locked packages."""
        return self.local / "venv"

    @property
    def python(self) -> Path:
        """Return the interpreter of the virtual environment."""
        return self.venv / "bin" / "python"

    @property
    def tools(self) -> Path:
        """Return the folder of the virtual environment that holds uv."""
        return self.local / "tools"

    @property
    def bytecode(self) -> Path:
        """Return the folder of the compiled modules."""
        return self.local / "cache" / "bytecode"

    @property
    def logs(self) -> Path:
        """Return the folder of the logs."""
        return self.local / "log"

    @property
    def state_file(self) -> Path:
        """Return the file that remembers ports and passwords between starts."""
        return self.local / "state.json"

    def stand_ins(self) -> list[Path]:
        """Return the folders outside the checkout that may stand in for ones below `.local/`."""
        folders = {Path(tempfile.gettempdir()), Path("/tmp")}
        return [
            Path("/var/tmp") / self.tag,
            *(folder / f"{self.tag}-{p}" for folder in folders for p in PURPOSES),
        ]

    def servers(self, purpose: Purpose, account: Account | None) -> Path:
        """Make and return the folder of one purpose's servers.

        `.local/<purpose>`, unless the servers' account cannot walk there: PostgreSQL refuses to run as root, so
        root starts it under another account, and a checkout below `/root` is closed to that one.
        """
        inside = self.local / purpose
        if account is None or _can_walk_to(self.local, account):
            inside.mkdir(parents=True, exist_ok=True)
            return inside
        outside = Path("/var/tmp") / self.tag
        _make_private(outside, 0o755)
        (outside / purpose).mkdir(exist_ok=True)
        return outside / purpose

    def sockets(self, purpose: Purpose, account: Account | None) -> Path:
        """Make and return the folder of one purpose's Unix sockets, closed to everyone but the servers' account."""
        inside = self.servers(purpose, account) / "run"
        if len(os.fsencode(inside)) + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH:
            inside.mkdir(mode=0o700, exist_ok=True)
            give(inside, account)
            return inside
        outside = Path(tempfile.gettempdir()) / f"{self.tag}-{purpose}"
        if account is not None and not _can_walk_to(outside.parent, account):
            outside = Path("/tmp") / outside.name
        _make_private(outside, 0o700, account)
        return outside


def server_account() -> Account | None:
    """Return the account to run the servers under, or None to run them as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise Trouble(
        "PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it under."
    )


def give(path: Path, account: Account | None) -> None:
    """Make `path` the account's own; without an account it is ours already."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def _can_walk_to(folder: Path, account: Account) -> bool:
    for step in (folder, *folder.parents):
        if not step.exists():
            continue
        found = step.stat()
        if found.st_uid == account.uid:
            bit = stat.S_IXUSR
        elif found.st_gid == account.gid:
            bit = stat.S_IXGRP
        else:
            bit = stat.S_IXOTH
        if not found.st_mode & bit:
            return False
    return True


def _make_private(folder: Path, mode: int, account: Account | None = None) -> None:
    """Make a folder in a place open to all, and refuse one that somebody else put there before us."""
    folder.mkdir(mode=mode, exist_ok=True)
    found = folder.lstat()
    ours = {os.geteuid()} | ({account.uid} if account else set())
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
        raise Trouble(f"{folder} belongs to somebody else: remove it, or set TMPDIR to a folder of your own.")
    give(folder, account)
    folder.chmod(mode)


@contextmanager
def closed_umask() -> Iterator[None]:
    """Create files that only their owner can read."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
