"""The main job, clicked through as its people do it: book, hold, bill, get paid. One story, told in order."""

from __future__ import annotations

import re
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from fitflow.core import clock
from tests.e2e.conftest import Open
from tests.world import World

CLIENT = "Priya Raman"


def friday() -> date:
    """Return the Friday of next week: the lead trains at prairie at noon (Toronto) and is free from ten to half past eleven."""
    today = clock.today("America/Toronto")
    return today - timedelta(days=today.weekday()) + timedelta(days=11)


def click_time(page: Page, weekday: int, hour: float) -> None:
    """Click an empty spot of the week's grid, scrolled to where it can be seen."""
    column = page.locator(".cg-col").nth(weekday)
    page.locator("#calendar[data-drawn]").wait_for()
    column.evaluate(
        "(column, hour) => { column.closest('.cg-scroll').scrollTop = (hour - 2) / 24 * column.offsetHeight }",
        hour,
    )
    day = column.bounding_box()
    assert day
    page.mouse.click(day["x"] + day["width"] - 8, day["y"] + day["height"] * hour / 24 + 4)


def choose(select: Locator, words: str) -> None:
    """Choose the option that begins with the words: it tells its length as well."""
    select.select_option(value=select.locator("option", has_text=words).first.get_attribute("value"))


def book(page: Page, *, service: str, client: str) -> None:
    """Fill the booking sheet that is open and send it."""
    sheet = page.get_by_role("dialog")
    choose(sheet.get_by_label("Service"), service)
    sheet.get_by_role("combobox", name="Client").fill(client)
    page.get_by_role("option", name=client).first.click()
    sheet.get_by_role("button", name="Book session").last.click()


def mails_about(world: World, words: str) -> list[Any]:
    """Return the mails in the demo's folder whose subject has the words."""
    found = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in Path(world.mail).rglob("*.eml")
    ]
    return [mail for mail in found if words in str(mail["Subject"])]


def eventually(page: Page, ask: Any, seconds: float = 20) -> Any:
    """Return the first true answer; the page's own clock waits meanwhile."""
    for _ in range(int(seconds * 4)):
        if answer := ask():
            return answer
        page.wait_for_timeout(250)
    raise AssertionError("it did not come about")


@pytest.fixture(scope="module")
def story() -> dict[str, str]:
    """What one chapter leaves for the next."""
    return {}


def test_2_she_sees_all_her_studios_and_enters_one_without_signing_in_again(
    visit: Open, world: World
) -> None:
    page = visit("lead", "/studios/")
    for name in ("Lotus Yoga", "Summit Strength", "Prairie Physio"):
        expect(page.get_by_role("main").get_by_text(name).first).to_be_visible()
    page.goto(world.url("/my/calendar/"))
    for letter in ("Lotus Yoga", "Summit Strength", "Prairie Physio"):
        expect(page.get_by_role("main").get_by_text(letter).first).to_be_visible()
    expect(page.locator(".cg-scroll .ev").first).to_be_visible()
    page.goto(world.url("/calendar/", studio="lotus"))
    expect(page).to_have_url(re.compile(r"//lotus\..*/calendar/"))
    expect(page.get_by_role("link", name="Book a session")).to_be_visible()


# Notes when the page first shows one more session of the client than it does now.
WATCH = """(client) => {
  const count = () => [...document.querySelectorAll(".cg-scroll .ev")].filter((one) => one.textContent.includes(client)).length;
  const before = count();
  window.shownAt = new Promise((shown) => new MutationObserver((changes, observer) => {
    if (count() <= before) return;
    observer.disconnect();
    shown(Date.now());
  }).observe(document.body, { childList: true, subtree: true, characterData: true }));
}"""


def answered_at(response: Response) -> float:
    """Return when a browser had an answer, in milliseconds of the machine's clock, which all browsers here share."""
    timing = response.request.timing
    return timing["startTime"] + timing["responseStart"]


