from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import Care
from fitflow.core.clock import today
from fitflow.core.errors import Conflict, FitFlowError, Invalid, NotFound, NotPermitted
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from tests.cast import Cast
from tests.trainers.plan import scheduled
from tests.trainers.series.wishes import ZONE, day, instant, series_of, starts_of, wall, wish
from trainers.models import AvailabilityException, AvailabilityHours, Booking, Series, SeriesSkip, Session
from trainers.selectors import busy_elsewhere
from trainers.services.series import AHEAD, create_series, preview_series


def kinds(plan: object) -> list[list[str]]:
    return [[problem.kind for problem in row.problems] for row in plan.rows]  # type: ignore[attr-defined]


def test_it_makes_every_session_with_its_clients(lotus: Cast) -> None:
    series = series_of(lotus, clients=("Client",), room_id=lotus.room().id, actor=lotus.actor("lead"))
    assert starts_of(series) == [wall(ahead) for ahead in (0, 2, 7, 9, 14, 16)]
    assert Booking.objects.filter(session__series=series, status="booked").count() == 6
    assert set(series.sessions.values_list("booked", "capacity", "room")) == {(1, 1, lotus.room().id)}
    assert list(series.clients.all()) == [lotus.client()]
    assert Care.objects.filter(client=lotus.client(), user=lotus.user["lead"]).exists()
    assert series.made_until == day(16)


def test_it_takes_the_time_in_all_studios(cast: Cast) -> None:
    with studio_context(cast.lotus):
        series_of(cast)
    with studio_context(cast.summit):
        spans = busy_elsewhere(trainer_ids=[cast.trainer().id], starts=instant(0, 0), ends=instant(20))
    assert [span["starts_at"] for span in spans] == [instant(ahead) for ahead in (0, 2, 7, 9, 14, 16)]


def test_one_event_and_one_audit_row_speak_for_the_batch(lotus: Cast) -> None:
    series = series_of(lotus, clients=("Client",))
    rows = OutboxMessage.objects.filter(studio_id=lotus.lotus.id, state="pending")
    assert sorted(rows.filter(ids__has_key="series").values_list("topic", "lane")) == [
        ("series.scheduled", "live"),
        ("series.scheduled", "mail"),
    ]
    assert not rows.filter(topic__startswith="session.").exists()
    assert AuditEvent.objects.get(subject_id=series.pk).facts["sessions"] == 6


def test_without_an_end_it_is_made_26_weeks_ahead(lotus: Cast) -> None:
    series = series_of(lotus, "FREQ=WEEKLY;BYDAY=MO")
    assert series.made_until == max(today(ZONE), day()) + AHEAD
    assert len(starts_of(series)) == 27


def test_what_is_left_out_is_not_made_and_is_kept_in_mind(lotus: Cast) -> None:
    series = series_of(lotus, skip=[wall(2), wall(7)])
    assert starts_of(series) == [wall(ahead) for ahead in (0, 9, 14, 16)]
    assert set(series.skips.values_list("occurrence", "why")) == {
        (wall(2), "left_out"),
        (wall(7), "left_out"),
    }


def test_a_moved_one_keeps_its_place_in_the_series(lotus: Cast) -> None:
    series = series_of(lotus, moves={wall(2): instant(3, 15)})
    moved = Session.objects.get(series=series, occurrence=wall(2))
    assert moved.starts_at == instant(3, 15)


def test_holidays_are_named_and_left_out_where_it_is_asked(lotus: Cast) -> None:
    year = today(ZONE).year + 1
    more = {"starts": f"{year}-12-24T09:00", "rule": "FREQ=DAILY;COUNT=3"}
    plan = preview_series(actor=lotus.actor("lead"), **wish(lotus, **more))
    assert "Public holiday: Christmas Day" in [problem.words for problem in plan.rows[1].problems]
    assert not plan.left_out
    assert not plan.blocked
    series = series_of(lotus, skips_holidays=True, **more)
    assert starts_of(series) == [f"{year}-12-24T09:00"]
    assert list(series.skips.order_by("occurrence").values_list("occurrence", "why")) == [
        (f"{year}-12-25T09:00", "holiday"),
        (f"{year}-12-26T09:00", "holiday"),
    ]


def test_the_preview_names_every_kind_of_clash(cast: Cast) -> None:
    with studio_context(cast.summit):
        scheduled(cast, instant(0))
    with studio_context(cast.lotus):
        scheduled(cast, instant(2))
        scheduled(cast, instant(7), trainer="trainer", room_id=cast.room().id)
        trainer, place = cast.trainer(), cast.location()
        for weekday in (0, 2):
            AvailabilityHours.objects.create(
                trainer=trainer, location=place, weekday=weekday, starts_minute=480, ends_minute=720
            )
        AvailabilityException.objects.create(trainer=trainer, kind="off", starts_on=day(9), ends_on=day(9))
        plan = preview_series(
            actor=cast.actor("lead"),
            **wish(cast, room_id=cast.room().id, moves={wall(14): instant(14, 18)}),
        )
        found = [[problem for problem in row.problems if problem.kind != "holiday"] for row in plan.rows]
    assert [[problem.kind for problem in some] for some in found] == [
        ["trainer"],
        ["trainer"],
        ["room"],
        ["off"],
        ["hours"],
        [],
    ]
    assert found[0][0].words == "You are busy elsewhere from 09:00 to 10:00"
    assert found[1][0].words == "You are busy from 09:00 to 10:00"
    assert (
        found[2][0].words == "Main, Studio A is in use from 09:00 to 10:00" or "in use" in found[2][0].words
    )
    assert [row.occurrence.wall for row in plan.blocked] == [wall(0), wall(2), wall(7)]


