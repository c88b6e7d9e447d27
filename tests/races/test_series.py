"""Two people change one series, and a series is made beside a booking: real threads, real commits, and controls that go wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from fitflow.core.errors import Conflict
from fitflow.tenancy.context import studio_context
from studios.models import Location, Room
from studios.shared.models import Studio
from studios.shared.policies import SYSTEM
from tests.scratch import at_once, scratch_person, scratch_studio
from tests.trainers.series.wishes import instant, wall
from trainers.models import Series, Service, Session, TrainerProfile
from trainers.services import schedule_session, series_edits
from trainers.services.series import create_series
from trainers.services.series_closing import cancel_sessions
from trainers.services.series_edits import check_version, edit_session, fetch_rows, to_come

pytestmark = pytest.mark.race


@pytest.fixture
def studio(django_db_setup: None, django_db_blocker: Any) -> Iterator[Studio]:
    with (
        django_db_blocker.unblock(),
        scratch_person() as person,
        scratch_studio(trainer=person) as opened,
        studio_context(opened),
    ):
        yield opened


def make(**more: Any) -> Series:
    wish: dict[str, Any] = {
        "service_id": Service.objects.get(name="Private").pk,
        "trainer_id": TrainerProfile.objects.get().pk,
        "location_id": Location.objects.get().pk,
        "starts": wall(),
        "rule": "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=8",
    }
    return create_series(actor=SYSTEM, **wish | more)


def within(studio: Studio, work: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with studio_context(studio):
            return work()

    return run


def followed(studio: Studio, version: int | None) -> Counter[str]:
    """Let eight people change "this and following" of one series at once; return how it ended for them."""
    series = make()
    session_id: UUID = series.sessions.order_by("occurrence")[2].pk

    def change(hour: int) -> Callable[[], Any]:
        return within(
            studio,
            lambda: edit_session(
                actor=SYSTEM,
                session_id=session_id,
                scope="following",
                starts_at=instant(7, hour),
                version=version,
            ),
        )

    ended = at_once([change(hour) for hour in range(11, 19)])
    return Counter(
        result.details["conflict"] if isinstance(result, Conflict) else type(result).__name__
        for result in ended
    )


def test_of_eight_changes_of_one_series_one_is_made_and_seven_are_told(studio: Studio) -> None:
    assert followed(studio, version=1) == {"Session": 1, "version": 7}
    old, new = Series.objects.order_by("created_at")
    assert (old.version, old.sessions.count()) == (2, 2)
    assert (new.follows, new.sessions.count()) == (old, 6)
    hours = {
        row.starts_at - instant(7, 0) for row in new.sessions.filter(occurrence__startswith=wall(7)[:10])
    }
    assert len(hours) == 1
    assert Session.objects.exclude(status="scheduled").count() == 0


def test_control_looking_at_the_version_without_the_lock_lets_several_win(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the service would be if it only looked: the race is there to be lost."""

    def look(series_id: UUID, *, version: int | None = None, anchor: Any = None) -> Series:
        series = fetch_rows(series_id)
        check_version(series, version)
        time.sleep(0.05)
        return series

    def list_them(actor: Any, anchor: Session, scope: str, *, lock: bool = False) -> list[Session]:
        return to_come(actor, anchor, scope)

    monkeypatch.setattr(series_edits, "locked_series", look)
    monkeypatch.setattr(series_edits, "to_come", list_them)
    monkeypatch.setattr(series_edits, "lock_in_transaction", lambda *names: None)
    assert followed(studio, version=1)["version"] < 7
    assert Series.objects.count() > 2


def test_without_a_version_too_nobody_splits_what_another_has_split(studio: Studio) -> None:
    assert followed(studio, version=None) == {"Session": 1, "version": 7}


def test_a_change_and_a_cancellation_of_one_series_do_not_mix(studio: Studio) -> None:
    series = make()
    first = series.sessions.order_by("occurrence")[0].pk
    moves = [
        within(
            studio,
            lambda: edit_session(
                actor=SYSTEM, session_id=first, scope="all", starts_at=instant(0, 15), version=1
            ),
        ),
        within(
            studio,
            lambda: cancel_sessions(actor=SYSTEM, session_id=first, scope="all", version=1),
        ),
    ]
    ended = at_once(moves)
    assert sorted(type(result).__name__ for result in ended) == ["Conflict", "Session"]
    assert Session.objects.values("status").distinct().count() == 1


def test_a_series_beside_a_booking_of_one_of_its_hours_is_made_whole_or_not_at_all(studio: Studio) -> None:
    room = Room.objects.order_by("name").first()
    single: dict[str, Any] = {
        "service_id": Service.objects.get(name="Private").pk,
        "trainer_id": TrainerProfile.objects.get().pk,
        "location_id": Location.objects.get().pk,
        "room_id": room.pk if room else None,
    }
    book = within(studio, lambda: schedule_session(actor=SYSTEM, starts_at=instant(9), **single))
    repeat = within(studio, make)
    ended = at_once([repeat, book, repeat, book])
    kinds = Counter(type(result).__name__ for result in ended)
    assert kinds["Conflict"] == 3
    assert Session.objects.count() in {1, 8}
    assert Series.objects.count() == (Session.objects.count() == 8)


def test_the_night_run_twice_at_once_makes_nothing_twice(studio: Studio) -> None:
    from trainers.services.series_nightly import carry_on_all

    series = make(rule="FREQ=WEEKLY;BYDAY=MO")
    whole = series.sessions.count()
    gone = list(series.sessions.order_by("-occurrence").values_list("pk", flat=True)[:6])
    Session.objects.filter(pk__in=gone).delete()
    last = series.sessions.order_by("-occurrence")[0].occurrence[:10]
    Series.objects.filter(pk=series.pk).update(made_until=last)
    ended = at_once([within(studio, carry_on_all) for _ in range(4)])
    assert sorted(ended)[:3] == [0, 0, 0], ended
    assert whole - 2 <= series.sessions.count() <= whole
