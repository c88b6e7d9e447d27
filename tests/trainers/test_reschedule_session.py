from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from clients.models import Care
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from tests.cast import Cast
from tests.trainers.plan import at, scheduled
from trainers.selectors import busy_elsewhere
from trainers.services import cancel_session, reschedule_session


def test_it_moves_the_session_and_keeps_its_length(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    moved = reschedule_session(actor=lotus.actor("lead"), session_id=session.id, starts_at=at(15))
    moved.refresh_from_db()
    assert (moved.starts_at, moved.ends_at, moved.version) == (at(15), at(16), 2)


def test_the_returned_version_is_the_stored_one(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    moved = reschedule_session(actor=lotus.actor("lead"), session_id=session.id, starts_at=at(15))
    seen = moved.version
    moved.refresh_from_db()
    assert moved.version == seen


def test_it_frees_the_old_time_and_takes_the_new_one_in_all_studios(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = scheduled(cast, at(10))
        reschedule_session(actor=cast.actor("lead"), session_id=session.id, starts_at=at(15))
    with studio_context(cast.summit):
        spans = busy_elsewhere(trainer_ids=[cast.trainer().id], starts=at(0), ends=at(23))
        assert [(span["starts_at"], span["ends_at"]) for span in spans] == [(at(15), at(16))]
        scheduled(cast, at(10))


def test_it_may_overlap_its_own_old_time(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), room_id=lotus.room().id)
    assert reschedule_session(actor=lotus.actor("lead"), session_id=session.id, starts_at=at(10.5))


def test_it_changes_length_trainer_and_room(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), room_id=lotus.room().id, clients=("Client",))
    moved = reschedule_session(
        actor=lotus.actor("owner"),
        session_id=session.id,
        starts_at=at(10),
        ends_at=at(11.5),
        trainer_id=lotus.trainer("trainer").id,
        room_id=None,
    )
    moved.refresh_from_db()
    assert (moved.ends_at, moved.trainer.name, moved.room) == (at(11.5), "Trainer", None)
    assert Care.objects.filter(client=lotus.client(), user=lotus.user["trainer"]).exists()


def test_it_keeps_the_room_unless_told(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), room_id=lotus.room().id)
    reschedule_session(actor=lotus.actor("lead"), session_id=session.id, starts_at=at(12))
    session.refresh_from_db()
    assert session.room == lotus.room()


def test_it_refuses_an_old_version_and_tells_the_current_state(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    reschedule_session(actor=lotus.actor("owner"), session_id=session.id, starts_at=at(14), version=1)
    with pytest.raises(Conflict) as refused:
        reschedule_session(actor=lotus.actor("lead"), session_id=session.id, starts_at=at(12), version=1)
    assert refused.value.details["conflict"] == "version"
    assert refused.value.details["current"]["version"] == 2
    assert refused.value.details["current"]["starts_at"].startswith(f"{at(14):%Y-%m-%d}")


def test_moving_it_nowhere_changes_nothing(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    reschedule_session(actor=lotus.actor("lead"), session_id=session.id, starts_at=at(10))
    session.refresh_from_db()
    assert session.version == 1
    assert not AuditEvent.objects.filter(action="session.rescheduled").exists()


def test_a_booking_does_not_make_the_version_older(lotus: Cast) -> None:
    from trainers.services import book_client

    session = scheduled(lotus, at(10), service="Class")
    book_client(actor=lotus.actor("lead"), session_id=session.id, client_id=lotus.client().id)
    assert reschedule_session(actor=lotus.actor("lead"), session_id=session.id, starts_at=at(12), version=1)


def test_it_refuses_to_land_on_another_session_and_leaves_it_where_it_was(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    scheduled(lotus, at(14))
    with pytest.raises(Conflict, match="You are busy from 14:00 to 15:00") as refused:
        reschedule_session(actor=lotus.actor("lead"), session_id=session.id, starts_at=at(14.5))
    assert refused.value.details["conflict"] == "trainer"
    session.refresh_from_db()
    assert (session.starts_at, session.version) == (at(10), 1)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [(10, 10, "ends after it starts"), (10, 9, "ends after it starts"), (6, 18.5, "12 hours at most")],
)
def test_it_refuses_an_impossible_length(lotus: Cast, start: float, end: float, words: str) -> None:
    session = scheduled(lotus, at(10))
    with pytest.raises(Invalid, match=words):
        reschedule_session(
            actor=lotus.actor("lead"), session_id=session.id, starts_at=at(start), ends_at=at(end)
        )


def test_it_refuses_the_past(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    with pytest.raises(Invalid, match="has passed"):
        reschedule_session(actor=lotus.actor("lead"), session_id=session.id, starts_at=at(10, days=-1))


def test_a_session_that_has_begun_may_change_rooms(lotus: Cast) -> None:
    session = scheduled(lotus, at(10, days=-1))
    moved = reschedule_session(
        actor=lotus.actor("lead"), session_id=session.id, starts_at=session.starts_at, room_id=lotus.room().id
    )
    assert moved.room == lotus.room()


def test_it_refuses_a_cancelled_session(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    cancel_session(actor=lotus.actor("lead"), session_id=session.id, reason="")
    with pytest.raises(Conflict, match="cancelled already"):
        reschedule_session(actor=lotus.actor("lead"), session_id=session.id, starts_at=at(12))


def test_a_trainer_neither_moves_anothers_session_nor_gives_hers_away(lotus: Cast) -> None:
    hers, leads = scheduled(lotus, at(10), trainer="trainer"), scheduled(lotus, at(10))
    trainer = lotus.actor("trainer")
    with pytest.raises(NotPermitted):
        reschedule_session(actor=trainer, session_id=leads.id, starts_at=at(12))
    with pytest.raises(NotPermitted):
        reschedule_session(
            actor=trainer, session_id=hers.id, starts_at=at(12), trainer_id=lotus.trainer("lead").id
        )


def test_another_studios_session_is_not_there(cast: Cast) -> None:
    with studio_context(cast.summit):
        theirs = scheduled(cast, at(10)).id
    with studio_context(cast.lotus), pytest.raises(NotFound):
        reschedule_session(actor=cast.actor("owner"), session_id=theirs, starts_at=at(12))


def test_a_client_moves_nothing(lotus: Cast) -> None:
    hers, anothers = scheduled(lotus, at(10), clients=("Client",)), scheduled(lotus, at(12))
    with pytest.raises(NotPermitted):
        reschedule_session(actor=lotus.actor("client"), session_id=hers.id, starts_at=at(14))
    with pytest.raises(NotFound):
        reschedule_session(actor=lotus.actor("client"), session_id=anothers.id, starts_at=at(14))


def test_an_unknown_session_is_not_there(lotus: Cast) -> None:
    with pytest.raises(NotFound):
        reschedule_session(
            actor=lotus.actor("owner"), session_id=uuid4(), starts_at=at(12) + timedelta(days=1)
        )
