from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator


def has_verified_email(user: Any, email: str = "") -> bool:
    """Whether she has proved that an address (or this very one) is hers. Works on public rows."""
    addresses = EmailAddress.objects.filter(user_id=user.pk, verified=True)
    return bool((addresses.filter(email=email.lower()) if email else addresses).exists())


def factors_of(user: Any) -> list[str]:
    """Return the second factors she can sign in with (`totp`, `recovery_codes`), or nothing where she has none on."""
    types = set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
    known = [str(Authenticator.Type.TOTP), str(Authenticator.Type.RECOVERY_CODES)]
    return [name for name in known if name in types] if known[0] in types else []


def is_known_address(email: str) -> bool:
    """Whether somebody has proved that the address is hers: then she signs in, and nobody else makes an account with it."""
    return bool(EmailAddress.objects.filter(email=email.lower(), verified=True).exists())
