"""What the API answers is what its description says. `Caller` looks at every answer; here all that can be read is asked for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from fitflow.core.clock import today
from fitflow.tenancy.context import enter, leave
from tests.asking import Caller
from tests.cast import Cast
from tests.described import description, faults
from tests.isolation.test_every_url import URLS, ids

__all__ = ["ids"]
# Files, the description itself, and what needs more than the rows of `ids`.
OTHERS = {"/api/schema/", "/api/v1/invoices/{invoice_id}/pdf"}


@pytest.mark.parametrize("person", ["owner", "trainer", "client"])
def test_all_that_can_be_read_is_as_it_is_described(person: str, ids: dict[str, Any], cast: Cast) -> None:
    leave()
    caller, day, read = Caller(cast, person), today(cast.lotus.timezone), 0
    query = {"/api/v1/availability/": f"?service={ids['service_id']}&from={day}&to={day}"}
    for path, calls in description(URLS).paths.items():
        if "get" in calls and path not in OTHERS:
            answer = caller.get(path.removeprefix("/api/v1/").format_map(ids) + query.get(path, ""))
            assert answer.status in {200, 403, 404}, path
            read += answer.status == 200
    enter(cast.lotus)
    assert read >= {"owner": 30, "trainer": 30, "client": 8}[person]


def test_what_is_everybodys_own_is_as_it_is_described(ids: dict[str, Any], cast: Cast) -> None:
    leave()
    caller = Caller(cast, "trainer", studio="")
    items = caller.get("my/calendar").data["results"]
    assert "session" in {item["kind"] for item in items}
    assert caller.get("me").data["studios"]
    enter(cast.lotus)


def test_a_field_too_many_or_too_few_is_seen() -> None:
    path = f"/api/v1/locations/{UUID(int=1)}/rooms/{UUID(int=2)}/"
    room = {
        "id": str(UUID(int=2)),
        "location": str(UUID(int=1)),
        "name": "A",
        "capacity": 3,
        "is_active": True,
    }
    few = {name: room[name] for name in ("id", "name")}
    for wrong in ({**room, "floor": 2}, few, {**room, "id": "one"}, {**room, "capacity": None}, None):
        assert faults(URLS, "GET", path, 200, wrong) != []
    assert faults(URLS, "GET", path, 200, room) == []
    assert faults(URLS, "GET", path, 201, room) != []
