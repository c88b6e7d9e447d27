"""What a late cancel and a no-show cost, settled when they happen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from fitflow.core.clock import now
from fitflow.tenancy.context import leave
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.plan import scheduled
from trainers.models import Booking, Service, Session
from trainers.services import (
    book_client,
    cancel_booking,
    cancel_session,
    complete_session,
    mark_attendance,
    save_service,
)


def policy(**fields: Any) -> None:
    Service.objects.filter(name="Private").update(**fields)


def late_cancel(cast: Cast, *, hours: float = 5) -> Booking:
    """Book the client into a session that begins in some hours, and cancel her booking."""
    session = scheduled(cast, now() + timedelta(hours=hours), clients=("Client",))
    return cancel_booking(actor=cast.actor("lead"), booking_id=session.bookings.get().pk)


def missed(cast: Cast, *, days: float = 1) -> Booking:
    """Hold a session some days ago to which the client did not come."""
    session = scheduled(cast, now() - timedelta(days=days), clients=("Client",))
    booking = session.bookings.get()
    complete_session(actor=SYSTEM, session_id=session.pk, attendance={booking.pk: "no_show"})
    booking.refresh_from_db()
    return booking


def test_a_late_cancel_and_a_no_show_cost_what_the_service_says_then(lotus: Cast) -> None:
    policy(late_fee_percent=50, no_show_fee_percent=100)
    cancelled, away = late_cancel(lotus), missed(lotus)
    assert (cancelled.late_cancel, cancelled.strike, cancelled.fee_percent) == (True, 1, 50)
    assert (away.late_cancel, away.strike, away.fee_percent) == (False, 2, 100)
    policy(late_fee_percent=0, no_show_fee_percent=0)
    cancelled.refresh_from_db()
    assert cancelled.fee_percent == 50, "what was settled stays"


def test_cancelling_in_time_is_no_strike(lotus: Cast) -> None:
    policy(late_fee_percent=50)
    early = late_cancel(lotus, hours=30)
    assert (early.late_cancel, early.strike, early.fee_percent) == (False, None, None)


def test_the_fee_of_a_no_show_stands_beside_her_name(lotus: Cast) -> None:
    policy(no_show_fee_percent=80)
    costly = missed(lotus)
    policy(no_show_fee_percent=80, fee_from_strike=5)
    forgiven = missed(lotus, days=2)
    leave()
    browser = browser_of(lotus, "lead")
    assert "Client No-show 80 % fee" in words_of(browser.get(f"/sessions/{costly.session_id}/"))
    assert "Client No-show no fee" in words_of(browser.get(f"/sessions/{forgiven.session_id}/"))


def test_the_first_strikes_are_forgiven_where_the_studio_likes(lotus: Cast) -> None:
    policy(late_fee_percent=50, no_show_fee_percent=80, fee_from_strike=3)
    settled = [late_cancel(lotus, hours=2), missed(lotus), late_cancel(lotus, hours=6), missed(lotus, days=2)]
    assert [(row.strike, row.fee_percent) for row in settled] == [(1, 0), (2, 0), (3, 50), (4, 80)]


def test_strikes_of_over_a_year_ago_are_forgotten(lotus: Cast) -> None:
    policy(late_fee_percent=50, fee_from_strike=2)
    old = missed(lotus, days=370)
    assert old.strike == 1
    assert late_cancel(lotus).strike == 1
    assert missed(lotus, days=10).strike == 3, "that one lies within a year of the old one"


def test_another_clients_strikes_are_hers(lotus: Cast) -> None:
    policy(late_fee_percent=50)
    session = scheduled(lotus, now() + timedelta(hours=3), clients=("Étienne Caron",))
    cancel_booking(actor=SYSTEM, booking_id=session.bookings.get().pk)
    assert late_cancel(lotus, hours=6).strike == 1


def test_who_books_the_same_session_again_has_no_strike_of_it(lotus: Cast) -> None:
    policy(late_fee_percent=50)
    first = late_cancel(lotus)
    book_client(actor=lotus.actor("lead"), session_id=first.session_id, client_id=lotus.client().pk)
    assert late_cancel(lotus, hours=8).strike == 1


def test_taking_a_no_show_back_takes_its_fee_back(lotus: Cast) -> None:
    policy(no_show_fee_percent=100)
    session = scheduled(lotus, now() + timedelta(minutes=30), clients=("Client",))
    booking = session.bookings.get()

    def mark(attendance: str) -> tuple[int | None, int | None]:
        row = mark_attendance(actor=lotus.actor("lead"), booking_id=booking.pk, attendance=attendance)
        return row.strike, row.fee_percent

    assert [mark("no_show"), mark("no_show"), mark(""), mark("no_show"), mark("present")] == [
        (1, 100),
        (1, 100),
        (None, None),
        (1, 100),
        (None, None),
    ]


def test_completing_settles_once_what_was_marked_before(lotus: Cast) -> None:
    policy(no_show_fee_percent=100)
    session = scheduled(lotus, now() + timedelta(minutes=30), clients=("Client",))
    booking = session.bookings.get()
    mark_attendance(actor=SYSTEM, booking_id=booking.pk, attendance="no_show")
    Session.objects.filter(pk=session.pk).update(
        starts_at=now() - timedelta(hours=1), ends_at=now() - timedelta(minutes=1)
    )
    complete_session(actor=SYSTEM, session_id=session.pk)
    booking.refresh_from_db()
    assert (booking.strike, booking.fee_percent) == (1, 100)


def test_a_session_the_studio_cancels_costs_nobody_anything(lotus: Cast) -> None:
    policy(late_fee_percent=100, no_show_fee_percent=100)
    session = scheduled(lotus, now() + timedelta(minutes=30), clients=("Client",))
    mark_attendance(actor=SYSTEM, booking_id=session.bookings.get().pk, attendance="no_show")
    cancel_session(actor=SYSTEM, session_id=session.pk)
    booking = session.bookings.get()
    assert (booking.late_cancel, booking.strike, booking.fee_percent) == (False, None, None)


def test_completing_a_class_asks_the_same_few_times_however_many_stayed_away(
    lotus: Cast, django_assert_max_num_queries: Any
) -> None:
    policy(no_show_fee_percent=100)
    session = scheduled(
        lotus, now() - timedelta(hours=2), service="Class", clients=("Client", "Étienne Caron")
    )
    away = {row.pk: "no_show" for row in session.bookings.all()}
    with django_assert_max_num_queries(22):
        complete_session(actor=lotus.actor("lead"), session_id=session.pk, attendance=away)
    assert set(session.bookings.values_list("strike", flat=True)) == {1}


def test_a_new_service_charges_no_shows_like_late_cancels_unless_told(lotus: Cast) -> None:
    common: dict[str, Any] = {
        "duration_minutes": 60,
        "price": "10.00",
        "tax_category": "fitness",
        "late_fee_percent": 50,
    }
    made = save_service(actor=SYSTEM, name="Barre", **common)
    assert (made.no_show_fee_percent, made.fee_from_strike) == (50, 1)
    other = save_service(actor=SYSTEM, name="Ballet", **common, no_show_fee_percent=0, fee_from_strike=3)
    assert (other.no_show_fee_percent, other.fee_from_strike) == (0, 3)
    changed = save_service(actor=SYSTEM, service_id=made.pk, late_fee_percent=20)
    assert changed.no_show_fee_percent == 50


@pytest.mark.parametrize(("name", "value"), [("no_show_fee_percent", 101), ("fee_from_strike", 0)])
def test_a_policy_that_cannot_be_is_refused(lotus: Cast, name: str, value: int) -> None:
    with pytest.raises(ValidationError):
        save_service(actor=SYSTEM, service_id=lotus.service().pk, **{name: value})
