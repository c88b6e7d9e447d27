"""The pages of time off and extra hours, as a browser without a script uses them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from fitflow.core.errors import NotFound
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent, Location
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.availability.browsing import PATH, browser_as, ids, in_june
from trainers.models import AvailabilityException
from trainers.services import save_exception, set_week
from trainers.services.availability import WeeklyHours

__all__ = ["ids", "in_june"]


def test_time_off_is_added_changed_removed_and_brought_back(cast: Cast, ids: dict[str, Any]) -> None:
    browser = browser_as(cast, "trainer")
    form = {"kind": "off", "starts_on": "2027-06-07", "ends_on": "2027-06-09", "reason": "Rest"}
    assert browser.get(f"{PATH}{ids['trainer']}/add/?kind=extra").status_code == 200
    assert browser.post(f"{PATH}{ids['trainer']}/add/", form).status_code == 302
    with studio_context(cast.lotus):
        row = AvailabilityException.objects.get()
    assert "Rest" in browser.get(PATH).content.decode()

    timed = {**form, "starts_minute": "10:00", "ends_minute": "12"}
    assert browser.post(f"{PATH}exceptions/{row.pk}/", timed).status_code == 302
    assert 'value="10:00"' in browser.get(f"{PATH}exceptions/{row.pk}/").content.decode()

    page = browser.post(f"{PATH}exceptions/{row.pk}/remove/", follow=True).content.decode()
    undo = re.search(r"/availability/exceptions/restore/\?row=[^\"']+", page)
    assert undo
    with studio_context(cast.lotus):
        assert not AvailabilityException.objects.exists()
    for _ in range(2):  # said twice, it is back once
        assert "is back" in browser.post(undo[0], follow=True).content.decode()
    with studio_context(cast.lotus):
        back = AvailabilityException.objects.get()
        assert (back.starts_minute, back.ends_minute, back.reason) == (600, 720, "Rest")


def test_of_two_who_change_time_off_at_once_the_later_one_is_told(cast: Cast, ids: dict[str, Any]) -> None:
    with studio_context(cast.lotus):
        row = save_exception(
            actor=SYSTEM,
            kind="off",
            starts_on=date(2027, 6, 7),
            ends_on=date(2027, 6, 8),
            trainer_id=ids["trainer"],
        )
    path, hers, theirs = f"{PATH}exceptions/{row.pk}/", browser_as(cast, "trainer"), browser_as(cast, "owner")
    seen = re.search(r'name="seen" value="(\w+)"', theirs.get(path).content.decode())
    assert seen
    form = {"kind": "off", "starts_on": "2027-06-07", "seen": seen[1]}
    assert hers.post(path, {**form, "ends_on": "2027-06-20"}).status_code == 302
    late = theirs.post(path, {**form, "reason": "Course"})
    assert late.status_code == 422
    assert "Somebody changed these hours meanwhile." in late.content.decode()
    assert 'value="Course"' in late.content.decode()
    with studio_context(cast.lotus):
        row.refresh_from_db()
        assert (row.ends_on, row.reason) == (date(2027, 6, 20), "")
    now = re.search(r'name="seen" value="(\w+)"', late.content.decode())
    assert now
    for _ in range(2):
        assert theirs.post(path, {**form, "reason": "Course", "seen": now[1]}).status_code == 302
    with studio_context(cast.lotus):
        assert AuditEvent.objects.filter(action="availability.exception_changed").count() == 2


def test_extra_hours_on_a_holiday_say_that_the_place_is_closed(cast: Cast, ids: dict[str, Any]) -> None:
    form = {
        "kind": "extra",
        "starts_on": "2027-07-01",
        "starts_minute": "9",
        "ends_minute": "12",
        "location": ids["main"],
    }
    page = browser_as(cast, "trainer").post(f"{PATH}{ids['trainer']}/add/", form, follow=True)
    assert "Main is closed for Canada Day (1 Jul): no free times are offered then." in page.content.decode()
    plain = browser_as(cast, "trainer").post(
        f"{PATH}{ids['trainer']}/add/", {**form, "starts_on": "2027-07-02"}, follow=True
    )
    assert "is closed for" not in plain.content.decode()


def test_time_off_at_a_place_that_was_closed_does_not_become_time_off_everywhere(
    cast: Cast, ids: dict[str, Any]
) -> None:
    with studio_context(cast.lotus):
        row = save_exception(
            actor=SYSTEM,
            kind="off",
            starts_on=date(2027, 6, 7),
            ends_on=date(2027, 6, 8),
            trainer_id=ids["trainer"],
            location_id=ids["annex"],
        )
        Location.objects.filter(pk=ids["annex"]).update(is_active=False)
    browser, path = browser_as(cast, "trainer"), f"{PATH}exceptions/{row.pk}/"
    page = browser.get(path).content.decode()
    assert re.search(rf'value="{ids["annex"]}"\s+selected', page)
    typed = {"kind": "off", "starts_on": "2027-06-07", "ends_on": "2027-06-09", "location": str(ids["annex"])}
    assert browser.post(path, typed).status_code == 302
    with studio_context(cast.lotus):
        row.refresh_from_db()
        assert (row.ends_on, row.location_id) == (date(2027, 6, 9), ids["annex"])


def test_a_place_out_of_use_takes_no_new_time_off_and_is_named_so_in_the_week(
    cast: Cast, ids: dict[str, Any]
) -> None:
    with studio_context(cast.lotus):
        hours = [WeeklyHours(0, 540, 720, ids["annex"])]
        set_week(actor=SYSTEM, trainer_id=ids["trainer"], location_ids=[ids["annex"]], hours=hours)
        Location.objects.filter(pk=ids["annex"]).update(is_active=False)
        with pytest.raises(NotFound):
            save_exception(
                actor=SYSTEM,
                kind="off",
                starts_on=date(2027, 6, 7),
                ends_on=date(2027, 6, 8),
                trainer_id=ids["trainer"],
                location_id=ids["annex"],
            )
    page = browser_as(cast, "trainer").get(PATH).content.decode()
    assert ">Annex (out of use)</option>" in page
    assert ">Main</option>" in page


def test_extra_hours_without_times_are_refused_beside_the_field(cast: Cast, ids: dict[str, Any]) -> None:
    form = {"kind": "extra", "starts_on": "2027-06-07", "location": ids["main"]}
    answer = browser_as(cast, "trainer").post(f"{PATH}{ids['trainer']}/add/", form)
    assert answer.status_code == 422
    assert "Say from when to when." in answer.content.decode()


def test_a_forged_undo_is_nothing(cast: Cast) -> None:
    assert browser_as(cast, "trainer").post(f"{PATH}exceptions/restore/?row=x").status_code == 404
