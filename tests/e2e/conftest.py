"""Real Chromium over the demo world: people who sign in by typing, and whom the pages must not let down."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from tests.world import World

PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1440, height=900)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, without a sandbox (containers have none) and without calls home."""
    return {
        **browser_type_launch_args,
        "executable_path": os.environ.get("FITFLOW_CHROMIUM") or shutil.which("chromium"),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-quic",
            "--no-first-run",
        ],
    }


@pytest.fixture(scope="session", autouse=True)
def world_first(world: World) -> World:
    """The world before the browser: Playwright's event loop keeps Django from the database."""
    return world


Open = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, world: World) -> Iterator[Open]:
    """Open a page as somebody: `visit("lead", "/calendar/", studio="lotus", phone=True)`; nobody is signed out.

    Each call is a browser of its own. A script error, or anything the content security policy refused, fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def open_page(
        who: str, path: str = "/", *, studio: str = "", phone: bool = False, **options: Any
    ) -> Page:
        options.setdefault("service_workers", "block")  # what goes through one is seen by no route of a test
        context = browser.new_context(viewport=PHONE if phone else DESK, has_touch=phone, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        target = world.url(path, studio=studio)
        page.goto(target)
        if who != "nobody":
            if "/signin" not in page.url and "login" not in page.url:
                page.goto(world.url("/account/login/"))
            sign_in(page, who, world.password)
            page.goto(target)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, complaints


def sign_in(page: Page, who: str, password: str) -> None:
    """Type address and password into the sign-in page that is open, and wait until it has led away."""
    page.get_by_label("E-mail").fill(f"{who}@fitflow.test")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "/login/" not in address)
