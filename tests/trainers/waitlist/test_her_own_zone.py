"""A client who lives by another clock: it is her night that is kept quiet, and her messages name her clock too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from clients.services import change_client
from fitflow.core.errors import Conflict
from notifications.letters import Later, render
from notifications.models import Delivery
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.waitlist.plan import SOON, TUESDAY, booking_of, full_class, leave, offers
from trainers.messages import queue_offer
from trainers.models import Session, WaitlistOffer
from trainers.services import offer_now, offer_places, tend_waitlists


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


def live_in(lotus: Cast, name: str, zone: str) -> None:
    change_client(actor=SYSTEM, client_id=lotus.client(name).pk, timezone=zone)


def free_place(lotus: Cast, clock: time_machine.Traveller) -> Session:
    """A class with Ada, of Vancouver, and Bea waiting; a place has come free."""
    session = full_class(lotus, "Ada", "Bea")
    live_in(lotus, "Ada", "America/Vancouver")
    leave(session)
    clock.shift(SOON)
    return session


def test_a_place_waits_for_the_morning_of_whoever_is_next(lotus: Cast, clock: time_machine.Traveller) -> None:
    session = free_place(lotus, clock)
    assert tend_waitlists() == 0, "it is 7:03 in Vancouver, and Bea is not before her turn"
    clock.move_to(TUESDAY + timedelta(hours=1, minutes=59))
    assert tend_waitlists() == 0
    clock.move_to(TUESDAY + timedelta(hours=2))
    assert tend_waitlists() == 1
    assert offers(session) == [("Ada", "open")]


def test_a_second_place_does_not_wait_with_the_first(lotus: Cast, clock: time_machine.Traveller) -> None:
    session = free_place(lotus, clock)
    leave(session, "Étienne Caron")
    clock.shift(SOON)
    assert (tend_waitlists(), tend_waitlists()) == (1, 0)
    assert offers(session) == [("Bea", "open")]


def test_she_is_passed_over_only_where_her_morning_is_too_late(
    lotus: Cast, clock: time_machine.Traveller
) -> None:
    session = full_class(lotus, "Ada", "Bea", starts_at=TUESDAY + timedelta(hours=2, minutes=30))
    live_in(lotus, "Ada", "America/Vancouver")
    leave(session)
    clock.shift(SOON)
    assert tend_waitlists() == 1, "her nine is half an hour before the class"
    assert offers(session) == [("Bea", "open")]


def test_her_deadline_ends_in_her_day(lotus: Cast, clock: time_machine.Traveller) -> None:
    session = full_class(lotus, "Ada")
    live_in(lotus, "Ada", "America/St_Johns")
    clock.move_to(TUESDAY + timedelta(hours=8))  # 18:00 here, 19:30 there
    leave(session)
    clock.shift(SOON)
    (offer,) = offer_places(session_id=session.pk)
    assert offer.answer_by == TUESDAY + timedelta(hours=21, minutes=30), "9:00 in St John's, 7:30 here"


def test_staff_is_told_whose_night_it_is(lotus: Cast, clock: time_machine.Traveller) -> None:
    session = free_place(lotus, clock)
    with pytest.raises(Conflict, match=r"It is 07:03 for Ada\. Ask again from 12:00") as refused:
        offer_now(actor=SYSTEM, booking_id=booking_of(session, "Ada").pk)
    assert refused.value.details["conflict"] == "quiet"


def test_her_mail_waits_for_her_morning_and_names_her_clock(
    lotus: Cast, clock: time_machine.Traveller
) -> None:
    session = full_class(lotus, "Ada")
    leave(session)
    clock.shift(SOON)
    (offer,) = offer_places(session_id=session.pk)
    queue_offer(offer_id=offer.pk)
    delivery = Delivery.objects.get(key=f"offer:{offer.pk}")
    assert "By your clock" not in render(delivery).text
    live_in(lotus, "Ada", "America/Vancouver")  # told since
    with pytest.raises(Later) as later:
        render(delivery)
    assert later.value.until == TUESDAY + timedelta(hours=2)
    clock.move_to(TUESDAY + timedelta(hours=2))
    words = " ".join(render(delivery).text.split())
    assert "By your clock: Thursday 26 November, 15:00 to 16:00, Pacific time (PST)" in words


@pytest.mark.parametrize("zone", ["Nowhere/Else", "x" * 65])
def test_a_zone_that_is_none_is_refused(lotus: Cast, zone: str) -> None:
    with pytest.raises(ValidationError):
        live_in(lotus, "Client", zone)
    assert not WaitlistOffer.objects.exists()
    assert lotus.client().timezone == ""


def test_the_place_is_her_zone_where_none_is_known(lotus: Cast) -> None:
    client = lotus.client()
    assert client.zone("America/Regina") == "America/Regina"
    client.timezone = "America/Halifax"
    assert client.zone("America/Regina") == "America/Halifax"
