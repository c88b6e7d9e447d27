"""What is typed into a note and not kept yet: it survives a lost line and a lost session, and is nobody else's to find."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import Open, sign_in
from tests.world import World

WORDS = "Left knee swollen since Tuesday."
PLACES = "Object.keys(sessionStorage).filter((name) => name.startsWith('note:'))"
STORED = "Object.values(sessionStorage).join() + Object.values(localStorage).join()"
CLASS_TO_WRITE_ABOUT = """
    SELECT s.id FROM trainers_session s JOIN trainers_trainerprofile t ON t.id = s.trainer_id
    JOIN public.accounts_user u ON u.id = t.user_id
    WHERE u.email = 'lead@fitflow.test' AND s.status = 'completed' AND s.booked > 2 ORDER BY s.starts_at DESC LIMIT 1
"""

Write = Callable[..., Page]


@pytest.fixture
def path(world: World) -> str:
    """The page of a new note about a client whom lead trains."""
    member = world.one("SELECT id FROM clients_client WHERE user_id IS NOT NULL", studio="lotus")
    return f"/clients/{member}/notes/new/"


@pytest.fixture
def write(visit: Open, path: str) -> Write:
    """Begin a note as lead, and wait until the browser has it."""

    def begin() -> Page:
        page = visit("lead", path, studio="lotus", phone=True)
        fill(page)
        return page

    return begin


def fill(page: Page) -> None:
    page.get_by_label("About").fill(WORDS)
    page.wait_for_function(f"{PLACES}.length === 1")


def another_tab(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page


def sign_out(page: Page) -> None:
    page.evaluate("document.querySelector('form[data-leave]').requestSubmit()")


def test_the_browser_keeps_them_sealed_and_gives_them_back_to_her(write: Write) -> None:
    page = write()
    assert "knee" not in page.evaluate(STORED)
    page.get_by_text("The client and I").click()
    page.reload()
    expect(page.get_by_label("About")).to_have_value(WORDS)
    expect(page.get_by_label("The client and I")).to_be_checked()
    expect(page.get_by_text("What you wrote here is back.")).to_be_visible()


def test_a_session_that_ended_meanwhile_costs_her_nothing(write: Write, world: World, path: str) -> None:
    page = write()
    page.context.clear_cookies(name="fitflow_session")
    page.get_by_role("button", name="Keep note").click()
    page.wait_for_url(re.compile("/login/"))
    assert "knee" not in page.evaluate(STORED)
    sign_in(page, "lead", world.password)
    page.goto(world.url(path, studio="lotus"))
    expect(page.get_by_label("About")).to_have_value(WORDS)


def test_who_signs_in_after_her_finds_nothing(write: Write, world: World, path: str) -> None:
    page = write()
    page.context.clear_cookies()
    page.goto(world.url("/account/login/"))
    sign_in(page, "trainer", world.password)
    other = world.one(
        "SELECT b.client_id FROM trainers_booking b JOIN trainers_session s ON s.id = b.session_id"
        " JOIN trainers_trainerprofile t ON t.id = s.trainer_id JOIN public.accounts_user u ON u.id = t.user_id"
        " WHERE u.email = 'trainer@fitflow.test' AND b.status = 'booked' LIMIT 1",
        studio="lotus",
    )
    page.goto(world.url(f"/clients/{other}/notes/new/", studio="lotus"))
    expect(page.get_by_label("About")).to_have_value("")
    page.wait_for_function(f"{PLACES}.length === 0")


def test_signing_out_in_one_tab_clears_every_tab(write: Write, world: World, path: str) -> None:
    page = write()
    other = another_tab(page.context, world.url("/calendar/", studio="lotus"))
    sign_out(other)
    other.wait_for_url(lambda address: "/calendar/" not in address)
    page.wait_for_url(re.compile("/login/"))
    page.goto(world.url("/api/docs/", studio="lotus"))  # of the same origin, and open to everybody
    assert page.evaluate(PLACES) == []


def test_a_tab_that_slept_while_she_signed_out_gives_nothing_back(
    write: Write, world: World, path: str
) -> None:
    page = write()
    kept = page.evaluate("({...sessionStorage})")
    sign_out(another_tab(page.context, world.url("/calendar/", studio="lotus")))
    page.wait_for_url(re.compile("/login/"))
    sign_in(page, "lead", world.password)
    page.goto(world.url("/api/docs/", studio="lotus"))
    page.evaluate(
        "(kept) => Object.entries(kept).forEach(([name, value]) => sessionStorage.setItem(name, value))", kept
    )
    page.goto(world.url(path, studio="lotus"))
    page.wait_for_function(f"{PLACES}.length === 0")
    expect(page.get_by_label("About")).to_have_value("")


def test_signing_out_asks_before_it_drops_them(write: Write) -> None:
    page = write()
    sign_out(page)
    ask = page.locator("dialog#ask")
    expect(ask).to_contain_text("A note is not kept yet")
    ask.get_by_role("button", name="Stay").click()
    expect(page.get_by_label("About")).to_have_value(WORDS)
    assert len(page.evaluate(PLACES)) == 1
    sign_out(page)
    ask.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda address: "/notes/new/" not in address)


def test_a_note_that_did_not_arrive_outlives_the_next_one_that_did(
    write: Write, world: World, path: str
) -> None:
    page = write()
    address = re.compile("/notes/new/$")
    page.route(
        address,
        lambda route: (
            route.fulfill(status=502, body="Bad gateway")
            if route.request.method == "POST"
            else route.continue_()
        ),
    )
    page.get_by_role("button", name="Keep note").click()
    page.wait_for_load_state()
    page.unroute(address)
    session = world.one(CLASS_TO_WRITE_ABOUT, studio="lotus")
    page.goto(world.url(f"/sessions/{session}/", studio="lotus"))
    page.locator("#note-client").select_option(index=1)
    page.locator("#note-form [name=body]").fill("Another one.")
    page.get_by_role("button", name="Keep note").click()
    page.wait_for_url(re.compile("#note-"))
    page.goto(world.url(path, studio="lotus"))
    expect(page.get_by_label("About")).to_have_value(WORDS)


def test_of_a_second_note_on_a_board_nothing_is_lost_where_it_does_not_arrive(
    visit: Open, world: World
) -> None:
    session = world.one(CLASS_TO_WRITE_ABOUT, studio="lotus")
    page = visit("lead", f"/sessions/{session}/", studio="lotus")
    keep = page.get_by_role("button", name="Keep note")
    page.locator("#note-client").select_option(index=1)
    page.locator("#note-form [name=body]").fill("The first.")
    keep.click()
    page.wait_for_url(re.compile("#note-"))
    board = page.url
    page.locator("#note-client").select_option(index=2)
    client = page.locator("#note-client").input_value()
    page.locator("#note-form [name=body]").fill(WORDS)
    page.route(re.compile("/note/$"), lambda route: route.fulfill(status=502, body="Bad gateway"))
    keep.click()
    page.wait_for_url(re.compile("/note/$"))
    page.goto(board)
    expect(page.locator("#note-form [name=body]")).to_have_value(WORDS)
    expect(page.locator("#note-client")).to_have_value(client)


def test_a_note_of_a_class_is_about_nobody_until_she_says_whom(visit: Open, world: World) -> None:
    session = world.one(CLASS_TO_WRITE_ABOUT, studio="lotus")
    page = visit("lead", f"/sessions/{session}/", studio="lotus", phone=True)
    page.locator("#note-form [name=body]").fill(WORDS)
    page.get_by_role("button", name="Keep note").click()
    assert page.locator("#note-client").evaluate("field => field.validity.valueMissing")
    assert "#note-" not in page.url
