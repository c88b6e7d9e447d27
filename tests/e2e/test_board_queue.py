"""What waits on a session board, when things go wrong meanwhile: nothing that was entered is lost without a word."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.board import API, board, log_set, mark, marks, pick, session, sets, waiting
from tests.e2e.conftest import Open, sign_in
from tests.e2e.test_main_job import eventually
from tests.world import World

__all__ = ["board", "session"]
Board = Callable[..., Page]
KEPT = "Object.keys(localStorage).filter((name) => name.startsWith('ff-board:')).length"
OTHER = """
    SELECT s.id::text FROM trainers_session s JOIN trainers_trainerprofile t ON t.id = s.trainer_id
    WHERE t.name = 'Alexandre Côté' AND s.id <> %s AND s.status = 'scheduled' AND s.booked > 0 ORDER BY s.starts_at LIMIT 1
"""


def only_reads(route: Route) -> None:
    if route.request.method == "GET":
        route.fallback()
    else:
        route.abort()


def later(context: BrowserContext, days: float) -> None:
    """Let the browser's clock go so many days before or after the true one, from the next page on."""
    context.add_init_script(
        f"{{ const now = Date.now.bind(Date); Date.now = () => now() + {days} * 24 * 3600 * 1000; }}"
    )


def banner(page: Page) -> Any:
    return page.locator("#board-waits")


def change(world: World, statement: str, *values: Any) -> None:
    world.ask(f"{statement} RETURNING 1", *values, studio="summit")


def test_an_answer_that_is_not_the_studios_is_no_answer(board: Board, world: World, session: str) -> None:
    """A café's sign-in page says 200 to everything; a proxy says 404 in HTML: what was entered waits on."""
    phone = board()
    page = {"content_type": "text/html", "body": "<p>Welcome to our Wi-Fi</p>"}
    answers = [{"status": 200, **page}, {"status": 404, **page}, {"status": 204, **page}]
    seen: list[int] = []

    def portal(route: Route) -> None:
        if route.request.method == "GET" or len(seen) == 2:
            route.fallback()
        else:
            seen.append(answers[len(seen)]["status"])  # type: ignore[arg-type]
            route.fulfill(**answers[len(seen) - 1])  # type: ignore[arg-type]

    phone.route(API, portal)
    log_set(pick(phone, "Back squat"), 8, "40")
    eventually(phone, lambda: sets(world, session) == [(8, "40")])
    assert seen == [200, 404]
    expect(waiting(phone)).to_have_count(0)


def test_what_is_days_old_is_asked_about_and_not_lost(board: Board, world: World, session: str) -> None:
    phone = board()
    phone.route(API, only_reads)
    log_set(pick(phone, "Back squat"), 7, "45")
    mark(phone, 0)
    expect(waiting(phone)).to_have_count(2)
    later(phone.context, 4)
    phone.reload()
    phone.unroute(API)
    expect(banner(phone)).to_contain_text(re.compile("2 entries were not sent on .*Back squat, 7 × 45 kg"))
    expect(banner(phone)).to_contain_text(": Here")
    phone.reload()
    expect(banner(phone)).to_contain_text("2 entries were not sent")
    assert (sets(world, session), marks(world, session)) == ([], [])
    banner(phone).get_by_role("button", name="Send").click()
    eventually(phone, lambda: sets(world, session) == [(7, "45")] and marks(world, session) == ["present"])
    expect(banner(phone)).to_be_hidden()
    assert phone.evaluate(KEPT) == 0


def test_what_is_days_old_is_thrown_away_by_who_entered_it_alone(
    board: Board, world: World, session: str
) -> None:
    phone = board()
    phone.route(API, only_reads)
    mark(phone, 0)
    expect(waiting(phone)).to_have_count(1)
    later(phone.context, 4)
    phone.reload()
    phone.unroute(API)
    banner(phone).get_by_role("button", name="Throw away").click()
    phone.locator("dialog#ask").get_by_role("button", name="Throw away").click()
    expect(banner(phone)).to_be_hidden()
    eventually(phone, lambda: phone.evaluate(KEPT) == 0)
    assert marks(world, session) == []


def test_a_clock_that_was_wrong_loses_nothing(board: Board, world: World, session: str) -> None:
    """Entered two days ahead of the true time; the clock is put right before it is sent."""
    phone = board()
    later(phone.context, 2)
    phone.reload()
    phone.route(API, only_reads)
    log_set(pick(phone, "Back squat"), 5, "40")
    expect(waiting(phone)).to_have_count(1)
    later(phone.context, -2)
    phone.reload()
    expect(waiting(phone)).to_have_count(1)
    row = phone.get_by_label("Set 1 repetitions").first
    row.fill("6")
    row.blur()
    phone.unroute(API)
    eventually(phone, lambda: sets(world, session) == [(6, "40")])
    eventually(phone, lambda: phone.evaluate(KEPT) == 0)


