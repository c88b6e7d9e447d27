from __future__ import annotations

from uuid import uuid4

import pytest

from fitflow.tenancy.context import studio_context
from tests.asking import Caller
from tests.cast import Cast

PLACE = {
    "name": "Harbour",
    "address": "5 Pier Rd",
    "city": "Halifax",
    "province": "NS",
    "timezone": "America/Halifax",
}


def test_a_place_and_its_room_are_added_and_changed(cast: Cast) -> None:
    owner = Caller(cast, "owner")
    made = owner.post("locations/", PLACE)
    assert made.status == 201
    assert {name: made.data[name] for name in PLACE} == PLACE
    path = f"locations/{made.data['id']}/"
    assert owner.ask("PATCH", path, {"address": "6 Pier Rd"}).data["address"] == "6 Pier Rd"
    assert made.data["closed_on_holidays"] is True
    assert owner.ask("PATCH", path, {"closed_on_holidays": False}).data["closed_on_holidays"] is False
    room = owner.post(f"{path}rooms/", {"name": "Loft", "capacity": 9})
    assert (room.status, room.data["location"]) == (201, made.data["id"])
    assert owner.ask("PATCH", f"{path}rooms/{room.data['id']}/", {"capacity": 11}).data["capacity"] == 11
    assert [row["name"] for row in Caller(cast, "trainer").get(f"{path}rooms/").results] == ["Loft"]


@pytest.mark.parametrize(
    "wrong", [{"province": "XX"}, {"timezone": "Mars/Olympus"}, {"name": ""}, {"name": "Main"}]
)
def test_what_cannot_be_right_is_a_validation_error(cast: Cast, wrong: dict[str, str]) -> None:
    answer = Caller(cast, "owner").post("locations/", {**PLACE, **wrong})
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("capacity", [0, -1, "many", None, 10**9])
def test_a_room_holds_somebody(cast: Cast, capacity: object) -> None:
    with studio_context(cast.lotus):
        path = f"locations/{cast.location().id}/rooms/"
    assert Caller(cast, "owner").post(path, {"name": "Loft", "capacity": capacity}).status == 400


@pytest.mark.parametrize(
    ("person", "status"), [("trainer", 403), ("lead", 403), ("client", 403), (None, 401)]
)
def test_it_refuses_the_wrong_role(cast: Cast, person: str | None, status: int) -> None:
    assert Caller(cast, person).post("locations/", PLACE).status == status


def test_another_studios_place_is_not_there(cast: Cast) -> None:
    with studio_context(cast.summit):
        theirs = cast.location().id
    for there in (theirs, uuid4()):
        assert Caller(cast, "owner").get(f"locations/{there}/").status == 404
        assert (
            Caller(cast, "owner").post(f"locations/{there}/rooms/", {"name": "x", "capacity": 1}).status
            == 404
        )
