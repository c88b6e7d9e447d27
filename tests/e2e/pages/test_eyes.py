"""The eyes see: a page with one fault of each kind is found to have them all. And the theme that is chosen holds everywhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.pages.conftest import EyesOf
from tests.world import World

pytestmark = pytest.mark.e2e

BAD = """<!doctype html><html lang="en"><head><title>Bad</title><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><script>console.log("inline")</script></head>
<body><main><h1>Bad</h1><p style="color: #999">Pale words</p><img src="/missing.png"><pre id="a">{wide}</pre>
<div class="card" style="width: 8rem">
<button class="btn" id="a" style="width: 3rem">Everything</button><input value="x"></div>
</main></body></html>"""


def test_a_page_with_every_fault_is_found_to_have_them(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of()
    page = BAD.format(wide="wide " * 100)
    headers = {"Content-Type": "text/html", "Content-Security-Policy": "script-src 'self'"}
    eyes.page.route("**/bad/", lambda route: route.fulfill(body=page, headers=headers))
    eyes.go(world.url("/bad/"))
    eyes.look("bad")
    found = "\n".join(eyes.faults)
    eyes.faults.clear()
    for fault in (
        r"bad at 390, light: color-contrast \(serious\)",
        r"bad at 1440, light: image-alt \(critical\)",
        r"bad at 390: sticks out: the page is \d+ wide",
        r"bad at 360: sticks out: the page is \d+ wide",
        r"bad at 390: has two of id a",
        r"bad at 390: cuts its words: <button",
        r"bad at 1440: leaves its card: <input",
        r"missing\.png answers 404",
        r"the console says .*Content Security Policy",
    ):
        assert re.search(fault, found), (fault, found)


def test_the_theme_she_chooses_holds_in_every_studio(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("lead")
    eyes.go(world.url("/calendar/", studio="lotus"))
    html = eyes.page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "light")
    eyes.page.locator("[data-theme-toggle]:visible").first.click()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    for studio in ("lotus", "summit", ""):
        eyes.go(world.url("/team/" if studio else "/studios/", studio=studio))
        expect(html).to_have_attribute("data-bs-theme", "dark")
    eyes.page.locator("[data-theme-toggle]:visible").first.click()
    eyes.go(world.url("/calendar/", studio="lotus"))
    expect(html).to_have_attribute("data-bs-theme", "light")
