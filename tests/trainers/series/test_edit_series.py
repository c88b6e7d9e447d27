from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fitflow.core.clock import now, today
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.plan import scheduled
from tests.trainers.series.wishes import ZONE, instant, nth, series_of, starts_of, wall
from trainers.models import Booking, Series, Session
from trainers.recurrence import WALL, walls
from trainers.services.series import rule_of, words_of
from trainers.services.series_closing import cancel_sessions
from trainers.services.series_edits import edit_session, preview_series_edit
from trainers.services.series_nightly import carry_on_series, due_series


def rule_starts(series: Series) -> list[str]:
    return [one.strftime(WALL) for one in walls(rule_of(series), series.starts)]


def edit(cast: Cast, session: Session, scope: str, actor: str = "lead", **more: Any) -> Session:
    return edit_session(actor=cast.actor(actor), session_id=session.pk, scope=scope, **more)


def test_this_one_moves_alone(lotus: Cast) -> None:
    series = series_of(lotus)
    edit(lotus, nth(series, 1), "this", starts_at=instant(3, 14), duration_minutes=30)
    assert starts_of(series) == [wall(0), wall(3, 14), wall(7), wall(9), wall(14), wall(16)]
    moved = nth(series, 1)
    assert moved.ends_at - moved.starts_at == timedelta(minutes=30)
    series.refresh_from_db()
    assert series.version == 1


def test_following_begins_a_series_of_its_own(lotus: Cast) -> None:
    old = series_of(lotus, clients=("Client",))
    edit(lotus, nth(old, 2), "following", starts_at=instant(7, 11))
    old.refresh_from_db()
    new = Series.objects.get(follows=old)
    assert starts_of(old) == rule_starts(old) == [wall(0), wall(2)]
    assert starts_of(new) == rule_starts(new) == [wall(7, 11), wall(9, 11), wall(14, 11), wall(16, 11)]
    assert old.ended_at is not None
    assert (old.version, new.version, new.ended_at) == (2, 1, None)
    assert list(new.clients.all()) == [lotus.client()]
    assert "at 11:00, 4 times" in words_of(new)
    assert Booking.objects.filter(session__series=new, status="booked").count() == 4
    assert list(new.sessions.values_list("occurrence", flat=True).order_by("occurrence")) == starts_of(new)


def test_following_moves_the_days_too(lotus: Cast) -> None:
    old = series_of(lotus)
    edit(lotus, nth(old, 3), "following", starts_at=instant(10, 8))
    new = Series.objects.get(follows=old)
    assert starts_of(new) == rule_starts(new) == [wall(10, 8), wall(15, 8), wall(17, 8)]


def test_all_moves_in_place_while_nothing_is_past(lotus: Cast) -> None:
    series = series_of(lotus)
    edit(lotus, nth(series, 4), "all", starts_at=instant(14, 9) + timedelta(minutes=30))
    series.refresh_from_db()
    assert starts_of(series) == rule_starts(series)
    assert starts_of(series)[0].endswith("T09:30")
    assert (Series.objects.count(), series.version) == (1, 2)


def test_a_daily_series_moves_by_a_day_over_its_own_places(lotus: Cast) -> None:
    series = series_of(lotus, "FREQ=DAILY;COUNT=5", room_id=lotus.room().id)
    edit(lotus, nth(series, 0), "all", starts_at=instant(1))
    assert starts_of(series) == [wall(ahead) for ahead in (1, 2, 3, 4, 5)]
    edit(lotus, nth(series, 0), "all", starts_at=instant(0))
    series.refresh_from_db()
    assert starts_of(series) == rule_starts(series) == [wall(ahead) for ahead in range(5)]


