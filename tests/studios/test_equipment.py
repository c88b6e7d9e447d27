"""Equipment of a place: on the studio's page, and by the API."""

from __future__ import annotations

from uuid import uuid4

import pytest

from fitflow.core.flash import undo_address
from fitflow.core.formats import span_text
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent, Equipment
from studios.services import add_equipment
from studios.shared.policies import SYSTEM
from tests.asking import Caller
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.plan import at, scheduled
from trainers.services import save_service


def reformer(cast: Cast, quantity: int = 3) -> Equipment:
    with studio_context(cast.lotus):
        return add_equipment(actor=SYSTEM, location=cast.location(), name="Reformer", quantity=quantity)


def test_equipment_is_added_changed_retired_and_used_again(cast: Cast) -> None:
    browser = browser_of(cast, "manager")
    with studio_context(cast.lotus):
        place = cast.location().pk
    assert "Nothing yet." in words_of(browser.get("/settings/"))
    browser.post(f"/settings/places/{place}/equipment/add/", {"name": "Reformer", "quantity": "3"})
    with studio_context(cast.lotus):
        row = Equipment.objects.get()
    browser.post(f"/settings/equipment/{row.pk}/", {"name": "Reformer, large", "quantity": "4"})
    answer = browser.post(f"/settings/equipment/{row.pk}/retire/", follow=True)
    assert "Reformer, large is out of use." in words_of(answer)
    browser.post(undo_address(list(answer.context["messages"])[-1]))
    with studio_context(cast.lotus):
        row.refresh_from_db()
        assert (row.name, row.quantity, row.is_active) == ("Reformer, large", 4, True)
        assert [event.action for event in AuditEvent.objects.all()[:4]] == [
            "equipment.restored",
            "equipment.retired",
            "equipment.changed",
            "equipment.added",
        ]


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(cast: Cast) -> None:
    row = reformer(cast)
    browser = browser_of(cast, "owner")
    with studio_context(cast.lotus):
        place = cast.location().pk
        save_service(actor=SYSTEM, service_id=cast.service().pk, equipment={row.pk: 1})
        later = [scheduled(cast, at(12), trainer=trainer) for trainer in ("lead", "trainer")]
        first, _ = (scheduled(cast, at(10), trainer=trainer) for trainer in ("lead", "trainer"))
        assert first.starts_at < later[0].starts_at
    answer = browser.post(f"/settings/equipment/{row.pk}/", {"name": "Reformer", "quantity": "1"})
    assert answer.status_code == 422
    words = span_text(first.starts_at, first.ends_at, "America/Toronto")
    assert answer.context["form"].errors["quantity"] == [
        f"2 are needed at once: {words}. Move or cancel some of that first."
    ]
    assert f'href="/sessions/{first.pk}/"' in answer.content.decode()
    again = browser.post(f"/settings/places/{place}/equipment/add/", {"name": "Reformer", "quantity": "1"})
    assert again.status_code == 422
    assert 'value="Reformer"' in again.content.decode()


def test_a_service_says_what_it_needs(cast: Cast) -> None:
    row = reformer(cast)
    browser = browser_of(cast, "owner")
    with studio_context(cast.lotus):
        service = cast.service().pk
    address = f"/prices/{service}/"
    page = browser.get(address)
    form = page.context["form"]
    typed = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    typed |= {f"equipment-{row.pk}": "2", "trainer_ids": [], "room_ids": []}
    typed.pop("price_includes_tax")
    assert browser.post(address, typed).status_code == 302
    assert f'name="equipment-{row.pk}" value="2"' in browser.get(address).content.decode()
    assert browser.post(address, typed | {f"equipment-{row.pk}": "9"}).status_code == 422
    owner = Caller(cast, "owner")
    wanted = [{"equipment": str(row.pk), "quantity": 2}]
    assert owner.ask("PATCH", f"services/{service}/", {"equipment": wanted}).data["equipment"] == wanted
    assert owner.get(f"services/{service}/").data["equipment"] == wanted
    kept = owner.ask("PATCH", f"services/{service}/", {"name": "Private"})
    assert kept.data["equipment"] == wanted
    assert owner.ask("PATCH", f"services/{service}/", {"equipment": []}).data["equipment"] == []
    too_many = [{"equipment": str(row.pk), "quantity": 4}]
    assert owner.ask("PATCH", f"services/{service}/", {"equipment": too_many}).status == 400
    nothing = [{"equipment": str(uuid4()), "quantity": 1}]
    assert owner.ask("PATCH", f"services/{service}/", {"equipment": nothing}).status == 404


