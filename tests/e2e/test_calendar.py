"""The calendar of a desk: by pointer and by keyboard, for a week and side by side."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from fitflow.core import clock
from tests.e2e.conftest import Open
from tests.e2e.sheet import coming, drag, drawn, held_back, into_view, standing, state_of
from tests.world import World

pytestmark = pytest.mark.e2e


def test_arrows_go_from_session_to_session_and_enter_opens(visit: Open, world: World) -> None:
    _, day = coming(world)
    page = visit("owner", f"/calendar/?view=week&date={day}", studio="lotus")
    drawn(page)
    stops = page.locator(".cg-scroll .ev[tabindex='0']")
    expect(stops).to_have_count(1)
    stops.focus()
    page.keyboard.press("Home")
    first = page.evaluate("document.activeElement.dataset.id")
    page.keyboard.press("ArrowRight")
    other = page.evaluate(
        "[document.activeElement.dataset.id, document.activeElement.parentElement.ariaLabel]"
    )
    assert other[0] != first
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.parentElement.ariaLabel") != other[1]
    expect(stops).to_have_count(1)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".cg-scroll a.ev").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/sessions/"))


def test_n_books_at_the_time_the_arrows_choose(visit: Open) -> None:
    day = clock.today("America/Toronto") + timedelta(days=9)
    page = visit("owner", f"/calendar/?view=locations&date={day}", studio="lotus")
    drawn(page)
    page.locator(".cg-scroll").focus()
    page.keyboard.press("n")
    slot = page.locator(".cg-slot")
    expect(slot).to_be_focused()
    expect(slot).to_have_accessible_name(re.compile(r"^Book, .*, 09:00, "))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    name = slot.get_attribute("aria-label") or ""
    assert "09:30" in name
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog")
    expect(form.get_by_label("Starts")).to_have_value(re.compile("09:30"))
    place = form.locator("select[name=place]")
    expect(place.locator("option:checked")).to_contain_text(name.rsplit(", ", 1)[1])
    page.keyboard.press("Escape")
    expect(page.locator(".cg-scroll .pick")).to_have_count(0)


def test_m_moves_by_keyboard_and_escape_leaves_it(visit: Open, world: World) -> None:
    session, day = coming(world)
    before = state_of(world, session)
    page = visit("owner", f"/calendar/?view=day&date={day}", studio="lotus")
    drawn(page)
    one = page.locator(f".cg-scroll .ev[data-id='{session}']")
    one.focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#cal-say")).to_contain_text(":15")
    page.keyboard.press("Escape")
    expect(page.locator(".is-lifted")).to_have_count(0)
    assert state_of(world, session) == before
    page.keyboard.press("m")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("minutes now")
    expect(one).to_be_focused()
    after = state_of(world, session)
    assert after[0] == before[0]
    assert after[1] == int(str(before[1])) - 15
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    page.wait_for_load_state()
    assert state_of(world, session) == before


def test_dragging_out_of_a_room_and_by_the_lower_edge(visit: Open, world: World) -> None:
    """Side by side by room: to the column "No room" takes its room away; the edge changes its length; Undo brings it back."""
    session, day = coming(world, "s.room_id IS NOT NULL")
    before = state_of(world, session)
    page = visit("owner", f"/calendar/?view=rooms&date={day}", studio="lotus")
    one = into_view(page, session)
    last = page.locator(".cg-col").last
    target, box = last.bounding_box(), one.bounding_box()
    assert target
    assert box
    with page.expect_response(re.compile("/move/$")):
        drag(page, one, target["x"] + target["width"] / 2, box["y"] + 4)
    expect(last.locator(f"[data-id='{session}']")).to_have_count(1)
    after = state_of(world, session)
    assert after[4] is None
    assert after[:4] == before[:4]
    page.reload()
    one = into_view(page, session)
    box = one.bounding_box()
    assert box
    with page.expect_response(re.compile("/move/$")):
        drag(page, one, box["x"] + box["width"] / 2, box["y"] + box["height"] - 3 - 14, grip=True)
    shorter = state_of(world, session)
    assert shorter[1] == int(str(after[1])) - 15
    assert shorter[0] == after[0]
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    page.wait_for_load_state()
    assert state_of(world, session) == after


def test_between_locations_it_is_said_why_not(visit: Open, world: World) -> None:
    """Side by side by location; a session stays at its own, since its tax and its mails hang on it."""
    session, day = coming(world)
    before = state_of(world, session)
    page = visit("owner", f"/calendar/?view=locations&date={day}", studio="lotus")
    one = into_view(page, session)
    columns = page.locator(".cg-col")
    assert columns.count() >= 2
    here = one.evaluate("node => [...document.querySelectorAll('.cg-col')].indexOf(node.parentElement)")
    target, box = columns.nth(1 if here == 0 else 0).bounding_box(), one.bounding_box()
    assert target
    assert box
    drag(page, one, target["x"] + target["width"] / 2, box["y"] + 4)
    expect(page.locator("#cal-alert")).to_contain_text("A session stays at its location")
    expect(columns.nth(here).locator(f"[data-id='{session}']")).to_have_count(1)
    assert state_of(world, session) == before


def test_a_drag_that_is_given_up_opens_nothing(visit: Open, world: World) -> None:
    session, day = coming(world)
    before = state_of(world, session)
    page = visit("owner", f"/calendar/?view=week&date={day}", studio="lotus")
    drawn(page)
    one = page.locator(f".cg-scroll .ev[data-id='{session}']")
    one.evaluate("node => node.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' })")
    box = one.bounding_box()
    assert box
    page.mouse.move(box["x"] + 8, box["y"] + 6)
    page.mouse.down()
    page.mouse.move(box["x"] + 8, box["y"] + 60, steps=6)
    expect(page.locator(".is-lifted")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".is-lifted")).to_have_count(0)
    page.mouse.up()
    expect(page).to_have_url(re.compile("/calendar/"))
    assert state_of(world, session) == before


def test_a_finger_that_rests_takes_the_session_and_asks_for_no_menu(visit: Open, world: World) -> None:
    session, day = coming(world)
    before = state_of(world, session)
    page = visit("owner", f"/calendar/?view=day&date={day}", studio="lotus")
    box = into_view(page, session).bounding_box()
    assert box
    finger = page.context.new_cdp_session(page)
    at = {"x": box["x"] + 8, "y": box["y"] + 6}
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    expect(page.locator(".is-lifted")).to_have_count(1)
    menu = """(id) => document.querySelector(`.ev[data-id='${id}']`)
        .dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))"""
    assert page.evaluate(menu, session) is False  # it was prevented
    finger.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})
    expect(page.locator(".is-lifted")).to_have_count(0)
    assert page.evaluate(menu, session) is True
    assert state_of(world, session) == before


def test_what_lies_past_midnight_moves_with_its_session(visit: Open, world: World) -> None:
    """Taken by what lies on its second day, a session goes an hour on where it is dragged an hour down."""
    session, day = coming(world)
    evening = datetime.fromisoformat(f"{day}T23:00").replace(tzinfo=ZoneInfo("America/Toronto"))
    with standing(world, session, evening, 180):
        after = evening.date() + timedelta(days=1)
        page = visit("owner", f"/calendar/?view=day&date={after}", studio="lotus")
        tail = into_view(page, session)
        box = tail.bounding_box()
        assert box
        sent = held_back(page)
        drag(page, tail, box["x"] + box["width"] / 2, box["y"] + 4 + 56)
        expect(page.locator("#cal-alert")).to_contain_text("Not now.")
        assert [sent[0][name] for name in ("starts_on", "starts_at", "minutes")] == [
            str(after),
            "00:00",
            "180",
        ]
        expect(tail).to_have_accessible_name(re.compile("23:00 to 02:00"))  # back where it was
        tail.focus()
        page.keyboard.press("m")
        page.keyboard.press("ArrowUp")
        expect(page.locator("#cal-say")).to_contain_text("23:00 to 02:00")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#cal-say")).to_contain_text("23:15 to 02:15")
        page.keyboard.press("Escape")


def test_her_own_calendar_asks_which_studio_and_opens_its_form_at_that_time(visit: Open) -> None:
    day = clock.today("America/Toronto") + timedelta(days=9)
    page = visit("lead", f"/my/calendar/?view=week&date={day}")
    drawn(page)
    page.locator(".cg-scroll").evaluate("sheet => { sheet.scrollTop = 0 }")
    column = page.locator(".cg-col").nth(day.weekday()).bounding_box()
    assert column
    page.mouse.click(column["x"] + 12, column["y"] + 56 * 3 + 4)
    where = page.get_by_role("dialog")
    places = where.locator("a[data-place]")
    assert places.count() >= 2
    places.nth(1).click()
    expect(page).to_have_url(re.compile(rf"/sessions/new/\?starts={day}T\d\d%3A00"))
    expect(page.get_by_label("Day")).to_have_value(str(day))


def test_many_filters_do_not_widen_a_phones_page(visit: Open) -> None:
    """What scrolls in a row of its own, hidden boxes included, takes no room beside the page."""
    page = visit("owner", "/calendar/", studio="lotus", phone=True)
    page.locator(".chip-row").evaluate(
        "row => { for (let n = 0; n < 30; n += 1) row.append(row.querySelector('span').cloneNode(true)); }"
    )
    wide = page.evaluate("[document.scrollingElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] == wide[1]