def test_what_is_past_or_completed_never_changes(lotus: Cast) -> None:
    series = series_of(lotus)
    first, second = nth(series, 0), nth(series, 1)
    past = now() - timedelta(days=2)
    Session.objects.filter(pk=first.pk).update(starts_at=past, ends_at=past + timedelta(hours=1))
    later = past + timedelta(hours=5)
    Session.objects.filter(pk=second.pk).update(
        starts_at=later, ends_at=later + timedelta(hours=1), status="completed"
    )
    before = list(Session.objects.filter(pk__in=[first.pk, second.pk]).order_by("pk").values())
    edit(lotus, nth(series, 3), "all", starts_at=instant(9, 12), trainer_id=lotus.trainer("trainer").id)
    assert list(Session.objects.filter(pk__in=[first.pk, second.pk]).order_by("pk").values()) == before
    new = Series.objects.get(follows=series)
    assert starts_of(new) == [wall(ahead, 12) for ahead in (7, 9, 14, 16)]
    assert set(new.sessions.values_list("trainer__name", flat=True)) == {"Trainer"}
    with pytest.raises(Conflict) as refused:
        edit(lotus, first, "following", starts_at=instant(7, 15))
    assert refused.value.details["conflict"] == "status"


def test_one_that_was_changed_by_itself_keeps_that(lotus: Cast) -> None:
    series = series_of(lotus)
    edit(lotus, nth(series, 2), "this", starts_at=instant(8, 17))
    edit(lotus, nth(series, 0), "all", starts_at=instant(0, 10), duration_minutes=45)
    assert starts_of(series) == [
        wall(0, 10),
        wall(2, 10),
        wall(8, 17),
        wall(9, 10),
        wall(14, 10),
        wall(16, 10),
    ]
    assert nth(series, 2).occurrence == wall(7, 10)
    lengths = {one.ends_at - one.starts_at for one in series.sessions.all()}
    assert lengths == {timedelta(minutes=45)}


def test_trainer_room_and_length_change_without_the_time(lotus: Cast) -> None:
    series = series_of(lotus, room_id=lotus.room().id)
    edit(
        lotus,
        nth(series, 0),
        "all",
        "owner",
        trainer_id=lotus.trainer("trainer").id,
        room_id=None,
        duration_minutes=90,
    )
    assert set(series.sessions.values_list("trainer__name", flat=True)) == {"Trainer"}
    assert not series.sessions.filter(room__isnull=False).exists()
    series.refresh_from_db()
    assert (series.trainer.name, series.room, series.duration_minutes) == ("Trainer", None, 90)
    assert starts_of(series)[0] == wall(0)


def test_left_out_and_cancelled_ones_move_along(lotus: Cast) -> None:
    from trainers.services import cancel_session

    series = series_of(lotus, skip=[wall(9)])
    cancel_session(actor=lotus.actor("lead"), session_id=nth(series, 1).pk)
    edit(lotus, nth(series, 0), "all", starts_at=instant(1, 10))
    assert starts_of(series) == [wall(1, 10), wall(8, 10), wall(15, 10), wall(17, 10)]
    assert list(series.skips.values_list("occurrence", flat=True)) == [wall(10, 10)]
    assert Session.objects.get(series=series, status="cancelled").occurrence == wall(3, 10)


def test_a_clash_changes_nothing_and_is_named(lotus: Cast) -> None:
    series = series_of(lotus)
    scheduled(lotus, instant(9, 11))
    with pytest.raises(Conflict) as refused:
        edit(lotus, nth(series, 0), "all", starts_at=instant(0, 11))
    assert [one["occurrence"] for one in refused.value.details["occurrences"]] == [wall(9)]
    series.refresh_from_db()
    assert starts_of(series) == rule_starts(series) == [wall(ahead) for ahead in (0, 2, 7, 9, 14, 16)]
    assert series.version == 1


def test_the_preview_tells_what_is_touched_and_writes_nothing(lotus: Cast) -> None:
    series = series_of(lotus, clients=("Client",))
    edit(lotus, nth(series, 2), "this", starts_at=instant(8, 17))
    plan = preview_series_edit(
        actor=lotus.actor("lead"), session_id=nth(series, 1).pk, scope="following", starts_at=instant(2, 10)
    )
    assert [change.keeps_time for change in plan.changes] == [False, True, False, False, False]
    assert (plan.untouched, plan.clients, plan.splits) == (1, 1, True)
    assert "at 10:00, 5 times" in plan.words
    assert Series.objects.count() == 1