def test_mine_is_named_again_when_it_is_refused_a_second_time(
    board: Board, world: World, session: str
) -> None:
    phone = board()
    theirs = "UPDATE trainers_booking SET attendance = %s WHERE session_id = %s"
    phone.route(API, only_reads)
    mark(phone, 0)
    expect(waiting(phone)).to_have_count(1)
    change(world, theirs, "no_show", session)
    phone.unroute(API)
    expect(phone.get_by_text("Somebody marked No-show meanwhile.")).to_be_visible()
    change(world, theirs, "", session)
    phone.get_by_role("button", name="Keep mine").click()
    expect(phone.get_by_text("Somebody took the mark back meanwhile.")).to_be_visible()
    # Its client leaves: the row goes, and the banner still says whose mark it is.
    name = phone.locator("[data-mark]").first.get_attribute("data-name")
    booking = phone.locator("[data-mark]").first.get_attribute("data-mark")
    gone = "UPDATE trainers_booking SET status = %s WHERE id = %s"
    change(world, gone, "cancelled", booking)
    try:
        phone.reload()
        expect(banner(phone)).to_contain_text(f"Attendance of {name}: Here was not taken")
        banner(phone).get_by_role("button", name="Let it go").click()
        expect(banner(phone)).to_be_hidden()
    finally:
        change(world, gone, "booked", booking)


def test_a_refused_completion_can_be_let_go(board: Board, session: str) -> None:
    phone = board()
    refusal = {"error": {"code": "CONFLICT", "message": "It has not begun.", "details": {}}}
    phone.route(re.compile("/complete$"), lambda route: route.fulfill(status=409, json=refusal))
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Complete session").click()
    expect(phone.locator("#dock-words")).to_contain_text("waiting to be sent")
    phone.context.set_offline(False)
    words = phone.locator("#dock-words")
    expect(words).to_contain_text("Not completed: It has not begun.")
    phone.reload()
    expect(words).to_contain_text("Not completed: It has not begun.")
    words.get_by_role("button", name="Let it go").click()
    expect(words).not_to_contain_text("Not completed")
    eventually(phone, lambda: phone.evaluate(KEPT) == 0)


def test_what_waits_on_a_board_that_was_left_is_said_elsewhere_and_sent_by_another(
    board: Board, world: World, session: str
) -> None:
    phone = board()
    phone.route(API, only_reads)
    log_set(pick(phone, "Back squat"), 4, "30")
    mark(phone, 0)
    expect(waiting(phone)).to_have_count(2)
    phone.goto(world.url("/calendar/", studio="summit"))
    note = phone.get_by_text("2 entries of a session were not sent yet.")
    expect(note.get_by_role("link", name="Open the session")).to_have_attribute(
        "href", f"/sessions/{session}/"
    )
    phone.unroute(API)
    other = world.ask(OTHER, session, studio="summit")[0][0]
    phone.goto(world.url(f"/sessions/{other}/", studio="summit"))
    eventually(phone, lambda: sets(world, session) == [(4, "30")] and marks(world, session) == ["present"])
    expect(phone.get_by_role("heading", name="Back squat")).to_have_count(0)
    phone.goto(world.url("/calendar/", studio="summit"))
    expect(phone.locator("[data-live-status]").first).to_have_attribute("data-live-status", "live")
    expect(note).to_have_count(0)


def test_one_entry_at_which_the_server_breaks_does_not_hold_up_the_others(
    board: Board, world: World, session: str
) -> None:
    phone = board()
    phone.route(re.compile("/attendance$"), lambda route: route.fulfill(status=500, body="oh"))
    mark(phone, 0)
    log_set(pick(phone, "Back squat"), 3, "20")
    eventually(phone, lambda: sets(world, session) == [(3, "20")])
    expect(banner(phone)).to_contain_text("does not answer. 1 entry is waiting")
    phone.unroute(re.compile("/attendance$"))
    eventually(phone, lambda: marks(world, session) == ["present"])


def test_two_windows_of_one_board_are_one_queue(board: Board, world: World, session: str) -> None:
    phone = board()
    phone.context.set_offline(True)
    entry = pick(phone, "Back squat")
    log_set(entry, 8, "40")
    expect(waiting(phone)).to_have_count(1)
    phone.context.set_offline(False)
    eventually(phone, lambda: sets(world, session) == [(8, "40")])
    phone.route(API, only_reads)
    log_set(entry, 9, "41")
    other = phone.context.new_page()
    other.route(API, only_reads)
    other.goto(phone.url)
    expect(waiting(other)).to_have_count(1)
    # Corrected in one window: the other, which goes first, sends what was corrected.
    phone.get_by_label("Set 2 load").fill("42")
    phone.get_by_label("Set 2 load").blur()
    expect(other.get_by_label("Set 2 load")).to_have_value("42")
    other.unroute(API)
    other.evaluate("window.dispatchEvent(new Event('online'))")
    eventually(other, lambda: (9, "42") in sets(world, session))
    expect(waiting(phone)).to_have_count(0)
    expect(banner(phone)).to_be_hidden()
    assert len(sets(world, session)) == 2


