"""The platform's admin in a real browser: both factors, and a studio that answers as soon as it is opened."""

from __future__ import annotations

import time

import pytest
from django_otp.oath import TOTP

from fitflow.accounts.demo import DEMO_TOTP_KEY
from tests.e2e.conftest import Open
from tests.world import World

pytestmark = pytest.mark.e2e


def code() -> str:
    totp = TOTP(bytes.fromhex(DEMO_TOTP_KEY))
    totp.time = time.time()
    return f"{totp.token():06d}"


def test_9_staff_enter_with_two_factors_and_open_a_studio_that_answers_at_once(
    visit: Open, world: World
) -> None:
    page = visit("nobody", "/admin/")
    page.get_by_label("E-mail").fill("staff@fitflow.test")
    page.get_by_label("Password", exact=True).fill(world.password)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Enter the admin").click()
    page.get_by_text("That code is not right").wait_for()
    page.wait_for_timeout(1100)
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Enter the admin").click()
    page.get_by_role("heading", name="Overview").wait_for()

    page.get_by_role("link", name="Open a studio").first.click()
    page.get_by_label("Studio's name").fill("Riverside Pilates")
    assert page.get_by_label("Address").input_value() == "riverside-pilates"
    page.get_by_label("Province").select_option(label="Québec")
    page.get_by_label("Owner's e-mail").fill("iris@fitflow.test")
    page.get_by_role("button", name="Open the studio").click()
    page.get_by_text("Riverside Pilates is open and answers at").wait_for()

    stranger = visit("nobody", "/", studio="riverside-pilates")
    assert stranger.get_by_role("button", name="Sign in", exact=True).is_visible()
    admin_there = stranger.goto(world.url("/admin/", studio="riverside-pilates"))
    assert admin_there is not None
    assert admin_there.status == 404

    page.get_by_role("link", name="Suspend").click()
    page.get_by_label("Reason").fill("Opened by mistake")
    page.get_by_role("button", name="Suspend").click()
    page.get_by_text("is suspended").wait_for()
    gone = stranger.goto(world.url("/", studio="riverside-pilates"))
    assert gone is not None
    assert gone.status == 404
    actions = world.ask(
        "SELECT action, actor_name FROM studios_shared_platformauditevent ORDER BY seq DESC LIMIT 4"
    )
    assert actions == [
        ("studio.suspended", "Robin Platform"),
        ("owner.invited", "Robin Platform"),
        ("studio.opened", "Robin Platform"),
        ("staff.signed_in", "Robin Platform"),
    ]