def test_an_old_version_is_refused_with_the_state_there_is(lotus: Cast) -> None:
    series = series_of(lotus)
    edit(lotus, nth(series, 0), "all", starts_at=instant(0, 10), version=1)
    with pytest.raises(Conflict) as refused:
        edit(lotus, nth(series, 0), "all", starts_at=instant(0, 11), version=1)
    assert refused.value.details["conflict"] == "version"
    assert refused.value.details["current"]["version"] == 2
    assert starts_of(series)[0] == wall(0, 10)


def test_changing_nothing_writes_nothing(lotus: Cast) -> None:
    series = series_of(lotus)
    edit(lotus, nth(series, 0), "all", starts_at=instant(0))
    series.refresh_from_db()
    assert series.version == 1
    assert not OutboxMessage.objects.filter(topic="series.changed").exists()


def test_a_monthly_series_keeps_its_day(lotus: Cast) -> None:
    series = series_of(lotus, "FREQ=MONTHLY;COUNT=3")
    with pytest.raises(Invalid, match="keeps its day"):
        edit(lotus, nth(series, 0), "all", starts_at=instant(1))


@pytest.mark.parametrize(
    "more",
    [{"scope": "most"}, {"scope": "all", "duration_minutes": 0}, {"scope": "all", "duration_minutes": 721}],
)
def test_what_cannot_be_is_refused(lotus: Cast, more: dict[str, Any]) -> None:
    series = series_of(lotus)
    with pytest.raises(Invalid):
        edit(lotus, nth(series, 0), **more)


def test_a_session_that_does_not_repeat_has_no_following(lotus: Cast) -> None:
    with pytest.raises(Invalid, match="does not repeat"):
        edit(lotus, scheduled(lotus, instant()), "following", starts_at=instant(0, 12))


def test_it_refuses_who_may_not_change_them_all(lotus: Cast) -> None:
    series = series_of(lotus)
    for person in ("trainer",):
        with pytest.raises(NotPermitted):
            edit(lotus, nth(series, 0), "all", person, starts_at=instant(0, 12))
    with pytest.raises(NotFound):
        edit(lotus, nth(series, 0), "all", "client", starts_at=instant(0, 12))
    own = series_of(lotus, trainer="trainer")
    edit(lotus, nth(own, 3), "this", "owner", trainer_id=lotus.trainer("lead").id, starts_at=instant(9, 18))
    with pytest.raises(NotPermitted, match="Somebody else"):
        edit(lotus, nth(own, 0), "all", "trainer", starts_at=instant(0, 12))


