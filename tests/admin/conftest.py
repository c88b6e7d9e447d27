"""Staff at the door of the admin."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from fitflow.accounts.models import User
from fitflow.accounts.services.second_factor import APP
from tests.cast import PASSWORD, Cast

KEY = "00112233445566778899aabbccddeeff00112233"
HOST = "fitflow.localhost"


def code_of(key: str = KEY, *, steps: int = 0) -> str:
    """Return what an authenticator app with this key shows, now or some steps of 30 s later."""
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06d}"


def give_device(user: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=user, name=APP, key=KEY)


@pytest.fixture
def door(cast: Cast) -> Client:
    """A browser on the platform's host."""
    return Client(headers={"host": HOST})


@pytest.fixture
def staff(cast: Cast) -> User:
    """Platform staff with an authenticator app; an administrator."""
    user = cast.user["staff"]
    user.is_superuser = True
    user.save()
    give_device(user)
    return user


@pytest.fixture
def sign_in(door: Client) -> Callable[..., Any]:
    """Sign somebody in by password and code."""

    def enter(user: User, *, code: str | None = None) -> Any:
        door.post("/admin/login/", {"email": user.email, "password": PASSWORD})
        return door.post("/admin/sign-in/code/", {"code": code or code_of()})

    return enter


@pytest.fixture
def inside(door: Client, staff: User, sign_in: Callable[..., Any]) -> Client:
    """Staff's browser, inside the admin."""
    assert sign_in(staff).status_code == 302
    return door
