"""Places, offers and holds wanted by several at the same moment; each race has a control that must go wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection

from clients.models import Client
from fitflow.core.clock import now
from fitflow.core.errors import Conflict
from fitflow.tenancy.context import studio_context
from studios.models import Room
from studios.shared.models import Member, Role, Studio
from studios.shared.policies import SYSTEM
from studios.shared.services import add_member
from tests.races.test_timetable import Arena, arena, without
from tests.scratch import at_once, scratch_person
from tests.trainers.plan import at
from trainers.models import Booking, Service, Session, TrainerProfile, WaitlistOffer
from trainers.services import (
    accept_offer,
    book_client,
    cancel_booking,
    clear_expired_holds,
    confirm_hold,
    decline_offer,
    hold_slot,
    restore_booking,
    schedule_session,
    tend_waitlists,
    waitlist,
)

__all__ = ["arena"]
pytestmark = pytest.mark.race


def inside(studio: Studio, work: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with studio_context(studio):
            return work()

    return run


def ended(results: list[Any]) -> Counter[str]:
    """Return how calls ended: by the conflict's name, the offer's state, or what they returned."""
    return Counter(
        str(result.details["conflict"])
        if isinstance(result, Conflict)
        else result.state
        if isinstance(result, WaitlistOffer)
        else type(result).__name__
        for result in results
    )


# Two trainers into one room


@pytest.fixture
def trainers(arena: Arena) -> Any:
    """Six people more who train in the first studio."""
    people = [scratch_person(f"Trainer{number}") for number in range(6)]
    users = [person.__enter__() for person in people]
    for user in users:
        add_member(studio=arena.first, user=user, role=Role.TRAINER)
    with studio_context(arena.first):
        rows = [TrainerProfile.objects.create(user=user, name=user.name) for user in users]
    yield [row.pk for row in rows]
    with studio_context(arena.first), connection.cursor() as cursor:
        for table in ("trainers_booking", "trainers_session", "clients_care"):
            cursor.execute(f"DELETE FROM {table}")
        TrainerProfile.objects.filter(user__in=[user.pk for user in users]).delete()
    Member.objects.filter(user__in=[user.pk for user in users]).delete()
    for person in people:
        person.__exit__(None, None, None)


def crowd_the_room(arena: Arena, trainers: list[UUID]) -> Counter[str]:
    with studio_context(arena.first):
        room = Room.objects.get(name="Studio A")
        common: dict[str, Any] = {
            "actor": SYSTEM,
            "service_id": Service.objects.get(name="Class").pk,
            "location_id": room.location_id,
            "room_id": room.pk,
        }

    def call(trainer: UUID, minutes: int) -> Callable[[], Any]:
        starts = at(10) + timedelta(minutes=minutes)
        return inside(arena.first, lambda: schedule_session(trainer_id=trainer, starts_at=starts, **common))

    return ended(at_once([call(trainer, 5 * number) for number, trainer in enumerate(trainers)]))


def test_of_many_trainers_one_gets_the_room(arena: Arena, trainers: list[UUID]) -> None:
    assert crowd_the_room(arena, trainers) == {"Session": 1, "room": 5}


def test_control_without_its_constraint_the_room_is_used_twice(arena: Arena, trainers: list[UUID]) -> None:
    without(arena.first, "ALTER TABLE trainers_session DROP CONSTRAINT session_room_once")
    assert crowd_the_room(arena, trainers)["Session"] > 1


# A waitlist offer answered twice, and two offers for one place


def waiting_class(arena: Arena, people: int, *, free: int = 1) -> list[WaitlistOffer]:
    """Make a class of two with that many waiting, `free` places free, and an open offer for each who waits."""
    with studio_context(arena.first):
        Service.objects.filter(name="Class").update(capacity=2)
        wish = arena.wish(arena.first, "Class")
        Client.objects.all().delete()
        names = Client.objects.bulk_create(
            Client(name=f"Client {n}", email=f"c{n}@example.com") for n in range(people + 2)
        )
        session = schedule_session(
            actor=SYSTEM, starts_at=at(12), client_ids=[row.pk for row in names[:2]], **wish
        )
        for row in names[2:]:
            book_client(actor=SYSTEM, session_id=session.pk, client_id=row.pk)
        for booking in session.bookings.filter(status="booked")[:free]:
            cancel_booking(actor=SYSTEM, booking_id=booking.pk)
        waiting = session.bookings.filter(status="waitlisted")
        at_now, until = now(), now() + timedelta(hours=1)
        return [
            WaitlistOffer.objects.create(booking=row, offered_at=at_now, answer_by=until) for row in waiting
        ]


def test_an_offer_answered_many_times_at_once_books_once(arena: Arena) -> None:
    (offer,) = waiting_class(arena, 1)
    call = inside(arena.first, lambda: accept_offer(offer_id=offer.pk))
    assert ended(at_once([call] * 12)) == {"accepted": 12}
    with studio_context(arena.first):
        session = offer.booking.session
        session.refresh_from_db()
        assert (session.booked, session.waitlisted) == (2, 0)


def test_yes_and_no_at_once_end_with_one_of_them(arena: Arena) -> None:
    (offer,) = waiting_class(arena, 1)
    yes = inside(arena.first, lambda: accept_offer(offer_id=offer.pk))
    no = inside(arena.first, lambda: decline_offer(offer_id=offer.pk))
    found = ended(at_once([yes, no] * 6))
    assert found in ({"accepted": 12}, {"declined": 12})
    with studio_context(arena.first):
        status = Booking.objects.get(pk=offer.booking_id).status
        assert status == ("booked" if "accepted" in found else "cancelled")


def everybody_accepts(arena: Arena, *, checked: bool = True) -> Counter[str]:
    offers = waiting_class(arena, 10)
    if not checked:
        without(arena.first, "ALTER TABLE trainers_session DROP CONSTRAINT session_within_capacity")
    return ended(
        at_once([inside(arena.first, lambda o=offer: accept_offer(offer_id=o.pk)) for offer in offers])  # type: ignore[misc]
    )


def test_of_ten_who_accept_one_place_one_has_it_and_nine_stay(arena: Arena) -> None:
    assert everybody_accepts(arena) == {"accepted": 1, "taken": 9}
    with studio_context(arena.first):
        assert Booking.objects.filter(status="waitlisted").count() == 9


def test_control_without_the_capacity_check_the_place_is_given_twice(arena: Arena) -> None:
    assert everybody_accepts(arena, checked=False)["accepted"] > 1


def tend_at_once(arena: Arena, monkeypatch: pytest.MonkeyPatch, times: int = 8) -> int:
    """Let that many turns of beat tend one freed place at the same moment; return how many offers are open then."""
    # At any hour of the day, and at once.
    monkeypatch.setattr(waitlist, "answer_by", lambda at, starts_at, zone: at + timedelta(hours=1))
    monkeypatch.setattr(waitlist, "UNDO_WITHIN", timedelta())
    offers = waiting_class(arena, 6)
    with studio_context(arena.first):
        WaitlistOffer.objects.filter(pk__in=[row.pk for row in offers]).delete()
    results = at_once([inside(arena.first, tend_waitlists)] * times)
    # Without the lock, those who choose the same client are stopped by her offer's own constraint.
    assert all(isinstance(result, (int, IntegrityError)) for result in results), results
    with studio_context(arena.first):
        return WaitlistOffer.objects.filter(state="open").count()


def test_many_turns_at_once_offer_one_place_once(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tend_at_once(arena, monkeypatch) == 1


def test_control_without_the_sessions_lock_it_is_offered_several_times(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlocked(session: Session, **more: Any) -> Session:
        return Session.objects.select_related("service", "location").get(pk=session.pk)

    def slow(session: Session) -> Any:
        found = list(waiting(session))
        time.sleep(0.05)
        # Each sees another first, as those who read at different moments would; else the offer's own constraint stops them.
        pid = int(str(time.perf_counter_ns())[-4:])
        return found[pid % len(found) :] + found[: pid % len(found)]

    waiting = waitlist.in_turn
    monkeypatch.setattr(waitlist, "locked", unlocked)
    monkeypatch.setattr(waitlist, "in_turn", slow)
    assert tend_at_once(arena, monkeypatch) > 1


def test_an_undo_beside_a_new_booking_seats_one_of_them(arena: Arena) -> None:
    with studio_context(arena.first):
        names = Client.objects.bulk_create(Client(name=f"Client {n}") for n in range(2))
        wish = arena.wish(arena.first)
    for round_ in range(4):
        with studio_context(arena.first):
            session = schedule_session(
                actor=SYSTEM, starts_at=at(8 + 2 * round_), client_ids=[names[0].pk], **wish
            )
            booking = session.bookings.get()
            cancel_booking(actor=SYSTEM, booking_id=booking.pk)
        undo = inside(arena.first, lambda b=booking: restore_booking(actor=SYSTEM, booking_id=b.pk))  # type: ignore[misc]
        book = inside(
            arena.first,
            lambda s=session: book_client(actor=SYSTEM, session_id=s.pk, client_id=names[1].pk),  # type: ignore[misc]
        )
        undone, _ = at_once([undo, book])
        with studio_context(arena.first):
            session.refresh_from_db()
            assert session.booked == 1
            assert isinstance(undone, Booking) or undone.details["conflict"] == "capacity"


# A hold that runs out while it is paid


def hold(arena: Arena, *, seconds_ago: float) -> Session:
    """Hold an hour of the trainer in the first studio; the hold ran out that many seconds ago."""
    with studio_context(arena.first):
        held = hold_slot(actor=SYSTEM, starts_at=at(10), **arena.wish(arena.first))
        Session.objects.filter(pk=held.pk).update(held_until=now() - timedelta(seconds=seconds_ago))
    return held


def pay_and_want(arena: Arena, held: Session) -> tuple[int, int]:
    """Confirm a hold four times while others want its hour in both studios and beat clears; return who holds the hour after:
    the number of sessions and of busy spans.
    """
    wishes = {studio.id: arena.wish(studio) for studio in (arena.first, arena.second)}

    def want(studio: Studio) -> Callable[[], Any]:
        return inside(studio, lambda: schedule_session(actor=SYSTEM, starts_at=at(10.5), **wishes[studio.id]))

    pay = inside(arena.first, lambda: confirm_hold(actor=SYSTEM, session_id=held.pk))
    clear = inside(arena.first, clear_expired_holds)
    results = at_once(
        [pay, want(arena.second), want(arena.first), clear, pay, want(arena.second), pay, clear]
    )
    # Whoever did not get it is told why, in words.
    assert not [one for one in results if not isinstance(one, (Session, Conflict, int))], results
    sessions = 0
    for studio in (arena.first, arena.second):
        with studio_context(studio):
            sessions += Session.objects.filter(status="scheduled").count()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM trainers_shared_busytime WHERE studio_id = ANY (%s)",
            [[arena.first.id, arena.second.id]],
        )
        return sessions, cursor.fetchone()[0]


@pytest.mark.parametrize("seconds_ago", [-30, 1, 3600])
def test_a_hold_that_runs_out_while_it_is_paid_goes_to_one_of_them(arena: Arena, seconds_ago: float) -> None:
    held = hold(arena, seconds_ago=seconds_ago)
    assert pay_and_want(arena, held) == (1, 1)
    if seconds_ago < 0:
        with studio_context(arena.first):
            assert Session.objects.get(status="scheduled").pk == held.pk, "it had not run out"


def test_control_without_the_constraint_both_have_it(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the busy time of confirmed sessions unwritten, the paid hold and another's session stand side by side."""
    held = hold(arena, seconds_ago=1)
    without(arena.first, "ALTER TABLE trainers_session DISABLE TRIGGER trainers_session_busy_update")
    with studio_context(arena.second):
        schedule_session(actor=SYSTEM, starts_at=at(10.5), **arena.wish(arena.second))
    with studio_context(arena.first):
        assert confirm_hold(actor=SYSTEM, session_id=held.pk).status == "scheduled"


