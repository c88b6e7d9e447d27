"""What happens to a connection between two uses. Imports nothing of Django: the settings name it."""

from __future__ import annotations

from typing import Any

import psycopg


def give_back(connection: psycopg.Connection[Any]) -> None:
    """Reset a pooled connection: neither the role nor the path of a studio stays on it."""
    connection.execute("RESET ROLE; SET search_path = public")
    connection.commit()
