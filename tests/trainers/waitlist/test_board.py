"""The session's page: the waitlist in order, who was asked until when, what the staff does, and what was cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from fitflow.tenancy.context import enter, leave
from tests.asking import Caller
from tests.cast import Cast
from tests.pages import browser_of, forms_of, words_of
from tests.trainers.waitlist.plan import SOON, TUESDAY, booking_of, full_class, offers
from tests.trainers.waitlist.plan import leave as take_off
from trainers.models import Session
from trainers.services import book_client, offer_places


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def session(lotus: Cast, clock: time_machine.Traveller) -> Iterator[Session]:
    """A class with a free place that is offered to Ada; Bea waits behind her, Cleo has no address."""
    made = full_class(lotus, "Ada", "Bea", "Cleo")
    cleo = lotus.client("Cleo")
    cleo.email = ""
    cleo.save()
    take_off(made)
    clock.shift(SOON)
    offer_places(session_id=made.pk)
    leave()
    yield made
    leave()


def test_it_shows_order_offer_and_deadline(lotus: Cast, session: Session) -> None:
    page = browser_of(lotus, "lead").get(f"/sessions/{session.pk}/")
    words = words_of(page)
    assert "3 waiting, 1 free" in words
    order = [
        words.index(name)
        for name in (
            "Ada Asked; can answer until Wednesday 25 November, 09:00",
            "Bea Not asked yet",
            "Cleo No e-mail address: call",
        )
    ]
    assert order == sorted(order)
    actions = [form.get("action", "") for form in forms_of(page)]
    enter(lotus.lotus)
    ada, bea, cleo = (booking_of(session, name).pk for name in ("Ada", "Bea", "Cleo"))
    assert f"/bookings/{bea}/offer/" in actions
    assert f"/bookings/{ada}/offer/" not in actions, "she is asked already"
    assert f"/bookings/{cleo}/offer/" not in actions
    assert all(f"/bookings/{pk}/give-place/" in actions for pk in (ada, bea, cleo))


def test_the_staff_offers_gives_removes_and_undoes(lotus: Cast, session: Session) -> None:
    lead = browser_of(lotus, "lead")
    enter(lotus.lotus)
    bea, cleo = (booking_of(session, name).pk for name in ("Bea", "Cleo"))
    leave()
    here = {"session": str(session.pk)}
    page = words_of(lead.post(f"/bookings/{bea}/offer/", here, follow=True))
    assert "Bea gets an e-mail and can answer until Wednesday 25 November, 09:00." in page
    page = words_of(lead.post(f"/bookings/{cleo}/offer/", here, follow=True))
    assert "Cleo has no e-mail address. Call, then give the place." in page
    assert "Cleo has a place now." in words_of(lead.post(f"/bookings/{cleo}/give-place/", here, follow=True))
    removed = lead.post(f"/bookings/{bea}/cancel/", here, follow=True)
    assert "Bea is off this session." in words_of(removed)
    assert f"/bookings/{bea}/restore/" in removed.content.decode()
    assert "Left the waitlist" in words_of(removed)
    back = words_of(lead.post(f"/bookings/{bea}/restore/", follow=True))
    assert "Bea is on the waitlist again." in back
    enter(lotus.lotus)
    assert offers(session) == [("Ada", "open"), ("Bea", "withdrawn")]


def test_an_undo_that_comes_too_late_says_why(
    lotus: Cast, session: Session, clock: time_machine.Traveller
) -> None:
    lead = browser_of(lotus, "lead")
    enter(lotus.lotus)
    gone = booking_of(session, "Étienne Caron").pk
    leave()
    lead.post(f"/bookings/{gone}/cancel/", {"session": str(session.pk)})
    clock.shift(timedelta(minutes=4))
    page = words_of(lead.post(f"/bookings/{gone}/restore/", {"session": str(session.pk)}, follow=True))
    assert "more than three minutes ago" in page
    assert "by Lead" in page, "who cancelled stays on the page"


def test_places_of_one_session_are_changed_there(lotus: Cast, session: Session) -> None:
    lead = browser_of(lotus, "lead")
    page = words_of(lead.post(f"/sessions/{session.pk}/places/", {"places": "4"}, follow=True))
    assert "This session has 4 places now." in page
    page = words_of(lead.post(f"/sessions/{session.pk}/places/", {"places": "0"}, follow=True))
    assert "A session has 1 to 500 places." in page
    assert (
        browser_of(lotus, "trainer").post(f"/sessions/{session.pk}/places/", {"places": "9"}).status_code
        == 403
    )


def test_a_walk_in_is_added_while_the_class_runs(
    lotus: Cast, session: Session, clock: time_machine.Traveller
) -> None:
    clock.move_to(session.starts_at + timedelta(minutes=50))
    enter(lotus.lotus)
    booking = book_client(actor=lotus.actor("lead"), session_id=session.pk, client_id=lotus.client().pk)
    leave()
    assert booking.status == "booked"
    page = browser_of(lotus, "lead").get(f"/sessions/{session.pk}/")
    assert "Add a client" in words_of(page)
    assert "Offer now" not in words_of(page)


def test_the_api_offers_restores_and_changes_places(lotus: Cast, session: Session) -> None:
    enter(lotus.lotus)
    bea = booking_of(session, "Bea").pk
    leave()
    lead = Caller(lotus, "lead")
    made = lead.post(f"bookings/{bea}/offer", {})
    assert (made.status, made.data["state"], made.data["booking"]) == (201, "open", str(bea))
    again = lead.post(f"bookings/{bea}/offer", {})
    assert (again.status, again.error["details"]["conflict"]) == (409, "client")
    gone = lead.post(f"bookings/{bea}/cancel", {})
    assert (gone.status, gone.data["status"], gone.data["fee_percent"]) == (200, "cancelled", None)
    assert lead.post(f"bookings/{bea}/restore", {}).data["status"] == "waitlisted"
    assert lead.post(f"sessions/{session.pk}/places", {"places": 5}).data["capacity"] == 5
    refused = lead.post(f"sessions/{session.pk}/places", {"places": 501})
    assert (refused.status, refused.error["code"]) == (400, "VALIDATION_ERROR")
    for person, status in (("trainer", 404), ("client", 403), ("outsider", 404)):
        assert Caller(lotus, person).post(f"bookings/{bea}/restore", {}).status == status
