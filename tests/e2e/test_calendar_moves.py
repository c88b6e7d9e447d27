"""Moving sessions on the calendar of a desk: between trainers, of odd lengths, over a change of clocks, and taking it back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.sheet import MOVE, coming, drag, drawn, held_back, into_view, standing, state_of
from tests.world import World

pytestmark = pytest.mark.e2e

TORONTO = ZoneInfo("America/Toronto")
# A session that another trainer could give: she works there then, and has nothing at that time.
GIVABLE = """
SELECT s.id::text, (s.starts_at AT TIME ZONE 'America/Toronto')::date::text, other.id::text, other.name
FROM trainers_session s
JOIN trainers_trainerprofile other ON other.id <> s.trainer_id AND other.name <> 'Maya Fournier'
JOIN trainers_availabilityhours h ON h.trainer_id = other.id AND h.location_id = s.location_id
CROSS JOIN LATERAL (
    SELECT s.starts_at AT TIME ZONE 'America/Toronto' AS began, s.ends_at AT TIME ZONE 'America/Toronto' AS ended
) w
WHERE s.status = 'scheduled' AND s.starts_at > now() + interval '1 day' AND s.starts_at < now() + interval '20 days'
  AND h.weekday = extract(isodow FROM w.began)::int - 1
  AND h.starts_minute <= extract(hour FROM w.began) * 60 + extract(minute FROM w.began)
  AND h.ends_minute >= extract(hour FROM w.ended) * 60 + extract(minute FROM w.ended)
  AND NOT EXISTS (SELECT 1 FROM trainers_session o WHERE o.trainer_id = other.id AND o.status = 'scheduled'
    AND o.starts_at < s.ends_at + interval '1 hour' AND o.ends_at > s.starts_at - interval '1 hour')
ORDER BY s.starts_at, other.name LIMIT 1
"""


def column_of(page: Page, name: str) -> int:
    """Return which column is a trainer's."""
    found: int = page.evaluate(
        "name => [...document.querySelectorAll('.cg-col-head')].findIndex((head) => head.textContent.includes(name))",
        name,
    )
    return found


def undo(page: Page) -> None:
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    page.wait_for_load_state()


def test_dragging_to_another_trainer_changes_who_gives_it_and_nothing_else(visit: Open, world: World) -> None:
    session, day, other, name = (str(one) for one in world.ask(GIVABLE, studio="lotus")[0])
    before = state_of(world, session)
    page = visit("owner", f"/calendar/?view=trainers&date={day}", studio="lotus")
    one = into_view(page, session)
    column = page.locator(".cg-col").nth(column_of(page, name))
    target, box = column.bounding_box(), one.bounding_box()
    assert target
    assert box
    with page.expect_response(MOVE):
        # A hand that goes sideways is never quite level.
        drag(page, one, target["x"] + target["width"] / 2, box["y"] + 4 + 5)
    expect(column.locator(f"[data-id='{session}']")).to_have_count(1)
    after = state_of(world, session)
    assert after[2] == other
    assert (after[:2], after[3:]) == (before[:2], before[3:])
    undo(page)
    assert state_of(world, session) == before


def test_by_keyboard_and_by_form_it_goes_to_another_trainer_too(visit: Open, world: World) -> None:
    session, day, other, name = (str(one) for one in world.ask(GIVABLE, studio="lotus")[0])
    before = state_of(world, session)
    page = visit("owner", f"/calendar/?view=trainers&date={day}", studio="lotus")
    one = into_view(page, session)
    here = one.evaluate("node => [...document.querySelectorAll('.cg-col')].indexOf(node.parentElement)")
    steps = column_of(page, name) - here
    one.focus()
    page.keyboard.press("m")
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")
    expect(page.locator("#cal-say")).to_contain_text(name)
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text(f"with {name}")
    assert state_of(world, session)[2] == other
    page.locator(".cg-scroll").focus()
    page.keyboard.press("u")
    expect(page.get_by_text("is back at")).to_be_visible()
    assert state_of(world, session) == before
    page.goto(world.url(f"/sessions/{session}/move/", studio="lotus"))
    page.get_by_label("Trainer").select_option(label=name)
    page.get_by_role("button", name=re.compile("^Move")).click()
    page.wait_for_load_state()
    assert state_of(world, session)[2] == other
    page.get_by_role("button", name="Undo").click()
    page.wait_for_load_state()
    assert state_of(world, session) == before