def test_a_service_says_by_api_when_by_whom_and_where_it_is_given(cast: Cast) -> None:
    owner = Caller(cast, "owner")
    with studio_context(cast.lotus):
        service, trainer, room = cast.service().pk, str(cast.trainer("trainer").pk), str(cast.room().pk)
    with studio_context(cast.summit):
        theirs = str(cast.trainer("lead").pk)
    path = f"services/{service}/"
    said = {"notice_hours": 4, "horizon_weeks": 6, "trainers": [trainer], "rooms": [room]}
    changed = owner.ask("PATCH", path, said)
    assert {name: changed.data[name] for name in said} == said
    (listed,) = [row for row in owner.get("services/").results if row["id"] == str(service)]
    assert {name: listed[name] for name in said} == said
    kept = owner.ask("PATCH", path, {"horizon_weeks": 8}).data
    assert (kept["trainers"], kept["notice_hours"]) == ([trainer], 4)
    assert owner.ask("PATCH", path, {"trainers": []}).data["trainers"] == []
    assert owner.ask("PATCH", path, {"trainers": [theirs]}).status == 404
    for wrong in ({"notice_hours": 721}, {"horizon_weeks": 0}, {"rooms": "x"}):
        assert owner.ask("PATCH", path, wrong).status == 400


def test_the_api_keeps_equipment(cast: Cast) -> None:
    owner = Caller(cast, "owner")
    with studio_context(cast.lotus):
        path = f"locations/{cast.location().pk}/equipment/"
    made = owner.post(path, {"name": "Mat", "quantity": 12})
    assert (made.status, made.data["quantity"], made.data["is_active"]) == (201, 12, True)
    one = f"{path}{made.data['id']}/"
    assert owner.ask("PATCH", one, {"quantity": 14}).data["quantity"] == 14
    assert [row["name"] for row in Caller(cast, "trainer").get(path).results] == ["Mat"]
    assert owner.ask("PATCH", one, {"is_active": False}).data["is_active"] is False
    assert owner.get(path).results == []
    assert owner.get(one).data["quantity"] == 14


@pytest.mark.parametrize("quantity", [0, -1, 501, "some", None])
def test_there_is_some_of_it(cast: Cast, quantity: object) -> None:
    with studio_context(cast.lotus):
        path = f"locations/{cast.location().pk}/equipment/"
    assert Caller(cast, "owner").post(path, {"name": "Mat", "quantity": quantity}).status == 400


@pytest.mark.parametrize(
    ("person", "status"), [("trainer", 403), ("lead", 403), ("client", 403), (None, 401)]
)
def test_it_refuses_the_wrong_role(cast: Cast, person: str | None, status: int) -> None:
    with studio_context(cast.lotus):
        path = f"locations/{cast.location().pk}/equipment/"
    assert Caller(cast, person).post(path, {"name": "Mat", "quantity": 1}).status == status


def test_another_studios_equipment_is_not_there(cast: Cast) -> None:
    with studio_context(cast.summit):
        theirs = add_equipment(actor=SYSTEM, location=cast.location(), name="Rack", quantity=1)
    with studio_context(cast.lotus):
        ours = cast.location().pk
        service = cast.service().pk
    owner = Caller(cast, "owner")
    assert owner.get(f"locations/{ours}/equipment/{theirs.pk}/").status == 404
    assert owner.ask("PATCH", f"locations/{theirs.location_id}/equipment/{theirs.pk}/", {}).status == 404
    wanted = [{"equipment": str(theirs.pk), "quantity": 1}]
    assert owner.ask("PATCH", f"services/{service}/", {"equipment": wanted}).status == 404
    assert browser_of(cast, "owner").get(f"/settings/equipment/{theirs.pk}/").status_code == 404
