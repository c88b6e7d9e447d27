"""The suite's ground: one database with two studios, and the fixed cast that works in them.

Studios and cast are made once a session, through the services, and committed; each test runs in a transaction that is rolled
back. Tests that need
real commits (races, killed workers, browsers) make a studio of their own and drop it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_django.fixtures
from django.core.cache import caches

from fitflow.tenancy import context, schema
from fitflow.tenancy.db import connection
from tests.cast import Cast, make_cast
from tests.world import World, running_world

# pytest-django makes a database only for tests that open it themselves. Ours that commit (races, sockets, killed workers) ask
# for the set-up alone and would otherwise run, alone, in the developer's own database.
pytest_django.fixtures._get_databases_for_setup = lambda items: ({"default"}, set())


def _forget_an_earlier_database() -> None:
    """Drop what servers of an earlier run kept in Redis for a database of this name, whose studios had other ids."""
    platform: Any = caches["platform"]
    redis = platform._cache.get_client(write=True)
    for key in redis.scan_iter(match=f"ff*-{connection.settings_dict['NAME']}*", count=1000):
        redis.delete(key)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: Any, request: pytest.FixtureRequest
) -> Iterator[None]:
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        _forget_an_earlier_database()
        make_cast()
    yield
    if request.config.getvalue("reuse_db"):
        return
    from studios.shared.models import Studio

    with django_db_blocker.unblock():
        # Roles belong to the whole server: they would outlive the test database.
        connection.set_schema_to_public()
        for name in Studio.objects.values_list("schema_name", flat=True):
            schema.drop(name)
        with connection.cursor() as cursor:
            # Threads and pools of a test may still hold sessions, which would keep the database from going.
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            )
        # Given back, it would still be with the pool's worker for its reset when the pool closes.
        connection.connection.close()
        connection.close()
        connection.close_pool()


@pytest.fixture(autouse=True)
def clean_context() -> Iterator[None]:
    """No test inherits another's studio or cached answers: each has keys of its own in the one Redis."""
    for name in ("default", "platform"):
        caches[name].key_prefix = f"ff-test-{uuid4().hex}"
    yield
    if getattr(connection.tenant, "id", None) is not None:
        connection.set_schema_to_public()


@pytest.fixture(autouse=True)
def rules_of_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's transaction never commits: what the database checks then is checked when the test leaves the studio."""

    def checking[**P](switch: Callable[P, None]) -> Callable[P, None]:
        def check_and_switch(*args: P.args, **kwargs: P.kwargs) -> None:
            if context.current_studio() and connection.in_atomic_block and not connection.needs_rollback:
                connection.check_constraints()
            switch(*args, **kwargs)

        return check_and_switch

    monkeypatch.setattr(context, "enter", checking(context.enter))
    monkeypatch.setattr(context, "leave", checking(context.leave))


@pytest.fixture
def cast(db: None) -> Cast:
    """Both studios and everybody in them, freshly read."""
    return Cast.load()


@pytest.fixture
def lotus(cast: Cast) -> Iterator[Cast]:
    """The cast, with the thread inside lotus."""
    from fitflow.tenancy.context import studio_context

    with studio_context(cast.lotus):
        yield cast


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """The demo world with all its processes, made once a session, in a database of its own: the suite's need not be there."""
    with running_world() as running:
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers last: once Playwright runs, an event loop lives in this thread, where Django refuses to ask the database."""
    items.sort(key=lambda item: "/e2e/" in str(item.path))