@pytest.mark.parametrize("minutes", [5, 10, 50])
def test_a_session_of_odd_length_keeps_it_when_it_is_dragged(visit: Open, world: World, minutes: int) -> None:
    session, day = coming(world)
    with standing(world, session, datetime.fromisoformat(f"{day}T05:05").replace(tzinfo=TORONTO), minutes):
        page = visit("owner", f"/calendar/?view=day&date={day}", studio="lotus")
        one = into_view(page, session)
        sent = held_back(page)
        box = one.bounding_box()
        assert box
        drag(page, one, box["x"] + box["width"] / 2, box["y"] + 4 + 56)
        expect(page.locator("#cal-alert")).to_contain_text("Not now.")
        assert [sent[0]["starts_at"], sent[0]["minutes"]] == ["06:00", str(minutes)]
        one.focus()
        page.keyboard.press("m")
        page.keyboard.press("ArrowUp")
        expect(page.locator("#cal-say")).to_contain_text("05:00 to 05:")
        page.keyboard.press("Enter")
        expect(page.locator("#cal-say")).not_to_contain_text("Left where it was")
        expect(one).to_be_focused()
        assert [sent[1]["starts_at"], sent[1]["minutes"]] == ["05:00", str(minutes)]


@pytest.mark.parametrize(
    ("evening", "shown", "earlier"),
    [
        ("2027-03-13", "23:00 to 04:00", "22:00 to 03:00"),  # 240 minutes over the hour that is skipped
        ("2027-11-06", "23:00 to 02:00", "22:00 to 01:00"),  # and over the one that is shown twice
    ],
)
def test_a_night_session_keeps_its_true_length_over_a_change_of_clocks(
    visit: Open, world: World, evening: str, shown: str, earlier: str
) -> None:
    session, _ = coming(world)
    with standing(world, session, datetime.fromisoformat(f"{evening}T23:00").replace(tzinfo=TORONTO), 240):
        page = visit("owner", f"/calendar/?view=day&date={evening}", studio="lotus")
        one = into_view(page, session)
        expect(one).to_have_accessible_name(re.compile(shown))
        sent = held_back(page)
        one.focus()
        page.keyboard.press("m")
        for _ in range(4):
            page.keyboard.press("ArrowUp")
        expect(page.locator("#cal-say")).to_contain_text(earlier)
        page.keyboard.press("Enter")
        expect(page.locator("#cal-alert")).to_contain_text("Not now.")
        assert [sent[0]["starts_at"], sent[0]["minutes"]] == ["22:00", "240"]
        before = datetime.fromisoformat(evening).replace(day=int(evening[-2:]) + 1).date()
        page.goto(world.url(f"/calendar/?view=week&date={before}", studio="lotus"))
        drawn(page)
        words = "Clocks go forward" if evening[5:7] == "03" else "Clocks go back"
        expect(page.locator(".cg-col").last).to_have_attribute("aria-label", re.compile(words))
        expect(page.locator(".cg-change")).to_have_count(1)


def test_letters_count_with_the_shift_lock_on(visit: Open, world: World) -> None:
    session, day = coming(world)
    page = visit("owner", f"/calendar/?view=day&date={day}", studio="lotus")
    one = into_view(page, session)
    one.focus()
    page.keyboard.press("M")
    expect(page.locator(".is-lifted")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("N")
    expect(page.locator(".cg-slot")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("T")
    expect(page).not_to_have_url(re.compile(day))


def test_what_cannot_be_moved_says_so(visit: Open, world: World) -> None:
    done, day = world.ask(
        "SELECT id::text, (starts_at AT TIME ZONE 'America/Toronto')::date::text FROM trainers_session"
        " WHERE status = 'completed' ORDER BY starts_at DESC LIMIT 1",
        studio="lotus",
    )[0]
    page = visit("owner", f"/calendar/?view=day&date={day}", studio="lotus")
    into_view(page, str(done)).focus()
    page.keyboard.press("m")
    expect(page.locator("#cal-say")).to_have_text("This one cannot be moved.")
    expect(page.locator(".is-lifted")).to_have_count(0)


def test_a_finger_drags_and_takes_the_end_to_change_the_length(visit: Open, world: World) -> None:
    session, day = coming(world, "s.ends_at - s.starts_at >= interval '1 hour'")
    before = state_of(world, session)
    page = visit("owner", f"/calendar/?view=day&date={day}", studio="lotus")
    one = into_view(page, session)
    sent = held_back(page)
    finger = page.context.new_cdp_session(page)

    def carry(y: float, down: float) -> None:
        box = one.bounding_box()
        assert box
        at = {"x": box["x"] + 30, "y": box["y"] + (box["height"] + y if y < 0 else y)}
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
        expect(page.locator(".is-lifted")).to_have_count(1)
        for part in range(1, 9):
            there = {**at, "y": at["y"] + down * part / 8}
            finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [there]})
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect(page.locator(".is-lifted")).to_have_count(0)

    with page.expect_response(MOVE):
        carry(8, 28)
    start = datetime.fromisoformat(str(before[0]))
    assert sent[0]["starts_at"] == f"{start + timedelta(minutes=30):%H:%M}"
    assert sent[0]["minutes"] == str(before[1])
    expect(one).to_have_class(re.compile("movable"))  # back where it was
    with page.expect_response(MOVE):
        carry(-9, 28)
    assert sent[1]["starts_at"] == f"{start:%H:%M}"
    assert sent[1]["minutes"] == str(int(str(before[1])) + 30)
