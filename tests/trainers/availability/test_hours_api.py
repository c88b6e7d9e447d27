"""Hours, time off and extra hours by API."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from studios.shared.policies import SYSTEM
from tests.asking import Caller
from tests.cast import Cast
from tests.pages import browser_of
from trainers.models import AvailabilityException, AvailabilityHours
from trainers.services import save_exception
from trainers.services.seasons import periods_of

MONDAY = date(2027, 7, 5)


@pytest.fixture
def ids(cast: Cast) -> dict[str, Any]:
    with studio_context(cast.lotus):
        return {
            "trainer": cast.trainer("trainer").pk,
            "lead": cast.trainer("lead").pk,
            "main": str(cast.location().pk),
            "annex": str(cast.location("Annex").pk),
        }


def line(weekday: int, starts: str, ends: str, location: str, **more: Any) -> dict[str, Any]:
    return {
        "weekday": weekday, "starts": starts, "ends": ends, "location": location,
        "valid_from": None, "valid_until": None, **more,
    }  # fmt: skip


def test_a_week_with_a_lunch_break_and_a_season_is_set_and_read(cast: Cast, ids: dict[str, Any]) -> None:
    path = f"trainers/{ids['trainer']}/hours"
    week = [
        line(0, "09:00", "12:00", ids["main"]),
        line(0, "13:00", "24:00", ids["annex"]),
        line(6, "00:00", "02:30", ids["main"], valid_from="2027-07-01", valid_until="2027-08-31"),
    ]
    trainer = Caller(cast, "trainer")
    answer = trainer.ask("PUT", path, {"hours": week})
    assert (answer.status, answer.data["hours"]) == (200, week)
    assert trainer.get(path).data == answer.data
    with studio_context(cast.lotus):
        assert len(periods_of(AvailabilityHours.objects.all())) == 3
        assert AuditEvent.objects.filter(action="availability.week_set").count() == 1
    assert trainer.ask("PUT", path, {"hours": []}).data["hours"] == []


def test_of_two_who_set_a_week_the_later_one_is_told(cast: Cast, ids: dict[str, Any]) -> None:
    path = f"trainers/{ids['trainer']}/hours"
    hers, theirs = [line(0, "09:00", "12:00", ids["main"])], [line(1, "09:00", "12:00", ids["main"])]
    seen = Caller(cast, "owner").get(path).data["version"]
    first = Caller(cast, "trainer").ask("PUT", path, {"hours": hers, "version": seen})
    assert first.status == 200
    assert first.data["version"] != seen
    late = Caller(cast, "owner").ask("PUT", path, {"hours": theirs, "version": seen})
    assert (late.status, late.error["details"]["conflict"]) == (409, "version")
    assert late.error["details"]["current"] == {"version": first.data["version"]}
    assert Caller(cast, "owner").get(path).data["hours"] == hers
    meant = Caller(cast, "owner").ask("PUT", path, {"hours": theirs, "version": first.data["version"]})
    assert (meant.status, meant.data["hours"]) == (200, theirs)


@pytest.mark.parametrize(
    "far", [{"valid_until": "9999-12-31"}, {"valid_from": "0001-01-01"}, {"valid_from": "2200-01-01"}]
)
def test_days_of_another_age_are_refused_and_lock_nobody_out_of_her_pages(
    cast: Cast, ids: dict[str, Any], far: dict[str, str]
) -> None:
    week = [line(0, "09:00", "12:00", ids["main"], **far)]
    answer = Caller(cast, "trainer").ask("PUT", f"trainers/{ids['trainer']}/hours", {"hours": week})
    assert (answer.status, answer.error["details"]["field"]) == (400, next(iter(far)))
    assert browser_of(cast, "trainer").get("/availability/").status_code == 200
    with studio_context(cast.lotus), pytest.raises(IntegrityError, match="hours_valid_near_now"):
        AvailabilityHours.objects.create(
            trainer_id=ids["trainer"],
            location_id=ids["main"],
            weekday=0,
            starts_minute=0,
            ends_minute=1,
            **{name: date.fromisoformat(day) for name, day in far.items()},
        )


def test_an_overlap_names_the_lines_that_hold_at_once(cast: Cast, ids: dict[str, Any]) -> None:
    week = [
        line(0, "09:00", "17:00", ids["main"], valid_from="2028-01-01"),
        line(0, "10:00", "12:00", ids["main"], valid_until="2027-12-31"),
        line(0, "13:00", "14:00", ids["annex"], valid_from="2028-01-01"),
    ]
    answer = Caller(cast, "trainer").ask("PUT", f"trainers/{ids['trainer']}/hours", {"hours": week})
    assert answer.status == 409
    assert "09:00 to 17:00 at Main and 13:00 to 14:00 at Annex overlap" in answer.error["message"]


def test_of_two_who_change_time_off_the_later_one_is_told(cast: Cast, ids: dict[str, Any]) -> None:
    trainer, owner = Caller(cast, "trainer"), Caller(cast, "owner")
    made = trainer.post(f"trainers/{ids['trainer']}/exceptions/", {"kind": "off", "starts_on": "2027-07-05"})
    path, seen = f"exceptions/{made.data['id']}/", made.data["version"]
    first = trainer.ask("PATCH", path, {"ends_on": "2027-07-09", "version": seen})
    assert (first.status, first.data["version"] != seen) == (200, True)
    late = owner.ask("PATCH", path, {"ends_on": "2027-07-06", "version": seen})
    assert (late.status, late.error["details"]["conflict"]) == (409, "version")
    assert owner.get(path).data["ends_on"] == "2027-07-09"
    meant = owner.ask("PATCH", path, {"ends_on": "2027-07-06", "version": first.data["version"]})
    assert (meant.status, meant.data["ends_on"]) == (200, "2027-07-06")


def test_the_same_time_off_added_twice_is_one(cast: Cast, ids: dict[str, Any]) -> None:
    trainer, path = Caller(cast, "trainer"), f"trainers/{ids['trainer']}/exceptions/"
    off = {"kind": "off", "starts_on": "2027-07-05"}
    first, second = trainer.post(path, off), trainer.post(path, {**off, "reason": "Rest"})
    assert (first.status, second.status) == (201, 201)
    assert first.data["id"] == second.data["id"]
    assert [row["reason"] for row in trainer.get(path).results] == ["Rest"]
    other = trainer.post(path, {**off, "starts_on": "2027-07-06"}).data["id"]
    same = trainer.ask("PATCH", f"exceptions/{other}/", {"starts_on": "2027-07-05", "ends_on": "2027-07-05"})
    assert (same.status, same.error["details"]["conflict"]) == (409, "exception")


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts": "9"},
        {"starts": "25:00"},
        {"ends": "24:01"},
        {"starts": 9},
        {"starts": None},
        {"ends": "08:00"},
        {"weekday": 7},
        {"location": "x"},
        {"valid_from": "2027-07-02", "valid_until": "2027-07-01"},
    ],
)
def test_what_is_no_week_is_a_validation_error(
    cast: Cast, ids: dict[str, Any], wrong: dict[str, Any]
) -> None:
    week = [line(0, "09:00", "12:00", ids["main"]) | wrong]
    answer = Caller(cast, "trainer").ask("PUT", f"trainers/{ids['trainer']}/hours", {"hours": week})
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")


def test_overlap_is_a_conflict_in_words_and_another_place_is_not_there(
    cast: Cast, ids: dict[str, Any]
) -> None:
    trainer, path = Caller(cast, "trainer"), f"trainers/{ids['trainer']}/hours"
    two = [line(2, "09:00", "12:00", ids["main"]), line(2, "11:00", "13:00", ids["annex"])]
    answer = trainer.ask("PUT", path, {"hours": two})
    assert (answer.status, answer.error["details"]["conflict"]) == (409, "hours")
    assert "Wednesday: 09:00 to 12:00 at Main and 11:00 to 13:00 at Annex overlap" in answer.error["message"]
    gone = [line(0, "09:00", "12:00", str(uuid4()))]
    assert trainer.ask("PUT", path, {"hours": gone}).status == 404
    with studio_context(cast.lotus):
        assert not AvailabilityHours.objects.exists()


def test_time_off_and_extra_hours_come_change_and_go(cast: Cast, ids: dict[str, Any]) -> None:
    trainer, path = Caller(cast, "trainer"), f"trainers/{ids['trainer']}/exceptions/"
    made = trainer.post(path, {"kind": "off", "starts_on": "2027-07-05", "reason": "Rest"})
    assert made.status == 201
    assert {name: made.data[name] for name in ("ends_on", "starts", "location")} == {
        "ends_on": "2027-07-05", "starts": None, "location": None,
    }  # fmt: skip
    extra = {
        "kind": "extra", "starts_on": "2027-07-01", "ends_on": "2027-07-02",
        "starts": "18:00", "ends": "20:00", "location": ids["main"],
    }  # fmt: skip
    assert trainer.post(path, extra).status == 201
    assert [row["kind"] for row in trainer.get(path).results] == ["extra", "off"]
    assert [row["kind"] for row in trainer.get(f"{path}?from=2027-07-03").results] == ["off"]
    assert trainer.get(f"{path}?from=July").status == 400
    one = f"exceptions/{made.data['id']}/"
    changed = trainer.ask("PATCH", one, {"starts": "10:00", "ends": "12:00"})
    assert (changed.data["starts"], changed.data["reason"]) == ("10:00", "Rest")
    assert trainer.ask("PATCH", one, {"starts": None}).status == 400, "Both times, or none."
    assert trainer.ask("PATCH", one, {"starts": None, "ends": None}).data["ends"] is None
    assert trainer.get(one).data["kind"] == "off"
    assert trainer.ask("DELETE", one).status == 204
    assert trainer.get(one).status == 404
    with studio_context(cast.lotus):
        assert AvailabilityException.objects.get().kind == "extra"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "holiday"},
        {"ends_on": "2027-07-01"},
        {"kind": "extra"},
        {"kind": "extra", "starts": "09:00", "ends": "10:00"},
        {"starts": "10:00", "ends": "09:00"},
        {"starts_on": "soon"},
    ],
)
def test_what_is_no_exception_is_a_validation_error(
    cast: Cast, ids: dict[str, Any], wrong: dict[str, Any]
) -> None:
    asked = {"kind": "off", "starts_on": "2027-07-05", **wrong}
    assert Caller(cast, "trainer").post(f"trainers/{ids['trainer']}/exceptions/", asked).status == 400


def test_whose_hours_one_may_see_and_set(cast: Cast, ids: dict[str, Any]) -> None:
    for who, whose, status in (
        ("manager", "lead", 200),
        ("lead", "trainer", 200),
        ("trainer", "lead", 403),
        ("client", "trainer", 403),
        ("owner2", "trainer", 403),
    ):
        for path in ("hours", "exceptions/"):
            answer = Caller(cast, who).get(f"trainers/{ids[whose]}/{path}").status
            assert answer == status or (answer in {403, 404} and status == 403), (who, whose, path)
    with studio_context(cast.lotus):
        row = save_exception(
            actor=SYSTEM, trainer_id=ids["lead"], kind="off", starts_on=MONDAY, ends_on=MONDAY, reason="x"
        )
    assert Caller(cast, "trainer").get(f"exceptions/{row.pk}/").status == 404
    assert Caller(cast, "trainer").ask("DELETE", f"exceptions/{row.pk}/").status == 404
    with studio_context(cast.summit):
        theirs = cast.trainer("lead").pk
    assert Caller(cast, "owner").get(f"trainers/{theirs}/hours").status == 404
