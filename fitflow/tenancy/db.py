"""Django's connection, known for what our backend makes of it: it has a tenant, a schema's name and a pool."""

from __future__ import annotations

from typing import Any

import django.db

connection: Any = django.db.connection


def own() -> Any:
    """Return this thread's connection itself: `connection` looks it up anew for every attribute."""
    return django.db.connections[django.db.DEFAULT_DB_ALIAS]
