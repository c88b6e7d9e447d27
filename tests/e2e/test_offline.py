"""A page that cannot be reached: our own page instead of the browser's, and everything sent once there is a network."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.board import board, keep, log_set, mark, marks, pick, session, sets
from tests.e2e.test_board_queue import KEPT
from tests.e2e.test_main_job import eventually
from tests.world import World

__all__ = ["board", "session"]
ACTIVE = "async () => Boolean((await navigator.serviceWorker.ready).active)"
CACHED = """async () => {
    const names = await caches.keys();
    const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return all.flat().map((request) => new URL(request.url).pathname);
}"""


@pytest.fixture
def phone(board: Callable[..., Page]) -> Page:
    """Alexandre's board on a phone whose browser has the worker."""
    page = board(service_workers="allow")
    assert page.evaluate(ACTIVE)
    return page


def test_a_board_that_is_loaded_again_offline_shows_our_page_and_comes_back_with_everything_sent(
    phone: Page, world: World, session: str
) -> None:
    phone.context.set_offline(True)
    expect(phone.locator("#board-waits")).to_contain_text("You are offline.")
    log_set(pick(phone, "Back squat"), 8, "40")
    mark(phone, 0)
    expect(phone.locator("#board-waits")).to_contain_text("2 entries are waiting")
    phone.reload()
    expect(phone.get_by_role("heading", name="You are offline")).to_be_visible()
    expect(phone.locator("#kept")).to_have_text(
        "What you entered is kept on this device and is sent when you are back: 2 entries."
    )
    assert phone.evaluate("getComputedStyle(document.querySelector('button')).minHeight") == "44px"
    keep(phone, "offline")
    phone.get_by_role("button", name="Try again").click()
    expect(phone.get_by_role("status")).to_have_text("There is no network yet.")
    assert (sets(world, session), marks(world, session)) == ([], [])

    phone.context.set_offline(False)
    expect(phone.locator("[data-board]")).to_be_visible(timeout=15_000)
    eventually(phone, lambda: sets(world, session) == [(8, "40")] and marks(world, session) == ["present"])
    eventually(phone, lambda: phone.evaluate(KEPT) == 0)
    expect(phone.get_by_label("Set 1 repetitions").first).to_have_value("8")


def test_it_keeps_nothing_but_its_own_page(phone: Page, world: World) -> None:
    for path in ("/calendar/", "/clients/", "/api/v1/sessions/"):
        phone.goto(world.url(path, studio="summit"))
    kept = phone.evaluate(CACHED)
    assert sorted(kept)[0] == "/offline/"
    assert all(path.startswith("/static/") for path in kept if path != "/offline/")
    assert len(kept) == 5


def test_a_form_that_could_not_be_sent_is_not_sent_by_itself_later(
    phone: Page, world: World, session: str
) -> None:
    phone.get_by_role("button", name="Cancel session").click()
    phone.context.set_offline(True)
    phone.get_by_role("dialog").get_by_label(re.compile("Reason")).fill("Fire alarm")
    phone.get_by_role("dialog").get_by_role("button", name="Cancel session").click()
    expect(phone.get_by_text("What you sent just now may not have reached us")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.locator("[data-board]")).to_be_visible(timeout=15_000)
    expect(phone).to_have_url(re.compile(f"/sessions/{session}/$"))
    states = world.ask("SELECT status FROM trainers_session WHERE id = %s", session, studio="summit")
    assert states == [("scheduled",)]


def test_who_signed_out_leaves_a_worker_that_knows_nothing_of_her(phone: Page, world: World) -> None:
    phone.goto(world.url("/calendar/", studio="summit"))
    phone.get_by_role("button", name="More").click()
    phone.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    phone.wait_for_url(lambda address: "/calendar/" not in address)
    phone.context.set_offline(True)
    phone.goto(world.url("/calendar/", studio="summit"))
    expect(phone.get_by_role("heading", name="You are offline")).to_be_visible()
    expect(phone.locator("#kept")).to_be_hidden()
    assert "Alexandre" not in phone.content()
    phone.context.set_offline(False)
    expect(phone.get_by_label("E-mail")).to_be_visible(timeout=15_000)


@pytest.fixture
def site() -> Iterator[tuple[str, dict[str, str]]]:
    """Give the address of a bare server, and what it serves by path: releases come and go there as the test likes."""
    files = {"/offline/": "<html ><h1>Offline</h1></html>", "/": "<html ><h1>Here</h1></html>"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = files.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            kind = "text/javascript" if self.path.endswith(".js") else "text/html"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-cache")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", files
        server.shutdown()


def release(version: str) -> str:
    kept = json.dumps({"version": version, "page": "/offline/", "assets": []})
    return render_to_string("service_worker.js", {"kept": mark_safe(kept)})


def test_a_new_release_takes_the_place_of_the_old_and_a_withdrawn_one_leaves(
    browser: Browser, site: tuple[str, dict[str, str]]
) -> None:
    address, files = site
    files["/service-worker.js"] = release("one")
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/")
    page.evaluate("navigator.serviceWorker.register('/service-worker.js')")
    assert page.evaluate(ACTIVE)
    names = "async () => (await caches.keys()).join()"
    eventually(page, lambda: page.evaluate(names) == "ff-offline-one")
    context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", name="Offline")).to_be_visible()
    context.set_offline(False)
    page.goto(f"{address}/")
    update = "async () => { await (await navigator.serviceWorker.getRegistration())?.update(); }"
    files["/service-worker.js"] = release("two")
    page.evaluate(update)
    eventually(page, lambda: page.evaluate(names) == "ff-offline-two")
    files["/service-worker.js"] = render_to_string("service_worker_gone.js")
    page.evaluate(update)
    left = "async () => (await navigator.serviceWorker.getRegistrations()).length"
    eventually(page, lambda: page.evaluate(left) == 0 and page.evaluate(names) == "")
    context.close()
