"""The timeline of a day: a row for each trainer, room or location, the hours across. All is done there as on the columns."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from fitflow.core import clock
from tests.e2e.conftest import Open
from tests.e2e.sheet import MOVE, coming, drag, drawn, into_view, state_of
from tests.world import World

pytestmark = pytest.mark.e2e

HOUR = 88


def test_the_way_there_and_what_it_shows(visit: Open, world: World) -> None:
    session, day = coming(world)
    page = visit("owner", f"/calendar/?view=trainers&date={day}", studio="lotus")
    drawn(page)
    page.get_by_role("link", name="Timeline").click()
    expect(page).to_have_url(re.compile("view=trainers-hours"))
    one = into_view(page, session)
    row = one.locator("xpath=..")
    trainer = world.one(
        "SELECT t.name FROM trainers_session s JOIN trainers_trainerprofile t ON t.id = s.trainer_id WHERE s.id = %s",
        session,
        studio="lotus",
    )
    expect(row).to_have_attribute("aria-label", re.compile(trainer))
    page.get_by_role("link", name="Rooms").click()
    expect(page).to_have_url(re.compile("view=rooms-hours"))
    expect(page.locator(".cg-row-head", has_text="No room")).to_be_visible()
    page.get_by_role("link", name="Print view").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_dragging_along_and_by_the_end(visit: Open, world: World) -> None:
    """Along, its time changes; taken by its end, its length. Undo brings it back."""
    session, day = coming(world, "extract(hour FROM s.starts_at AT TIME ZONE 'America/Toronto') >= 8")
    before = state_of(world, session)
    page = visit("owner", f"/calendar/?view=rooms-hours&date={day}", studio="lotus")
    one = into_view(page, session)
    box = one.bounding_box()
    assert box
    with page.expect_response(MOVE) as answer:
        page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 10)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 3 - HOUR / 4, box["y"] + 14, steps=6)
        expect(page.locator(".is-lifted")).to_have_count(1)
        page.mouse.up()
    assert answer.value.status == 200
    shorter = state_of(world, session)
    assert (shorter[0], shorter[1]) == (before[0], int(str(before[1])) - 15)
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    page.wait_for_load_state()
    assert state_of(world, session) == before
    one = into_view(page, session)
    box = one.bounding_box()
    assert box
    with page.expect_response(MOVE) as answer:
        drag(page, one, box["x"] + box["width"] / 2 + HOUR / 4, box["y"] + 8)
    if answer.value.status == 200:
        later = datetime.fromisoformat(str(before[0])) + timedelta(minutes=15)
        assert state_of(world, session)[:2] == (f"{later:%Y-%m-%d %H:%M}", before[1])
        page.locator("#toasts").get_by_role("button", name="Undo").click()
        page.wait_for_load_state()
    assert state_of(world, session) == before


def test_by_keyboard(visit: Open, world: World) -> None:
    session, day = coming(world)
    before = state_of(world, session)
    page = visit("owner", f"/calendar/?view=trainers-hours&date={day}", studio="lotus")
    one = into_view(page, session)
    one.focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    start = datetime.fromisoformat(str(before[0]))
    expect(page.locator("#cal-say")).to_contain_text(f"{start + timedelta(minutes=15):%H:%M} to ")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("minutes now")
    after = state_of(world, session)
    assert (after[0], after[1], after[2:]) == (before[0], int(str(before[1])) - 15, before[2:])
    expect(one).to_be_focused()
    page.keyboard.press("u")
    expect(page.get_by_text("is back at")).to_be_visible()
    assert state_of(world, session) == before


def test_n_books_in_the_row_and_at_the_time_the_arrows_choose(visit: Open) -> None:
    day = clock.today("America/Toronto") + timedelta(days=9)
    page = visit("owner", f"/calendar/?view=trainers-hours&date={day}", studio="lotus")
    drawn(page)
    page.locator(".cg-scroll").focus()
    page.keyboard.press("n")
    slot = page.locator(".cg-slot")
    expect(slot).to_have_accessible_name(re.compile(r"^Book, .*, 09:00, "))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    name = slot.get_attribute("aria-label") or ""
    assert "09:30" in name
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog")
    expect(form.get_by_label("Starts")).to_have_value("09:30")
    expect(form.locator("select[name=trainer] option:checked")).to_have_text(name.rsplit(", ", 1)[1])


def test_a_click_books_there(visit: Open) -> None:
    day = clock.today("America/Toronto") + timedelta(days=9)
    page = visit("owner", f"/calendar/?view=locations-hours&date={day}", studio="lotus")
    drawn(page)
    page.locator(".cg-scroll").evaluate("sheet => { sheet.scrollLeft = 0 }")
    row = page.locator(".cg-row").nth(1)
    box = row.bounding_box()
    assert box
    page.mouse.click(box["x"] + HOUR * 3.6, box["y"] + 6)
    form = page.get_by_role("dialog")
    expect(form.get_by_label("Starts")).to_have_value("03:30")
    label = row.get_attribute("aria-label") or ""
    expect(form.locator("select[name=place] option:checked")).to_contain_text(label.rsplit(", ", 1)[1])
