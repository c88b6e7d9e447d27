"""The suite's ground: one database with two studios, and the fixed cast that works in them.

Studios and cast are made once a session, through the services, and committed; each test runs in a transaction that is rolled
back. Tests that need real commits (races, killed workers, browsers) use `transactional_studios`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection

from fitflow.tenancy import schema
from tests.cast import Cast, make_cast


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Nothing to modify: pytest-django's xdist suffix is all that is needed."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any, request: pytest.FixtureRequest) -> Iterator[None]:
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
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
        connection.close()
        connection.close_pool()


@pytest.fixture(autouse=True)
def clean_context() -> Iterator[None]:
    """No test inherits another's studio or cached answers."""
    caches["platform"].clear()
    yield
    if getattr(connection.tenant, "id", None) is not None:
        connection.set_schema_to_public()


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
