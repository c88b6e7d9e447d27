"""The API's tokens: a short access token that is signed, and a chain of refresh tokens that are stored as digests.

Signing in begins a chain; each refresh uses up one link and makes the next. A link that is used twice has been copied, so
the whole chain ends. An access token names its chain and dies with it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.utils import timezone

from fitflow.accounts.models import RefreshToken, User
from fitflow.core.db import lock_in_transaction
from fitflow.core.errors import Unauthenticated
from fitflow.core.ids import uuid7

ALGORITHM, AUDIENCE = "HS256", "fitflow"
LIVE, ENDED = "live", "ended"
LIVE_SECONDS = 60
WORTHLESS = "This token is not valid, or not any more."


@dataclass(frozen=True)
class Pair:
    """What a sign-in or a refresh gives out."""

    access: str
    refresh: str


def _key(secret: str) -> bytes:
    return hashlib.sha256(b"fitflow.accounts.access:" + secret.encode()).digest()


def digest(token: str) -> str:
    """Return what is stored of a secret that is random and long: nothing is won by guessing from it."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin_chain(*, user: User) -> Pair:
    """Begin a chain of tokens for a person who has just shown who she is."""
    with transaction.atomic():
        return _next_pair(user, uuid7())


def _next_pair(user: User, chain: UUID) -> Pair:
    now = timezone.now()
    refresh = secrets.token_urlsafe(32)
    RefreshToken.objects.create(
        user=user,
        chain=chain,
        digest=digest(refresh),
        expires_at=now + timedelta(days=settings.API_REFRESH_DAYS),
    )
    claims = {
        "sub": str(user.pk),
        "chain": str(chain),
        "jti": secrets.token_hex(8),
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + timedelta(minutes=settings.API_ACCESS_MINUTES),
    }
    return Pair(access=jwt.encode(claims, _key(settings.SECRET_KEY), algorithm=ALGORITHM), refresh=refresh)


def refresh_pair(*, refresh: str) -> Pair:
    """Use up a refresh token and return the next pair.

    Raises Unauthenticated for a token that is unknown, expired, of an ended chain or of a suspended person; one that was
    used before ends its whole chain as well.
    """
    known = RefreshToken.objects.filter(digest=digest(refresh)).only("chain").first()
    if known is None:
        raise Unauthenticated(WORTHLESS)
    with transaction.atomic():
        lock_in_transaction(f"chain:{known.chain}")
        token = RefreshToken.objects.select_for_update().get(pk=known.pk)
        user = User.objects.get(pk=token.user_id)
        sound = token.revoked_at is None and token.expires_at > timezone.now() and user.is_active
        if sound and token.used_at is None:
            token.used_at = timezone.now()
            token.save(update_fields=["used_at"])
            return _next_pair(user, token.chain)
    if token.used_at is not None:
        end_chain(chain=token.chain)
    raise Unauthenticated(WORTHLESS)


def end_chain(*, chain: UUID) -> None:
    """End a chain: neither its refresh nor its access tokens are worth anything from now on."""
    with transaction.atomic():
        lock_in_transaction(f"chain:{chain}")
        RefreshToken.objects.filter(chain=chain, revoked_at=None).update(revoked_at=timezone.now())
        transaction.on_commit(lambda: _remember_ended([chain]))


def end_all_chains(*, user: User) -> None:
    """End every chain of a person: after a new password, and when she is suspended."""
    with transaction.atomic():
        chains = set(RefreshToken.objects.filter(user=user, revoked_at=None).values_list("chain", flat=True))
        lock_in_transaction(*(f"chain:{chain}" for chain in chains))
        RefreshToken.objects.filter(chain__in=chains, revoked_at=None).update(revoked_at=timezone.now())
        transaction.on_commit(lambda: _remember_ended(chains))


def _remember_ended(chains: Any) -> None:
    # Longer than any access token of it lives; a look-up under way cannot write "live" over it, because it only adds.
    seconds = (settings.API_ACCESS_MINUTES + 5) * 60
    caches["platform"].set_many({f"chain:{chain}": ENDED for chain in chains}, seconds)


def _chain_lives(chain: str) -> bool:
    cache = caches["platform"]
    state = cache.get(f"chain:{chain}")
    if state is None:
        alive = RefreshToken.objects.filter(chain=chain, revoked_at=None).exists()
        state = LIVE if alive else ENDED
        cache.add(f"chain:{chain}", state, LIVE_SECONDS)
    return bool(state == LIVE)


def read_access(token: str) -> dict[str, Any]:
    """Return the claims of a sound access token whose chain lives; raise Unauthenticated."""
    for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                _key(str(secret)),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["exp", "iat", "sub", "chain"]},
            )
            chain = str(UUID(claims["chain"]))
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            continue
        if _chain_lives(chain):
            return claims
        break
    raise Unauthenticated(WORTHLESS)


def person_of_token(token: str) -> tuple[User, UUID]:
    """Return whose access token it is, and its chain. Raises Unauthenticated, also for a suspended person."""
    claims = read_access(token)
    user = User.objects.filter(pk=claims["sub"], is_active=True).first()
    if user is None:
        raise Unauthenticated(WORTHLESS)
    return user, UUID(claims["chain"])


def forget_old_tokens() -> int:
    """Delete refresh tokens that expired over a day ago; return how many went."""
    gone, _ = RefreshToken.objects.filter(expires_at__lt=timezone.now() - timedelta(days=1)).delete()
    return gone