def test_another_studios_series_is_not_there(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = nth(series_of(cast), 0)
    with studio_context(cast.summit), pytest.raises(NotFound):
        edit_session(
            actor=cast.actor("owner2", cast.summit), session_id=session.pk, scope="all", starts_at=instant()
        )


def test_what_was_cancelled_after_them_is_not_taken_up_again_by_a_split(lotus: Cast) -> None:
    old = series_of(lotus, "FREQ=WEEKLY;BYDAY=MO")
    cancel_sessions(actor=SYSTEM, session_id=nth(old, 4).pk, scope="following")
    Session.objects.filter(pk=nth(old, 0).pk).update(status="completed")
    edit(lotus, nth(old, 1), "all", starts_at=instant(7, 11))
    new = Series.objects.get(follows=old)
    assert starts_of(new) == [wall(7, 11), wall(14, 11), wall(21, 11)]
    Series.objects.update(made_until=today(ZONE))
    assert due_series() == []
    assert carry_on_series(series_id=new.pk) == 0


def test_one_moved_alone_goes_back_to_where_its_rule_has_it(lotus: Cast) -> None:
    series = series_of(lotus)
    edit(lotus, nth(series, 2), "this", starts_at=instant(7, 11))
    edit(lotus, nth(series, 2), "all", starts_at=instant(7, 9))
    assert starts_of(series) == rule_starts(series)
    assert wall(7, 9) in starts_of(series)


def test_none_of_them_goes_more_than_two_years_ahead(lotus: Cast) -> None:
    series = series_of(lotus, "FREQ=WEEKLY;BYDAY=MO;COUNT=60")
    before = starts_of(series)
    with pytest.raises(Conflict, match="More than two years ahead"):
        edit(lotus, nth(series, 0), "all", starts_at=instant(7 * 80, 9))
    assert starts_of(series) == before


# Leaving single sessions out of a change


def test_what_is_left_out_stays_as_it_is_within_the_series(lotus: Cast) -> None:
    series = series_of(lotus, clients=("Client",))
    out = [nth(series, 1).pk, nth(series, 4).pk]
    edit(
        lotus,
        nth(series, 0),
        "all",
        starts_at=instant(0, 11),
        trainer_id=lotus.trainer("trainer").pk,
        duration_minutes=30,
        leave_out=out,
    )
    series.refresh_from_db()
    assert starts_of(series) == [wall(0, 11), wall(2), wall(7, 11), wall(9, 11), wall(14), wall(16, 11)]
    assert rule_starts(series) == [wall(ahead, 11) for ahead in (0, 2, 7, 9, 14, 16)]
    kept = Session.objects.filter(pk__in=out)
    assert {one.trainer for one in kept} == {lotus.trainer("lead")}
    assert {one.ends_at - one.starts_at for one in kept} == {timedelta(hours=1)}
    assert {one.occurrence for one in kept} == {wall(2, 11), wall(14, 11)}
    assert series.trainer == lotus.trainer("trainer")


def test_left_out_of_following_it_goes_along_unchanged(lotus: Cast) -> None:
    old = series_of(lotus)
    left = nth(old, 4)
    edit(lotus, nth(old, 2), "following", starts_at=instant(7, 11), leave_out=[left.pk])
    new = Series.objects.get(follows=old)
    assert starts_of(new) == [wall(7, 11), wall(9, 11), wall(14), wall(16, 11)]
    left.refresh_from_db()
    assert (left.series, left.occurrence) == (new, wall(14, 11))


def test_what_clashes_is_left_out_and_the_rest_is_changed(lotus: Cast) -> None:
    series = series_of(lotus)
    scheduled(lotus, instant(9, 14))
    wished: dict[str, Any] = {"starts_at": instant(0, 14)}
    with pytest.raises(Conflict, match="1 of 6 clashes"):
        edit(lotus, nth(series, 0), "all", **wished)
    edit(lotus, nth(series, 0), "all", **wished, leave_out=[nth(series, 3).pk])
    assert starts_of(series) == [wall(0, 14), wall(2, 14), wall(7, 14), wall(9), wall(14, 14), wall(16, 14)]


def test_moving_onto_what_is_left_out_is_refused(lotus: Cast) -> None:
    """Daily sessions one day later, the second of which stays: the first would lie on it."""
    series = series_of(lotus, "FREQ=DAILY;COUNT=3")
    plan = preview_series_edit(
        actor=lotus.actor("lead"),
        session_id=nth(series, 0).pk,
        scope="all",
        starts_at=instant(1),
        leave_out=[nth(series, 1).pk],
    )
    assert len(plan.blocked) == 1
    with pytest.raises(Conflict) as error:
        edit(lotus, nth(series, 0), "all", starts_at=instant(1), leave_out=[nth(series, 1).pk])
    assert error.value.details["conflict"] == "series"
    assert starts_of(series) == [wall(0), wall(1), wall(2)]


def test_only_what_a_change_touches_is_left_out_of_it_and_never_all(lotus: Cast) -> None:
    series = series_of(lotus)
    third = nth(series, 2)
    following = list(series.sessions.filter(occurrence__gte=third.occurrence).values_list("pk", flat=True))
    for left_out in ([nth(series, 0).pk], [scheduled(lotus, instant(3)).pk], following):
        with pytest.raises(Invalid) as error:
            edit(lotus, third, "following", starts_at=instant(7, 11), leave_out=left_out)
        assert error.value.field == "leave_out"
