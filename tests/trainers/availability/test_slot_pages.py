"""Free times, the way between places, and what a place and a service say of both, as a browser without a script uses them."""

from __future__ import annotations

import re
from typing import Any

import time_machine
from django.conf import settings

from fitflow.tenancy.context import studio_context
from studios.models import Location
from studios.shared.models import Member
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.availability.browsing import browser_as, ids, in_june
from trainers.models import Service, Session, TravelTime
from trainers.services import set_week
from trainers.services.availability import WeeklyHours
from trainers.services.travel import set_own_travel
from trainers.shared.models import TravelBetween

__all__ = ["ids", "in_june"]


def test_a_free_time_fills_the_booking_form(cast: Cast, ids: dict[str, Any]) -> None:
    with studio_context(cast.lotus):
        hours = [WeeklyHours(0, 540, 600, ids["main"])]
        set_week(actor=SYSTEM, trainer_id=ids["trainer"], location_ids=[ids["main"]], hours=hours)
    browser = browser_as(cast, "owner")
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
        page = browser_as(cast, "trainer").get("/slots/", asked)
    clocks = [start.clock for start in page.context["days"][0].starts]
    assert "01:30" in clocks
    assert "02:00" in clocks
    assert len(clocks) == len(set(clocks))


def test_a_week_without_free_times_leads_to_the_next_one(cast: Cast, ids: dict[str, Any]) -> None:
    browser = browser_as(cast, "trainer")
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
    browser = browser_as(cast, "owner")
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
    browser = browser_as(cast, "owner")
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
    assert browser_as(cast, "trainer").get("/travel/").status_code == 403


def test_a_trainers_own_way_between_her_studios(cast: Cast) -> None:
    browser = browser_as(cast, "lead", "")
    page = browser.get("/my/travel/").content.decode()
    way = re.search(r'name="(way-[^"]+)"', page)
    assert way
    assert browser.post("/my/travel/", {"default": "15", way[1]: "40"}).status_code == 302
    rows = TravelBetween.objects.filter(user=cast.user["lead"])
    assert sorted(rows.values_list("minutes", flat=True)) == [15, 40]
    Member.objects.filter(user=cast.user["lead"], studio=cast.summit).delete()
    set_own_travel(user=cast.user["lead"], default=5, ways={})
    assert sorted(rows.values_list("minutes", flat=True)) == [5, 40], "kept for when she works there again"
    assert "One studio, no way" in browser_as(cast, "trainer", "").get("/my/travel/").content.decode()


def test_a_place_says_whether_it_closes_on_holidays(cast: Cast, ids: dict[str, Any]) -> None:
    browser = browser_as(cast, "owner")
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
    browser = browser_as(cast, "owner")
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
