"""The board of a session: who came, complete, add and take off, cancel and undo, the note."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fitflow.core.clock import now
from fitflow.tenancy.context import leave, studio_context
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.plan import at, scheduled
from trainers.models import Booking, Note, Session


@pytest.fixture
def session(lotus: Cast) -> Session:
    """A private session with Client that has just ended."""
    return scheduled(lotus, now() - timedelta(hours=2), clients=("Client",))


@pytest.fixture
def coming(lotus: Cast) -> Session:
    """A private session with Client in three days."""
    return scheduled(lotus, at(10), clients=("Client",))


def get(cast: Cast, session: Session, who: str = "lead") -> Any:
    leave()
    return browser_of(cast, who).get(f"/sessions/{session.pk}/")


def post(cast: Cast, path: str, data: dict[str, Any] | None = None, who: str = "lead", **headers: str) -> Any:
    leave()
    return browser_of(cast, who).post(path, data or {}, headers=headers, follow=not headers)


def booking_of(cast: Cast, session: Session, name: str = "Client") -> Booking:
    with studio_context(cast.lotus):
        return Booking.objects.filter(session=session, client__name=name).latest("created_at")


def status_of(cast: Cast, session: Session) -> str:
    with studio_context(cast.lotus):
        return Session.objects.get(pk=session.pk).status


def test_it_says_when_where_and_who(lotus: Cast, coming: Session) -> None:
    words = words_of(get(lotus, coming))
    assert "10:00 to 11:00. Main. Toronto time." in words
    assert "with Lead" in words
    assert "Client" in words
    assert "Attendance opens at 09:00" in words
    assert "Complete session" not in words


def test_who_may_not_know_sees_the_time_alone(lotus: Cast, coming: Session) -> None:
    page = get(lotus, coming, "trainer")
    assert page.status_code == 200
    assert "see the names" in words_of(page)
    assert "Client" not in page.content.decode().replace("clients", "")
    assert "Cancel session" not in words_of(page)


def test_marks_are_kept_without_completing(lotus: Cast, session: Session) -> None:
    booking = booking_of(lotus, session)
    response = post(lotus, f"/sessions/{session.pk}/attendance/", {f"attendance-{booking.pk}": "no_show"})
    assert "Attendance kept. " in words_of(response)
    assert "1 of 1 marked" in words_of(response)
    assert booking_of(lotus, session).attendance == "no_show"


def test_completing_takes_the_marks_on_the_page(lotus: Cast, session: Session) -> None:
    booking = booking_of(lotus, session)
    marks = {f"attendance-{booking.pk}": "no_show", "attendance-x": "present"}
    page = post(lotus, f"/sessions/{session.pk}/complete/", marks)
    assert "Session completed: 0 here, 1 no-show." in words_of(page)
    assert status_of(lotus, session) == "completed"


def test_whoever_is_not_marked_counts_as_here(lotus: Cast, session: Session) -> None:
    post(lotus, f"/sessions/{session.pk}/complete/")
    assert booking_of(lotus, session).attendance == "present"


def test_completing_too_early_is_said_on_the_board(lotus: Cast, coming: Session) -> None:
    page = post(lotus, f"/sessions/{coming.pk}/complete/")
    assert "Complete it after that." in words_of(page)
    assert status_of(lotus, coming) == "scheduled"


def test_cancelling_says_who_is_told_and_can_be_undone(lotus: Cast, coming: Session) -> None:
    assert "1 client gets an e-mail now. It is free for them" in words_of(get(lotus, coming))
    page = post(lotus, f"/sessions/{coming.pk}/cancel/", {"reason": "I am ill."})
    assert "“I am ill.”" in words_of(page)
    assert status_of(lotus, coming) == "cancelled"
    page = post(lotus, f"/sessions/{coming.pk}/restore/")
    assert "is on again" in words_of(page)
    assert booking_of(lotus, coming).status == "booked"


def test_a_reason_that_is_too_long_stays_to_be_shortened(lotus: Cast, coming: Session) -> None:
    page = post(lotus, f"/sessions/{coming.pk}/cancel/", {"reason": "x" * 301})
    assert page.status_code == 422
    assert "x" * 301 in page.content.decode()
    assert status_of(lotus, coming) == "scheduled"


def test_one_more_client_is_booked_or_waits(lotus: Cast) -> None:
    session = scheduled(lotus, at(12), service="Class", clients=("Client",))
    page = post(lotus, f"/sessions/{session.pk}/clients/", {"client": "étienne"})
    assert "Étienne Caron is booked." in words_of(page)
    page = post(lotus, f"/sessions/{session.pk}/clients/", {"client": "Client"})
    assert page.status_code == 422
    assert "This client is in the session already." in words_of(page)


def test_a_full_session_puts_her_on_the_waitlist_and_gives_her_the_place(
    lotus: Cast, coming: Session
) -> None:
    page = post(lotus, f"/sessions/{coming.pk}/clients/", {"client": "Étienne Caron"})
    assert "is on the waitlist: every place is taken." in words_of(page)
    page = post(lotus, f"/bookings/{booking_of(lotus, coming).pk}/cancel/", {"session": coming.pk})
    assert "Client is off this session." in words_of(page)
    waiting = booking_of(lotus, coming, "Étienne Caron")
    page = post(lotus, f"/bookings/{waiting.pk}/give-place/", {"session": coming.pk})
    assert "Étienne Caron has a place now." in words_of(page)


def test_a_note_is_kept_for_its_author_or_shared(lotus: Cast, session: Session) -> None:
    client = str(booking_of(lotus, session).client_id)
    sent = {"client": client, "body": "Squat felt light.", "visibility": "client"}
    page = post(lotus, f"/sessions/{session.pk}/note/", sent)
    assert "Squat felt light." in words_of(page)
    with studio_context(lotus.lotus):
        note = Note.objects.get()
        assert (note.shared_with_client, note.is_signed) == (True, False)
    assert "Squat felt light." not in get(lotus, session, "owner").content.decode()


@pytest.mark.parametrize("body", ["", "   ", "x" * 20_001])
def test_a_note_that_cannot_be_kept_stays_on_the_page(lotus: Cast, session: Session, body: str) -> None:
    client = str(booking_of(lotus, session).client_id)
    sent = {"client": client, "body": body, "visibility": "private"}
    page = post(lotus, f"/sessions/{session.pk}/note/", sent)
    assert page.status_code == 422
    with studio_context(lotus.lotus):
        assert not Note.objects.exists()


@pytest.mark.parametrize("action", ["complete", "cancel", "restore", "unbook", "clients", "note"])
@pytest.mark.parametrize(
    ("who", "status"), [("trainer", 403), ("client", 403), ("owner2", 404), ("outsider", 404)]
)
def test_it_refuses_who_may_not_change_the_session(
    lotus: Cast, coming: Session, action: str, who: str, status: int
) -> None:
    client = str(booking_of(lotus, coming).client_id)
    data = {"client": "Client", "body": "x", "visibility": "private"}
    if action == "note":
        data["client"] = client
    response = post(lotus, f"/sessions/{coming.pk}/{action}/", data, who=who)
    assert response.status_code in ({status, 422} if who == "trainer" else {status})
    assert status_of(lotus, coming) == "scheduled"
    with studio_context(lotus.lotus):
        assert not Note.objects.exists()
