"""What who runs a studio sees: figures, clients, money, prices, the team, the premises."""

from __future__ import annotations

import re
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


def test_figures_and_calendar(eyes_of: EyesOf) -> None:
    eyes = eyes_of("owner")
    visit = partial(eyes.visit, studio="lotus")
    visit("today")
    visit("today", state="table", act=acts.shows("Table"))
    visit("today", state="menus", act=acts.opens_the_menus)
    visit("today", state="studios", act=acts.opens_the_studios)
    visit("reports")
    visit("reports", state="table", act=acts.shows("Table"))
    visit("reports", state="refused", query="?period=own&since=2026-05-09&until=2026-01-01")
    for view in ("day", "week", "month"):
        visit("calendar", state=view, query=f"?view={view}")
    visit("calendar", state="filter", act=acts.opens_the_filter)
    visit("delivery_list")
    visit("delivery_list", state="none", query="?q=nobody+has+this+name")


def test_the_calendar_side_by_side_and_on_paper(eyes_of: EyesOf) -> None:
    eyes = eyes_of("owner")
    visit = partial(eyes.visit, studio="lotus")
    for by in ("trainers", "rooms", "locations"):
        visit("calendar", state=by, query=f"?view={by}")
    for view in ("trainers-week", "trainers-hours", "rooms-hours"):
        visit("calendar", state=view, query=f"?view={view}")
    visit("calendar", state="keys", act=shows_the_keys)
    for view in ("day", "week", "month", "locations", "trainers-week"):
        visit("calendar_print", state=view, query=f"?view={view}")


def shows_the_keys(page: Page) -> None:
    """Ask for the list of keys; a phone has no sheet to use them in."""
    if page.locator(".cg-scroll").is_visible():
        page.locator(".cg-scroll").press("?")
        expect(page.locator("dialog#keys")).to_be_visible()


