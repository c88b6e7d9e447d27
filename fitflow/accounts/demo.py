"""The demo's one-time codes: one fixed secret, known to everybody who reads the README. Never outside the demo."""

from __future__ import annotations

import time

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from fitflow.accounts.models import User
from fitflow.accounts.services.second_factor import APP, base32

DEMO_TOTP_KEY = "46697446 6c6f7720 64656d6f 20636f64 65732121".replace(" ", "")
DEMO_TOTP_SECRET = base32(DEMO_TOTP_KEY)


def ensure_demo_device(user: User) -> TOTPDevice:
    """Give a person of the demo world the authenticator app with the published secret; doing it again changes nothing.

    Raises ImproperlyConfigured outside the demo.
    """
    _require_demo()
    device, _ = TOTPDevice.objects.get_or_create(
        user=user, confirmed=True, defaults={"name": APP, "key": DEMO_TOTP_KEY}
    )
    return device


def demo_code() -> tuple[str, int]:
    """Return the code the demo's authenticator shows now, and for how many more seconds. Raises ImproperlyConfigured."""
    _require_demo()
    totp = TOTP(bytes.fromhex(DEMO_TOTP_KEY))
    totp.time = time.time()
    return f"{totp.token():06d}", 30 - int(totp.time) % 30


def _require_demo() -> None:
    if not settings.DEMO:
        raise ImproperlyConfigured("There are no published one-time codes outside the demo.")
