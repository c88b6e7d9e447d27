"""Moving a session: by form, by dragging (the same POST, answered as JSON), and back again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from fitflow.tenancy.context import leave, studio_context
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.pages import browser_of, joined, words_of
from tests.trainers.plan import at, scheduled
from trainers.models import Session
from trainers.services import reschedule_session, save_service

JSON = {"Accept": "application/json"}


def typed(session: Session, **changes: Any) -> dict[str, Any]:
    return {
        "starts_on": at(14).date().isoformat(),
        "starts_at": "14:00",
        "minutes": 60,
        "trainer": session.trainer_id,
        "place": str(session.location_id),
        "version": session.version,
        **changes,
    }


def send(cast: Cast, session: Session, who: str = "lead", headers: Any = None, **changes: Any) -> Any:
    leave()
    return browser_of(cast, who).post(
        f"/sessions/{session.pk}/move/", typed(session, **changes), headers=headers
    )


def fresh(cast: Cast, session: Session) -> Session:
    with studio_context(cast.lotus):
        return Session.objects.get(pk=session.pk)


def test_it_moves_and_goes_back(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    answer = send(lotus, session, headers=JSON, minutes=45).json()
    assert "moved to" in answer["message"]
    moved = fresh(lotus, session)
    assert (moved.starts_at, moved.ends_at) == (at(14), at(14.75))
    browser = browser_of(lotus, "lead")
    assert browser.post(answer["undo"]).status_code == 302
    back = fresh(lotus, session)
    assert (back.starts_at, back.ends_at) == (at(10), at(11))


def test_it_does_not_go_back_over_what_somebody_did_meanwhile(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    answer = send(lotus, session, headers=JSON).json()
    with studio_context(lotus.lotus):
        reschedule_session(actor=lotus.actor("owner"), session_id=session.pk, starts_at=at(17))
    response = browser_of(lotus, "lead").post(answer["undo"], follow=True)
    assert "Somebody changed this session meanwhile." in words_of(response)
    assert fresh(lotus, session).starts_at == at(17)


def test_a_client_who_is_booked_meanwhile_does_not_keep_it_from_going_back(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    answer = send(lotus, session, headers=JSON).json()
    with studio_context(lotus.lotus):
        joined(lotus, session)
    browser_of(lotus, "lead").post(answer["undo"])
    assert fresh(lotus, session).starts_at == at(10)


def test_by_form_it_returns_to_the_board(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    response = send(lotus, session)
    assert response["Location"] == f"/sessions/{session.pk}/"
    assert fresh(lotus, session).starts_at == at(14)


@pytest.mark.parametrize("night", ["2027-03-13T23:00-05:00", "2027-11-06T23:00-04:00"])
@pytest.mark.parametrize("minutes", ["", "300"])
def test_five_hours_over_a_change_of_clock_are_five_hours(lotus: Cast, night: str, minutes: str) -> None:
    starts = datetime.fromisoformat(night)
    with time_machine.travel(starts - timedelta(days=5), tick=False):
        save_service(actor=SYSTEM, service_id=lotus.service().pk, duration_minutes=300)
        session = scheduled(lotus, starts - timedelta(days=2))
        day = starts.date().isoformat()
        moved = send(lotus, session, headers=JSON, starts_on=day, starts_at="23:00", minutes=minutes)
        assert moved.status_code == 200, moved.content
        found = fresh(lotus, session)
        assert (found.starts_at, found.ends_at) == (starts, starts + timedelta(hours=5))


def test_a_clash_is_told_in_a_sentence_and_nothing_moves(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    scheduled(lotus, at(14))
    response = send(lotus, session, headers=JSON)
    assert response.status_code == 409
    assert "You are busy from 14:00 to 15:00." in response.json()["error"]["message"]
    page = send(lotus, session)
    assert page.status_code == 422
    assert 'value="14:00"' in page.content.decode()
    assert f'value="start:{at(14).date()}T15:00"' in page.content.decode()
    assert fresh(lotus, session).starts_at == at(10)


def test_a_picked_start_only_fills_the_field(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    response = send(lotus, session, pick=f"start:{at(14).date()}T15:30")
    assert response.status_code == 200
    assert 'value="15:30"' in response.content.decode()
    assert fresh(lotus, session).starts_at == at(10)


def test_who_saw_an_older_version_is_told(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    send(lotus, session)
    response = send(lotus, session, headers=JSON, starts_at="16:00")
    assert response.status_code == 409
    assert "Somebody changed this session meanwhile." in response.json()["error"]["message"]


def test_a_session_stays_at_its_location(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    response = send(lotus, session, place=str(lotus.location("Annex").pk))
    assert response.status_code == 422
    assert "A session stays at its location." in words_of(response)


@pytest.mark.parametrize("token", ["", "x", "eyJ4IjoxfQ:1:2"])
def test_a_way_back_that_nobody_gave_leads_nowhere(lotus: Cast, token: str) -> None:
    session = scheduled(lotus, at(10))
    leave()
    assert browser_of(lotus, "lead").post(f"/sessions/{session.pk}/move-back/?to={token}").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"), [("trainer", 403), ("client", 403), ("owner2", 404), ("outsider", 404)]
)
def test_it_refuses_who_may_not_change_the_session(lotus: Cast, who: str, status: int) -> None:
    session = scheduled(lotus, at(10))
    assert send(lotus, session, who=who).status_code == status
    assert browser_of(lotus, who).get(f"/sessions/{session.pk}/move/").status_code == status
    assert fresh(lotus, session).starts_at == at(10)


@pytest.mark.parametrize("zone", ["America/Toronto", "America/Halifax", ""])
def test_a_start_in_the_hour_that_is_shown_twice_stays_where_only_the_length_changes(
    lotus: Cast, zone: str
) -> None:
    """Toronto's second half past one. On the wall it reads as the first: made longer, it used to begin an hour earlier."""
    second = datetime(2027, 11, 7, 6, 30, tzinfo=UTC)
    session = scheduled(lotus, at(10))
    with studio_context(lotus.lotus):
        Session.objects.filter(pk=session.pk).update(starts_at=second, ends_at=second + timedelta(hours=1))
    session = fresh(lotus, session)
    wall = second.astimezone(ZoneInfo(zone or "America/Toronto"))
    answer = send(
        lotus,
        session,
        headers=JSON,
        starts_on=str(wall.date()),
        starts_at=f"{wall:%H:%M}",
        minutes=75,
        outside_hours="on",
        **({"zone": zone} if zone else {}),
    )
    assert answer.status_code == 200, answer.content
    moved = fresh(lotus, session)
    assert (moved.starts_at, moved.ends_at) == (second, second + timedelta(minutes=75))


def test_it_says_what_became_of_the_session(lotus: Cast) -> None:
    session = scheduled(lotus, at(14))
    longer = send(lotus, session, headers=JSON, minutes=90).json()["message"]
    assert longer.endswith("lasts 90 minutes now.")
    given = send(
        lotus,
        session,
        "owner",
        JSON,
        minutes=90,
        trainer=trainer_of(lotus),
        version=fresh(lotus, session).version,
    )
    assert given.json()["message"].endswith(", with Trainer.")


def trainer_of(cast: Cast) -> Any:
    with studio_context(cast.lotus):
        return cast.trainer("trainer").pk
