"""A slot held while somebody checks out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from fitflow.core.clock import now, today
from fitflow.core.errors import Conflict, FitFlowError, NotFound, NotPermitted
from fitflow.tenancy.context import studio_context
from reporting.selectors.today import figures, todays_sessions
from studios.shared.policies import SYSTEM
from tests.asking import Caller
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.plan import at, scheduled, seen, wish
from trainers.glances import sessions_today
from trainers.models import Booking, Session
from trainers.selectors import my_calendar
from trainers.services import (
    book_client,
    cancel_session,
    clear_expired_holds,
    complete_session,
    confirm_hold,
    hold_slot,
    release_hold,
    reschedule_session,
    schedule_session,
)
from trainers.services.sweeping import sweep_holds


def held(cast: Cast, hour: float = 10, *, actor: Any = SYSTEM, **more: Any) -> Session:
    return hold_slot(actor=actor, **wish(cast, at(hour), **more))


def run_out(session: Session, *, minutes: float = 1) -> None:
    """Let a hold run out some minutes ago."""
    Session.objects.filter(pk=session.pk).update(held_until=now() - timedelta(minutes=minutes))


def conflict_of(action: Any) -> str:
    with pytest.raises(Conflict) as refused:
        action()
    return str(refused.value.details["conflict"])


def test_nobody_else_gets_the_trainer_or_the_room(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = held(cast, room_id=cast.room().pk)
        assert session.held_until is not None
        assert timedelta(minutes=9) < session.held_until - now() <= timedelta(minutes=10)
        assert conflict_of(lambda: scheduled(cast, at(10.5))) == "trainer"
        other = wish(cast, at(10.5), trainer="trainer", room_id=cast.room().pk)
        assert conflict_of(lambda: schedule_session(actor=SYSTEM, **other)) == "room"
        assert conflict_of(lambda: held(cast, 10.5)) == "trainer"
    with studio_context(cast.summit):
        assert conflict_of(lambda: scheduled(cast, at(10))) == "trainer", "in her other studio neither"


def test_it_is_confirmed_with_its_clients(lotus: Cast) -> None:
    session = held(lotus)
    booked = confirm_hold(actor=SYSTEM, session_id=session.pk, client_ids=[lotus.client().pk])
    assert (booked.status, booked.held_until, booked.booked) == ("scheduled", None, 1)
    again = confirm_hold(actor=SYSTEM, session_id=session.pk, client_ids=[lotus.client().pk])
    assert again.booked == 1, "confirming twice changes nothing"
    assert Booking.objects.filter(session=session).count() == 1


def test_it_is_given_back(lotus: Cast) -> None:
    session = held(lotus)
    release_hold(actor=SYSTEM, session_id=session.pk)
    release_hold(actor=SYSTEM, session_id=session.pk)
    assert scheduled(lotus, at(10)).status == "scheduled"
    assert conflict_of(lambda: confirm_hold(actor=SYSTEM, session_id=session.pk)) == "hold"


def test_who_wants_the_time_sooner_gets_it_once_it_has_run_out(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = held(cast, room_id=cast.room().pk)
        run_out(session)
        # Another trainer into that room, and the trainer herself.
        scheduled(cast, at(10), trainer="trainer", room_id=cast.room().pk)
        assert not Session.objects.filter(pk=session.pk).exists()
        late = held(cast, 14)
        run_out(late)
    with studio_context(cast.summit):
        assert scheduled(cast, at(14)).status == "scheduled", "in her other studio too"
    with studio_context(cast.lotus):
        late.refresh_from_db()
        refused = conflict_of(lambda: confirm_hold(actor=SYSTEM, session_id=late.pk))
        assert refused == "hold"
        assert Session.objects.filter(pk=late.pk, status="held").exists(), "nothing is half done"


def test_a_session_moves_onto_a_hold_that_ran_out(lotus: Cast) -> None:
    session = scheduled(lotus, at(8))
    run_out(held(lotus))
    assert reschedule_session(actor=SYSTEM, session_id=session.pk, starts_at=at(10)).starts_at == at(10)


def test_a_payment_that_comes_late_still_finds_its_slot(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = held(cast)
        run_out(session, minutes=5)
        assert clear_expired_holds() == 0
    with studio_context(cast.summit):
        # Somebody asked for another of her hours meanwhile, and swept.
        scheduled(cast, at(15))
    with studio_context(cast.lotus):
        assert confirm_hold(actor=SYSTEM, session_id=session.pk).status == "scheduled"
        assert conflict_of(lambda: scheduled(cast, at(10))) == "trainer", "it holds the time again"


def test_what_nobody_wanted_is_cleared_by_itself(lotus: Cast) -> None:
    old, young = held(lotus, 10), held(lotus, 12)
    run_out(old, minutes=16)
    assert (clear_expired_holds(), clear_expired_holds()) == (1, 0)
    assert list(Session.objects.values_list("pk", flat=True)) == [young.pk]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM trainer_busy_spans(%s, tstzrange(%s, %s))",
                       [[lotus.user["lead"].pk], at(9), at(11)])  # fmt: skip
        assert cursor.fetchone() == (0,)


def test_only_what_has_run_out_is_swept(lotus: Cast) -> None:
    session = held(lotus, room_id=lotus.room().pk)
    sweep_holds(people=[lotus.user["lead"].pk], rooms=[lotus.room().pk, None])
    assert Session.objects.filter(pk=session.pk).exists()


def test_a_hold_is_no_session_to_anybody(lotus: Cast) -> None:
    """Not in lists, figures, the client's view or her own calendar; only the studio's calendar shows that the time is held."""
    owner = lotus.actor("owner")
    session = hold_slot(actor=SYSTEM, **wish(lotus, now() + timedelta(minutes=5)))
    starts, ends = now() - timedelta(days=1), now() + timedelta(days=2)
    assert seen(owner, starts, ends) == []
    shown = seen(owner, starts, ends, holds=True)
    assert [(row["status"], row["clients"]) for row in shown] == [("held", [])]
    for holds in (True, False):
        assert seen(lotus.actor("client"), starts, ends, holds=holds) == []
    assert todays_sessions(owner, now()) == []
    assert figures(owner, now(), today(lotus.lotus.timezone)).sessions == 0
    assert sessions_today(owner, lotus.lotus) == "No sessions today"
    run_out(session)
    assert seen(owner, starts, ends, holds=True) == []


def test_her_own_calendar_shows_a_hold_as_taken_time(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = held(cast)

    def kinds() -> list[str]:
        return [item["kind"] for item in my_calendar(user=cast.user["lead"], starts=at(0), ends=at(23))]

    assert kinds() == ["busy"]
    with studio_context(cast.lotus):
        run_out(session)
    assert kinds() == []


def test_it_can_only_be_confirmed_or_given_back(lotus: Cast) -> None:
    session = held(lotus)
    lead: Any = {"actor": lotus.actor("lead"), "session_id": session.pk}
    for action in (
        lambda: reschedule_session(**lead, starts_at=at(12)),
        lambda: cancel_session(**lead),
        lambda: complete_session(**lead),
        lambda: book_client(**lead, client_id=lotus.client().pk),
    ):
        assert conflict_of(action) == "status"
    confirm_hold(actor=SYSTEM, session_id=session.pk)
    assert conflict_of(lambda: release_hold(actor=SYSTEM, session_id=session.pk)) == "status"


@pytest.mark.parametrize("minutes", [0, 61, -5])
def test_it_lasts_between_a_minute_and_an_hour(lotus: Cast, minutes: int) -> None:
    with pytest.raises(FitFlowError, match="1 to 60 minutes"):
        held(lotus, minutes=minutes)


def test_it_refuses_the_wrong_role_and_the_other_studio(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = held(cast)
        for person in ("trainer", "client", "outsider"):
            with pytest.raises(NotPermitted):
                held(cast, 15, actor=cast.actor(person))
        with pytest.raises(NotPermitted):
            confirm_hold(actor=cast.actor("trainer"), session_id=session.pk)
        with pytest.raises((NotPermitted, NotFound)):
            release_hold(actor=cast.actor("client"), session_id=session.pk)
    with studio_context(cast.summit):
        for action in (confirm_hold, release_hold):
            with pytest.raises(NotFound):
                action(actor=cast.actor("owner2", cast.summit), session_id=session.pk)


def test_the_api_holds_confirms_and_releases(cast: Cast) -> None:
    lead = Caller(cast, "lead")
    with studio_context(cast.lotus):
        asked = {
            "service": str(cast.service().pk),
            "trainer": str(cast.trainer().pk),
            "location": str(cast.location().pk),
            "starts_at": at(10).isoformat(),
        }
        client = str(cast.client().pk)
    made = lead.post("holds/", asked)
    assert (made.status, set(made.data)) == (201, {"id", "held_until"})
    refused = lead.post("holds/", asked)
    assert (refused.status, refused.data["error"]["details"]["conflict"]) == (409, "trainer")
    assert [row["id"] for row in lead.get("sessions/").data["results"]] == []
    confirmed = lead.post(f"holds/{made.data['id']}/confirm", {"clients": [client]})
    assert (confirmed.status, confirmed.data["status"], confirmed.data["booked"]) == (200, "scheduled", 1)
    second = lead.post("holds/", asked | {"starts_at": at(12).isoformat()})
    assert lead.ask("DELETE", f"holds/{second.data['id']}").status == 204
    gone = lead.post(f"holds/{second.data['id']}/confirm", {})
    assert (gone.status, gone.data["error"]["details"]["conflict"]) == (409, "hold")
    assert lead.post("holds/00000000-0000-7000-8000-000000000000/confirm", {}).status == 404


def test_the_calendar_says_until_when_and_the_board_gives_back(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = held(cast)
    lead = browser_of(cast, "lead")
    day = at(10).date().isoformat()
    page = words_of(lead.get(f"/calendar/?view=day&date={day}"))
    assert "Held until" in page
    assert "No sessions" in page
    events = lead.get(f"/calendar/events/?view=day&date={day}").json()["events"]
    assert [event["kind"] for event in events] == ["held"]
    assert "Somebody is booking this time" in words_of(lead.get(f"/sessions/{session.pk}/"))
    assert "The time is free again" in words_of(lead.post(f"/sessions/{session.pk}/release/", follow=True))
    with studio_context(cast.lotus):
        assert not Session.objects.exists()
