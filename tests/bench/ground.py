"""A database for the bench: made for it, dropped after it, with the suite's cast in it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from statistics import median

from django.core.management import call_command
from django.db import OperationalError

from fitflow.tenancy import schema
from fitflow.tenancy.db import connection
from tests.cast import Cast, make_cast

ROUNDS = 5
# Each a database of a new name: what Redis still knows of an earlier one's studios has its name in the keys.
GROUNDS = count(1)


@contextmanager
def ground() -> Iterator[Cast]:
    """Switch this process to a fresh migrated database with the cast; drop it and its roles at the end."""
    own = connection.settings_dict["NAME"]
    name = f"fitflow_bench_{os.getpid()}_{next(GROUNDS)}"
    connection.close()
    connection.close_pool()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate_schemas", verbosity=0, interactive=False)
        make_cast()
        yield Cast.load()
    finally:
        connection.set_schema_to_public()
        with connection.cursor() as cursor:
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'studio\\_%'")
            for row in cursor.fetchall():
                schema.drop(row[0])
        connection.connection.close()
        connection.close()
        connection.close_pool()
        connection.settings_dict["NAME"] = own
        with connection._nodb_cursor() as cursor:
            try:
                # This ends a vacuum that is at work in it, which FORCE may not.
                cursor.execute(f'DROP DATABASE "{name}"')
            except OperationalError:  # a process that was measured has not let go of it yet
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def alternating(
    ours: Callable[[], object], anchor: Callable[[], object], *, repeat: int, cpu: bool = False
) -> tuple[float, float]:
    """Return the median seconds a call of each takes, measured in turns, five rounds of `repeat` calls."""
    clock = time.process_time if cpu else time.perf_counter
    rounds: dict[bool, list[float]] = {True: [], False: []}
    ours()
    anchor()
    for _ in range(ROUNDS):
        for mine, call in ((True, ours), (False, anchor)):
            start = clock()
            for _ in range(repeat):
                call()
            rounds[mine].append((clock() - start) / repeat)
    return median(rounds[True]), median(rounds[False])