def test_3_and_4_she_books_by_clicking_and_the_owner_sees_it_live(
    visit: Open, world: World, story: dict[str, str]
) -> None:
    """Within a second by the socket; within six where sockets are refused, and where they are swallowed without a word."""
    day = friday()
    week = f"/calendar/?view=week&date={day}"
    owner = visit("owner", week, studio="lotus")
    expect(owner.locator("[data-live-status=live]").first).to_be_visible()
    refused, swallowed = (visit("owner", week, studio="lotus") for _ in range(2))
    refused.context.route_web_socket(re.compile("/ws/live/"), lambda socket: socket.close())
    swallowed.context.route_web_socket(re.compile("/ws/live/"), lambda socket: None)
    for blind in (refused, swallowed):
        blind.reload()
        expect(blind.locator("[data-live-status=polling]").first).to_be_visible()
    for looker in (owner, refused, swallowed):
        looker.locator(".cg-scroll .ev").first.wait_for()
        looker.evaluate(WATCH, CLIENT)

    page = visit("lead", week, studio="lotus")
    page.locator(".cg-scroll .ev").first.wait_for()
    before = page.locator(".cg-scroll .ev", has_text=CLIENT).count()
    click_time(page, 4, 10)
    expect(page.get_by_role("dialog").get_by_label("Starts")).to_have_value(re.compile("10:00"))
    with page.expect_response(re.compile("/calendar/book/$")) as booking:
        book(page, service="Private session", client=CLIENT)
    booked = answered_at(booking.value)
    expect(page.locator(".cg-scroll .ev", has_text=CLIENT)).to_have_count(before + 1)
    took = [one.evaluate("() => window.shownAt") - booked for one in (owner, refused, swallowed)]
    assert took[0] < 1000, took
    assert max(took) < 6000, took
    found = world.ask(
        "SELECT id::text FROM trainers_session WHERE starts_at = (%s || ' 10:00')::timestamp AT TIME ZONE 'America/Toronto'",
        str(day),
        studio="lotus",
    )
    story["session"] = found[0][0]


def test_3_the_same_hour_is_busy_elsewhere_at_summit_and_cannot_be_booked_over(
    visit: Open, world: World
) -> None:
    day = friday()
    page = visit("lead", f"/calendar/?view=week&date={day}", studio="summit")
    busy = page.locator(".cg-scroll .ev", has_text="Busy elsewhere")
    expect(busy.first).to_be_visible()
    assert "Private session" not in page.content()
    assert "Lotus" not in page.locator("main").inner_text()
    page.goto(world.url(f"/sessions/new/?date={day}&time=10:00", studio="summit"))
    choose(page.get_by_label("Service"), "Personal training")
    page.get_by_role("combobox", name="Client").fill("Luc Pelletier")
    page.get_by_label("Day").fill(str(day))
    page.get_by_label("Starts").fill("10:00")
    page.get_by_role("button", name="Book session").last.click()
    expect(page.get_by_text(re.compile(r"busy elsewhere from 10:00 to 11:15", re.IGNORECASE))).to_be_visible()
    expect(page.get_by_role("combobox", name="Client")).to_have_value("Luc Pelletier")


def test_5_the_client_is_mailed_the_local_time_and_a_calendar_file(visit: Open, world: World) -> None:
    page = visit("nobody", "/dev/mail/")
    day = f"{friday():%A} {friday().day} {friday():%B}"  # the demo's own clients are mailed of other days

    def of_that_day() -> list[Any]:
        mails = mails_about(world, "Private session")
        return [mail for mail in mails if day in mail.get_body(("plain",)).get_content()]

    mail = eventually(page, of_that_day)[-1]
    assert "client@fitflow.test" in str(mail["To"])
    body = mail.get_body(("plain",)).get_content()
    assert "10:00" in body
    assert "Toronto" in body
    calendar = next(part for part in mail.walk() if part.get_content_type() == "text/calendar").get_content()
    assert "BEGIN:VTIMEZONE" in calendar
    assert f"DTSTART;TZID=America/Toronto:{friday():%Y%m%d}T100000" in calendar.replace("\r\n ", "")
    page.reload()
    expect(page.get_by_text("Private session").first).to_be_visible()