def test_clients(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("owner")
    visit = partial(eyes.visit, studio="lotus")

    def one(condition: str) -> str:
        return world.one(
            f"SELECT id FROM clients_client c WHERE {condition} ORDER BY name LIMIT 1", studio="lotus"
        )

    priya, invited = one("name = 'Priya Raman'"), one("user_id IS NULL")
    owing = one("EXISTS (SELECT FROM billing_invoice i WHERE i.client_id = c.id AND i.status = 'issued')")
    visit("client_list")
    visit("client_list", state="none", query="?q=Zzyzx")
    visit("client_list", state="archived", query="?show=archived")
    visit("client_detail", client_id=priya)
    visit("client_detail", state="cancelled", query="?sessions=cancelled", client_id=priya)
    visit("client_detail", state="owing", client_id=owing)
    visit(
        "client_detail", state="invited", client_id=invited, act=acts.sends_if_there("Invite to the portal")
    )
    visit("client_new")
    visit(
        "client_new",
        state="refused",
        sizes=(PHONE,),
        act=acts.sends("Add client", name="", email="not an address", phone="12"),
    )
    visit("client_edit", client_id=priya)


def test_money(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("owner")
    visit = partial(eyes.visit, studio="lotus")

    def one(condition: str) -> str:
        return world.one(
            f"SELECT id FROM billing_invoice i WHERE kind = 'invoice' AND {condition} ORDER BY sequence LIMIT 1",
            studio="lotus",
        )

    today = clock.today("America/Toronto")
    everything = f"?period_from={today - timedelta(days=40)}&period_to={today + timedelta(days=1)}"
    late = one("status = 'issued' AND due_on < now()")
    visit("invoice_list")
    visit("invoice_list", state="none", query="?q=Zzyzx")
    visit("invoice_detail", state="late", invoice_id=late)
    for dialog in ("pay", "credit"):
        visit("invoice_detail", state=dialog, invoice_id=late, act=acts.opens(dialog))
    visit(
        "invoice_detail",
        state="pay-refused",
        sizes=(PHONE,),
        invoice_id=late,
        act=acts.sends_in("pay", "Record payment", amount="100000"),
    )
    paid = one("status = 'paid' AND total > 0")
    visit("invoice_detail", state="paid", invoice_id=paid)
    visit("invoice_detail", state="refund", invoice_id=paid, act=acts.opens_one("refund"))
    visit("invoicing", query=everything)
    visit("invoicing", state="issue", query=everything, act=acts.opens("issue"))
    visit("invoicing", state="nothing", query="?period_from=2020-01-01&period_to=2020-01-31")
    visit("invoicing", state="refused", query="?period_from=2026-05-09&period_to=2026-01-01", expected=422)
    visit("billing_settings")
    visit(
        "billing_settings", state="refused", sizes=(PHONE,), act=acts.sends("Save", legal_name="", email="x")
    )
    visit("price_list")
    visit("service_new")
    visit("service_new", state="refused", sizes=(PHONE,), act=acts.sends("Save", name="", price="-3"))
    visit("service_edit", service_id=world.one("SELECT id FROM trainers_service LIMIT 1", studio="lotus"))


def test_an_invoice_run(eyes_of: EyesOf, world: World) -> None:
    """At a studio of its own: the main job invoices the others' sessions."""
    eyes = eyes_of("owner2")
    today = clock.today("America/Regina")
    period = f"?period_from={today - timedelta(days=3)}&period_to={today}"
    eyes.go(world.url(f"/invoices/new/{period}", studio="prairie"))
    if not eyes.page.get_by_role("button", name="Issue invoices").first.is_visible():
        eyes.go(
            world.url(
                f"/invoices/new/?period_from={today - timedelta(days=40)}&period_to={today}", studio="prairie"
            )
        )
    acts.opens("issue")(eyes.page)
    eyes.page.get_by_role("dialog").get_by_role("button", name="Issue invoices").click()
    expect(eyes.page.get_by_text(re.compile(r"\d+ invoices? issued"))).to_be_visible(timeout=60_000)
    eyes.look("prairie-invoice_run-done")
    run = eyes.page.url.rstrip("/").rsplit("/", 1)[1]
    state = "UPDATE billing_invoicerun SET status = %s, total = %s, done = %s, finished_at = {} WHERE id = %s RETURNING id"
    world.ask(state.format("NULL"), "running", 40, 13, run, studio="prairie")
    eyes.visit("invoice_run", studio="prairie", state="under-way", run_id=run)
    world.ask(state.format("now()"), "completed", 40, 40, run, studio="prairie")
    eyes.visit("invoicing", studio="prairie", state="after-a-run")
    eyes.visit("invoice_list", studio="prairie", state="after-a-run")


def test_what_a_manager_and_an_owner_of_a_new_studio_see(eyes_of: EyesOf) -> None:
    manager = partial(eyes_of("manager").visit, studio="summit")
    for name in ("today", "calendar", "team", "studio_settings", "price_list"):
        manager(name, state="as-manager")
    owner = partial(eyes_of("owner3").visit, studio="harbour")
    for name in ("today", "calendar", "client_list", "reports", "notes_to_sign"):
        owner(name, state="new")


def test_team_and_studio(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("owner")
    visit = partial(eyes.visit, studio="lotus")
    sam = world.one("SELECT id FROM accounts_user WHERE email = 'trainer@fitflow.test'")
    room = world.one("SELECT id FROM studios_room ORDER BY name LIMIT 1", studio="lotus")
    place = world.one("SELECT id FROM studios_location ORDER BY name LIMIT 1", studio="lotus")
    visit("team")
    visit("team", state="leave", act=acts.opens("leave"))
    visit("team", state="invite", act=acts.opens("invite"))
    visit(
        "team",
        state="invite-refused",
        sizes=(PHONE,),
        act=acts.sends_in("invite", "Send invitation", email="x"),
    )
    visit("team_member", user_id=sam)
    visit("team_member", state="remove", user_id=sam, act=acts.opens("remove"))
    visit("roles")
    visit("studio_settings")
    visit("location_add")
    visit("location_add", state="refused", sizes=(PHONE,), act=acts.sends("Save"))
    visit("location_edit", location_id=place)
    visit("location_edit", state="retire", location_id=place, act=acts.opens("retire"))
    visit("room_add", location_id=place)
    visit("room_edit", room_id=room)
    visit("room_edit", state="retire", room_id=room, act=acts.opens("retire"))


def test_templates_of_notes(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("owner")
    visit = partial(eyes.visit, studio="lotus")
    soap = world.one("SELECT id FROM trainers_notetemplate WHERE kind = 'soap'", studio="lotus")
    visit("note_templates")
    visit("note_template_new")
    visit("note_template_new", state="refused", sizes=(PHONE,), act=acts.sends("Save", name="", hint="x"))
    visit("note_template_edit", template_id=soap)
    page = eyes.page
    page.get_by_role("button", name="Move down: Subjective").click()
    expect(page.locator("#preview .label").first).to_have_text("Objective")
    page.get_by_role("button", name="Add a section").click()
    page.get_by_label("Heading").last.fill("Home practice")
    expect(page.locator("#preview .label").last).to_have_text("Home practice")
    page.get_by_role("button", name="Take out: Home practice").click()
    expect(page.locator("#preview")).not_to_contain_text("Home practice")
    eyes.look("lotus-note_template_edit-moved")
    page.get_by_role("button", name="Save").click()
    eyes.settle()
    eyes.look("lotus-note_templates-saved")
    visit("note_template_edit", state="again", template_id=soap)
    page.get_by_role("button", name="Stop offering it").click()
    eyes.settle()
    eyes.look("lotus-note_templates-retired")
    page.get_by_role("button", name="Undo").click()
    eyes.settle()
    expect(page.get_by_text("is offered again")).to_be_visible()


def test_equipment(eyes_of: EyesOf, world: World) -> None:
    eyes = eyes_of("owner2")
    visit = partial(eyes.visit, studio="prairie")
    place = world.one("SELECT id FROM studios_location ORDER BY name LIMIT 1", studio="prairie")
    reformer = world.one("SELECT id FROM studios_equipment ORDER BY name LIMIT 1", studio="prairie")
    service = world.one("SELECT service_id FROM trainers_serviceequipment LIMIT 1", studio="prairie")
    visit("studio_settings", state="equipment")
    visit("equipment_add", location_id=place)
    visit(
        "equipment_add",
        state="refused",
        sizes=(PHONE,),
        act=acts.sends("Save", quantity="0"),
        location_id=place,
    )
    visit("equipment_edit", equipment_id=reformer)
    visit("equipment_edit", state="retire", equipment_id=reformer, act=acts.opens("retire"))
    visit("service_edit", state="equipment", service_id=service)
