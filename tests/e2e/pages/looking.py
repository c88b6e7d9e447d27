"""Looking at a page as it stands: on a phone and on a desk, light and dark, by axe and by ruler.

`FITFLOW_SHOTS=folder` keeps a picture of everything that was looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from playwright.sync_api import ConsoleMessage, Page, Request, Response, ViewportSize

from tests.world import World

PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1440, height=900)
NARROWEST = ViewportSize(width=360, height=844)
GRAVE = ["serious", "critical"]
# What the theme can change. Everything else axe has seen in the light one.
COLOURS = ["color-contrast", "link-in-text-block"]
AXE = Axe().axe_script

# An open dialog is all there is to see: the page below it has been looked at.
_RUN = """async ([rules, grave]) => {
  const options = { resultTypes: ["violations"], selectors: false, preload: false, rules: { "target-size": { enabled: true } } };
  if (rules) { options.runOnly = rules; delete options.rules; }
  const { violations } = await window.axe.run(document.querySelector("dialog[open]") ?? document, options);
  return violations.filter(({ impact }) => grave.includes(impact)).map(({ id, impact, help, nodes }) =>
    `${id} (${impact}): ${help}: ` + nodes.slice(0, 3).map(({ html, any }) =>
      `${html.slice(0, 160)} ${any.map(({ message }) => message).join(" ").slice(0, 160)}`).join(" | "));
}"""

# What sticks out of the window sideways, unless it lies in something that scrolls or cuts by itself.
_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  const found = [];
  if (document.scrollingElement.scrollWidth > width) found.push(`the page is ${document.scrollingElement.scrollWidth} wide`);
  for (const dialog of document.querySelectorAll("dialog[open]")) {
    if (dialog.scrollWidth > dialog.clientWidth) found.push(`dialog #${dialog.id} is ${dialog.scrollWidth} wide`);
  }
  const held = (element) => {
    for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== "visible") return true;
    }
    return false;
  };
  for (const element of document.body.querySelectorAll("*")) {
    const { left, right, width: own, height } = element.getBoundingClientRect();
    if (own < 2 || height < 2 || (right <= width + 1 && left >= -1) || !element.checkVisibility()) continue;
    if (!held(element)) found.push(`${Math.round(left)} to ${Math.round(right)}: ${element.outerHTML.slice(0, 120)}`);
  }
  return found.slice(0, 3);
}"""

# Words that a button, a heading or a mark cuts off without saying so by an ellipsis, or that spill out of it.
_CUT = """() => [...document.querySelectorAll(".btn, .seg, .chip, .state, .tabbar a, h1, h2, th, label")].filter((element) =>
  element.checkVisibility() && element.scrollWidth > element.clientWidth + 1 && element.clientWidth
  && !element.classList.contains("visually-hidden") && getComputedStyle(element).textOverflow !== "ellipsis"
).slice(0, 3).map((element) => element.outerHTML.slice(0, 160))"""

# Fields and buttons that do not keep within their card or dialog.
_OUT = """() => [...document.querySelectorAll("input, select, textarea, .btn, .state, .segmented, img")].filter((element) => {
  const around = element.closest("dialog[open], .card");
  if (!around || !element.checkVisibility() || element.closest(".visually-hidden, .chip-row, .cg-scroll")) return false;
  const { left, right, width, height } = element.getBoundingClientRect();
  const edge = around.getBoundingClientRect();
  return width > 1 && height > 1 && (right > edge.right + 1 || left < edge.left - 1);
}).slice(0, 3).map((element) => element.outerHTML.slice(0, 160))"""

