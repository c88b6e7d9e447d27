"""What a trainer sees: her calendar over all studios, a studio's calendar, the board of a session, her notes."""

from __future__ import annotations

from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import sign_in
from tests.e2e.pages import acts
from tests.e2e.pages.conftest import EyesOf
from tests.e2e.pages.looking import PHONE, Act
from tests.world import World

pytestmark = pytest.mark.e2e

SESSION = (
    "SELECT s.id FROM trainers_session s JOIN trainers_trainerprofile t ON t.id = s.trainer_id"
    " WHERE t.name = 'Maya Fournier' AND {} ORDER BY s.starts_at LIMIT 1"
)
CLASS = "s.capacity > 1 AND s.status = 'scheduled' AND s.starts_at > now() + interval '2 days'"


def test_her_own_calendar_over_all_studios(eyes_of: EyesOf) -> None:
    eyes = eyes_of("lead")
    eyes.visit("my_studios")
    for view in ("day", "week", "month"):
        eyes.visit("my_calendar", state=view, query=f"?view={view}")
    eyes.visit("my_calendar", state="where", act=clicks_a_free_hour)
    eyes.visit("my_calendar_print")
    eyes.visit("my_book")


def test_calendars_elsewhere(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("lead")
    eyes.visit("elsewhere")
    eyes.visit("elsewhere", state="add", act=acts.opens("add-calendar"))
    eyes.visit(
        "elsewhere",
        state="refused",
        sizes=(PHONE,),
        act=acts.sends_in("add-calendar", "Add calendar", name=""),
    )
    eyes.go(world.url("/my/calendar/elsewhere/"))
    acts.sends("Make an address", name="My phone, the old one with the broken glass")(eyes.page)
    eyes.look("public-elsewhere-made")
    eyes.visit("elsewhere", state="revoke", act=acts.asks("Revoke"))
    eyes.visit("feeds", studio="lotus")
    acts.sends("Make an address", name="The tablet at the desk")(eyes.page)
    eyes.look("lotus-feeds-made")
    client = eyes_of("client")
    client.visit("feeds", studio="lotus", state="as-client")


def clicks_a_free_hour(page: Page) -> None:
    """Ask for a session: on a desk by clicking the grid at midnight, when nobody trains; on a phone by the button."""
    if page.locator(".cg-scroll").is_visible():
        page.locator("#calendar[data-drawn]").wait_for()
        page.locator(".cg-scroll").evaluate("sheet => { sheet.scrollTop = 0 }")
        day = page.locator(".cg-col").nth(3).bounding_box()
        assert day
        page.mouse.click(day["x"] + day["width"] / 2, day["y"] + 60)
    else:
        page.locator("#cal-book").click()
    expect(page.locator("dialog[open]")).to_be_visible()


def test_booking_and_moving(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("lead")
    visit = partial(eyes.visit, studio="lotus")
    coming = world.one(SESSION.format(CLASS), studio="lotus")
    taken = world.ask(
        "SELECT to_char(s.starts_at AT TIME ZONE 'America/Toronto', 'YYYY-MM-DD'),"
        " to_char(s.starts_at AT TIME ZONE 'America/Toronto', 'HH24:MI') FROM trainers_session s WHERE s.id = %s",
        coming,
        studio="lotus",
    )[0]

    def books_over_it(page: Page) -> None:
        clicks_a_free_hour(page)
        form = page.locator("dialog[open] form, main form[method=post]").first
        form.get_by_label("Day").fill(taken[0])
        form.get_by_label("Starts").fill(taken[1])
        form.get_by_role("combobox", name="Client").fill("Hannah")
        page.get_by_role("option", name="Hannah Okafor").click()
        form.get_by_role("button", name="Book session").last.click()
        expect(form.locator("[aria-invalid=true]").first).to_be_visible()

    visit("calendar", state="as-lead")
    visit("calendar", state="book", act=clicks_a_free_hour)
    visit("calendar", state="book-refused", act=books_over_it)
    visit("session_new")
    visit("session_new", state="who", act=types_a_name)
    visit("session_move", session_id=coming)
    visit(
        "session_move",
        state="refused",
        sizes=(PHONE,),
        session_id=coming,
        act=acts.sends("Move session", starts_on="2020-01-01", minutes="0"),
    )


def types_a_name(page: Page) -> None:
    page.get_by_role("combobox", name="Client").fill("an")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()


def test_the_board_of_a_session(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("lead")
    visit = partial(eyes.visit, "session_detail", studio="lotus")
    coming = world.one(SESSION.format(CLASS), studio="lotus")
    visit(state="coming", session_id=coming)
    for dialog in ("add", "take-off", "cancel"):
        visit(state=dialog, session_id=coming, act=acts.opens(dialog))
    partial(eyes_of("owner").visit, "session_detail", studio="lotus")(
        state="running", session_id=running_session(world)
    )
    done = "EXISTS (SELECT FROM trainers_note n WHERE n.session_id = s.id AND n.signed_at IS {})"
    visit(state="signed", session_id=world.one(SESSION.format(done.format("NOT NULL")), studio="lotus"))
    draft = world.one(SESSION.format(done.format("NULL")), studio="lotus")
    visit(state="draft", session_id=draft)
    visit(state="sign", session_id=draft, act=acts.opens_one("sign-"))
    cancelled = "SELECT id FROM trainers_session WHERE status = 'cancelled' LIMIT 1"
    visit(state="cancelled", session_id=world.one(cancelled, studio="lotus"))

    screen = partial(eyes.visit, "session_screen", studio="lotus")
    screen(session_id=coming)
    logged = "EXISTS (SELECT FROM trainers_exerciselog l WHERE l.session_id = s.id)"
    trained = world.one(SESSION.format(logged), studio="summit")
    eyes.visit("session_detail", studio="summit", state="logged", session_id=trained)
    eyes.visit("session_screen", studio="summit", state="logged", session_id=trained)
    eyes.visit("session_detail", studio="summit", state="pick", session_id=trained, act=types_an_exercise)
    eyes.visit("session_detail", studio="summit", state="set", session_id=trained, act=begins_an_exercise)


def types_an_exercise(page: Page) -> None:
    page.get_by_role("combobox", name="Exercise").fill("Hip")
    expect(page.get_by_role("listbox", name="Exercises").get_by_role("option").first).to_be_visible()


def begins_an_exercise(page: Page) -> None:
    types_an_exercise(page)
    page.get_by_role("option", name="Hip thrust").first.click()
    page.locator(".is-draft [data-tick]:visible").first.click()
    expect(page.locator(".is-draft [aria-invalid=true]:visible").first).to_be_visible()


def test_the_library_of_exercises(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("lead")
    eyes.visit("exercise_list", studio="lotus")
    eyes.visit("exercise_list", studio="lotus", state="none", query="?q=zzzz")
    eyes.visit("exercise_list", studio="lotus", state="add", act=acts.opens("add-exercise"))
    squat = world.one("SELECT id FROM trainers_exercise WHERE name = 'Back squat'", studio="lotus")
    eyes.visit("exercise_edit", studio="lotus", exercise_id=squat)
    eyes.visit(
        "exercise_edit",
        studio="lotus",
        state="refused",
        exercise_id=squat,
        sizes=(PHONE,),
        act=acts.sends("Save", name="Deadlift"),
    )
    eyes_of("owner3").visit("exercise_list", studio="harbour", state="empty")


def running_session(world: World) -> str:
    """Return a session that runs now; where none does, one that is weeks away is moved here, of a trainer who is free."""
    now = "SELECT id FROM trainers_session WHERE status = 'scheduled' AND starts_at <= now() AND ends_at > now()"
    if found := world.ask(now, studio="lotus"):
        return str(found[0][0])
    return world.one(
        "UPDATE trainers_session SET starts_at = now() - interval '20 minutes', ends_at = now() + interval '30 minutes',"
        " room_id = NULL WHERE id = (SELECT s.id FROM trainers_session s JOIN trainers_trainerprofile t ON t.id = s.trainer_id"
        "  WHERE s.capacity > 1 AND s.status = 'scheduled' AND s.starts_at > now() + interval '20 days'"
        "  AND t.name <> 'Maya Fournier' AND NOT EXISTS (SELECT FROM trainers_session o WHERE o.trainer_id = t.id"
        "   AND o.starts_at < now() + interval '50 minutes' AND o.ends_at > now() - interval '40 minutes')"
        "  ORDER BY s.starts_at LIMIT 1) RETURNING id::text",
        studio="lotus",
    )


def test_notes(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("lead")
    visit = partial(eyes.visit, studio="lotus")
    note = "SELECT id FROM trainers_note WHERE signed_at IS {} ORDER BY created_at LIMIT 1"
    visit("notes_to_sign")
    visit("notes_to_sign", state="sign", act=acts.opens_one("sign-"))
    draft = world.one(note.format("NULL"), studio="lotus")
    visit("note_change", note_id=draft)
    visit("note_change", state="refused", note_id=draft, sizes=(PHONE,), act=acts.sends("Keep note", body=""))
    visit("note_change", state="signed", note_id=world.one(note.format("NOT NULL"), studio="lotus"))
    added = "SELECT addendum_to_id FROM trainers_note WHERE addendum_to_id IS NOT NULL AND visibility = 'trainers' LIMIT 1"
    with_addendum = world.one(added, studio="lotus")
    visit("note_change", state="added-to", note_id=with_addendum)
    visit("note_change", state="readers", note_id=with_addendum, act=acts.unfolds(".note-readers"))
    member = world.one("SELECT id FROM clients_client WHERE user_id IS NOT NULL", studio="lotus")
    visit("client_notes", client_id=member)
    visit("client_notes", state="found", client_id=member, act=searches("knee", "Search"))
    visit("client_notes", state="none", client_id=member, act=searches("nobody wrote this", "Search"))
    visit("note_new", client_id=member)
    soap = world.one("SELECT id FROM trainers_notetemplate WHERE kind = 'soap'", studio="lotus")
    visit("note_new", state="soap", client_id=member, query=f"?template={soap}")
    visit("note_new", state="refused", client_id=member, sizes=(PHONE,), act=acts.sends("Keep note", body=""))
    visit("client_detail", state="soap", client_id=member, act=chooses("SOAP note"))


def searches(words: str, button: str) -> Act:
    """Search the notes of a client by words, and wait for the answer."""

    def act(page: Page) -> None:
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_label("Search these notes").fill(words)
            page.get_by_role("button", name=button, exact=True).click()
        expect(page.locator("#found .note, #found .empty").first).to_be_visible()

    return act


def chooses(template: str) -> Act:
    """Begin a note from a template."""

    def act(page: Page) -> None:
        page.get_by_role("link", name=template).click()
        expect(page.get_by_label("Subjective")).to_be_visible()

    return act


def test_words_of_a_note_survive_a_lost_line_and_a_reload(browser: Browser, world: World) -> None:
    page = browser.new_context(viewport=PHONE).new_page()
    page.goto(world.url("/account/login/"))
    sign_in(page, "lead", world.password)
    member = world.one("SELECT id FROM clients_client WHERE user_id IS NOT NULL", studio="lotus")
    path = world.url(f"/clients/{member}/notes/new/", studio="lotus")
    page.goto(path)
    page.get_by_label("About").fill("Written in the basement.")
    page.get_by_role("link", name="Progress note").click()
    expect(page.get_by_label("What we did")).to_have_value("Written in the basement.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Keep note").click()
    expect(page.get_by_text("There is no connection.")).to_be_visible()
    expect(page.get_by_label("What we did")).to_have_value("Written in the basement.")
    page.context.set_offline(False)
    page.goto(path)
    expect(page.get_by_label("About")).to_have_value("Written in the basement.")
    page.get_by_role("button", name="Keep note").click()
    expect(page.get_by_text("Note kept.")).to_be_visible()
    expect(page.get_by_text("Written in the basement.").first).to_be_visible()
    page.goto(path)
    expect(page.get_by_label("About")).to_have_value("")
    page.context.close()


def test_a_trainer_of_the_team(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("trainer")
    visit = partial(eyes.visit, studio="lotus")
    visit("calendar", state="as-trainer")
    visit("client_list", state="as-trainer")
    visit("team", state="as-trainer")
    others = world.one(SESSION.format(CLASS), studio="lotus")
    visit("session_detail", state="of-another", session_id=others)
    visit("notes_to_sign", state="none")
    eyes.visit("my_calendar", state="one-studio")
