"""The calendar where the network or the server lets it down: nothing typed is lost, and nothing is shown that is not so."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from fitflow.core import clock
from tests.e2e.conftest import Open
from tests.e2e.sheet import MOVE, coming, drag, drawn, into_view, state_of
from tests.world import World

pytestmark = pytest.mark.e2e

EVENTS, PERIOD = re.compile("/calendar/events/"), re.compile(r"/calendar/\?")


def told(page: Page) -> None:
    """Let the page hear of a change by somebody else."""
    page.evaluate("document.dispatchEvent(new CustomEvent('fitflow:live', { detail: { id: 'x' } }))")


def failing(page: Page, what: re.Pattern[str], status: int = 502) -> None:
    page.route(what, lambda route: route.fulfill(status=status, body="bad gateway"))


def test_a_refresh_that_fails_leaves_what_is_typed(visit: Open) -> None:
    page = visit("owner", "/calendar/?view=week", studio="lotus")
    drawn(page)
    page.locator("#cal-book").click()
    client = page.locator("#book input[name=client]")
    client.fill("Somebody new")
    failing(page, PERIOD)
    with page.expect_response(PERIOD):
        told(page)
    expect(page.locator("#cal-trouble")).to_contain_text("could not be read")
    expect(client).to_have_value("Somebody new")
    page.unroute(PERIOD)
    with page.expect_response(PERIOD):
        told(page)
    expect(page.locator("#cal-trouble")).to_be_hidden()
    expect(client).to_have_value("Somebody new")


def test_who_was_signed_out_meanwhile_is_told_and_keeps_her_words(visit: Open) -> None:
    page = visit("owner", "/calendar/?view=week", studio="lotus")
    drawn(page)
    page.locator("#cal-book").click()
    client = page.locator("#book input[name=client]")
    with page.expect_response(re.compile("/calendar/clients/")):
        client.fill("Somebody new")
    page.context.clear_cookies()
    told(page)
    expect(page.locator("#cal-trouble")).to_contain_text("You are signed out")
    expect(client).to_have_value("Somebody new")


def test_sessions_that_cannot_be_read_are_said_to_be_missing(visit: Open) -> None:
    page = visit("owner", "/calendar/?view=day", studio="lotus")
    failing(page, EVENTS, 500)
    page.reload()
    expect(page.locator("#cal-trouble")).to_contain_text("could not be read")
    page.unroute(EVENTS)
    page.locator("#cal-trouble").get_by_role("link", name="Try again").click()
    drawn(page)
    expect(page.locator("#cal-trouble")).to_be_hidden()


@pytest.mark.parametrize("fails", ["500", "network"])
def test_a_move_that_was_not_made_is_not_shown(visit: Open, world: World, fails: str) -> None:
    session, day = coming(world)
    before = state_of(world, session)
    page = visit("owner", f"/calendar/?view=day&date={day}", studio="lotus")
    one = into_view(page, session)
    name = one.get_attribute("aria-label") or ""
    box = one.bounding_box()
    assert box
    if fails == "500":
        failing(page, MOVE, 500)
    else:
        page.context.set_offline(True)
    drag(page, one, box["x"] + box["width"] / 2, box["y"] + 4 + 56)
    expect(page.locator("#cal-alert")).to_contain_text(
        "That did not work" if fails == "500" else "That did not reach us"
    )
    expect(one).to_have_accessible_name(name)
    expect(one).to_have_class(re.compile("movable"))
    assert state_of(world, session) == before
    page.context.set_offline(False)


def test_what_somebody_else_moved_meanwhile_is_not_moved_from_under_her(visit: Open, world: World) -> None:
    """While one is held, what comes is drawn afterwards; letting go names a version that is no more, and nothing moves."""
    session, day = coming(world)
    page = visit("owner", f"/calendar/?view=day&date={day}", studio="lotus")
    one = into_view(page, session)
    before = state_of(world, session)
    box = one.bounding_box()
    assert box
    end = box["y"] + box["height"] - 3
    page.mouse.move(box["x"] + 20, end)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, end - 14, steps=4)
    expect(page.locator(".is-lifted")).to_have_count(1)
    touch = "UPDATE trainers_session SET ends_at = ends_at {} interval '5 minutes' WHERE id = %s RETURNING 1"
    world.ask(touch.format("+"), session, studio="lotus")
    try:
        with page.expect_response(EVENTS):
            told(page)
        expect(page.locator(".is-lifted")).to_have_count(1)
        with page.expect_response(MOVE):
            page.mouse.up()
        expect(page.locator("#cal-alert")).to_contain_text("changed")
        assert state_of(world, session)[0] == before[0]
        expect(page.locator(".is-lifted")).to_have_count(0)
    finally:
        world.ask(touch.format("-"), session, studio="lotus")


def test_going_on_faster_than_the_network_answers_arrives_where_it_should(visit: Open) -> None:
    page = visit("owner", "/calendar/?view=day", studio="lotus")
    drawn(page)
    waiting: list[Route] = []
    page.route(PERIOD, lambda route: route.continue_() if waiting else waiting.append(route))
    with page.expect_request(PERIOD):
        page.locator("#cal-later").click()
    expect(page.locator("#calendar")).to_have_attribute("aria-busy", "true")
    page.locator("#cal-later").click()
    page.locator("#cal-later").click()
    waiting[0].continue_()
    today = clock.today("America/Toronto")
    expect(page).to_have_url(re.compile(f"date={today + timedelta(days=3)}"))
    expect(page.locator("#cal-bar")).to_have_attribute("data-date", str(today + timedelta(days=3)))
    for back in (2, 1):
        page.go_back()
        expect(page.locator("#cal-bar")).to_have_attribute("data-date", str(today + timedelta(days=back)))
    page.go_forward()
    expect(page.locator("#cal-bar")).to_have_attribute("data-date", str(today + timedelta(days=2)))
    expect(page.locator("#calendar")).not_to_have_attribute("aria-busy", "true")


def test_an_answer_that_comes_late_does_not_take_the_page_back(visit: Open) -> None:
    """She goes to the month; the answer about the next day, asked for before, comes afterwards."""
    page = visit("owner", "/calendar/?view=day", studio="lotus")
    drawn(page)
    late: list[Route] = []
    page.route(re.compile(r"/calendar/\?view=day"), lambda route: late.append(route))
    with page.expect_request(PERIOD):
        page.locator("#cal-later").click()
    page.get_by_role("link", name="Month", exact=True).click()
    expect(page.locator("#cal-bar")).to_have_attribute("data-view", "month")
    with page.expect_response(PERIOD):
        late[0].continue_()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(page.locator("#cal-bar")).to_have_attribute("data-view", "month")
    expect(page).to_have_url(re.compile("view=month"))
