"""The pages of hours, time off, travel and free times, as a browser without a script uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from fitflow.core.errors import NotFound
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent, Location
from studios.shared.models import Member
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from trainers.models import AvailabilityException, AvailabilityHours, Service, Session, TravelTime
from trainers.services import save_exception, set_week
from trainers.services.availability import WeeklyHours
from trainers.services.travel import set_own_travel
from trainers.shared.models import TravelBetween

PATH = "/availability/"


@pytest.fixture(autouse=True)
def in_june() -> Iterator[None]:
    with time_machine.travel("2027-06-01T12:00:00Z", tick=False):
        yield


@pytest.fixture
def ids(cast: Cast) -> dict[str, Any]:
    with studio_context(cast.lotus):
        return {
            "trainer": cast.trainer("trainer").pk,
            "lead": cast.trainer("lead").pk,
            "main": cast.location().pk,
            "annex": cast.location("Annex").pk,
            "service": cast.service().pk,
            "room": cast.room("Studio B").pk,
        }


def _browser(cast: Cast, who: str, host: str = "lotus.") -> Client:
    browser = Client(headers={"host": f"{host}{settings.PUBLIC_HOST}"})
    browser.force_login(cast.user[who], backend=settings.AUTHENTICATION_BACKENDS[0])
    return browser


def _line(day: int, number: int, starts: str, ends: str, place: Any) -> dict[str, str]:
    key = f"{day}-{number}"
    return {f"starts-{key}": starts, f"ends-{key}": ends, f"place-{key}": str(place)}


def _spans(cast: Cast) -> list[tuple[int, int, int]]:
    with studio_context(cast.lotus):
        return list(AvailabilityHours.objects.values_list("weekday", "starts_minute", "ends_minute"))


def test_a_trainer_sees_an_empty_week_and_begins_with_the_usual_one(cast: Cast, ids: dict[str, Any]) -> None:
    browser = _browser(cast, "trainer")
    assert "No hours yet" in browser.get(PATH).content.decode()

    page = browser.post(f"{PATH}{ids['trainer']}/week/", {"do": "usual"})
    assert page.status_code == 200
    assert page.content.decode().count('value="13:00"') == 5
    assert _spans(cast) == []  # nothing is saved by it


def test_she_saves_her_week_at_two_places(cast: Cast, ids: dict[str, Any]) -> None:
    data = {
        **_line(0, 0, "9", "12:00", ids["main"]),
        **_line(0, 1, "13.00", "1700", ids["annex"]),
        **_line(6, 0, "22:00", "24:00", ids["main"]),
        **_line(5, 0, "", "", ids["main"]),
    }
    answer = _browser(cast, "trainer").post(f"{PATH}{ids['trainer']}/week/", data)
    assert answer.status_code == 302
    assert _spans(cast) == [(0, 540, 720), (0, 780, 1020), (6, 1320, 1440)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("nine", "12"), "Write times such as"),
        (("12:00", "9:00"), "It ends before it starts"),
        (("9:00", "25:00"), "Write times such as"),
    ],
)
def test_what_was_typed_stays_beside_what_is_wrong(
    cast: Cast, ids: dict[str, Any], line: tuple[str, str], words: str
) -> None:
    answer = _browser(cast, "trainer").post(f"{PATH}{ids['trainer']}/week/", _line(2, 0, *line, ids["main"]))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert f'value="{line[0]}"' in page


def test_overlapping_lines_are_refused_in_words(cast: Cast, ids: dict[str, Any]) -> None:
    data = {**_line(0, 0, "9", "12", ids["main"]), **_line(0, 1, "11", "13", ids["annex"])}
    answer = _browser(cast, "owner").post(f"{PATH}{ids['trainer']}/week/", data)
    assert answer.status_code == 422
    assert "Monday: 09:00 to 12:00 at Main and 11:00 to 13:00 at Annex overlap" in answer.content.decode()


@pytest.mark.parametrize(
    ("do", "values"),
    [
        ("break:0:0", ["09:00", "12:00", "13:00", "17:00"]),
        ("remove:0:0", []),
        ("add:0", ["9:00", "17:00"]),
        ("copy", ["9:00", "17:00"] * 5),
        ("nonsense", ["9:00", "17:00"]),
        ("break:9:9", ["9:00", "17:00"]),
    ],
)
def test_buttons_change_the_form_and_save_nothing(
    cast: Cast, ids: dict[str, Any], do: str, values: list[str]
) -> None:
    data = {**_line(0, 0, "9:00", "17:00", ids["main"]), "do": do}
    answer = _browser(cast, "trainer").post(f"{PATH}{ids['trainer']}/week/", data)
    assert answer.status_code == 200
    found = re.findall(r'name="(?:starts|ends)-[^"]+" value="(\d[^"]+)"', answer.content.decode())
    assert [value.removeprefix("0") for value in found] == [value.removeprefix("0") for value in values]
    assert _spans(cast) == []


def test_of_two_who_change_a_week_at_once_the_later_one_is_told(cast: Cast, ids: dict[str, Any]) -> None:
    path, lead, owner = f"{PATH}{ids['lead']}/week/", _browser(cast, "lead"), _browser(cast, "owner")
    page = owner.get(f"{PATH}?trainer={ids['lead']}").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    hers = _line(0, 0, "9:00", "12:00", ids["main"]) | {"seen": seen[1]}
    theirs = _line(1, 0, "13:00", "17:00", ids["main"]) | {"seen": seen[1]}
    assert lead.post(path, hers).status_code == 302
    # A button that saves nothing keeps what was seen.
    again = owner.post(path, {**theirs, "do": "add:2"}).content.decode()
    assert f'name="seen" value="{seen[1]}"' in again
    late = owner.post(path, theirs)
    assert late.status_code == 422
    assert "Somebody changed these hours meanwhile." in late.content.decode()
    assert 'value="13:00"' in late.content.decode(), "what was typed stays"
    assert _spans(cast) == [(0, 540, 720)]
    # Who saves again means it.
    now = re.search(r'name="seen" value="(\w+)"', late.content.decode())
    assert now
    assert now[1] != seen[1]
    assert owner.post(path, theirs | {"seen": now[1]}).status_code == 302
    assert _spans(cast) == [(1, 780, 1020)]


def test_a_week_that_is_sent_twice_is_saved_once_and_told_so(cast: Cast, ids: dict[str, Any]) -> None:
    browser, path = _browser(cast, "trainer"), f"{PATH}{ids['trainer']}/week/"
    seen = re.search(r'name="seen" value="(\w+)"', browser.get(PATH).content.decode())
    assert seen
    week = _line(0, 0, "9:00", "12:00", ids["main"]) | {"seen": seen[1]}
    assert [browser.post(path, week).status_code for _ in range(2)] == [302, 302]
    with studio_context(cast.lotus):
        assert AuditEvent.objects.filter(action="availability.season_set").count() == 1


def test_a_week_of_a_studio_without_places_is_no_error(cast: Cast, ids: dict[str, Any]) -> None:
    with studio_context(cast.lotus):
        Location.objects.update(is_active=False)
    answer = _browser(cast, "lead").post(
        f"{PATH}{ids['lead']}/week/", _line(0, 0, "9:00", "12:00", ids["main"])
    )
    assert answer.status_code == 422
    assert "Choose the place." in answer.content.decode()


def test_managers_choose_the_trainer_and_trainers_see_themselves_only(
    cast: Cast, ids: dict[str, Any]
) -> None:
    whose = {"trainer": ids["lead"]}
    assert _browser(cast, "manager").get(PATH, whose).status_code == 200
    assert _browser(cast, "lead").get(PATH, {"trainer": ids["trainer"]}).status_code == 200
    assert _browser(cast, "trainer").get(PATH, whose).status_code == 403
    assert _browser(cast, "trainer").get(PATH, {"trainer": "x"}).status_code == 404
    assert _browser(cast, "client").get(PATH).status_code == 403


def test_time_off_is_added_changed_removed_and_brought_back(cast: Cast, ids: dict[str, Any]) -> None:
    browser = _browser(cast, "trainer")
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
    path, hers, theirs = f"{PATH}exceptions/{row.pk}/", _browser(cast, "trainer"), _browser(cast, "owner")
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
    page = _browser(cast, "trainer").post(f"{PATH}{ids['trainer']}/add/", form, follow=True)
    assert "Main is closed for Canada Day (1 Jul): no free times are offered then." in page.content.decode()
    plain = _browser(cast, "trainer").post(
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
    browser, path = _browser(cast, "trainer"), f"{PATH}exceptions/{row.pk}/"
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
    page = _browser(cast, "trainer").get(PATH).content.decode()
    assert ">Annex (out of use)</option>" in page
    assert ">Main</option>" in page


def test_extra_hours_without_times_are_refused_beside_the_field(cast: Cast, ids: dict[str, Any]) -> None:
    form = {"kind": "extra", "starts_on": "2027-06-07", "location": ids["main"]}
    answer = _browser(cast, "trainer").post(f"{PATH}{ids['trainer']}/add/", form)
    assert answer.status_code == 422
    assert "Say from when to when." in answer.content.decode()


def test_a_forged_undo_is_nothing(cast: Cast) -> None:
    assert _browser(cast, "trainer").post(f"{PATH}exceptions/restore/?row=x").status_code == 404


def test_a_free_time_fills_the_booking_form(cast: Cast, ids: dict[str, Any]) -> None:
    with studio_context(cast.lotus):
        hours = [WeeklyHours(0, 540, 600, ids["main"])]
        set_week(actor=SYSTEM, trainer_id=ids["trainer"], location_ids=[ids["main"]], hours=hours)
    browser = _browser(cast, "owner")
    page = browser.get("/slots/", {"service": ids["service"], "date": "2027-06-01"}).content.decode()
    link = re.search(r'href="(/sessions/new/\?[^"]+)"', page)
    assert link
    assert "09:00" in page

    form = browser.get(link[1].replace("&amp;", "&")).content.decode()
    assert 'value="2027-06-07"' in form
    assert 'value="09:00"' in form
    assert f'value="{ids["main"]}:{ids["room"]}" selected' in form


def test_an_hour_that_is_shown_twice_is_offered_once(cast: Cast, ids: dict[str, Any]) -> None:
    with studio_context(cast.lotus):
        hours = [WeeklyHours(6, 0, 180, ids["main"])]
        set_week(actor=SYSTEM, trainer_id=ids["trainer"], location_ids=[ids["main"]], hours=hours)
    with time_machine.travel("2027-11-05T12:00:00Z", tick=False):
        asked = {"service": str(ids["service"]), "date": "2027-11-07"}
        page = _browser(cast, "trainer").get("/slots/", asked)
    clocks = [start.clock for start in page.context["days"][0].starts]
    assert "01:30" in clocks
    assert "02:00" in clocks
    assert len(clocks) == len(set(clocks))


def test_a_week_without_free_times_leads_to_the_next_one(cast: Cast, ids: dict[str, Any]) -> None:
    browser = _browser(cast, "trainer")
    assert "Nothing free in the next three months" in browser.get("/slots/").content.decode()
    with studio_context(cast.lotus):
        Service.objects.filter(name="Class").update(is_active=False)
        Service.objects.filter(pk=ids["service"]).update(notice_hours=24 * 10)
        hours = [WeeklyHours(0, 540, 600, ids["main"])]
        set_week(actor=SYSTEM, trainer_id=ids["trainer"], location_ids=[ids["main"]], hours=hours)
    page = browser.get("/slots/").content.decode()
    assert "The next free time is on" in page
    assert "Monday 14 June" in page


def test_the_booking_form_asks_before_it_books_outside_her_hours(cast: Cast, ids: dict[str, Any]) -> None:
    with studio_context(cast.lotus):
        hours = [WeeklyHours(0, 540, 720, ids["main"])]
        set_week(actor=SYSTEM, trainer_id=ids["trainer"], location_ids=[ids["main"]], hours=hours)
    browser = _browser(cast, "owner")
    form = {
        "starts_on": "2027-06-07",
        "starts_at": "18:00",
        "service": ids["service"],
        "trainer": ids["trainer"],
        "place": ids["main"],
    }
    assert "outside_hours" not in browser.get("/sessions/new/").content.decode()
    answer = browser.post("/calendar/book/", form)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Trainer is at Main from 09:00 to 12:00 that day." in page
    assert 'name="outside_hours"' in page

    assert browser.post("/calendar/book/", {**form, "outside_hours": "on"}).status_code == 302
    with studio_context(cast.lotus):
        assert Session.objects.count() == 1


def test_travel_times_between_places(cast: Cast, ids: dict[str, Any]) -> None:
    browser = _browser(cast, "owner")
    page = browser.get("/travel/").content.decode()
    way = re.search(r'name="(way-[^"]+)"', page)
    assert way
    assert browser.post("/travel/", {"default": "20", way[1]: "35"}).status_code == 302
    with studio_context(cast.lotus):
        assert sorted(TravelTime.objects.values_list("minutes", flat=True)) == [20, 35]
        Location.objects.filter(pk=ids["annex"]).update(is_active=False)
    assert browser.post("/travel/", {"default": "25"}).status_code == 302
    with studio_context(cast.lotus):
        # The way to a place out of use waits until it is used again.
        assert sorted(TravelTime.objects.values_list("minutes", flat=True)) == [25, 35]
        Location.objects.filter(pk=ids["annex"]).update(is_active=True)
    refused = browser.post("/travel/", {"default": "x", way[1]: "9999"})
    assert refused.status_code == 422
    assert refused.content.decode().count("Write minutes, 0 to 600.") == 2
    assert _browser(cast, "trainer").get("/travel/").status_code == 403


def test_a_trainers_own_way_between_her_studios(cast: Cast) -> None:
    browser = _browser(cast, "lead", "")
    page = browser.get("/my/travel/").content.decode()
    way = re.search(r'name="(way-[^"]+)"', page)
    assert way
    assert browser.post("/my/travel/", {"default": "15", way[1]: "40"}).status_code == 302
    rows = TravelBetween.objects.filter(user=cast.user["lead"])
    assert sorted(rows.values_list("minutes", flat=True)) == [15, 40]
    Member.objects.filter(user=cast.user["lead"], studio=cast.summit).delete()
    set_own_travel(user=cast.user["lead"], default=5, ways={})
    assert sorted(rows.values_list("minutes", flat=True)) == [5, 40], "kept for when she works there again"
    assert "One studio, no way" in _browser(cast, "trainer", "").get("/my/travel/").content.decode()


def test_a_place_says_whether_it_closes_on_holidays(cast: Cast, ids: dict[str, Any]) -> None:
    browser = _browser(cast, "owner")
    form = {"name": "Main", "province": "ON", "timezone": "America/Toronto"}
    path = f"/settings/places/{ids['main']}/"
    with studio_context(cast.lotus):
        from django.urls import reverse

        path = reverse("location_edit", urlconf=settings.STUDIO_URLCONF, args=[ids["main"]])
    assert browser.post(path, form).status_code == 302
    with studio_context(cast.lotus):
        assert not Location.objects.get(pk=ids["main"]).closed_on_holidays


def test_a_service_says_when_by_whom_and_where(cast: Cast, ids: dict[str, Any]) -> None:
    from django.urls import reverse

    path = reverse("service_edit", urlconf=settings.STUDIO_URLCONF, args=[ids["service"]])
    browser = _browser(cast, "owner")
    page = browser.get(path).content.decode()
    form: dict[str, Any] = dict(re.findall(r'<input[^>]*name="([a-z_]+)"[^>]*value="([^"]*)"', page))
    form = {
        name: value
        for name, value in form.items()
        if name not in {"trainer_ids", "room_ids", "price_includes_tax"}
    }
    form |= {
        "name": "Private",
        "tax_category": "personal_service",
        "notice_hours": 12,
        "horizon_weeks": 6,
        "trainer_ids": [ids["trainer"]],
        "room_ids": [ids["room"]],
    }
    answer = browser.post(path, form)
    assert answer.status_code == 302, re.findall(r"field-error[^>]*>([^<]+)", answer.content.decode())
    with studio_context(cast.lotus):
        service = Service.objects.get(pk=ids["service"])
        assert (service.notice_hours, service.horizon_weeks) == (12, 6)
        assert [row.pk for row in service.trainers.all()] == [ids["trainer"]]
        assert [row.pk for row in service.rooms.all()] == [ids["room"]]
