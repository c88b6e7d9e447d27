from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest

from fitflow.core.clock import now
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from tests.cast import Cast
from tests.trainers.plan import scheduled
from tests.trainers.series.wishes import instant, nth, series_of, starts_of, wall
from trainers.models import Booking, Session
from trainers.services import book_client, complete_session, hold_slot
from trainers.services.series_closing import cancel_sessions, preview_series_cancel, restore_sessions
from trainers.services.series_nightly import due_series


def test_this_one_goes_alone(lotus: Cast) -> None:
    series = series_of(lotus)
    cancel_sessions(actor=lotus.actor("lead"), session_id=nth(series, 1).pk)
    assert starts_of(series) == [wall(ahead) for ahead in (0, 7, 9, 14, 16)]
    series.refresh_from_db()
    assert (series.version, series.ended_at) == (1, None)


def test_following_takes_the_rest_with_their_bookings_and_ends_the_series(lotus: Cast) -> None:
    series = series_of(lotus, "FREQ=WEEKLY;BYDAY=MO", clients=("Client",))
    preview = preview_series_cancel(
        actor=lotus.actor("lead"), session_id=nth(series, 2).pk, scope="following"
    )
    assert (len(preview.sessions), preview.clients, preview.untouched) == (25, 1, 2)
    gone = cancel_sessions(
        actor=lotus.actor("lead"), session_id=nth(series, 2).pk, scope="following", reason=" moving away "
    )
    assert starts_of(series) == [wall(0), wall(7)]
    assert Booking.objects.filter(session__series=series, status="booked").count() == 2
    series.refresh_from_db()
    assert series.ended_at == gone.cancelled_at
    assert gone.cancel_reason == "moving away"
    assert due_series() == []
    assert OutboxMessage.objects.filter(topic="series.cancelled", lane="mail").count() == 1


def test_all_leaves_what_is_past_and_completed(lotus: Cast) -> None:
    series = series_of(lotus, clients=("Client",))
    first = nth(series, 0)
    begun = now() - timedelta(hours=2)
    Session.objects.filter(pk=first.pk).update(starts_at=begun, ends_at=begun + timedelta(hours=1))
    complete_session(actor=lotus.actor("lead"), session_id=first.pk)
    before = Session.objects.filter(pk=first.pk).values().get()
    cancel_sessions(actor=lotus.actor("lead"), session_id=first.pk, scope="all")
    assert Session.objects.filter(pk=first.pk).values().get() == before
    assert set(series.sessions.exclude(pk=first.pk).values_list("status", flat=True)) == {"cancelled"}


def test_it_is_undone_as_a_whole_within_three_minutes(lotus: Cast) -> None:
    series = series_of(lotus, service="Class", clients=("Client",))
    Session.objects.filter(pk=nth(series, 0).pk).update(capacity=1)
    book_client(
        actor=lotus.actor("lead"), session_id=nth(series, 0).pk, client_id=lotus.client("Étienne Caron").pk
    )
    by_herself = nth(series, 4)
    cancel_sessions(actor=lotus.actor("lead"), session_id=by_herself.pk)
    before = sorted(Booking.objects.values_list("session", "client", "status"))
    cancel_sessions(actor=lotus.actor("lead"), session_id=nth(series, 1).pk, scope="all")
    restore_sessions(actor=lotus.actor("lead"), session_id=nth(series, 3).pk)
    assert sorted(Booking.objects.values_list("session", "client", "status")) == before
    assert len(starts_of(series)) == 5
    series.refresh_from_db()
    assert series.ended_at is None