def a_session_to_close(world: World) -> str:
    """Move a coming session of the lead's into last night, as time would have done; nobody is busy at three."""
    found = world.ask(
        "UPDATE trainers_session SET starts_at = night.at, ends_at = night.at + interval '50 minutes', room_id = NULL"
        " FROM (SELECT (date_trunc('day', now() AT TIME ZONE 'America/Toronto') - interval '21 hours')"
        "  AT TIME ZONE 'America/Toronto' AS at) night"
        " WHERE id = (SELECT s.id FROM trainers_session s JOIN trainers_trainerprofile t ON t.id = s.trainer_id"
        "  JOIN trainers_booking b ON b.session_id = s.id AND b.status = 'booked'"
        "  JOIN clients_client c ON c.id = b.client_id AND c.name = %s"
        "  WHERE t.name = 'Maya Fournier' AND s.status = 'scheduled' AND s.capacity = 1"
        "  AND s.starts_at > now() + interval '20 days'"
        "  ORDER BY s.starts_at LIMIT 1) RETURNING id::text",
        CLIENT,
        studio="lotus",
    )
    return str(found[0][0])


def test_6_she_closes_the_session_on_a_phone_in_three_taps_and_writes_and_signs_a_note(
    visit: Open, world: World, story: dict[str, str]
) -> None:
    closing = a_session_to_close(world)
    page = visit("lead", f"/sessions/{closing}/", studio="lotus", phone=True)
    taps = 0
    page.get_by_text("Here", exact=True).first.tap()
    taps += 1
    page.get_by_role("button", name="Complete session").tap()
    taps += 1
    expect(page.get_by_text("Completed").first).to_be_visible()
    assert taps <= 3
    rows = world.ask(
        "SELECT attendance FROM trainers_booking WHERE session_id = %s AND status = 'booked'",
        closing,
        studio="lotus",
    )
    assert rows == [("present",)]
    page.get_by_label(re.compile("^About|^Note")).last.fill("Hips are opening. Two short walks a day.")
    page.get_by_text("The client and I").click()
    page.get_by_role("button", name="Keep note").click()
    expect(page.get_by_text("Hips are opening").first).to_be_visible()
    stored = world.ask(
        "SELECT body, shared_with_client FROM trainers_note WHERE session_id = %s", closing, studio="lotus"
    )
    assert stored[0][1] is True
    assert "Hips" not in stored[0][0]
    note = page.locator("article.note", has_text="Hips are opening")
    expect(note).to_contain_text("The client can read it once you sign it")
    note.get_by_role("button", name="Sign").first.tap()
    page.get_by_role("button", name="Sign note").tap()
    expect(page.get_by_text("Note signed. The client can read it now.")).to_be_visible()
    story["closed"] = closing


