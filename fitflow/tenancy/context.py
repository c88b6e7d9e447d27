"""Entering and leaving a studio: the one door for requests, sockets, tasks and commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from uuid import UUID

import structlog

from fitflow.tenancy.backend.base import STUDIO_PREFIX
from fitflow.tenancy.db import own


class StudioLike(Protocol):
    """What the tenancy layer needs to know of a studio."""

    id: UUID
    slug: str
    schema_name: str


class StudioSwitchInTransaction(RuntimeError):
    """A studio was entered or left inside a transaction, where a rollback could restore another's path and role."""


def schema_of(studio_id: UUID) -> str:
    """Return the name of the studio's schema, which is also the name of its database role."""
    return f"{STUDIO_PREFIX}{studio_id.hex}"


def current_studio() -> StudioLike | None:
    """Return the studio entered on this thread's connection, or None on the public schema."""
    tenant = getattr(own(), "tenant", None)
    return tenant if getattr(tenant, "id", None) is not None else None


def _refuse_in_transaction(held: Any) -> None:
    # A test's own outer transaction is no danger: it is rolled back whole, and its connection is reset with it.
    if any(not getattr(block, "_from_testcase", False) for block in held.atomic_blocks):
        raise StudioSwitchInTransaction("Enter and leave a studio outside any transaction.")


def enter(studio: StudioLike) -> None:
    """Take the studio's path and role now, in one statement.

    Raises StudioSwitchInTransaction inside a transaction.
    """
    held = own()
    if getattr(held.tenant, "id", None) == studio.id:
        return
    _refuse_in_transaction(held)
    held.set_tenant(studio)
    held.take_place()  # Eagerly, so that no later savepoint owns the setting.
    structlog.contextvars.bind_contextvars(studio=studio.slug)


def leave() -> None:
    """Give path and role back: whatever is asked next is asked as the login role."""
    held = own()
    if getattr(held.tenant, "id", None) is None:
        return
    # The next cursor, if any, sets the public path and no role; the pool resets what goes back to it.
    held.set_schema_to_public()
    structlog.contextvars.unbind_contextvars("studio")


@contextmanager
def studio_context(studio: StudioLike | None) -> Iterator[Any]:
    """Work inside a studio (None: the public schema), then return to wherever the thread was before."""
    before = current_studio()
    if studio is None:
        if before is not None:
            _refuse_in_transaction(own())
        leave()
    else:
        enter(studio)
    try:
        yield studio
    finally:
        if before is None:
            leave()
        else:
            enter(before)
