"""The second factor that platform staff enter the admin with: an authenticator app, and recovery codes for the day it is lost.

It is apart from the two-step sign-in that anybody may switch on for the site (allauth's): an admin's is not optional.
"""

from __future__ import annotations

import secrets
import time
from base64 import b32encode
from math import ceil
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from fitflow.accounts.models import User
from fitflow.core.errors import Conflict, Invalid, TooMany

APP, RECOVERY = "Authenticator app", "Recovery codes"
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what is read as something else
WRONG = "That code is not right, or was used already. Wait for the next one and try again."


def has_second_factor(user: User) -> bool:
    """Whether she has an authenticator app set up for the admin."""
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def new_key() -> str:
    """Return a secret for an authenticator app, in hex; nothing is stored."""
    return secrets.token_hex(20)


def base32(key: str) -> str:
    """Return a hex secret as authenticator apps take it."""
    return b32encode(bytes.fromhex(key)).decode()


def key_uri(user: User, key: str) -> str:
    """Return what the QR code says to an authenticator app."""
    issuer = "FitFlow admin"
    values = {"secret": base32(key), "issuer": issuer, "algorithm": "SHA1", "digits": 6, "period": 30}
    return f"otpauth://totp/{quote(f'{issuer}:{user.email}')}?{urlencode(values, quote_via=quote)}"


def check_code(*, user: User, code: str) -> Device:
    """Return the device whose code this is: six digits are the app's, anything else is a recovery code (used up by this).

    Only the device that the code's shape names is tried, and only it is throttled: after a wrong code the wait doubles
    each time. Raises Invalid for a wrong code, TooMany while one must wait.
    """
    code = "".join(code.replace("-", " ").split()).lower()
    model, token = (TOTPDevice, code) if code.isdecimal() else (StaticDevice, _digest(user, code))
    with transaction.atomic():
        device: Any = model.objects.select_for_update().filter(user=user, confirmed=True).first()
        wait = _seconds_to_wait(device) if device else 0
        right = bool(device) and not wait and device.verify_token(token)
    # Raised out here: a failed attempt must be written down, not rolled back.
    if wait:
        raise TooMany(f"Too many wrong codes. Try again in {_in_words(wait)}.", retry_after=wait)
    if not right:
        raise Invalid(WRONG, field="code")
    return device


def set_up(*, user: User, key: str, code: str) -> tuple[Device, list[str]]:
    """Keep an authenticator app whose secret is `key` once it shows a right code; return it and new recovery codes.

    Raises Invalid for a wrong code, Conflict where she has one already.
    """
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time()
    code = code.replace(" ", "")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if has_second_factor(user):
            raise Conflict(
                "An authenticator app is set up already. Sign in with its code.", conflict="device"
            )
        if not (code.isdecimal() and len(code) == 6 and totp.verify(int(code), tolerance=1)):
            raise Invalid("That code is not right. Enter the six digits the app shows now.", field="code")
        device = TOTPDevice.objects.create(user=user, name=APP, key=key, drift=totp.drift, last_t=totp.t())
        return device, make_recovery_codes(user=user)


def make_recovery_codes(*, user: User) -> list[str]:
    """Return ten new recovery codes, each good for one sign-in; the ones before are worthless. Only digests are stored."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name=RECOVERY)
        StaticToken.objects.bulk_create(
            StaticToken(device=device, token=_digest(user, code)) for code in codes
        )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def recovery_codes_left(user: User) -> int:
    """Return how many recovery codes she has not used."""
    return int(StaticToken.objects.filter(device__user=user).count())


def forget_devices(*, user: User) -> None:
    """Forget her authenticator app and recovery codes."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()


def _digest(user: User, code: str) -> str:
    # Keyed, so that a copy of the table is no list of codes to try; the column holds 16 characters.
    return salted_hmac(
        "accounts.recovery", f"{user.pk}:{code}", secret=settings.SECRET_KEY, algorithm="sha256"
    ).hexdigest()[:16]


def _seconds_to_wait(device: Any) -> int:
    allowed, why = device.verify_is_allowed()
    if allowed:
        return 0
    until = (why or {}).get("locked_until")
    return max(1, ceil(until.timestamp() - time.time())) if until else 1


def _in_words(seconds: int) -> str:
    if seconds < 60:
        return "one second" if seconds == 1 else f"{seconds} seconds"
    minutes = ceil(seconds / 60)
    return "one minute" if minutes == 1 else f"{minutes} minutes"
