"""A person nobody knows opens a studio, from the landing page to her calendar, on a phone."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.mail import code_sent_to
from tests.world import World


def fill_in(page: Page, name: str, address: str) -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password", exact=True).fill("a-long-enough-one")
    page.get_by_role("button", name="Continue").click()


def test_from_the_landing_page_to_an_empty_calendar(visit: Open, world: World) -> None:
    slug = f"nora-{int(time.time())}"
    address = f"{slug}@example.com"
    page = visit("nobody", "/", phone=True)
    page.get_by_role("link", name="Open a studio").first.click()
    fill_in(page, "Nora Nguyễn", address)
    page.get_by_label("Code").fill(code_sent_to(world, address))
    page.get_by_role("button", name="Confirm").click()

    page.get_by_label("Name of the studio").fill("Nora’s Pilates & Côté")
    expect(page.get_by_label("Address")).to_have_value("noras-pilates-cote")
    page.get_by_label("Province").select_option(label="Alberta")
    expect(page.get_by_label("Time zone")).to_be_hidden()
    page.get_by_label("Province").select_option(label="Ontario")
    expect(page.get_by_label("Time zone")).to_be_visible()
    page.get_by_label("Address").fill("lotus")
    expect(page.get_by_text("That address is taken")).to_be_visible()
    page.get_by_label("Address").fill(slug)
    expect(page.get_by_text("This address is free")).to_be_visible()
    page.get_by_role("button", name="Open studio").click()

    expect(page).to_have_url(re.compile(rf"//{slug}\.[^/]+/calendar/"))
    expect(page.get_by_text("is open. Add a service")).to_be_visible()


def test_one_sign_in_opens_every_studio_and_one_sign_out_closes_them(visit: Open, world: World) -> None:
    page = visit("lead", "/studios/")
    page.get_by_role("link", name=re.compile("Enter.*Lotus")).click()
    expect(page).to_have_url(re.compile(r"//lotus\."))
    page.goto(world.url("/team/", studio="summit"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Team")
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto(world.url("/team/", studio="lotus"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
