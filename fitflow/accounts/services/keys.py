"""API keys: for a program that acts as a person without her being there."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from fitflow.accounts.models import ApiKey, User
from fitflow.accounts.services.tokens import digest
from fitflow.core.errors import Conflict, Invalid, NotFound, Unauthenticated

MOST_KEYS = 20
WORTHLESS = "This API key is not valid, or not any more."
NOTE_USE_AFTER = timedelta(minutes=10)


def make_key(*, user: User, name: str, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
    """Make a key worth what its owner's roles are worth; return its row and the key itself, which is shown once.

    Raises Invalid without a name, Conflict beyond 20 keys.
    """
    name = name.strip()
    if not name or len(name) > 100:
        raise Invalid("Give the key a name of up to 100 characters.", field="name")
    if live_keys(user).count() >= MOST_KEYS:
        raise Conflict(f"You have {MOST_KEYS} keys. Remove one you no longer use first.", conflict="keys")
    prefix, secret = f"ff{secrets.token_hex(5)}", secrets.token_urlsafe(32)
    key = f"{prefix}.{secret}"
    row = ApiKey.objects.create(
        user=user, name=name, prefix=prefix, digest=digest(key), expires_at=expires_at
    )
    return row, key


def live_keys(user: User) -> QuerySet[ApiKey]:
    """Return her keys that have not been removed, newest first."""
    return ApiKey.objects.filter(user=user, revoked_at=None).order_by("-created_at")


def revoke_key(*, user: User, key_id: UUID) -> None:
    """Make a key of hers worthless at once. Raises NotFound."""
    if not live_keys(user).filter(pk=key_id).update(revoked_at=timezone.now()):
        raise NotFound()


def person_of_key(key: str) -> User:
    """Return whose key it is, noting that it was used. Raises Unauthenticated, also for a suspended person."""
    row = ApiKey.objects.select_related("user").filter(prefix=key.partition(".")[0], revoked_at=None).first()
    now = timezone.now()
    if (
        row is None
        or not constant_time_compare(row.digest, digest(key))
        or not row.user.is_active
        or (row.expires_at and row.expires_at <= now)
    ):
        raise Unauthenticated(WORTHLESS)
    if row.last_used_at is None or row.last_used_at < now - NOTE_USE_AFTER:
        ApiKey.objects.filter(pk=row.pk).update(last_used_at=now)
    return row.user
