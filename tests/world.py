"""The demo world in a database of its own, with the demo's own processes: for browsers and for who wants the whole."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from fitflow.local.processes import demo
from tests.server import ROOT, Server, database_url, free_port, wait_until_ready


@dataclass(frozen=True, kw_only=True)
class World(Server):
    """A running demo: its addresses, its database and what its processes are started with."""

    root: Path
    environment: dict[str, str]
    mail: Path

    @property
    def password(self) -> str:
        return str(settings.DEMO_PASSWORD)

    def ask(self, query: str, *values: Any, studio: str = "") -> list[tuple[Any, ...]]:
        """Return what a query answers, in a studio's schema or in the public one."""
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as asked:
            if studio:
                found = asked.execute(
                    "SELECT schema_name FROM studios_shared_studio WHERE slug = %s", [studio]
                ).fetchone()
                assert found, studio
                asked.execute(
                    "SELECT set_config('search_path', %s, false), set_config('role', %s, false)",
                    [f'"{found[0]}",public', found[0]],
                )
            return asked.execute(query, values).fetchall()

    def one(self, query: str, *values: Any, studio: str = "") -> str:
        """Return the one value that a query must find, as text."""
        found = self.ask(query, *values, studio=studio)
        assert found, query
        return str(found[0][0])

    def counts(self) -> dict[str, int]:
        """Return how many rows of each kind there are over all studios."""
        tables = {
            "sessions": "trainers_session",
            "clients": "clients_client",
            "invoices": "billing_invoice",
            "payments": "billing_payment",
        }
        tables |= {
            "bookings": "trainers_booking",
            "notes": "trainers_note",
            "entries": "billing_entry",
            "audit": "studios_auditevent",
        }
        slugs = [row[0] for row in self.ask("SELECT slug FROM studios_shared_studio")]
        return {
            name: sum(self.ask(f"SELECT count(*) FROM {table}", studio=slug)[0][0] for slug in slugs)
            for name, table in tables.items()
        }

    def unload(self, slug: str) -> None:
        """Take away the mark that a studio is loaded whole, as a killed load would have left it."""
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as asked:
            found = asked.execute(
                "SELECT schema_name FROM studios_shared_studio WHERE slug = %s", [slug]
            ).fetchone()
            assert found
            asked.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(found[0])))
            trail = sql.Identifier(found[0], "studios_auditevent")
            asked.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(trail))
            asked.execute(sql.SQL("DELETE FROM {} WHERE action = 'demo.loaded'").format(trail))
            asked.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(trail))

    def studios_and_people(self) -> tuple[set[str], set[str]]:
        slugs = {row[0] for row in self.ask("SELECT slug FROM studios_shared_studio")}
        return slugs, {row[0] for row in self.ask("SELECT email FROM accounts_user")}


@contextmanager
def _database(name: str) -> Iterator[str]:
    """Make an empty database beside the suite's own; drop it, and its studios' roles, at the end."""
    own = connection.settings_dict["NAME"]
    server = database_url().replace(f"/{own}?", "/postgres?")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    address = server.replace("/postgres?", f"/{name}?")
    try:
        yield address
    finally:
        with psycopg.connect(address) as inside:
            roles = [
                row[0]
                for row in inside.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'studio\\_%'")
            ]
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            for role in roles:
                admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


@contextmanager
def running_world(**extra: str) -> Iterator[World]:
    """Load the demo world and run the demo's processes on it until the block ends."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fitflow-world-")))
        address = stack.enter_context(_database(f"fitflow_world_{os.getpid()}_{worker}"))
        port = free_port()
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "fitflow.settings.demo",
            "DATABASE_URL": address,
            # Its own part of the one Redis: its workers must not take the hints of the suite's.
            "REDIS_URL": f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/{9 + int(re.sub(r'[^0-9]', '', worker) or 0) % 6}",
            "PUBLIC_PORT": str(port),
            "MEDIA_ROOT": str(folder / "media"),
            "DEVMAIL_DIR": str(folder / "mail"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "SIGN_IN_RATE": "1000",  # every test signs in, from one address
            **extra,
        }
        load = [sys.executable, "manage.py", "setup_demo"]
        log = stack.enter_context((folder / "world.log").open("ab"))
        subprocess.run(load, cwd=ROOT, env=environment, check=True, stdout=log, stderr=log)
        for process in demo(port):
            child = subprocess.Popen(process.command, cwd=ROOT, env=environment, stdout=log, stderr=log)
            stack.callback(_stop, child)
            if process.name == "web":
                wait_until_ready(f"http://127.0.0.1:{port}/readyz", child)
        yield World(port=port, root=ROOT, environment=environment, mail=folder / "mail")


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(timeout=20)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
