from __future__ import annotations

from base64 import b32decode
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from fitflow.accounts.demo import DEMO_TOTP_KEY, DEMO_TOTP_SECRET, demo_code, ensure_demo_device
from fitflow.accounts.services.second_factor import check_code


def test_the_published_secret_gives_the_demos_codes(cast, settings):
    settings.DEMO = True
    assert b32decode(DEMO_TOTP_SECRET).hex() == DEMO_TOTP_KEY
    device = ensure_demo_device(cast.user["staff"])
    assert ensure_demo_device(cast.user["staff"]) == device
    out = StringIO()
    call_command("demo_code", stdout=out, stderr=StringIO())
    assert check_code(user=cast.user["staff"], code=out.getvalue()) == device


def test_there_is_no_published_code_outside_the_demo(cast, settings):
    settings.DEMO = False
    for forbidden in (demo_code, lambda: ensure_demo_device(cast.user["staff"])):
        with pytest.raises(ImproperlyConfigured):
            forbidden()
    with pytest.raises(CommandError):
        call_command("demo_code")
