"""What repeats and what is free: weekly hours, time off, ways between places, free times, series."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from fitflow.core import clock
from tests.e2e.pages import acts
from tests.e2e.pages.conftest import EyesOf
from tests.e2e.pages.looking import PHONE
from tests.world import World

pytestmark = pytest.mark.e2e


def saves_what_changed_meanwhile(page: Page) -> None:
    seen = page.locator("input[name=seen]").first
    seen.evaluate("field => { field.value = 'another' }")
    acts.sends("Save the week", **{"starts-1-0": "7:30"})(page)


def test_hours_and_free_times(eyes_of: EyesOf, world: World) -> None:
    eyes, owner = eyes_of("lead"), eyes_of("owner")
    visit = partial(eyes.visit, studio="lotus")
    her = world.one("SELECT id FROM trainers_trainerprofile WHERE name = 'Maya Fournier'", studio="lotus")
    visit("availability")
    visit("season_new", trainer_id=her)
    visit("season_new", state="refused", sizes=(PHONE,), trainer_id=her, act=acts.sends("Show what changes"))
    visit("season_new", trainer_id=her)
    summer = clock.today("America/Toronto") + timedelta(days=40)
    acts.sends(
        "Show what changes",
        first=f"{summer}",
        last=f"{summer + timedelta(days=30)}",
        **{"starts-1-0": "8:00"},
    )(eyes.page)
    eyes.look("lotus-season_preview")
    acts.sends("Save these hours")(eyes.page)
    eyes.look("lotus-availability-season")
    visit(
        "availability",
        state="end-season",
        query=f"?from={summer}&until={summer + timedelta(days=30)}",
        act=acts.opens("season-end"),
    )
    eyes.page.locator("#season-end").get_by_role("button", name="Remove these hours").click()
    eyes.look("lotus-availability-season-removed")
    eyes.page.get_by_role("button", name="Undo").click()
    eyes.look("lotus-availability-season-back")
    visit("availability", state="changed-meanwhile", act=saves_what_changed_meanwhile)
    visit("exception_new", trainer_id=her)
    today = clock.today("America/Toronto")
    acts.sends("Save", starts_on=f"{today:%Y-%m-%d}", ends_on=f"{today:%Y-%m-%d}", reason="Dentist")(
        eyes.page
    )
    eyes.look("lotus-availability-added")
    row = world.one(
        "SELECT id FROM trainers_availabilityexception ORDER BY created_at DESC LIMIT 1", studio="lotus"
    )
    visit("exception_edit", exception_id=row)
    visit(
        "exception_edit",
        state="refused",
        exception_id=row,
        sizes=(PHONE,),
        act=acts.sends("Save", ends_on="2020-01-01"),
    )
    visit("slots")
    owner.visit("travel", studio="lotus")
    owner.visit("travel", studio="summit", state="one-place")
    eyes.visit("my_travel")
    visit("calendar", state="free", act=acts.opens_free_times)


def test_series(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("lead")
    visit = partial(eyes.visit, studio="lotus")
    visit("series_list")
    visit("series_list", state="over", query="?show=over")
    visit("series_list", state="none", query="?q=zzyzx")
    visit("series_new")
    visit("series_new", state="refused", sizes=(PHONE,), act=acts.sends("Show all sessions", every="0"))
    visit("series_new", state="months", act=by_weekday_of_the_month)
    visit("series_new", state="years", act=by_year)
    visit("series_new")
    page = eyes.page
    for day in (1, 3):
        page.locator(f"[name=weekdays][value='{day}']").evaluate("box => { box.checked = true }")
    page.get_by_label("After a number of sessions").check()
    acts.sends("Show all sessions", starts_at="05:30", times="6")(page)
    eyes.look("lotus-series_preview")
    page.locator("[data-make]").click()
    eyes.settle()
    eyes.look("lotus-series_detail-made")
    series = world.one("SELECT id FROM trainers_series ORDER BY created_at DESC LIMIT 1", studio="lotus")
    one = world.one(
        "SELECT id FROM trainers_session WHERE series_id = %s ORDER BY starts_at LIMIT 1",
        series,
        studio="lotus",
    )
    visit("series_detail", series_id=series)
    visit("session_move", state="of-a-series", query="?scope=all", session_id=one)
    acts.sends("Move session", minutes="75")(page)
    eyes.look("lotus-session_change_series")
    page.locator("[name=keep]").nth(1).uncheck()
    expect(page.locator("[data-make]")).to_have_text("Change 5 sessions")
    page.get_by_role("button", name="Check again").click()
    eyes.settle()
    expect(page.get_by_text("stays as it is").last).to_be_visible()
    eyes.look("lotus-session_change_series-left-out")
    visit("session_detail", state="cancel-of-a-series", session_id=one, act=acts.opens("cancel"))
    visit("session_cancel_series", session_id=one, query="?scope=all")


def by_weekday_of_the_month(page: Page) -> None:
    page.get_by_label("Weeks, months or years").select_option("months")
    page.get_by_label("A weekday of the month").check()
    expect(page.get_by_label("Weekday", exact=True)).to_be_visible()
    expect(page.get_by_label("Day of the month", exact=True)).to_be_hidden()


def by_year(page: Page) -> None:
    page.get_by_label("Weeks, months or years").select_option("years")
    expect(page.get_by_text("On the day and month of the first one.")).to_be_visible()


def test_where_she_is_instead(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("lead")
    place = world.one("SELECT id FROM studios_location WHERE name = 'Danforth'", studio="lotus")
    saturday = clock.today("America/Toronto") + timedelta(days=7)
    saturday += timedelta(days=(5 - saturday.weekday()) % 7)
    eyes.visit("session_new", studio="lotus", query=f"?starts={saturday}T10:00&location={place}")
    eyes.page.get_by_label("Trainer").select_option(label="Maya Fournier")
    acts.sends("Book session")(eyes.page)
    eyes.look("lotus-session_new-elsewhere")
    eyes.page.get_by_role("button", name="At Queen West instead").click()
    eyes.settle()
    expect(eyes.page.locator("select[name=place] option:checked")).to_contain_text("Queen West")
