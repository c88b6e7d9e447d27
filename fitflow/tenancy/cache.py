"""Keys of the shared cache carry the studio, so that no studio reads what another one put there."""

from __future__ import annotations

from django.db import connection


def studio_key(key: str, key_prefix: str, version: int) -> str:
    """Return the key under which the current studio's value is stored."""
    return f"{key_prefix}:{connection.schema_name}:{version}:{key}"
