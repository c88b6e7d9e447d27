"""What anyone sees: the public pages, the way in, and the pages for what does not work."""

from __future__ import annotations

import re
from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Page, Route

from tests.e2e.mail import newest_to
from tests.e2e.pages import acts
from tests.e2e.pages.conftest import EyesOf
from tests.e2e.pages.looking import PHONE, Eyes
from tests.world import World

pytestmark = pytest.mark.e2e


def test_the_public_pages_and_the_way_in(eyes_of: EyesOf) -> None:
    eyes = eyes_of()
    visit = eyes.visit
    visit("offline", studio="lotus")
    visit("offline", studio="lotus", state="all", act=says_all)
    visit("landing")
    visit("account_login")
    visit(
        "account_login",
        state="refused",
        sizes=(PHONE,),
        act=acts.sends("Sign in", login="x@example.com", password="wrong-one"),
    )
    visit("account_signup")
    visit(
        "account_signup",
        state="refused",
        sizes=(PHONE,),
        act=acts.sends("Continue", email="x", password1="123"),
    )
    visit("account_inactive")
    visit("account_reset_password_done")
    visit("account_reset_password_from_key_done")
    visit("api_docs", studio="lotus")
    visit("api_docs", studio="lotus", state="open", act=opens_every_call)


def says_all(page: Page) -> None:
    """Show what is said only where a form was sent, or where something waits."""
    page.locator("[hidden]").evaluate_all("all => all.forEach((one) => one.hidden = false)")
    page.get_by_role("button", name="Try again").evaluate("button => button.focus()")


def opens_every_call(page: Page) -> None:
    """Open all that is folded; the first few of each kind are enough for axe to see."""
    page.locator("details.call").evaluate_all(
        "calls => calls.forEach((call, n) => { call.open = n % 8 === 0 })"
    )


def test_a_forgotten_password(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of()
    eyes.visit("account_reset_password")
    acts.sends("Send the link", email="kim@fitflow.test")(eyes.page)
    eyes.look("public-account_reset_password-sent")
    mail = newest_to(world, "kim@fitflow.test")
    assert mail
    text = mail.get_body(("plain",)).get_content()
    link = re.search(r"https?://\S+/password/reset/key/\S+", text)
    assert link
    eyes.go(link[0])
    eyes.look("public-account_reset_password_from_key")
    acts.sends("Set password", password1="123")(eyes.page)
    eyes.look("public-account_reset_password_from_key-refused", PHONE)
    eyes.visit("account_reset_password_from_key", state="dead", uidb36="x", key="y")


def test_the_demos_mail(eyes_of: EyesOf) -> None:
    eyes = eyes_of()
    eyes.go(eyes.world.url("/dev/mail/"))
    eyes.look("public-devmail")
    eyes.page.locator("main .list-rows a, main table a").first.click()
    eyes.settle()
    eyes.look("public-devmail_message")
    acts.shows("Headers")(eyes.page)
    eyes.look("public-devmail_message-headers")


def test_what_is_not_there_or_not_allowed(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of()
    for label, url in {
        "public-404": world.url("/nothing-here/"),
        "lotus-404": world.url("/nothing-here/", studio="lotus"),
        "no-such-studio": world.url("/", studio="no-such-studio"),
    }.items():
        eyes.go(url, expected=404)
        eyes.look(label)
    eyes.visit("account_login", state="csrf", expected=200, act=partial(loses_the_cookie, eyes))
    trainer = eyes_of("trainer")
    trainer.visit("price_list", studio="lotus", state="no-right", expected=403)
    outsider = eyes_of("client2")
    outsider.visit("calendar", studio="lotus", state="no-role", expected=404)
    outsider.visit("my_calendar", state="no-studio")
    outsider.visit("my_book", state="no-studio")


def loses_the_cookie(eyes: Eyes, page: Page) -> None:
    """Send a form after its cookie went away."""
    page.context.clear_cookies()
    eyes.expected = 403
    acts.sends("Sign in", login="x@example.com", password="wrong-one")(page)


@pytest.mark.parametrize("status", [400, 409, 429, 500, 503])
def test_what_does_not_work(eyes_of: EyesOf, world: World, status: int) -> None:
    """These pages cannot be had by asking: they are served in the place of one that can."""
    request = RequestFactory().get("/", headers={"host": "fitflow.localhost"})
    request.user = AnonymousUser()
    page = render_to_string(
        f"{status}.html", {"message": "Something we need does not answer."}, request=request
    )
    eyes = eyes_of()

    def answer(route: Route) -> None:
        headers = {"Content-Security-Policy": "script-src 'self'; style-src 'self'; img-src 'self' data:"}
        route.fulfill(
            status=status, body=page, headers={"Content-Type": "text/html; charset=utf-8", **headers}
        )

    eyes.page.route("**/broken/", answer)
    eyes.go(world.url("/broken/"), expected=status)
    eyes.look(f"error-{status}")
