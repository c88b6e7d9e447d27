"""Setting weekly hours, time off and extra hours: who may, what is refused, what is told."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.core.ids import uuid7
from fitflow.core.models import OutboxMessage
from studios.models import AuditEvent
from tests.cast import Cast
from trainers.models import AvailabilityException, AvailabilityHours
from trainers.services import remove_exception, save_exception, set_week
from trainers.services.availability import WeeklyHours

MORNING, AFTERNOON = (9 * 60, 12 * 60), (13 * 60, 17 * 60)


def _week(place: UUID, *spans: tuple[int, int], weekday: int = 0) -> list[WeeklyHours]:
    return [WeeklyHours(weekday, starts, ends, place) for starts, ends in spans]


def _set(cast: Cast, who: str, *, whose: str = "trainer", hours: Any = None, places: Any = None) -> Any:
    main = cast.location().pk
    return set_week(
        actor=cast.actor(who),
        trainer_id=cast.trainer(whose).pk,
        location_ids=places or [main],
        hours=_week(main, MORNING, AFTERNOON) if hours is None else hours,
    )


@pytest.mark.parametrize("who", ["owner", "manager", "lead", "trainer"])
def test_it_sets_a_week_with_a_lunch_break(lotus: Cast, who: str) -> None:
    _set(lotus, who)

    rows = AvailabilityHours.objects.filter(trainer=lotus.trainer("trainer"))
    assert [(row.starts_minute, row.ends_minute) for row in rows] == [MORNING, AFTERNOON]
    assert AuditEvent.objects.filter(action="availability.week_set").count() == 1
    assert OutboxMessage.objects.filter(topic="availability.changed", lane="live").count() == 1


def test_it_replaces_the_places_named_and_leaves_the_others(lotus: Cast) -> None:
    annex = lotus.location("Annex").pk
    _set(lotus, "trainer")
    _set(lotus, "trainer", hours=_week(annex, (18 * 60, 1440)), places=[annex])
    _set(lotus, "trainer", hours=[])

    assert [row.location_id for row in AvailabilityHours.objects.all()] == [annex]


def test_a_trainer_sets_no_hours_but_her_own(lotus: Cast) -> None:
    with pytest.raises(NotPermitted):
        _set(lotus, "trainer", whose="lead")


@pytest.mark.parametrize("who", ["client", "outsider"])
def test_who_does_not_work_here_sets_nothing(lotus: Cast, who: str) -> None:
    with pytest.raises(NotPermitted):
        _set(lotus, who)


def test_a_trainer_of_another_studio_is_not_there(cast: Cast) -> None:
    from fitflow.tenancy.context import studio_context

    with studio_context(cast.lotus):
        hers = cast.trainer("trainer").pk
    with studio_context(cast.summit):
        place = cast.location().pk
        with pytest.raises(NotFound):
            set_week(actor=cast.actor("owner2", cast.summit), trainer_id=hers, location_ids=[place], hours=[])


def test_hours_that_overlap_are_refused_in_words_and_nothing_is_written(lotus: Cast) -> None:
    main = lotus.location().pk
    _set(lotus, "trainer")

    with pytest.raises(Conflict, match="Monday: 09:00 to 13:00 at Main and 12:00 to 17:00 at Main overlap"):
        _set(lotus, "trainer", hours=_week(main, (540, 780), (720, 1020)))

    assert AvailabilityHours.objects.count() == 2


def test_hours_at_two_places_at_once_are_refused(lotus: Cast) -> None:
    annex = lotus.location("Annex").pk
    _set(lotus, "trainer")
    with pytest.raises(Conflict, match="at Main and 10:00 to 11:00 at Annex overlap"):
        _set(lotus, "trainer", hours=_week(annex, (600, 660)), places=[annex])


@pytest.mark.parametrize("span", [(600, 600), (700, 600), (-1, 60), (0, 1441), (1440, 1441)])
def test_minutes_that_are_no_stretch_of_a_day_are_refused(lotus: Cast, span: tuple[int, int]) -> None:
    with pytest.raises(Invalid):
        _set(lotus, "trainer", hours=_week(lotus.location().pk, span))


def test_an_eighth_day_and_a_place_of_nowhere_are_refused(lotus: Cast) -> None:
    main = lotus.location().pk
    with pytest.raises(Invalid):
        _set(lotus, "trainer", hours=_week(main, MORNING, weekday=7))
    with pytest.raises(NotFound):
        _set(lotus, "trainer", places=[uuid7()], hours=[])
    with pytest.raises(Invalid):
        _set(lotus, "trainer", places=[main], hours=_week(lotus.location("Annex").pk, MORNING))


def _off(cast: Cast, who: str = "trainer", **fields: Any) -> AvailabilityException:
    days = {"starts_on": date(2027, 3, 1), "ends_on": date(2027, 3, 3)}
    return save_exception(
        **{
            "actor": cast.actor(who),
            "trainer_id": cast.trainer("trainer").pk,
            "kind": "off",
            **days,
            **fields,
        }
    )


def test_time_off_is_added_changed_and_removed(lotus: Cast) -> None:
    row = _off(lotus, reason="  Rest  ")
    assert row.reason == "Rest"

    changed = _off(lotus, exception_id=row.pk, starts_minute=600, ends_minute=720)
    assert (changed.pk, changed.starts_minute) == (row.pk, 600)

    remove_exception(actor=lotus.actor("lead"), exception_id=row.pk)
    assert not AvailabilityException.objects.exists()
    assert OutboxMessage.objects.filter(topic="availability.changed").count() == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"ends_on": date(2027, 2, 1)},
        {"ends_on": date(2029, 2, 1)},
        {"starts_minute": 600},
        {"starts_minute": 600, "ends_minute": 500},
        {"kind": "extra", "starts_minute": 600, "ends_minute": 700},
        {"kind": "party"},
    ],
)
def test_an_exception_that_makes_no_sense_is_refused(lotus: Cast, fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        _off(lotus, **fields)


def test_extra_hours_need_their_times(lotus: Cast) -> None:
    with pytest.raises(Invalid, match="from when to when"):
        _off(lotus, kind="extra", location_id=lotus.location().pk)


def test_the_time_off_of_who_is_not_hers_is_not_there(lotus: Cast) -> None:
    row = save_exception(
        actor=lotus.actor("owner"),
        trainer_id=lotus.trainer("lead").pk,
        kind="off",
        starts_on=date(2027, 3, 1),
        ends_on=date(2027, 3, 1),
    )
    with pytest.raises(NotFound):
        remove_exception(actor=lotus.actor("trainer"), exception_id=row.pk)
    with pytest.raises(NotFound):
        remove_exception(actor=lotus.actor("client"), exception_id=row.pk)