# Two elements of one id: a label, a hint or a link then speaks of the wrong one.
_TWICE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  return [...new Set(ids.filter((id, place) => id && ids.indexOf(id) !== place))].slice(0, 3);
}"""


Act = Callable[[Page], object]


class Eyes:
    """A browser's page whose every fault is remembered: `look` examines it, `faults` is what was found, `seen` which URLs."""

    def __init__(self, page: Page, world: World) -> None:
        self.page, self.world = page, world
        self.faults: list[str] = []
        self.seen: set[str] = set()
        self.expected = 200
        self._now = ""
        self._asked: set[Request] = set()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(f"{self._now}: {error}"))
        page.on("response", self._answered)
        page.on("request", lambda request: self._asked.add(request))
        page.on("requestfinished", lambda request: self._asked.discard(request))
        page.on("requestfailed", lambda request: self._asked.discard(request))

    def visit(
        self,
        name: str,
        *,
        studio: str = "",
        query: str = "",
        state: str = "",
        act: Act | None = None,
        expected: int = 200,
        sizes: tuple[ViewportSize, ...] = (PHONE, DESK),
        **kwargs: Any,
    ) -> None:
        """Open the page of a URL's name, do something on it where `act` says so, and look at it at every size.

        A form that was refused is enough to see on a phone (`sizes`): a desk has shown the form itself.
        """
        urlconf = "fitflow.urls_studio" if studio else "fitflow.urls_public"
        path = reverse(name, urlconf=urlconf, kwargs=kwargs)
        label = "-".join(part for part in (studio or "public", name, state) if part)
        url = self.world.url(path + query, studio=studio)
        if act is None:
            self.go(url, expected=expected)
            self.look(label, *sizes)
            return
        for size in sizes:
            self.page.set_viewport_size(size)
            self.go(url, expected=expected)
            act(self.page)
            self.settle()
            self.look(label, size)

    def go(self, url: str, *, expected: int = 200) -> None:
        """Open an address; any answer but the expected one is a fault."""
        self._now, self.expected = url, expected
        answer = self.page.goto(url)
        if answer is not None and answer.status != expected:
            self.faults.append(f"{url} answers {answer.status}")
        self.settle()

    def settle(self) -> None:
        """Wait until everything the page asked for has come and is drawn."""
        self.page.wait_for_load_state()
        for _ in range(400):
            self.page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")
            if not self._asked:
                return
            self.page.wait_for_timeout(10)
        self.faults.append(f"{self._now}: never at rest, waits for {[one.url for one in self._asked]}")

    def look(self, name: str, *sizes: ViewportSize) -> None:
        """Examine the page as it is now, at each size (phone and desk) and in both themes."""
        self.seen.add(self._url_name())
        for size in sizes or (PHONE, DESK):
            self._now = f"{name} at {size['width']}"
            self.page.set_viewport_size(size)
            for theme in ("dark", "light"):
                self._theme(theme, name, size)
            self._measure()
            if size is PHONE:
                self._now = f"{name} at 360"
                self.page.set_viewport_size(NARROWEST)
                self._measure()

    def _url_name(self) -> str:
        parts = urlsplit(self.page.url)
        public = parts.hostname == settings.PUBLIC_HOST
        try:
            return resolve(
                parts.path, urlconf="fitflow.urls_public" if public else "fitflow.urls_studio"
            ).view_name
        except Resolver404:
            return parts.path

    def _theme(self, theme: Any, name: str, size: ViewportSize) -> None:
        self.page.emulate_media(color_scheme=theme)
        self.settle()
        if not self.page.evaluate("() => Boolean(window.axe)"):
            self.page.evaluate(AXE)
        found = self.page.evaluate(_RUN, [COLOURS if theme == "dark" else None, GRAVE])
        self.faults += [f"{self._now}, {theme}: {fault}" for fault in found]
        keep(self.page, f"{name}-{size['width']}-{theme}")

    def _measure(self) -> None:
        wide, cut, out, twice = self.page.evaluate(
            f"() => [({_WIDE})(), ({_CUT})(), ({_OUT})(), ({_TWICE})()]"
        )
        self.faults += [f"{self._now}: sticks out: {fault}" for fault in wide]
        self.faults += [f"{self._now}: cuts its words: {fault}" for fault in cut]
        self.faults += [f"{self._now}: leaves its card: {fault}" for fault in out]
        self.faults += [f"{self._now}: has two of id {fault}" for fault in twice]

    def _hear(self, message: ConsoleMessage) -> None:
        ours = not any(words in message.text for words in ("Failed to load resource", "registration blocked"))
        if message.type in {"error", "warning"} and ours:
            self.faults.append(f"{self._now}: the console says {message.text[:300]}")

    def _answered(self, response: Response) -> None:
        # 422 is a form that was refused: its page is the answer.
        if response.status >= 400 and response.status not in {422, self.expected}:
            self.faults.append(f"{self._now}: {response.url} answers {response.status}")


def keep(page: Page, name: str) -> None:
    """Keep a picture of the whole page, where pictures are wanted."""
    folder = os.environ.get("FITFLOW_SHOTS")
    if not folder:
        return
    # A dialog or a menu belongs to the window, the rest of the page to its whole length.
    whole = not page.evaluate(
        "() => Boolean(document.querySelector('dialog[open], details[data-menu][open]'))"
    )
    path = Path(folder) / f"{re.sub(r'[^a-z0-9-]+', '_', name.lower())}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    if whole:  # what is fixed or sticky else stands wherever the page was scrolled to
        page.evaluate("() => window.scrollTo(0, 0)")
    page.screenshot(path=path, full_page=whole)
