"""A place comes free: it is offered in turn, answered or not, and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from fitflow.core.errors import Conflict, NotFound, NotPermitted
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from notifications.letters import Later, render
from notifications.models import Delivery
from studios.models import AuditEvent, Location
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.plan import scheduled
from tests.trainers.waitlist.plan import CLASS, SOON, TUESDAY, booking_of, full_class, leave, offers
from trainers.messages import queue_offer
from trainers.models import Session, WaitlistOffer
from trainers.services import (
    accept_offer,
    book_client,
    cancel_booking,
    cancel_session,
    change_places,
    decline_offer,
    give_place,
    offer_now,
    offer_places,
    reschedule_session,
    restore_booking,
    restore_session,
    tend_waitlists,
)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


def wait(clock: time_machine.Traveller, **more: float) -> None:
    clock.shift(timedelta(**more) if more else SOON)


def the_open_offer() -> WaitlistOffer:
    return WaitlistOffer.objects.get(state="open")


def test_a_freed_place_goes_to_the_first_once_it_cannot_be_undone(
    lotus: Cast, clock: time_machine.Traveller
) -> None:
    session = full_class(lotus, "Ada", "Bea")
    assert tend_waitlists() == 0, "it is full"
    leave(session)
    assert offer_places(session_id=session.pk) == [], "the cancellation may still be undone"
    event = OutboxMessage.objects.get(topic="place.freed")
    assert event.ids == {"session": str(session.pk)}
    told = OutboxMessage.objects.filter(topic="booking.changed").latest("created_at")
    assert event.due_at - told.due_at > timedelta(minutes=3)
    wait(clock)
    offer_places(session_id=session.pk)
    assert offers(session) == [("Ada", "open")]
    offer = the_open_offer()
    assert offer.answer_by == TUESDAY + timedelta(hours=23), "until 9:00, because twelve hours end at night"
    assert (tend_waitlists(), offer_places(session_id=session.pk)) == (0, []), "once is enough"
    assert AuditEvent.objects.filter(action="offer.made", subject_id=offer.booking_id).exists()


def test_a_session_for_which_it_fails_keeps_no_other_waiting(
    lotus: Cast, clock: time_machine.Traveller
) -> None:
    broken = full_class(lotus, "Ada", "Bea")
    sound = full_class(lotus, "Cleo", "Dora", starts_at=broken.starts_at + timedelta(hours=3))
    for session in (broken, sound):
        leave(session)
    wait(clock)
    nowhere = Location.objects.create(name="Nowhere", province="ON", timezone="Mars/Olympus")
    Session.objects.filter(pk=broken.pk).update(location=nowhere)
    assert tend_waitlists() == 1
    assert offers(sound) == [("Cleo", "open")]
    assert offers(broken) == []


def test_an_undo_within_three_minutes_leaves_nobody_disappointed(
    lotus: Cast, clock: time_machine.Traveller
) -> None:
    session = full_class(lotus, "Ada")
    hers = booking_of(session, "Client")
    leave(session)
    restore_booking(actor=SYSTEM, booking_id=hers.pk)
    wait(clock)
    assert offer_places(session_id=session.pk) == []


def test_whoever_is_elsewhere_or_cannot_be_reached_is_passed_over(
    lotus: Cast, clock: time_machine.Traveller
) -> None:
    session = full_class(lotus, "Ada", "Bea", "Cleo", "Dora")
    ada, bea, cleo = (lotus.client(name) for name in ("Ada", "Bea", "Cleo"))
    elsewhere = scheduled(lotus, CLASS + timedelta(minutes=30), trainer="trainer")
    book_client(actor=SYSTEM, session_id=elsewhere.pk, client_id=ada.pk)
    bea.email, cleo.is_active = "", False
    bea.save()
    cleo.save()
    leave(session)
    wait(clock)
    assert tend_waitlists() == 1
    assert offers(session) == [("Dora", "open")]


def test_who_is_only_on_another_waitlist_or_done_by_then_can_take_it(
    lotus: Cast, clock: time_machine.Traveller
) -> None:
    session = full_class(lotus, "Ada")
    before = scheduled(lotus, CLASS - timedelta(hours=1), trainer="trainer")
    book_client(actor=SYSTEM, session_id=before.pk, client_id=lotus.client("Ada").pk)
    beside = scheduled(lotus, CLASS, trainer="trainer", clients=("Client",))
    book_client(actor=SYSTEM, session_id=beside.pk, client_id=lotus.client("Ada").pk)
    leave(session, "Étienne Caron")
    wait(clock)
    assert tend_waitlists() == 1


def test_as_many_offers_as_places(lotus: Cast, clock: time_machine.Traveller) -> None:
    session = full_class(lotus, "Ada", "Bea", "Cleo")
    leave(session)
    leave(session, "Étienne Caron")
    wait(clock)
    assert tend_waitlists() == 2
    assert offers(session) == [("Ada", "open"), ("Bea", "open")]


def test_unanswered_it_goes_to_the_next_and_she_stays_on_the_list(
    lotus: Cast, clock: time_machine.Traveller
) -> None:
    session = full_class(lotus, "Ada", "Bea")
    leave(session)
    wait(clock)
    tend_waitlists()
    clock.move_to(the_open_offer().answer_by - timedelta(seconds=1))
    assert tend_waitlists() == 0
    clock.move_to(the_open_offer().answer_by)
    assert tend_waitlists() == 1
    assert offers(session) == [("Ada", "expired"), ("Bea", "open")]
    assert booking_of(session, "Ada").status == "waitlisted"
    clock.move_to(the_open_offer().answer_by)
    assert tend_waitlists() == 0, "everybody was asked for this place"
    # Another place: first who was asked least, in the order of the list.
    book_client(actor=SYSTEM, session_id=session.pk, client_id=lotus.client().pk)
    clock.move_to(CLASS - timedelta(hours=8))
    leave(session)
    wait(clock)
    tend_waitlists()
    assert offers(session)[-1] == ("Ada", "open")


def test_accepting_books_her_at_the_price_she_joined_at(lotus: Cast, clock: time_machine.Traveller) -> None:
    session = full_class(lotus, "Ada", "Bea")
    service = session.service
    service.price = 99
    service.save()
    leave(session)
    wait(clock)
    (offer,) = offer_places(session_id=session.pk)
    answered = accept_offer(offer_id=offer.pk)
    assert (answered.state, answered.booking.status) == ("accepted", "booked")
    booking = booking_of(session, "Ada")
    assert (booking.status, str(booking.price)) == ("booked", "20.00")
    assert accept_offer(offer_id=offer.pk).state == "accepted", "twice changes nothing"
    assert decline_offer(offer_id=offer.pk).state == "accepted", "nor does a no afterwards"
    assert lotus.client("Ada").care.filter(user_id=lotus.user["lead"].pk).exists()
    event = AuditEvent.objects.get(action="offer.accepted")
    assert (event.actor_id, event.actor_name) == (None, "Ada, by link")


def test_declining_takes_her_off_the_list_and_asks_the_next_at_once(
    lotus: Cast, clock: time_machine.Traveller
) -> None:
    session = full_class(lotus, "Ada", "Bea")
    leave(session)
    wait(clock)
    (offer,) = offer_places(session_id=session.pk)
    assert decline_offer(offer_id=offer.pk).state == "declined"
    gone = session.bookings.get(client__name="Ada")
    assert (gone.status, gone.was_waiting, gone.cancelled_by_client, gone.late_cancel) == (
        "cancelled",
        True,
        True,
        False,
    )
    assert OutboxMessage.objects.filter(topic="place.freed").count() == 2
    offer_places(session_id=session.pk)
    assert offers(session) == [("Ada", "declined"), ("Bea", "open")]


def test_a_place_taken_meanwhile_keeps_her_on_the_list(lotus: Cast, clock: time_machine.Traveller) -> None:
    session = full_class(lotus, "Ada")
    leave(session)
    wait(clock)
    (offer,) = offer_places(session_id=session.pk)
    book_client(actor=SYSTEM, session_id=session.pk, client_id=lotus.client().pk)
    answered = accept_offer(offer_id=offer.pk)
    assert (answered.state, answered.booking.status) == ("taken", "waitlisted")
    leave(session)
    wait(clock)
    assert tend_waitlists() == 1, "and she is asked again for the next"


def test_an_offer_of_a_place_that_is_gone_by_the_deadline_is_not_held_against_her(
    lotus: Cast, clock: time_machine.Traveller
) -> None:
    session = full_class(lotus, "Ada")
    leave(session)
    wait(clock)
    (offer,) = offer_places(session_id=session.pk)
    book_client(actor=SYSTEM, session_id=session.pk, client_id=lotus.client().pk)
    clock.move_to(offer.answer_by)
    tend_waitlists()
    assert offers(session) == [("Ada", "taken")]


def test_a_late_answer_is_told_so(lotus: Cast, clock: time_machine.Traveller) -> None:
    session = full_class(lotus, "Ada")
    leave(session)
    wait(clock)
    (offer,) = offer_places(session_id=session.pk)
    clock.move_to(offer.answer_by + timedelta(seconds=1))
    assert accept_offer(offer_id=offer.pk).state == "expired"
    assert booking_of(session, "Ada").status == "waitlisted"


def test_who_is_booked_elsewhere_by_then_is_told_where(lotus: Cast, clock: time_machine.Traveller) -> None:
    session = full_class(lotus, "Ada")
    leave(session)
    wait(clock)
    (offer,) = offer_places(session_id=session.pk)
    elsewhere = scheduled(lotus, CLASS, trainer="trainer")
    book_client(actor=SYSTEM, session_id=elsewhere.pk, client_id=lotus.client("Ada").pk)
    with pytest.raises(Conflict, match="You are booked into Private at 18:00"):
        accept_offer(offer_id=offer.pk)
    offer.refresh_from_db()
    assert offer.state == "open"


def test_nobody_is_offered_a_place_after_the_cut_off(lotus: Cast, clock: time_machine.Traveller) -> None:
    session = full_class(lotus, "Ada")
    clock.move_to(CLASS - timedelta(minutes=62))
    leave(session)
    wait(clock)
    assert tend_waitlists() == 0
    with pytest.raises(Conflict) as refused:
        offer_now(actor=SYSTEM, booking_id=booking_of(session, "Ada").pk)
    assert refused.value.details["conflict"] == "cut_off"
    give_place(actor=SYSTEM, booking_id=booking_of(session, "Ada").pk)


def test_a_place_freed_at_night_is_offered_in_the_morning(lotus: Cast, clock: time_machine.Traveller) -> None:
    session = full_class(lotus, "Ada")
    clock.move_to(TUESDAY + timedelta(hours=12))
    leave(session)
    wait(clock)
    assert tend_waitlists() == 0
    with pytest.raises(Conflict, match="Ask again from 09:00") as refused:
        offer_now(actor=SYSTEM, booking_id=booking_of(session, "Ada").pk)
    assert refused.value.details["conflict"] == "quiet"
    clock.move_to(TUESDAY + timedelta(hours=23))
    assert tend_waitlists() == 1


def test_more_places_and_a_restored_session_are_offered_too(
    lotus: Cast, clock: time_machine.Traveller
) -> None:
    session = full_class(lotus, "Ada", "Bea")
    assert change_places(actor=lotus.actor("lead"), session_id=session.pk, places=3).capacity == 3
    assert tend_waitlists() == 1
    cancel_session(actor=SYSTEM, session_id=session.pk)
    assert offers(session) == [("Ada", "withdrawn")]
    assert tend_waitlists() == 0
    wait(clock, minutes=1)
    restore_session(actor=SYSTEM, session_id=session.pk)
    assert tend_waitlists() == 1
    assert offers(session) == [("Ada", "withdrawn"), ("Ada", "open")]


def test_fewer_places_than_are_booked_are_refused(lotus: Cast) -> None:
    session = full_class(lotus)
    with pytest.raises(Conflict) as refused:
        change_places(actor=SYSTEM, session_id=session.pk, places=1)
    assert refused.value.details["conflict"] == "capacity"
    with pytest.raises(NotPermitted):
        change_places(actor=lotus.actor("trainer"), session_id=session.pk, places=3)


def test_leaving_the_list_or_getting_a_place_closes_her_offer(
    lotus: Cast, clock: time_machine.Traveller
) -> None:
    session = full_class(lotus, "Ada", "Bea")
    leave(session)
    leave(session, "Étienne Caron")
    wait(clock)
    tend_waitlists()
    cancel_booking(actor=SYSTEM, booking_id=booking_of(session, "Ada").pk)
    give_place(actor=SYSTEM, booking_id=booking_of(session, "Bea").pk)
    assert offers(session) == [("Ada", "withdrawn"), ("Bea", "withdrawn")]


def test_a_session_moved_into_the_past_withdraws_its_offer(
    lotus: Cast, clock: time_machine.Traveller
) -> None:
    session = full_class(lotus, "Ada")
    leave(session)
    wait(clock)
    (offer,) = offer_places(session_id=session.pk)
    reschedule_session(actor=SYSTEM, session_id=session.pk, starts_at=TUESDAY - timedelta(hours=2))
    assert accept_offer(offer_id=offer.pk).state == "withdrawn"


def test_the_staff_offers_out_of_turn(lotus: Cast, clock: time_machine.Traveller) -> None:
    session = full_class(lotus, "Ada", "Bea")
    bea = booking_of(session, "Bea")
    lead = lotus.actor("lead")
    with pytest.raises(Conflict) as refused:
        offer_now(actor=lead, booking_id=bea.pk)
    assert refused.value.details["conflict"] == "capacity"
    leave(session)
    assert offer_now(actor=lead, booking_id=bea.pk).state == "open"
    with pytest.raises(Conflict, match="has been asked already"):
        offer_now(actor=lead, booking_id=bea.pk)
    wait(clock)
    assert tend_waitlists() == 0, "the one place is offered already"
    for person, error in (("trainer", NotFound), ("client", NotFound), ("outsider", NotFound)):
        with pytest.raises(error):
            offer_now(actor=lotus.actor(person), booking_id=bea.pk)


def test_another_studios_waitlist_is_not_there(cast: Cast) -> None:
    with studio_context(cast.lotus):
        bea = booking_of(full_class(cast, "Bea"), "Bea")
    with studio_context(cast.summit):
        assert tend_waitlists() == 0
        with pytest.raises(NotFound):
            offer_now(actor=cast.actor("owner2", cast.summit), booking_id=bea.pk)
        with pytest.raises(NotFound):
            accept_offer(offer_id=bea.pk)


def test_a_mail_that_an_outage_delays_into_the_night_is_sent_in_the_morning(
    lotus: Cast, clock: time_machine.Traveller
) -> None:
    session = full_class(lotus, "Ada", starts_at=CLASS + timedelta(days=2))
    leave(session)
    wait(clock)
    offer_places(session_id=session.pk)
    offer = the_open_offer()
    queue_offer(offer_id=offer.pk)
    mail = Delivery.objects.get(template="place_offered")
    assert "A place is free" in render(mail).subject
    clock.move_to(TUESDAY.replace(hour=21, minute=30))
    with pytest.raises(Later) as later:
        render(mail)
    morning = TUESDAY.replace(hour=9) + timedelta(days=1)
    assert later.value.until == morning
    WaitlistOffer.objects.filter(pk=offer.pk).update(answer_by=morning + timedelta(hours=1))
    clock.move_to(morning)
    assert "A place is free" in render(mail).subject
