"""Moving in, from the empty list to the undo, at a studio of its own: the main job counts the others' sessions."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages import acts
from tests.e2e.pages.conftest import EyesOf
from tests.e2e.pages.looking import PHONE, Act, Eyes
from tests.trainers.importing.bring import day
from tests.world import World

pytestmark = pytest.mark.e2e

CLIENTS = "Name,E-mail,Phone,Birthday\nImogen Vale,imogen.vale@example.com,416 555-0142,1990-02-03\n"
CLIENTS += "Okafor with quite a long family name that goes on and on, not-an-address,,\nRoy,=cmd|calc,+1,\n"


def chooses(kind: str, file: Path) -> Act:
    """Choose a file and what is in it."""

    def act(page: Page) -> None:
        page.get_by_label(kind).check()
        page.locator("input[type=file]").set_input_files(file)

    return act


def press(eyes: Eyes, button: str) -> None:
    eyes.page.get_by_role("button", name=button).first.click()
    eyes.settle()


def import_of(eyes: Eyes) -> str:
    found = re.search(r"/imports/([0-9a-f-]{36})/", eyes.page.url)
    assert found, eyes.page.url
    return found[1]


def test_moving_in(eyes_of: EyesOf, world: World, tmp_path: Path) -> None:
    eyes = eyes_of("owner2")
    visit = partial(eyes.visit, studio="prairie")
    visit("import_list", state="empty")
    file = tmp_path / "clients of the old program.csv"
    file.write_text(CLIENTS)
    visit("import_new")
    visit("import_new", state="refused", sizes=(PHONE,), act=acts.sends("Upload"))
    eyes.go(world.url("/imports/new/", studio="prairie"))
    chooses("Clients: one row a person", file)(eyes.page)
    press(eyes, "Upload")
    one = import_of(eyes)
    visit("import_columns", import_id=one)
    visit("import_columns", state="drop", import_id=one, act=acts.opens("drop"))
    eyes.go(world.url(f"/imports/{one}/columns/", studio="prairie"))
    eyes.page.get_by_label("Column 3").select_option("email")
    press(eyes, "Check the file")
    eyes.look("prairie-import_columns-refused", PHONE)
    eyes.page.get_by_label("Column 3").select_option("phone")
    press(eyes, "Check the file")
    expect(eyes.page.get_by_text("rows cannot be imported")).to_be_visible(timeout=60_000)
    visit("import_detail", state="checked", import_id=one)
    visit("import_detail", state="leave-out", import_id=one, act=acts.opens("run"))
    visit("import_detail", state="none", query="?q=zzyzx", import_id=one)
    visit("import_detail", state="new", query="?show=new", import_id=one)
    eyes.page.locator("[data-dialog='run']").click()
    eyes.page.get_by_role("dialog").get_by_role("button", name="Import new rows").click()
    expect(eyes.page.get_by_text("Nobody was mailed")).to_be_visible(timeout=60_000)
    visit("import_detail", state="done", import_id=one)
    visit("import_detail", state="undo", import_id=one, act=acts.opens("undo"))
    _stand_in_the_way(eyes, world, one)
    _under_way(eyes, world, one)
    visit("import_list")


def _stand_in_the_way(eyes: Eyes, world: World, one: str) -> None:
    client = world.one("SELECT id FROM clients_client WHERE name = 'Imogen Vale'", studio="prairie")
    eyes.go(world.url(f"/clients/{client}/edit/", studio="prairie"))
    acts.sends("Save", city="Regina")(eyes.page)
    eyes.go(world.url(f"/imports/{one}/", studio="prairie"), expected=200)
    eyes.expected = 409
    eyes.page.locator("[data-dialog='undo']").first.click()
    eyes.page.get_by_role("dialog").get_by_role("button", name="Undo the import").click()
    expect(eyes.page.get_by_text("It cannot be undone any more")).to_be_visible()
    eyes.look("prairie-import_undo-in-the-way")
    eyes.expected = 200


def _under_way(eyes: Eyes, world: World, one: str) -> None:
    state = "UPDATE trainers_import SET state = %s, read = %s WHERE id = %s RETURNING id"
    for name, read in (("checking", 2), ("importing", 0), ("undoing", 0)):
        world.ask(state, name, read, one, studio="prairie")
        eyes.visit("import_detail", studio="prairie", state=name, import_id=one, sizes=(PHONE,))
    world.ask(state, "undone", 0, one, studio="prairie")
    eyes.visit("import_detail", studio="prairie", state="undone", import_id=one)


def test_moving_in_with_a_timetable(eyes_of: EyesOf, world: World, tmp_path: Path) -> None:
    eyes = eyes_of("owner2")
    file = tmp_path / "timetable.csv"
    rows = "".join(
        f"{day(400)},{8 + one}:00,Massage of sixty minutes,Sam,Visitor {one},v{one}@example.com,\n"
        for one in range(3)
    )
    file.write_text(f"Date,Start time,Appointment Type,Calendar,Client,Email,Status\n{rows}")
    eyes.go(world.url("/imports/new/?kind=timetable", studio="prairie"))
    chooses("Timetable: one row a booking or session", file)(eyes.page)
    press(eyes, "Upload")
    one = import_of(eyes)
    eyes.visit("import_columns", studio="prairie", state="timetable", import_id=one)
    press(eyes, "Go on")
    expect(eyes.page.get_by_text("Which of yours are these?")).to_be_visible()
    eyes.visit("import_values", studio="prairie", import_id=one)
    for name in ("service_", "trainer_"):
        eyes.page.locator(f"select[name^={name}]").select_option(index=1)
    eyes.page.locator("[name=default_location]").select_option(index=1)
    press(eyes, "Check the file")
    expect(eyes.page.get_by_text("New sessions")).to_be_visible(timeout=60_000)
    eyes.visit("import_detail", studio="prairie", state="timetable", import_id=one)
    eyes.page.locator("[data-dialog='run']").first.click()
    eyes.page.get_by_role("dialog").get_by_role("button", name="Import", exact=True).click()
    expect(eyes.page.get_by_text("Nobody was mailed")).to_be_visible(timeout=60_000)
    eyes.visit("import_detail", studio="prairie", state="timetable-done", import_id=one)
    eyes.visit("import_detail", studio="prairie", state="tell", import_id=one, act=acts.opens("tell"))
    eyes.go(world.url(f"/imports/{one}/", studio="prairie"))
    eyes.page.locator("[data-dialog='undo']").first.click()
    eyes.page.get_by_role("dialog").get_by_role("button", name="Undo the import").click()
    expect(eyes.page.get_by_text("This import is taken back")).to_be_visible(timeout=60_000)
