from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from fitflow.core.clock import now
from fitflow.core.errors import Conflict, NotFound, NotPermitted
from fitflow.tenancy.context import studio_context
from tests.cast import Cast
from tests.trainers.plan import at, scheduled
from trainers.models import Booking
from trainers.services import book_client, cancel_booking, cancel_session, give_place


def test_it_books_while_there_are_places_then_waitlists(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    lead = lotus.actor("lead")
    first = book_client(actor=lead, session_id=session.id, client_id=lotus.client().id)
    second = book_client(actor=lead, session_id=session.id, client_id=lotus.client("Étienne Caron").id)
    assert (first.status, second.status) == ("booked", "waitlisted")
    session.refresh_from_db()
    assert (session.booked, session.waitlisted, session.version) == (1, 1, 1)


def test_it_refuses_a_client_who_is_in_already_but_not_one_who_cancelled(lotus: Cast) -> None:
    lead, client = lotus.actor("lead"), lotus.client()
    session = scheduled(lotus, at(10), service="Class", clients=("Client",))
    with pytest.raises(Conflict) as refused:
        book_client(actor=lead, session_id=session.id, client_id=client.id)
    assert refused.value.details["conflict"] == "client"
    cancel_booking(actor=lead, booking_id=Booking.objects.get().id)
    assert book_client(actor=lead, session_id=session.id, client_id=client.id).status == "booked"


def test_the_price_agreed_stays_when_the_service_grows_dearer(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), service="Class", clients=("Client",))
    service = lotus.service("Class")
    service.price = 25
    service.save()
    book_client(actor=lotus.actor("lead"), session_id=session.id, client_id=lotus.client("Étienne Caron").id)
    assert sorted(str(price) for price in Booking.objects.values_list("price", flat=True)) == [
        "20.00",
        "25.00",
    ]


def test_it_refuses_cancelled_and_past_sessions(lotus: Cast) -> None:
    gone, past = scheduled(lotus, at(10)), scheduled(lotus, at(10, days=-1))
    cancel_session(actor=lotus.actor("lead"), session_id=gone.id, reason="")
    for session in (gone, past):
        with pytest.raises(Conflict):
            book_client(actor=lotus.actor("lead"), session_id=session.id, client_id=lotus.client().id)


def test_it_refuses_an_unknown_archived_or_foreign_client(cast: Cast) -> None:
    with studio_context(cast.summit):
        theirs = cast.client("Client2").id
    with studio_context(cast.lotus):
        session, archived = scheduled(cast, at(10)), cast.client("Étienne Caron")
        archived.is_active = False
        archived.save()
        for client_id in (uuid4(), theirs, archived.id):
            with pytest.raises(NotFound):
                book_client(actor=cast.actor("lead"), session_id=session.id, client_id=client_id)


def test_it_refuses_the_wrong_role(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), service="Class", clients=("Client",))
    for person in ("trainer", "client"):
        with pytest.raises(NotPermitted):
            book_client(
                actor=lotus.actor(person), session_id=session.id, client_id=lotus.client("Étienne Caron").id
            )


def test_cancelling_frees_the_place_for_who_waits(lotus: Cast) -> None:
    lead = lotus.actor("lead")
    session = scheduled(lotus, at(10), clients=("Client",))
    waiting = book_client(actor=lead, session_id=session.id, client_id=lotus.client("Étienne Caron").id)
    with pytest.raises(Conflict) as refused:
        give_place(actor=lead, booking_id=waiting.id)
    assert refused.value.details["conflict"] == "capacity"
    gone = cancel_booking(actor=lead, booking_id=Booking.objects.get(status="booked").id, reason="flu")
    assert (gone.status, gone.late_cancel, gone.cancel_reason) == ("cancelled", False, "flu")
    assert give_place(actor=lead, booking_id=waiting.id).status == "booked"
    session.refresh_from_db()
    assert (session.booked, session.waitlisted) == (1, 0)


@pytest.mark.parametrize(("hours", "late"), [(23.9, True), (24.1, False)])
def test_a_cancellation_is_late_once_the_free_time_is_over(lotus: Cast, hours: float, late: bool) -> None:
    scheduled(lotus, now() + timedelta(hours=hours), clients=("Client",))
    assert cancel_booking(actor=lotus.actor("lead"), booking_id=Booking.objects.get().id).late_cancel is late


def test_leaving_the_waitlist_is_never_late(lotus: Cast) -> None:
    lead = lotus.actor("lead")
    session = scheduled(lotus, now() + timedelta(hours=1), clients=("Client",))
    waiting = book_client(actor=lead, session_id=session.id, client_id=lotus.client("Étienne Caron").id)
    assert cancel_booking(actor=lead, booking_id=waiting.id).late_cancel is False


def test_a_cancelled_booking_is_not_cancelled_again(lotus: Cast) -> None:
    scheduled(lotus, at(10), clients=("Client",))
    booking = Booking.objects.get()
    cancel_booking(actor=lotus.actor("lead"), booking_id=booking.id)
    with pytest.raises(Conflict, match="cancelled already"):
        cancel_booking(actor=lotus.actor("lead"), booking_id=booking.id)


def test_a_client_does_not_cancel_and_sees_no_others_booking(lotus: Cast) -> None:
    scheduled(lotus, at(10), service="Class", clients=("Client", "Étienne Caron"))
    hers, anothers = (Booking.objects.get(client=lotus.client(name)) for name in ("Client", "Étienne Caron"))
    with pytest.raises(NotPermitted):
        cancel_booking(actor=lotus.actor("client"), booking_id=hers.id)
    with pytest.raises(NotFound):
        cancel_booking(actor=lotus.actor("client"), booking_id=anothers.id)


def test_another_trainers_and_another_studios_bookings_are_not_there(cast: Cast) -> None:
    with studio_context(cast.lotus):
        scheduled(cast, at(10), clients=("Client",))
        booking = Booking.objects.get()
        with pytest.raises(NotFound):
            cancel_booking(actor=cast.actor("trainer"), booking_id=booking.id)
    with studio_context(cast.summit), pytest.raises(NotFound):
        cancel_booking(actor=cast.actor("owner2", cast.summit), booking_id=booking.id)
