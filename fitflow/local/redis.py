"""The project's own Redis: one server per purpose, on loopback with a password, kept in memory only."""

import contextlib
import secrets
import shutil
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from .console import Trouble
from .places import Account, Places, Purpose, give, server_account
from .process import end, is_alive, spawn, starts, wait_until
from .state import recall, remember


@dataclass(frozen=True)
class Store:
    """One purpose's Redis."""

    places: Places
    purpose: Purpose
    folder: Path
    sockets: Path
    log: Path
    account: Account | None

    @classmethod
    def of(cls, places: Places, purpose: Purpose) -> "Store":
        """Find or make the folders of one purpose's Redis."""
        account = server_account()
        folder = places.servers(purpose, account) / "redis"
        folder.mkdir(mode=0o700, exist_ok=True)
        give(folder, account)
        places.logs.mkdir(parents=True, exist_ok=True)
        return cls(
            places,
            purpose,
            folder,
            places.sockets(purpose, account),
            places.logs / f"redis-{purpose}.log",
            account,
        )

    @property
    def socket(self) -> Path:
        """Return the Unix socket, by which we talk to it ourselves; an answer there is ours for certain."""
        return self.sockets / "redis.sock"

    @property
    def url(self) -> str:
        """Return the address for `REDIS_URL`: over TCP, because Celery's client spells Unix sockets its own way."""
        known = self._known()
        return f"redis://default:{known['password']}@127.0.0.1:{known['port']}/0"

    def answers(self) -> bool:
        """Tell whether our Redis runs."""
        try:
            return b"PONG" in self._ask("PING")
        except OSError:
            return False

    def start(self, *, tether: bool = False) -> bool:
        """Start the server; False when it ran already."""
        if self.answers():
            return False
        for _ in range(3):
            self._choose()
            child = spawn(
                [binary(), str(self._write_settings())],
                log=self.log,
                cwd=Path("/"),
                account=self.account,
                tether=signal.SIGTERM if tether else None,
            )
            if starts(child, self.answers, 20):
                return True
            # Most likely somebody took the port between our choice and its use.
            remember(self.places, f"redis-{self.purpose}", None)
        raise Trouble(f"Redis did not start; see {self.log}.")

    def stop(self) -> bool:
        """Stop the server; False when it did not run."""
        if not self.answers():
            return False
        try:
            pid = int((self.folder / "redis.pid").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            pid = 0
        with contextlib.suppress(OSError):
            self._ask("SHUTDOWN NOSAVE")
        if not wait_until(lambda: not self.answers() and not is_alive(pid), 10):
            end(pid, [(signal.SIGTERM, 5), (signal.SIGKILL, 5)])
        return True

    def _known(self) -> dict[str, str]:
        found = recall(self.places).get(f"redis-{self.purpose}")
        if not isinstance(found, dict) or {"port", "password"} - found.keys():
            raise Trouble(f"The {self.purpose} Redis has not been started yet.")
        return {name: str(value) for name, value in found.items()}

    def _choose(self) -> None:
        """Keep the port of the last start while it is free: a running program may still know it."""
        found = recall(self.places).get(f"redis-{self.purpose}")
        known = found if isinstance(found, dict) else {}
        port = known.get("port")
        if not isinstance(port, int) or not _is_free(port):
            port = _free_port()
        password = known.get("password") or secrets.token_hex(16)
        remember(self.places, f"redis-{self.purpose}", {"port": port, "password": password})

    def _write_settings(self) -> Path:
        known = self._known()
        file = self.folder / "redis.conf"
        file.touch(mode=0o600)
        file.write_text(
            "\n".join(
                [
                    "bind 127.0.0.1",
                    f"port {known['port']}",
                    f"requirepass {known['password']}",
                    f'unixsocket "{self.socket}"',
                    "unixsocketperm 700",
                    f'dir "{self.folder}"',
                    f'pidfile "{self.folder / "redis.pid"}"',
                    # The database is the truth; what is lost here is sent again.
                    'save ""',
                    "appendonly no",
                    "daemonize no",
                    "",
                ]
            ),
            encoding="utf-8",
        )
        give(file, self.account)
        return file

    def _ask(self, command: str) -> bytes:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(2)
            line.connect(str(self.socket))
            line.sendall(f"AUTH {self._known()['password']}\r\n{command}\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                more = line.recv(4096)
                if not more:
                    break
                answer += more
            return answer


def binary() -> str:
    """Return the server's program; raises Trouble when none is installed."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    raise Trouble("Redis is not installed.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
