"""What a person sees who is new: making an account, a studio without anything in it, her sign-in, an invitation."""

from __future__ import annotations

import re
import time
from base64 import b32decode
from functools import partial

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import expect

from tests.e2e.mail import code_sent_to, newest_to
from tests.e2e.pages import acts
from tests.e2e.pages.conftest import EyesOf
from tests.e2e.pages.looking import PHONE, Eyes

pytestmark = pytest.mark.e2e
PASSWORD = "a-long-enough-one"


def sign_up(eyes: Eyes, address: str) -> None:
    """Make an account with an address that is confirmed."""
    page = eyes.page
    eyes.go(eyes.world.url("/account/signup/?next=/open/"))
    acts.sends("Continue", name="Nora Nguyễn-Lindqvist", email=address, password1=PASSWORD)(page)
    eyes.look("public-account_email_verification_sent")
    acts.sends("Confirm", code="000000")(page)
    eyes.look("public-account_email_verification_sent-refused", PHONE)
    page.get_by_label("Code").fill(code_sent_to(eyes.world, address))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_label("Name of the studio")).to_be_visible()


def open_studio(eyes: Eyes, slug: str) -> None:
    """Open a studio from the form that is shown."""
    page = eyes.page
    eyes.go(eyes.world.url("/open/"))
    page.get_by_label("Name of the studio").fill("Nora’s Pilates & Côté")
    page.get_by_label("Address").fill(slug)
    page.get_by_label("Province").select_option(label="Québec")
    expect(page.get_by_text("This address is free")).to_be_visible()
    page.get_by_role("button", name="Open studio").click()
    page.wait_for_url(re.compile("/calendar/"))
    eyes.settle()
    eyes.look("empty-calendar-just-opened")


def invitation_to(eyes: Eyes, address: str) -> str:
    """Return the link that was mailed to somebody who is invited."""
    for _ in range(200):
        if mail := newest_to(eyes.world, address):
            link = re.search(r"https?://\S+/invitation/\S+", mail.get_body(("plain",)).get_content())
            assert link
            return link[0]
        eyes.page.wait_for_timeout(100)
    raise AssertionError(f"Nothing was mailed to {address}.")


def test_a_studio_without_anything_in_it_and_those_invited_to_it(eyes_of: EyesOf) -> None:
    eyes, slug = eyes_of(), f"empty-{int(time.time())}"
    sign_up(eyes, f"{slug}@example.com")
    eyes.visit("open_studio")
    eyes.visit("open_studio", state="refused", sizes=(PHONE,), act=acts.sends("Open studio", slug="lotus"))
    eyes.visit("my_studios", state="none")
    open_studio(eyes, slug)
    visit = partial(eyes.visit, studio=slug)
    for name in (
        *("today", "calendar", "session_new", "client_list", "invoice_list", "invoicing", "billing_settings"),
        *("price_list", "team", "studio_settings", "reports", "delivery_list"),
    ):
        visit(name)

    acts.sends_at(eyes, "/clients/new/", "Add client", name="Ann Ōkubo", email=f"ann.{slug}@example.com")
    eyes.look("empty-client_detail")
    acts.sends("Invite to the portal")(eyes.page)
    eyes.go(eyes.world.url("/team/", studio=slug))
    acts.opens("invite")(eyes.page)
    acts.sends("Send invitation", email=f"tom.{slug}@example.com")(eyes.page)
    eyes.look("empty-team-invited")
    visit("team", state="take-back", act=acts.asks("Take back"))
    trainer_link, client_link = (invitation_to(eyes, f"{who}.{slug}@example.com") for who in ("tom", "ann"))
    eyes.go(trainer_link)
    eyes.look("public-invitation-for-another")

    client = eyes_of()
    client.go(client_link)
    client.look("public-invitation")
    acts.sends("Make my account and accept", password="1")(client.page)
    client.look("public-invitation-refused", PHONE)
    acts.sends("Make my account and accept", name="Ann Ōkubo", password=PASSWORD)(client.page)
    for name in ("portal_home", "portal_sessions", "portal_invoices", "portal_notes", "portal_profile"):
        client.visit(name, studio=slug, state="none")
    client.go(client_link)
    client.look("public-invitation-taken")


def test_how_she_signs_in(eyes_of: EyesOf) -> None:
    eyes, address = eyes_of(), f"two-{int(time.time())}@example.com"
    sign_up(eyes, address)
    page, visit = eyes.page, eyes.visit
    visit("account_security")
    visit("account_email")
    visit("account_email", state="refused", sizes=(PHONE,), act=acts.sends("Send the code", email="x"))
    visit("account_change_password")
    visit(
        "account_change_password",
        state="refused",
        sizes=(PHONE,),
        act=acts.sends("Change password", oldpassword="x", password1="1"),
    )
    visit("account_keys", state="none")
    acts.sends("Make a key", name="Front-desk tablet with a rather long name")(page)
    eyes.look("public-account_reauthenticate")
    acts.sends("Continue", password=PASSWORD)(page)
    eyes.look("public-account_keys-made")
    visit("account_keys", state="remove", act=acts.asks("Remove"))
    visit("account_logout", state="signed-in")

    visit("mfa_index", state="off")
    visit("mfa_activate_totp")
    visit("mfa_activate_totp", state="refused", sizes=(PHONE,), act=acts.sends("Turn it on", code="000000"))
    visit("mfa_activate_totp", state="by-hand", act=acts.unfolds("details.disclose"))
    acts.sends("Turn it on", code=six_digits(page.locator(".disclose p").inner_text()))(page)
    eyes.look("public-mfa-just-on")
    visit("mfa_index", state="on")
    visit("account_security", state="two-step")
    visit("mfa_view_recovery_codes")
    code = re.findall(r"\b[0-9a-f]{8,}\b", page.locator("main").inner_text())[0]
    visit("mfa_generate_recovery_codes")
    visit("mfa_deactivate_totp")
    visit("mfa_reauthenticate")

    page.context.clear_cookies()
    eyes.go(eyes.world.url("/account/login/"))
    acts.sends("Sign in", login=address, password=PASSWORD)(page)
    eyes.look("public-mfa_authenticate")
    acts.sends("Sign in", code="000000")(page)
    eyes.look("public-mfa_authenticate-refused", PHONE)
    acts.sends("Sign in", code=code)(page)
    page.wait_for_url(re.compile("/studios/"))


def six_digits(secret: str) -> str:
    """Return what an authenticator app shows for a secret written in base 32."""
    totp = TOTP(b32decode(secret.replace(" ", "")))
    totp.time = time.time()
    return f"{totp.token():06d}"
