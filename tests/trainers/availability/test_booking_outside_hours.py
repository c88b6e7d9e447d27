"""Booking outside a trainer's hours is refused with advice, and done by who means it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import time_machine

from fitflow.core.errors import Conflict
from fitflow.tenancy.context import leave
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.plan import TORONTO, wish
from trainers.services import reschedule_session, save_exception, schedule_session, set_week
from trainers.services.availability import WeeklyHours

pytestmark = pytest.mark.usefixtures("in_june")


@pytest.fixture
def in_june() -> Any:
    with time_machine.travel("2027-06-01T12:00:00Z", tick=False):
        yield


def _at(hour: int, minute: int = 0, *, day: int = 7) -> datetime:
    return datetime(2027, 6, day, hour, minute, tzinfo=TORONTO)  # 7 June 2027 is a Monday


def _hours(cast: Cast) -> None:
    main = cast.location().pk
    hours = [WeeklyHours(day, a, b, main) for day in range(5) for a, b in ((540, 720), (780, 1020))]
    set_week(actor=SYSTEM, trainer_id=cast.trainer().pk, location_ids=[main], hours=hours)


def _book(cast: Cast, at: datetime, **more: Any) -> Any:
    return schedule_session(actor=cast.actor("owner"), **wish(cast, at, **more))


def test_a_trainer_without_hours_is_booked_at_any_time(lotus: Cast) -> None:
    _book(lotus, _at(3))


def test_it_books_within_her_hours(lotus: Cast) -> None:
    _hours(lotus)
    _book(lotus, _at(9))
    _book(lotus, _at(16))


@pytest.mark.parametrize("start", [(8, 30), (11, 30), (12, 0), (16, 15), (22, 0)])
def test_it_says_when_she_is_there(lotus: Cast, start: tuple[int, int]) -> None:
    _hours(lotus)
    with pytest.raises(
        Conflict, match="Lead is at Main from 09:00 to 12:00 and from 13:00 to 17:00 that day"
    ) as seen:
        _book(lotus, _at(*start))
    assert seen.value.details["conflict"] == "availability"
    assert seen.value.details["why"] == "hours"
    free = [datetime.fromisoformat(text).astimezone(TORONTO) for text in seen.value.details["free_starts"]]
    assert len(free) == 3
    assert all(_at(9) <= at <= _at(16) for at in free)


def test_it_books_outside_her_hours_for_who_means_it(lotus: Cast) -> None:
    _hours(lotus)
    _book(lotus, _at(20), outside_hours=True)


def test_the_product_itself_is_not_advised(lotus: Cast) -> None:
    _hours(lotus)
    schedule_session(actor=SYSTEM, **wish(lotus, _at(20)))


def test_it_knows_the_day_she_is_not_there(lotus: Cast) -> None:
    _hours(lotus)
    with pytest.raises(Conflict, match="Lead is not at Main on Saturday 12 June"):
        _book(lotus, _at(10, day=12))


def test_it_knows_time_off_for_a_part_of_the_day(lotus: Cast) -> None:
    _hours(lotus)
    off: dict[str, Any] = {"kind": "off", "starts_on": date(2027, 6, 7), "ends_on": date(2027, 6, 7)}
    save_exception(actor=SYSTEM, trainer_id=lotus.trainer().pk, starts_minute=600, ends_minute=660, **off)

    with pytest.raises(Conflict, match="Lead has time off then"):
        _book(lotus, _at(10))
    _book(lotus, _at(9))
    _book(lotus, _at(11))


def test_it_knows_a_public_holiday_of_the_place(lotus: Cast) -> None:
    _hours(lotus)
    with pytest.raises(Conflict, match="Main is closed for Canada Day"):
        _book(lotus, datetime(2027, 7, 1, 10, tzinfo=TORONTO))


def test_a_move_within_the_hours_and_a_change_of_room_are_not_asked_twice(lotus: Cast) -> None:
    _hours(lotus)
    session = _book(lotus, _at(20), outside_hours=True)
    moved = {"actor": lotus.actor("owner"), "session_id": session.pk}

    reschedule_session(**moved, starts_at=_at(20), room_id=lotus.room().pk)
    with pytest.raises(Conflict, match="Lead is at Main"):
        reschedule_session(**moved, starts_at=_at(21))
    reschedule_session(**moved, starts_at=_at(21), outside_hours=True)
    reschedule_session(**moved, starts_at=_at(9))


def test_it_says_where_she_is_that_day_instead(lotus: Cast) -> None:
    main, annex = lotus.location().pk, lotus.location("Annex").pk
    hours = [
        WeeklyHours(0, 540, 720, main),
        WeeklyHours(1, 540, 720, annex),
        WeeklyHours(1, 780, 1020, annex),
    ]
    set_week(actor=SYSTEM, trainer_id=lotus.trainer().pk, location_ids=[main, annex], hours=hours)
    with pytest.raises(Conflict) as seen:
        _book(lotus, _at(10, day=8))
    assert seen.value.message == (
        "Lead is not at Main on Tuesday 8 June. Lead is at Annex from 09:00 to 12:00 and from 13:00 to 17:00. "
        "Book there, or choose another day."
    )
    assert seen.value.details["places"] == [{"location": str(annex), "name": "Annex"}]
    with pytest.raises(Conflict) as seen:
        _book(lotus, _at(10, day=9))
    assert seen.value.message == "Lead is not at Main on Wednesday 9 June. Choose another day."
    with pytest.raises(Conflict) as seen:
        schedule_session(actor=lotus.actor("lead"), **wish(lotus, _at(10, day=8)))
    assert "You are at Annex" in seen.value.message


def test_the_form_switches_to_where_she_is_with_one_tap(lotus: Cast) -> None:
    main, annex = lotus.location().pk, lotus.location("Annex").pk
    hours = [WeeklyHours(1, 540, 720, annex)]
    set_week(actor=SYSTEM, trainer_id=lotus.trainer().pk, location_ids=[main, annex], hours=hours)
    typed = {
        "starts_on": "2027-06-08",
        "starts_at": "10:00",
        "service": lotus.service().pk,
        "client": "Client",
        "trainer": lotus.trainer().pk,
        "place": str(main),
    }
    leave()
    browser = browser_of(lotus, "owner")
    refused = browser.post("/calendar/book/", typed)
    assert refused.status_code == 422
    assert "At Annex instead" in words_of(refused)
    switched = browser.post("/calendar/book/", {**typed, "pick": f"place:{annex}"})
    assert f'value="{annex}" selected' in switched.content.decode()
    assert 'value="Client"' in switched.content.decode()
    assert browser.post("/calendar/book/", {**typed, "place": str(annex)}).status_code == 302