def test_many_who_hold_one_slot_get_one_hold(arena: Arena) -> None:
    wish = arena.wish(arena.first)
    call = inside(arena.first, lambda: hold_slot(actor=SYSTEM, starts_at=at(10), **wish))
    assert ended(at_once([call] * 10)) == {"Session": 1, "trainer": 9}


def test_two_strikes_of_one_client_at_once_are_the_first_and_the_second(arena: Arena) -> None:
    with studio_context(arena.first):
        client = Client.objects.create(name="Late")
        Service.objects.update(late_fee_percent=50, free_until_hours=24 * 14)
        wish = arena.wish(arena.first)
        sessions = [
            schedule_session(actor=SYSTEM, starts_at=at(8 + n), client_ids=[client.pk], **wish)
            for n in range(6)
        ]
        ids = [session.bookings.get().pk for session in sessions]
    at_once(
        [inside(arena.first, lambda i=one: cancel_booking(actor=SYSTEM, booking_id=i)) for one in ids]  # type: ignore[misc]
    )
    with studio_context(arena.first):
        assert set(Booking.objects.values_list("strike", flat=True)) == {1, 2, 3, 4, 5, 6}


def test_control_without_the_clients_lock_strikes_are_counted_twice(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainers.services import fees

    def unlocked(*names: str) -> None:
        time.sleep(0.02)

    monkeypatch.setattr(fees, "lock_in_transaction", unlocked)
    with pytest.raises(AssertionError):
        test_two_strikes_of_one_client_at_once_are_the_first_and_the_second(arena)
