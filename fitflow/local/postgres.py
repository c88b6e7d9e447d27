"""The project's own PostgreSQL: one cluster per purpose, reached by a Unix socket only."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .console import Trouble
from .places import Account, Places, Purpose, give, server_account
from .process import command_line, end, is_alive, is_ours, spawn, starts, wait_until

OLDEST = 15
PORT = 5432  # of a Unix socket only: each purpose has its own folder, so they never meet
APP_ROLE = "fitflow"

SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "300",
    # Each studio has a schema of some forty tables, and one statement may lock those of many.
    "max_locks_per_transaction": "256",
    "shared_buffers": "'256MB'",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_line_prefix": "'%m [%p] %u@%d '",
    "log_min_duration_statement": "'1s'",
    # A power cut may lose the last moment's commits; it cannot corrupt anything.
    "synchronous_commit": "off",
}
# What a crash of the whole machine would break, the next `make test` makes anew.
SETTINGS_FOR_TEST = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Binaries:
    """One installed version of PostgreSQL."""

    folder: Path
    major: int

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)

    def has_extension(self, name: str) -> bool:
        """Tell whether an extension of the contrib package came with it."""
        asked = subprocess.run([self["pg_config"], "--sharedir"], capture_output=True, text=True)
        return Path(asked.stdout.strip(), "extension", f"{name}.control").exists()


@dataclass(frozen=True)
class Cluster:
    """One purpose's PostgreSQL."""

    purpose: Purpose
    data: Path
    sockets: Path
    log: Path
    binaries: Binaries
    account: Account | None

    @classmethod
    def of(cls, places: Places, purpose: Purpose) -> "Cluster":
        """Find or make the folders of one purpose's cluster; raises Trouble without a PostgreSQL to run it."""
        account = server_account()
        data = places.servers(purpose, account) / "postgres"
        places.logs.mkdir(parents=True, exist_ok=True)
        log = places.logs / f"postgres-{purpose}.log"
        return cls(purpose, data, places.sockets(purpose, account), log, binaries_for(data), account)

    @property
    def database(self) -> str:
        """Return the name of the purpose's database."""
        return f"fitflow_{self.purpose}"

    @property
    def url(self) -> str:
        """Return the address for `DATABASE_URL`."""
        return (
            f"postgresql://{APP_ROLE}@/{self.database}?host={quote(str(self.sockets), safe='')}&port={PORT}"
        )

    def pid(self) -> int:
        """Return the process number of the running server, or 0."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        except (OSError, ValueError, IndexError):
            return 0
        return pid if is_ours(pid, str(self.data)) else 0

    def start(self, *, tether: bool = False) -> bool:
        """Start the server and make role and database; False when it ran already."""
        if self.pid() and self._comes_up():
            return False
        self._make()
        self._sweep()
        for attempt in range(3):
            child = spawn(
                [self.binaries["postgres"], "-D", str(self.data), "-k", str(self.sockets)],
                log=self.log,
                cwd=Path("/"),
                account=self.account,
                tether=signal.SIGINT if tether else None,
            )
            if starts(child, self._answers, 30):
                break
            # The backends of a server that was killed hold its memory for a moment, and a new one refuses until then.
            if attempt == 2 or not wait_until(lambda: not self._has_leftovers(), 10):
                raise Trouble(f"PostgreSQL did not start; the end of {self.log}:\n{_tail(self.log)}")
        self._make_database()
        return True

    def stop(self) -> bool:
        """Stop the server, ending its connections; False when it did not run."""
        pid = self.pid()
        if not pid:
            return False
        if not end(pid, [(signal.SIGINT, 20), (signal.SIGQUIT, 10)]):
            raise Trouble(f"PostgreSQL (process {pid}) does not end.")
        return True

    def execute(self, sql: str, database: str = "postgres") -> str:
        """Run SQL as the cluster's superuser and return what it answers."""
        asked = subprocess.run(
            [
                self.binaries["psql"],
                "-XqAt",
                "-v",
                "ON_ERROR_STOP=1",
                "-f",
                "-",
                self.superuser_url(database),
            ],
            input=sql,
            capture_output=True,
            text=True,
            cwd="/",
            env=_plain_environment(),
        )
        if asked.returncode:
            raise Trouble(f"PostgreSQL refused what the set-up asked of it: {asked.stderr.strip()}")
        return asked.stdout.strip()

    def superuser_url(self, database: str) -> str:
        """Return the address for the cluster's superuser, whom the application never is."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.sockets), safe='')}&port={PORT}"

    def _answers(self) -> bool:
        asked = subprocess.run(
            [self.binaries["pg_isready"], "-q", "-h", str(self.sockets), "-p", str(PORT)],
            env=_plain_environment(),
        )
        return asked.returncode == 0

    def _comes_up(self) -> bool:
        """Wait for a server that was started or stopped a moment ago; False when it is gone in the end."""
        if not wait_until(lambda: self._answers() or not self.pid(), 60):
            raise Trouble(f"PostgreSQL runs but does not answer; the end of {self.log}:\n{_tail(self.log)}")
        return self.pid() != 0

    def _make(self) -> None:
        """Make the data folder beside its place and move it there when it is whole: a half-made one never counts."""
        if not (self.data / "PG_VERSION").exists():
            half = self.data.with_name("postgres.new")
            shutil.rmtree(half, ignore_errors=True)
            shutil.rmtree(self.data, ignore_errors=True)
            half.mkdir(mode=0o700)
            give(half, self.account)
            self._initdb(half)
            half.rename(self.data)
        self._write_settings()

    def _initdb(self, folder: Path) -> None:
        asked = subprocess.run(
            [
                *(self.binaries["initdb"], "-D", str(folder), "-U", "postgres", "--encoding=UTF8"),
                *("--locale=C.UTF-8" if _has_c_utf8() else "--locale=C", "--no-sync"),
                # Whoever can open the socket's folder is the person at the keyboard; nothing listens elsewhere.
                *("--auth-local=trust", "--auth-host=reject", "--no-instructions"),
            ],
            capture_output=True,
            text=True,
            cwd="/",
            env=_plain_environment(),
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
        )
        if asked.returncode:
            raise Trouble(f"initdb failed:\n{asked.stdout}{asked.stderr}")

    def _write_settings(self) -> None:
        settings = SETTINGS | (SETTINGS_FOR_TEST if self.purpose == "test" else {})
        file = self.data / "fitflow.conf"
        file.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()), encoding="utf-8")
        give(file, self.account)
        main = self.data / "postgresql.conf"
        line = "include 'fitflow.conf'\n"
        if line not in main.read_text(encoding="utf-8"):
            with main.open("a", encoding="utf-8") as opened:
                opened.write(line)

    def _sweep(self) -> None:
        """Remove what a killed server left.

        Its number may belong to another process by now, and PostgreSQL would not start for fear of that one.
        """
        leftovers = [
            self.data / "postmaster.pid",
            self.sockets / f".s.PGSQL.{PORT}.lock",
            self.sockets / f".s.PGSQL.{PORT}",
        ]
        if not wait_until(lambda: not self._has_leftovers(), 10):
            raise Trouble(f"Another PostgreSQL still works in {self.data}.")
        for file in leftovers:
            file.unlink(missing_ok=True)

    def _has_leftovers(self) -> bool:
        """Tell whether processes of a killed server still hold the data folder."""
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if entry.joinpath("cwd").readlink() == self.data and is_alive(int(entry.name)):
                    return "postgres" in command_line(int(entry.name))
        return False

    def _make_database(self) -> None:
        known = self.execute(
            f"SELECT (SELECT count(*) FROM pg_roles WHERE rolname = '{APP_ROLE}')"
            f" + (SELECT count(*) FROM pg_database WHERE datname = '{self.database}');"
        )
        if known == "2":
            return
        # Not a superuser, for whom row-level security would not hold. CREATEROLE and NOINHERIT because each studio has a
        # role of its own, which the application takes with SET ROLE and otherwise has nothing of.
        self.execute(
            f"""
            DO $$ BEGIN
              IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
                CREATE ROLE {APP_ROLE} LOGIN CREATEDB CREATEROLE NOINHERIT NOSUPERUSER;
              END IF;
              IF current_setting('server_version_num')::int >= 160000 THEN
                ALTER ROLE {APP_ROLE} SET createrole_self_grant = 'set';
              END IF;
            END $$;
            SELECT 'CREATE DATABASE {self.database} OWNER {APP_ROLE}'
             WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{self.database}')\\gexec
            """
        )


def binaries_for(data: Path) -> Binaries:
    """Return the newest PostgreSQL found, or the one that made `data`; raises Trouble when there is none fit."""
    found = installed()
    fit = [one for one in found if one.major >= OLDEST]
    if not fit:
        old = f" (found: {', '.join(str(one.major) for one in found)})" if found else ""
        raise Trouble(f"PostgreSQL {OLDEST} or newer is not installed{old}.")
    with contextlib.suppress(OSError, ValueError):
        major = int((data / "PG_VERSION").read_text(encoding="utf-8").strip())
        for one in fit:
            if one.major == major:
                return one
        raise Trouble(
            f"{data} was made by PostgreSQL {major}, which is not installed any more. "
            "Install it again, or run `make clean` to start with a new database."
        )
    return fit[0]


def installed() -> list[Binaries]:
    """Return all versions of PostgreSQL with a server on this machine, newest first."""
    folders = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/usr").glob("pgsql-*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql*/bin"),
        *Path("/usr/local/opt").glob("postgresql*/bin"),
    ]
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    found: dict[int, Binaries] = {}
    for folder in folders:
        if not all(
            os.access(folder / name, os.X_OK) for name in ("postgres", "initdb", "psql", "pg_isready")
        ):
            continue
        told = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True).stdout
        if number := re.search(r"\) (\d+)", told):
            found.setdefault(int(number[1]), Binaries(folder, int(number[1])))
    return sorted(found.values(), key=lambda one: -one.major)


def _has_c_utf8() -> bool:
    try:
        told = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout
    except OSError:
        return False
    return bool(re.search(r"^C\.UTF-?8$", told, re.MULTILINE | re.IGNORECASE))


def _plain_environment() -> dict[str, str]:
    """Return our environment without the variables by which libpq would go elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def _tail(log: Path, lines: int = 15) -> str:
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"
