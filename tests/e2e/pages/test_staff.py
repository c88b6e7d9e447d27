"""What the platform's staff sees: the admin, behind a password and a one-time code."""

from __future__ import annotations

import re
import time
from base64 import b32decode

import pytest
from django.urls import get_resolver
from django_otp.oath import TOTP

from fitflow.accounts.demo import DEMO_TOTP_KEY
from tests.e2e.pages import acts
from tests.e2e.pages.conftest import EyesOf
from tests.e2e.pages.looking import PHONE, Eyes
from tests.e2e.pages.test_plan import names_of
from tests.world import World

pytestmark = pytest.mark.e2e


def six_digits(key: str = DEMO_TOTP_KEY) -> str:
    """Return what an authenticator app with this key shows."""
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time()
    return f"{totp.token():06d}"


def enter(eyes: Eyes) -> None:
    """Sign in as staff. The code of this half minute may have been used by another test: it is good once more."""
    page, world = eyes.page, eyes.world
    eyes.visit("admin:login")
    acts.sends("Go on", email="staff@fitflow.test", password="wrong")(page)
    eyes.look("admin-login-refused", PHONE)
    acts.sends("Go on", email="staff@fitflow.test", password=world.password)(page)
    eyes.look("admin-sign_in_code")
    world.ask("UPDATE otp_totp_totpdevice SET last_t = -1, throttling_failure_timestamp = NULL RETURNING id")
    acts.sends("Enter the admin", code=six_digits())(page)
    page.get_by_role("heading", name="Overview").wait_for()


def lists() -> list[str]:
    """Return the names of the admin's lists."""
    return [name for name in names_of(get_resolver("fitflow.urls_public")) if name.endswith("_changelist")]


def test_the_admin(eyes_of: EyesOf) -> None:
    eyes = eyes_of()
    page = eyes.page
    enter(eyes)
    eyes.visit("admin:index")
    eyes.visit("admin:app_list", app_label="studios_shared")
    eyes.visit("admin:recovery_codes")
    eyes.visit("admin:studios_shared_studio_add")
    eyes.visit(
        "admin:studios_shared_studio_add", state="refused", sizes=(PHONE,), act=acts.sends("Open the studio")
    )
    eyes.visit("admin:accounts_user_changelist", state="none", query="?q=zzyzx")
    for name in lists():
        eyes.visit(name)
        row = page.locator("#result_list tbody a[href*='/change/']")
        if row.count():
            look_at_the_row(eyes, name, str(row.first.evaluate("link => link.href")))


def look_at_the_row(eyes: Eyes, name: str, url: str) -> None:
    """Look at a row's page and at every question that can be asked from it."""
    eyes.go(url)
    eyes.look(name.replace("changelist", "change"))
    links = eyes.page.eval_on_selector_all("a", "links => links.map(link => link.href)")
    asked = re.compile(rf"{re.escape(url.removesuffix('change/'))}(?!change|history|delete|visit)(\w+)/$")
    for link in sorted(set(links)):
        if question := asked.fullmatch(link):
            eyes.go(link)
            eyes.look(name.replace("changelist", question[1]))


def test_staff_without_an_app(eyes_of: EyesOf, world: World) -> None:
    """Somebody becomes staff for a moment, and sees what staff see on their first visit."""
    eyes = eyes_of()
    staff = "UPDATE accounts_user SET is_staff = %s WHERE email = 'alex@fitflow.test' RETURNING id"
    world.ask(staff, True)
    try:
        eyes.go(world.url("/admin/login/"))
        acts.sends("Go on", email="alex@fitflow.test", password=world.password)(eyes.page)
        eyes.look("admin-sign_in_set_up")
        acts.unfolds("details.disclose")(eyes.page)
        acts.sends("Turn it on", code="000000")(eyes.page)
        eyes.look("admin-sign_in_set_up-refused", PHONE)
        key = eyes.page.locator(".disclose p").text_content() or ""
        acts.sends("Turn it on", code=six_digits(b32decode(key.replace(" ", "")).hex()))(eyes.page)
        eyes.look("admin-recovery_codes-made")
    finally:
        world.ask(staff, False)
        world.ask(
            "DELETE FROM otp_totp_totpdevice WHERE user_id = (SELECT id FROM accounts_user WHERE email = 'alex@fitflow.test')"
            " RETURNING id"
        )