def test_it_is_not_undone_later_or_onto_what_was_booked_meanwhile(lotus: Cast) -> None:
    series = series_of(lotus)
    cancel_sessions(actor=lotus.actor("lead"), session_id=nth(series, 0).pk, scope="all")
    blocking = scheduled(lotus, instant(9))
    with pytest.raises(Conflict) as refused:
        restore_sessions(actor=lotus.actor("lead"), session_id=nth(series, 0).pk)
    assert refused.value.details["conflict"] == "series"
    assert starts_of(series) == []
    Session.objects.filter(pk=blocking.pk).update(status="cancelled")
    with (
        patch("trainers.services.series_closing.now", lambda: now() + timedelta(minutes=4)),
        pytest.raises(Conflict) as refused,
    ):
        restore_sessions(actor=lotus.actor("lead"), session_id=nth(series, 0).pk)
    assert refused.value.details["conflict"] == "too_late"


def test_it_refuses_an_old_version_a_long_reason_and_what_is_over(lotus: Cast) -> None:
    series = series_of(lotus)
    lead, session_id = lotus.actor("lead"), nth(series, 0).pk
    with pytest.raises(Conflict) as refused:
        cancel_sessions(actor=lead, session_id=session_id, scope="all", version=7)
    assert refused.value.details["conflict"] == "version"
    with pytest.raises(Invalid):
        cancel_sessions(actor=lead, session_id=session_id, scope="all", reason="x" * 301)
    with pytest.raises(Invalid):
        cancel_sessions(actor=lead, session_id=session_id, scope="every")
    with pytest.raises(Invalid):
        cancel_sessions(actor=lead, session_id=scheduled(lotus, instant(3)).pk, scope="all")
    cancel_sessions(actor=lead, session_id=session_id, scope="all")
    with pytest.raises(Conflict) as refused:
        cancel_sessions(actor=lead, session_id=session_id, scope="all")
    assert refused.value.details["conflict"] == "status"


def test_it_refuses_others(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session_id = nth(series_of(cast), 0).pk
        with pytest.raises(NotPermitted):
            cancel_sessions(actor=cast.actor("trainer"), session_id=session_id, scope="all")
        with pytest.raises(NotFound):
            cancel_sessions(actor=cast.actor("client"), session_id=session_id, scope="all")
    with studio_context(cast.summit), pytest.raises(NotFound):
        cancel_sessions(actor=cast.actor("owner2", cast.summit), session_id=session_id, scope="all")


def test_who_gives_what_is_made_so_far_does_not_end_anothers_series(lotus: Cast) -> None:
    series = series_of(lotus, "FREQ=WEEKLY;BYDAY=MO")
    series.sessions.update(trainer=lotus.trainer("trainer"))
    for scope in ("following", "all"):
        with pytest.raises(NotPermitted):
            preview_series_cancel(actor=lotus.actor("trainer"), session_id=nth(series, 0).pk, scope=scope)
        with pytest.raises(NotPermitted):
            cancel_sessions(actor=lotus.actor("trainer"), session_id=nth(series, 0).pk, scope=scope)
    series.refresh_from_db()
    assert series.ended_at is None
    cancel_sessions(actor=lotus.actor("lead"), session_id=nth(series, 0).pk, scope="all")


def test_an_expired_hold_of_the_room_that_one_was_given_alone_keeps_none_from_coming_back(
    lotus: Cast,
) -> None:
    series = series_of(lotus)
    room = lotus.room()
    Session.objects.filter(pk=nth(series, 1).pk).update(room=room)
    gone = cancel_sessions(actor=lotus.actor("lead"), session_id=nth(series, 0).pk, scope="all")
    held = hold_slot(
        actor=lotus.actor("owner"),
        service_id=lotus.service().pk,
        trainer_id=lotus.trainer("trainer").pk,
        location_id=lotus.location().pk,
        room_id=room.pk,
        starts_at=instant(2),
    )
    Session.objects.filter(pk=held.pk).update(held_until=now() - timedelta(minutes=1))
    restore_sessions(actor=lotus.actor("lead"), session_id=gone.pk)
    assert len(starts_of(series)) == 6
    assert not Session.objects.filter(pk=held.pk).exists()
