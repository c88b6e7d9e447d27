"""Ids: UUID version 7 (RFC 9562, May 2024), so that rows sort by birth and no id of one studio means anything in another."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from uuid import UUID


def uuid7() -> UUID:
    """Return a new id: 48 bits of Unix milliseconds, then 74 random bits."""
    millis = time.time_ns() // 1_000_000
    value = (millis << 80) | int.from_bytes(os.urandom(10))
    value &= ~(0xF << 76) & ~(0x3 << 62)
    return UUID(int=value | (0x7 << 76) | (0x2 << 62))


def born(row: UUID) -> datetime:
    """Return when an id of version 7 was made."""
    return datetime.fromtimestamp((row.int >> 80) / 1000, tz=UTC)
