"""Two people at the calendar: each sees that the other is there, and which time she is editing."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.test_main_job import click_time, friday


def keep(page: Page, name: str) -> None:
    """Save a picture where FITFLOW_SHOTS asks for one."""
    if folder := os.environ.get("FITFLOW_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_each_sees_who_looks_and_who_edits(visit: Open) -> None:
    week = f"/calendar/?view=week&date={friday()}"
    owner = visit("owner", week, studio="lotus")
    lead = visit("lead", week, studio="lotus")
    here = owner.locator("[data-presence]")
    expect(here).to_contain_text(re.compile(r"is looking\."))
    expect(lead.locator("[data-presence]")).to_contain_text(re.compile(r"is looking\."))

    lead.locator(".cg-scroll .ev").first.wait_for()
    click_time(lead, 4, 11)
    expect(here).to_contain_text(re.compile(r"is editing Fri.* 11:00"))
    keep(owner, "presence-desk")
    owner.emulate_media(color_scheme="dark")
    keep(owner, "presence-dark")
    lead.keyboard.press("Escape")
    expect(here).to_contain_text(re.compile(r"is looking\."))

    lead.close()
    expect(here).to_be_hidden()
