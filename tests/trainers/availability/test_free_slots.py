"""Free slots by example: what each rule takes away, and what it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test.utils import CaptureQueriesContext
from psycopg.types.range import Range

from fitflow.core.errors import Invalid, NotFound, NotPermitted
from fitflow.core.ids import uuid7
from fitflow.tenancy.context import studio_context
from fitflow.tenancy.db import connection
from studios.models import Location, Room
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.make import session
from trainers.models import Service, TravelTime
from trainers.selectors_slots import Ask, Slot, free_slots
from trainers.services import cancel_session, save_exception, set_travel, set_week
from trainers.services.availability import WeeklyHours
from trainers.shared.models import BusyTime

TORONTO = ZoneInfo("America/Toronto")
NINE, NOON, ONE, FIVE = 9 * 60, 12 * 60, 13 * 60, 17 * 60


@pytest.fixture(autouse=True)
def in_june() -> Iterator[None]:
    with time_machine.travel("2027-06-01T12:00:00Z", tick=False):
        yield


def _week(
    cast: Cast, *spans: tuple[int, int], place: str = "Main", days: Any = range(7), who: str = "lead"
) -> None:
    there = cast.location(place).pk
    set_week(
        actor=SYSTEM,
        trainer_id=cast.trainer(who).pk,
        location_ids=[there],
        hours=[WeeklyHours(day, a, b, there) for day in days for a, b in spans],
    )


def _slots(
    cast: Cast, first: date, last: date | None = None, service: str = "Private", **more: Any
) -> list[Slot]:
    ask = Ask(
        service=cast.service(service).pk,
        starts=datetime(first.year, first.month, first.day, tzinfo=TORONTO),
        ends=datetime.combine((last or first) + timedelta(days=1), datetime.min.time(), TORONTO),
        **more,
    )
    return free_slots(actor=SYSTEM, ask=ask)


def _clocks(found: list[Slot], zone: ZoneInfo = TORONTO) -> list[str]:
    return [f"{slot.starts_at.astimezone(zone):%H:%M}" for slot in found]


MONDAY = date(2027, 6, 7)


def _at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=TORONTO)


def test_lunch_is_free_of_slots_and_a_session_ends_before_it(lotus: Cast) -> None:
    _week(lotus, (NINE, NINE + 75), (ONE, ONE + 60))
    assert _clocks(_slots(lotus, MONDAY)) == ["09:00", "09:15", "13:00"]


def test_a_trainer_without_hours_offers_nothing(lotus: Cast) -> None:
    assert _slots(lotus, MONDAY) == []


def test_hours_until_midnight_go_on_into_the_next_day(lotus: Cast) -> None:
    _week(lotus, (23 * 60, 1440), days=[0])
    assert _clocks(_slots(lotus, MONDAY)) == ["23:00"]

    main = lotus.location().pk
    night = [WeeklyHours(0, 23 * 60, 1440, main), WeeklyHours(1, 0, 30, main)]
    set_week(actor=SYSTEM, trainer_id=lotus.trainer().pk, location_ids=[main], hours=night)
    assert _clocks(_slots(lotus, MONDAY)) == ["23:00", "23:15", "23:30"]


@pytest.mark.parametrize(
    ("zone", "day", "length", "hours", "most"),
    [
        ("America/Toronto", date(2027, 11, 7), 60, (60, 180), 9),  # 01:00 comes twice: three hours of time
        ("America/Toronto", date(2028, 3, 12), 60, (60, 240), 5),  # 02:00 never comes: two hours of time
        ("America/St_Johns", date(2027, 11, 7), 60, (0, 120), 9),
        ("America/Regina", date(2027, 11, 7), 60, (60, 180), 5),  # no change of clocks
        ("Australia/Lord_Howe", date(2028, 4, 2), 60, (60, 180), 7),  # half an hour comes twice
        ("Pacific/Kiritimati", date(2027, 11, 7), 60, (0, 120), 5),
    ],
)
def test_hours_are_those_of_the_wall_clock(
    lotus: Cast, zone: str, day: date, length: int, hours: tuple[int, int], most: int
) -> None:
    with time_machine.travel(
        datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=40), tick=False
    ):
        Location.objects.filter(name="Main").update(timezone=zone)
        _week(lotus, hours, days=[day.weekday()])
        there = ZoneInfo(zone)
        starts = datetime(day.year, day.month, day.day, tzinfo=there)
        ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), there)
        found = free_slots(actor=SYSTEM, ask=Ask(service=lotus.service().pk, starts=starts, ends=ends))
        assert len(found) == most
        clocks = [slot.starts_at.astimezone(there) for slot in found]
        assert all(at.date() == day and hours[0] <= at.hour * 60 + at.minute < hours[1] for at in clocks)


def test_time_off_of_a_part_of_the_day_takes_that_part(lotus: Cast) -> None:
    _week(lotus, (NINE, NOON))
    common: dict[str, Any] = {"actor": SYSTEM, "trainer_id": lotus.trainer().pk, "kind": "off"}
    save_exception(**common, starts_on=MONDAY, ends_on=MONDAY, starts_minute=10 * 60, ends_minute=11 * 60)
    assert _clocks(_slots(lotus, MONDAY)) == ["09:00", "11:00"]

    save_exception(**common, starts_on=MONDAY, ends_on=MONDAY + timedelta(days=1))
    assert _slots(lotus, MONDAY, MONDAY + timedelta(days=1)) == []


def test_time_off_at_one_place_leaves_the_other(lotus: Cast) -> None:
    _week(lotus, (NINE, NINE + 60))
    _week(lotus, (ONE, ONE + 60), place="Annex")
    save_exception(
        actor=SYSTEM,
        trainer_id=lotus.trainer().pk,
        kind="off",
        location_id=lotus.location("Annex").pk,
        starts_on=MONDAY,
        ends_on=MONDAY,
    )
    assert _clocks(_slots(lotus, MONDAY)) == ["09:00"]


def test_extra_hours_join_the_week(lotus: Cast) -> None:
    _week(lotus, (NINE, NINE + 45), days=[0])
    save_exception(
        actor=SYSTEM,
        trainer_id=lotus.trainer().pk,
        kind="extra",
        location_id=lotus.location().pk,
        starts_on=MONDAY,
        ends_on=MONDAY,
        starts_minute=NINE + 45,
        ends_minute=NINE + 75,
    )
    assert _clocks(_slots(lotus, MONDAY)) == ["09:00", "09:15"]


@pytest.mark.parametrize(
    ("province", "day", "free"),
    [
        ("ON", date(2027, 2, 15), False),  # Family Day
        ("QC", date(2027, 2, 15), True),
        ("QC", date(2027, 6, 24), False),  # Saint-Jean-Baptiste
        ("ON", date(2027, 6, 24), True),
        ("ON", date(2027, 7, 1), False),
        ("QC", date(2027, 7, 1), False),
    ],
)
def test_a_place_closes_on_the_holidays_of_its_province(
    lotus: Cast, province: str, day: date, free: bool
) -> None:
    _week(lotus, (NINE, NINE + 60))
    Location.objects.filter(name="Main").update(province=province)
    with time_machine.travel(
        datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=9), tick=False
    ):
        assert bool(_slots(lotus, day)) is free
        Location.objects.filter(name="Main").update(closed_on_holidays=False)
        assert _slots(lotus, day)


def test_buffers_keep_sessions_apart(lotus: Cast) -> None:
    _week(lotus, (NINE, FIVE))
    Service.objects.filter(name="Private").update(buffer_before_minutes=15, buffer_after_minutes=30)
    session(lotus, starts_at=_at(12))
    # An hour, then 30 minutes, must fit before 12:00; and 15 minutes pass after 13:00.
    clocks = _clocks(_slots(lotus, MONDAY))
    assert clocks[-1] == "16:00"
    assert [clock for clock in clocks if "10:15" <= clock <= "13:30"] == ["10:15", "10:30", "13:15", "13:30"]


def test_a_cancelled_session_gives_its_time_back(lotus: Cast) -> None:
    _week(lotus, (NINE, NINE + 60))
    made = session(lotus, starts_at=_at(9))
    assert _slots(lotus, MONDAY) == []
    cancel_session(actor=SYSTEM, session_id=made.pk)
    assert _clocks(_slots(lotus, MONDAY)) == ["09:00"]


def test_the_way_between_two_places_is_kept_free(lotus: Cast) -> None:
    _week(lotus, (NINE, NOON))
    annex = lotus.location("Annex")
    session(lotus, starts_at=_at(12), location=annex)
    assert _clocks(_slots(lotus, MONDAY))[-1] == "11:00"

    TravelTime.objects.create(minutes=30)  # the default
    assert _clocks(_slots(lotus, MONDAY))[-1] == "10:30"

    main = lotus.location().pk
    set_travel(actor=SYSTEM, default=30, ways={frozenset({main, annex.pk}): 45})
    assert _clocks(_slots(lotus, MONDAY))[-1] == "10:15"


def test_a_session_elsewhere_and_an_outside_calendar_take_her_time(cast: Cast) -> None:
    lead = cast.user["lead"]
    with studio_context(cast.lotus):
        _week(cast, (NINE, NOON))
    with studio_context(cast.summit):
        session(cast, starts_at=_at(9))
    BusyTime.objects.create(user=lead, kind="external", span=Range(_at(11), _at(11, 30)))
    with studio_context(cast.lotus):
        assert _clocks(_slots(cast, MONDAY)) == ["10:00"]


def test_a_room_in_use_gives_way_to_the_next_larger_one(lotus: Cast) -> None:
    _week(lotus, (NINE, NINE + 60))
    small, large = lotus.room("Studio B"), lotus.room("Studio A")
    assert [slot.room for slot in _slots(lotus, MONDAY)] == [small.pk]

    session(lotus, starts_at=_at(9), trainer="trainer", room=small)
    assert [slot.room for slot in _slots(lotus, MONDAY)] == [large.pk]

    Room.objects.filter(pk=large.pk).update(is_active=False)
    assert _slots(lotus, MONDAY) == []


def test_a_class_needs_a_room_that_holds_it(lotus: Cast) -> None:
    _week(lotus, (NINE, NINE + 60))
    assert [slot.room for slot in _slots(lotus, MONDAY, service="Class")] == [lotus.room("Studio A").pk]
    Service.objects.filter(name="Class").update(capacity=13)
    assert _slots(lotus, MONDAY, service="Class") == []


def test_a_place_without_rooms_needs_none(lotus: Cast) -> None:
    _week(lotus, (NINE, NINE + 60))
    Room.objects.filter(location=lotus.location()).delete()
    assert [slot.room for slot in _slots(lotus, MONDAY)] == [None]

    lotus.service().rooms.add(lotus.room("Annex Hall"))  # given there only
    assert _slots(lotus, MONDAY) == []


def test_a_service_names_who_gives_it_and_where(lotus: Cast) -> None:
    for who in ("lead", "trainer"):
        _week(lotus, (NINE, NINE + 60), who=who)
    assert len(_slots(lotus, MONDAY)) == 2
    lotus.service().trainers.add(lotus.trainer("trainer"))
    lotus.service().rooms.add(lotus.room("Studio A"))
    assert [(slot.trainer, slot.room) for slot in _slots(lotus, MONDAY)] == [
        (lotus.trainer("trainer").pk, lotus.room("Studio A").pk)
    ]


def test_notice_and_horizon_bound_the_start(lotus: Cast) -> None:
    _week(lotus, (NINE, NINE + 60))
    Service.objects.filter(name="Private").update(notice_hours=24, horizon_weeks=1)
    # It is Tuesday 1 June, 08:00 in Toronto.
    days = [
        slot.starts_at.astimezone(TORONTO).day for slot in _slots(lotus, date(2027, 5, 30), date(2027, 6, 30))
    ]
    assert days == [2, 3, 4, 5, 6, 7]


def test_what_has_passed_is_not_offered(lotus: Cast) -> None:
    _week(lotus, (7 * 60, 10 * 60))
    assert _clocks(_slots(lotus, date(2027, 6, 1)))[0] == "08:00"


def test_filters_leave_one_trainer_and_one_place(lotus: Cast) -> None:
    for who in ("lead", "trainer"):
        _week(lotus, (NINE, NINE + 60), who=who)
        _week(lotus, (ONE, ONE + 60), who=who, place="Annex")
    one = _slots(lotus, MONDAY, trainer=lotus.trainer().pk, location=lotus.location("Annex").pk)
    assert _clocks(one) == ["13:00"]
    assert len(_slots(lotus, MONDAY)) == 4


def test_it_asks_at_most_six_questions_for_three_months(lotus: Cast) -> None:
    for who in ("lead", "trainer"):
        _week(lotus, (NINE, FIVE), who=who)
    with CaptureQueriesContext(connection) as queries:
        found = _slots(lotus, date(2027, 6, 1), date(2027, 8, 31))
    assert len(found) > 3000
    assert len(queries) <= 6


def test_bad_questions_are_refused(lotus: Cast) -> None:
    with pytest.raises(Invalid):
        _slots(lotus, date(2027, 6, 2), date(2027, 5, 2))
    with pytest.raises(Invalid):
        _slots(lotus, date(2027, 6, 1), date(2027, 9, 30))
    with pytest.raises(NotFound):
        _slots(lotus, MONDAY, trainer=uuid7())
    with pytest.raises(NotFound):
        _slots(lotus, MONDAY, location=uuid7())
    nothing = Ask(service=uuid7(), starts=_at(9), ends=_at(10))
    with pytest.raises(NotFound):
        free_slots(actor=SYSTEM, ask=nothing)


def test_clients_and_others_do_not_ask(lotus: Cast) -> None:
    ask = Ask(service=lotus.service().pk, starts=_at(9), ends=_at(10))
    for who in ("client", "outsider"):
        with pytest.raises(NotPermitted):
            free_slots(actor=lotus.actor(who), ask=ask)