def test_a_session_that_was_cancelled_meanwhile_says_what_it_did_not_take(
    board: Board, world: World, session: str
) -> None:
    phone = board()
    phone.route(API, only_reads)
    log_set(pick(phone, "Back squat"), 2, "15")
    expect(waiting(phone)).to_have_count(1)
    state = "UPDATE trainers_session SET status = %s, cancelled_at = %s WHERE id = %s"
    change(world, state, "cancelled", "2026-01-01T00:00Z", session)
    try:
        phone.unroute(API)
        phone.reload()
        expect(banner(phone)).to_contain_text(
            "Back squat, 2 × 15 kg was not taken: This session does not take place."
        )
    finally:
        change(world, state, "scheduled", None, session)


def test_a_note_that_its_page_does_not_take_any_more_is_there_to_be_read(
    board: Board, world: World, session: str
) -> None:
    phone = board()
    phone.route(API, only_reads)
    mark(phone, 0)
    expect(waiting(phone)).to_have_count(1)  # so the network is known to be gone
    phone.locator("#note-client").select_option(index=1)
    phone.locator("#note-form [name=body]").fill("The left knee again.")
    phone.get_by_role("button", name="Keep note").click()
    expect(phone.locator("#note-words")).to_have_text("Waiting to be sent")
    phone.unroute(API)
    refusal = {"error": {"code": "FORBIDDEN", "message": "Not yours any more.", "details": {}}}
    phone.route(re.compile("/notes/$"), lambda route: route.fulfill(status=403, json=refusal))
    other = world.ask(OTHER, session, studio="summit")[0][0]
    phone.goto(world.url(f"/sessions/{other}/", studio="summit"))
    expect(banner(phone)).to_contain_text("A note was not taken: Not yours any more.")
    expect(banner(phone).get_by_role("link", name="Open its session")).to_be_visible()
    phone.locator("#board-waits summary").click()
    expect(banner(phone).get_by_text("The left knee again.")).to_be_visible()
    phone.goto(world.url(f"/sessions/{session}/", studio="summit"))
    expect(phone.locator("#note-form [name=body]")).to_have_value("The left knee again.")


def test_another_person_at_the_same_tablet_neither_reads_nor_sends_it(
    board: Board, world: World, session: str
) -> None:
    tablet = board()
    tablet.route(API, only_reads)
    log_set(pick(tablet, "Back squat"), 6, "33")
    expect(waiting(tablet)).to_have_count(1)
    tablet.unroute(API)
    tablet.context.clear_cookies()
    tablet.goto(world.url(f"/sessions/{session}/", studio="summit"))
    sign_in(tablet, "owner", world.password)
    tablet.goto(world.url(f"/sessions/{session}/", studio="summit"))
    expect(tablet.locator("[data-live-status]")).to_have_attribute("data-live-status", "live")
    expect(banner(tablet)).to_be_hidden()
    assert (sets(world, session), tablet.evaluate(KEPT)) == ([], 1)
    tablet.context.clear_cookies()
    tablet.goto(world.url(f"/sessions/{session}/", studio="summit"))
    sign_in(tablet, "alex", world.password)
    tablet.goto(world.url(f"/sessions/{session}/", studio="summit"))
    eventually(tablet, lambda: sets(world, session) == [(6, "33")])


def test_who_else_looks_stays_told_when_the_board_is_followed(
    board: Board, visit: Open, world: World
) -> None:
    phone, owner = board(), board("owner", phone=False)
    expect(phone.locator("[data-presence]")).to_contain_text("is looking")
    mark(phone, 0)
    expect(owner.get_by_text(re.compile(r"^1 of \d")).first).to_be_visible()
    for page in (phone, owner):
        expect(page.locator("[data-presence]")).to_contain_text("is looking")


def test_the_second_screen_follows_a_session_to_its_new_time(
    board: Board, world: World, session: str
) -> None:
    tablet, owner = board(screen=True), board("owner", phone=False)
    starts = world.ask(
        "SELECT date_trunc('minute', starts_at + interval '1 minute') FROM trainers_session WHERE id = %s",
        session,
        studio="summit",
    )[0][0]
    answer = owner.evaluate(
        """async ([path, body]) => (await fetch(path, { method: "POST", body: JSON.stringify(body), headers: {
            "Content-Type": "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content,
        } })).status""",
        [
            f"/api/v1/sessions/{session}/reschedule",
            {"starts_at": starts.isoformat(), "outside_hours": True},
        ],
    )
    assert answer == 200
    clock = starts.astimezone(ZoneInfo("America/Toronto")).strftime("%H:%M")
    for page, place in ((tablet, "#screen-head"), (owner, "#board-head")):
        expect(page.locator(place)).to_contain_text(f", {clock} to ")


def test_a_screen_whose_person_was_signed_out_says_so(board: Board) -> None:
    tablet = board(screen=True)
    tablet.context.clear_cookies()
    tablet.evaluate("window.dispatchEvent(new Event('online'))")
    expect(tablet.locator("[data-live-status]")).to_have_attribute("data-live-status", "stopped")
    expect(tablet.get_by_text("Not followed: sign in again")).to_be_visible()