@pytest.mark.parametrize(("studio", "taxes"), [("lotus", {"HST"}), ("summit", {"GST", "QST"})])
def test_7_the_owner_invoices_the_period_once(
    visit: Open, world: World, studio: str, taxes: set[str]
) -> None:
    last = world.ask("SELECT max(sequence) FROM billing_invoice WHERE kind = 'invoice'", studio=studio)[0][0]
    today = clock.today("America/Toronto")
    period = f"?period_from={today - timedelta(days=40)}&period_to={today + timedelta(days=1)}"
    page = visit("owner", f"/invoices/new/{period}", studio=studio)
    page.get_by_role("button", name="Issue invoices").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Issue invoices").click()
    expect(page.get_by_text(re.compile(r"\d+ invoices? issued"))).to_be_visible(timeout=60_000)
    made = world.ask(
        "SELECT sequence, total, subtotal, tax_total FROM billing_invoice WHERE kind = 'invoice' AND sequence > %s ORDER BY 1",
        last,
        studio=studio,
    )
    assert [row[0] for row in made] == list(range(last + 1, last + 1 + len(made)))
    names = {row[0] for row in world.ask("SELECT DISTINCT name FROM billing_invoicetax", studio=studio)}
    assert names == taxes
    left = world.ask(
        "SELECT count(*) FROM trainers_booking b JOIN trainers_session s ON s.id = b.session_id WHERE s.status = 'completed'"
        " AND b.attendance = 'present' AND b.price > 0"
        " AND NOT EXISTS (SELECT FROM billing_invoiceline l WHERE l.booking_id = b.id)",
        studio=studio,
    )
    assert left == [(0,)]
    page.goto(world.url(f"/invoices/new/{period}", studio=studio))
    expect(page.get_by_text("Nothing left to invoice")).to_be_visible()
    eventually(
        page,
        lambda: (
            world.ask(
                "SELECT count(*) FROM billing_invoicedocumentfile d"
                " JOIN billing_invoice i ON i.id = d.invoice_id WHERE i.sequence > %s",
                last,
                studio=studio,
            )[0][0]
            == len(made)
        ),
        seconds=60,
    )
    number = world.ask(
        "SELECT number FROM billing_invoice WHERE kind = 'invoice' AND sequence = %s", last + 1, studio=studio
    )[0][0]
    mail = eventually(page, lambda: mails_about(world, number), seconds=60)[-1]
    pdf = next(part for part in mail.walk() if part.get_content_type() == "application/pdf").get_content()
    assert pdf.startswith(b"%PDF")


def test_8_the_client_reads_her_portal_which_has_no_form_that_changes_anything(
    visit: Open, world: World
) -> None:
    page = visit("client", "/portal/", studio="lotus")
    for path in ("/portal/", "/portal/sessions/", "/portal/invoices/", "/portal/notes/", "/portal/profile/"):
        page.goto(world.url(path, studio="lotus"))
        actions = page.eval_on_selector_all(
            "form[method=post i]", "forms => forms.map(form => new URL(form.action).pathname)"
        )
        assert all(action.endswith("/logout/") for action in actions), (path, actions)
    page.goto(world.url("/portal/notes/", studio="lotus"))
    expect(page.get_by_text("Hips are opening").first).to_be_visible()
    page.goto(world.url("/portal/invoices/", studio="lotus"))
    page.get_by_role("link", name=re.compile(r"^LY-\d+")).first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("PDF")).first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def test_8_the_owner_records_an_e_transfer_and_her_figures_move(visit: Open, world: World) -> None:
    row = world.ask(
        "SELECT i.id::text, i.total FROM billing_invoice i WHERE i.kind = 'invoice' AND i.status = 'issued'"
        " ORDER BY i.sequence DESC LIMIT 1",
        studio="lotus",
    )[0]
    owed = "SELECT sum(total - amount_paid - amount_credited) FROM billing_invoice WHERE kind = 'invoice'"
    before = world.ask(owed, studio="lotus")[0][0]
    page = visit("owner", "/today/", studio="lotus")
    receivables = page.locator("section", has=page.get_by_role("heading", name="Receivables"))
    said = receivables.inner_text()
    page.goto(world.url(f"/invoices/{row[0]}/", studio="lotus"))
    page.get_by_role("button", name="Record payment").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Record payment").click()
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible()
    assert world.ask(owed, studio="lotus")[0][0] == before - row[1]
    page.goto(world.url("/today/", studio="lotus"))
    assert receivables.inner_text() != said
    unbalanced = world.ask(
        "SELECT count(*) FROM (SELECT entry_id FROM billing_posting GROUP BY 1 HAVING sum(amount) <> 0) odd",
        studio="lotus",
    )
    assert unbalanced == [(0,)]