def test_what_is_left_out_blocks_nothing(lotus: Cast) -> None:
    scheduled(lotus, instant(2))
    assert not preview_series(actor=lotus.actor("lead"), **wish(lotus, skip=[wall(2)])).blocked


def test_two_moved_onto_each_other_clash_with_themselves(lotus: Cast) -> None:
    more = wish(lotus, moves={wall(2): instant(0, 9)})
    plan = preview_series(actor=lotus.actor("lead"), **more)
    assert "itself" in kinds(plan)[1]
    with pytest.raises(Conflict):
        create_series(actor=lotus.actor("lead"), **more)


def test_one_clash_makes_none_of_them(lotus: Cast) -> None:
    scheduled(lotus, instant(9))
    with pytest.raises(Conflict) as refused:
        series_of(lotus, actor=lotus.actor("lead"))
    assert refused.value.details["conflict"] == "series"
    assert [one["occurrence"] for one in refused.value.details["occurrences"]] == [wall(9)]
    assert "1 of 6 clashes" in refused.value.message
    assert "You are busy from 09:00 to 10:00" in refused.value.message
    assert not Series.objects.exists()
    assert not SeriesSkip.objects.exists()
    assert Session.objects.count() == 1


def test_too_many_clients_make_none_of_them(lotus: Cast) -> None:
    with pytest.raises(Conflict) as refused:
        series_of(lotus, clients=("Client", "Étienne Caron"))
    assert refused.value.details["conflict"] == "capacity"
    assert not Series.objects.exists()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"service_id": uuid4()}, NotFound),
        ({"trainer_id": uuid4()}, NotFound),
        ({"location_id": uuid4()}, NotFound),
        ({"room_id": uuid4()}, NotFound),
        ({"client_ids": [uuid4()]}, NotFound),
        ({"starts": "2026-11-24 09:00"}, Invalid),
        ({"starts": "0001-01-01T00:00"}, Invalid),
        ({"starts": "9999-12-31T23:59"}, Invalid),
        ({"starts": "2020-01-06T09:00"}, Conflict),
        ({"rule": "FREQ=HOURLY"}, Invalid),
        ({"rule": "FREQ=DAILY;UNTIL=20400101"}, Invalid),
        ({"rule": "FREQ=WEEKLY;BYDAY=MO;UNTIL=20200101"}, Invalid),
        ({"rule": "FREQ=YEARLY;COUNT=5"}, Conflict),
        ({"skip": ["2026-11-24T09:01"]}, Invalid),
        ({"moves": {"nonsense": instant()}}, Invalid),
    ],
)
def test_what_cannot_be_is_refused(lotus: Cast, change: dict[str, object], error: type[FitFlowError]) -> None:
    with pytest.raises(error):
        create_series(actor=lotus.actor("lead"), **{**wish(lotus), **change})
    assert not Series.objects.exists()


def test_leaving_all_out_is_refused(lotus: Cast) -> None:
    with pytest.raises(Invalid, match="Keep at least one"):
        series_of(lotus, "FREQ=WEEKLY;COUNT=1", skip=[wall()])


@pytest.mark.parametrize("person", ["owner", "manager", "lead", "trainer"])
def test_who_may_schedule_for_a_trainer_may_repeat(lotus: Cast, person: str) -> None:
    assert series_of(lotus, trainer="trainer", actor=lotus.actor(person))


@pytest.mark.parametrize("person", ["client", "outsider"])
def test_it_refuses_who_does_not_work_here(lotus: Cast, person: str) -> None:
    with pytest.raises(NotPermitted):
        series_of(lotus, actor=lotus.actor(person))


def test_it_refuses_a_trainer_who_is_not_hers(lotus: Cast) -> None:
    with pytest.raises(NotPermitted):
        series_of(lotus, actor=lotus.actor("trainer"))


def test_it_refuses_what_another_studio_has(cast: Cast) -> None:
    with studio_context(cast.summit):
        foreign = {"service_id": cast.service().id, "location_id": cast.location().id}
    with studio_context(cast.lotus):
        for name, value in foreign.items():
            with pytest.raises(NotFound):
                create_series(actor=cast.actor("lead"), **{**wish(cast), name: value})


def test_a_preview_takes_as_many_queries_for_a_hundred_as_for_two(lotus: Cast) -> None:
    taken = []
    for count in (2, 100):
        with CaptureQueriesContext(connection) as queries:
            plan = preview_series(
                actor=lotus.actor("lead"),
                **wish(lotus, f"FREQ=WEEKLY;BYDAY=MO,WE;COUNT={count}", room_id=lotus.room().id),
            )
        assert len(plan.rows) == count
        taken.append(len(queries))
    assert taken[0] == taken[1] <= 14


def test_a_year_of_two_a_week_is_made_in_few_queries(lotus: Cast) -> None:
    with CaptureQueriesContext(connection) as queries:
        series = series_of(lotus, "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=100", clients=("Client",))
    assert series.sessions.count() == 100
    assert len(queries) <= 40, len(queries)
