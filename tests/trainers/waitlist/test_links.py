"""The signed links of a client's messages: what their pages show and do, and what is forged, foreign or over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.core import signing

from clients.models import Client
from fitflow.core.clock import now
from fitflow.core.errors import NotFound
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import enter, studio_context
from fitflow.tenancy.context import leave as leave_studio
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.notifications.conftest import Provider, provider, work_off
from tests.pages import browser_of, words_of
from tests.trainers.plan import scheduled
from tests.trainers.waitlist.plan import CLASS, SOON, TUESDAY, booking_of, full_class, leave
from trainers.links import cancel_link, offer_link, read_link
from trainers.models import Booking, Service, WaitlistOffer
from trainers.services import book_client, cancel_booking, cancel_session, offer_places

__all__ = ["provider"]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def offer(lotus: Cast, clock: time_machine.Traveller) -> WaitlistOffer:
    """A place offered to Ada, who has an address and no sign-in."""
    with studio_context(None):
        OutboxMessage.objects.all().delete()
    session = full_class(lotus, "Ada", "Bea")
    leave(session)
    clock.shift(SOON)
    (made,) = offer_places(session_id=session.pk)
    return WaitlistOffer.objects.select_related("booking__session").get(pk=made.pk)


def path_of(address: str) -> str:
    return urlsplit(address).path


@pytest.fixture
def ask(lotus: Cast) -> Callable[..., Any]:
    """Ask a page as somebody who is not signed in."""
    browser = browser_of(lotus)

    def asked(path: str, method: str = "get", **data: str) -> Any:
        leave_studio()
        try:
            return getattr(browser, method)(path, data, follow=True)
        finally:
            enter(lotus.lotus)

    return asked


def test_the_mail_leads_to_the_page_and_the_page_books(
    lotus: Cast, offer: WaitlistOffer, provider: type[Provider], ask: Callable[..., Any]
) -> None:
    work_off()
    (mail,) = [one for one in provider.got if "A place is free" in str(one.subject)]
    text = " ".join(str(mail.body).split())
    assert mail.to == ["Ada <ada@example.com>"]
    assert "Say yes or no by Wednesday 25 November, 09:00" in text
    assert "Price: $20.00, plus tax" in text
    link = path_of(offer_link(offer))
    assert link.split("/")[1] in str(mail.body)
    page = ask(link)
    assert (page.status_code, page.headers["Cache-Control"]) == (
        200,
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )
    assert "A place is free in Class" in words_of(page)
    assert (booking_of(offer.booking.session, "Ada").status) == "waitlisted", "looking is free"
    provider.got.clear()
    assert "The place is yours" in words_of(ask(f"{link}accept/", "post"))
    assert (booking_of(offer.booking.session, "Ada").status) == "booked"
    assert "The place is yours" in words_of(ask(f"{link}accept/", "post"))
    work_off()
    (mail,) = [one for one in provider.got if one.to == ["Ada <ada@example.com>"]]
    assert str(mail.subject).startswith("You are in: Class")
    assert len(mail.attachments) == 1, "with the calendar file"


def test_saying_no_leaves_the_list(lotus: Cast, offer: WaitlistOffer, ask: Callable[..., Any]) -> None:
    link = path_of(offer_link(offer))
    assert "You are off the waitlist" in words_of(ask(f"{link}decline/", "post"))
    assert (offer.booking.session.bookings.get(client__name="Ada").status) == "cancelled"


def test_who_has_the_place_and_then_says_no_is_told_that_she_keeps_it(
    lotus: Cast, offer: WaitlistOffer, ask: Callable[..., Any]
) -> None:
    link = path_of(offer_link(offer))
    ask(f"{link}accept/", "post")
    page = words_of(ask(f"{link}decline/", "post"))
    assert "The place is yours" in page
    assert "To give it back, use the link" in page
    assert booking_of(offer.booking.session, "Ada").status == "booked"


@pytest.mark.parametrize("how", ["late", "full"])
def test_who_wants_off_the_list_leaves_it_when_the_offer_is_over_too(
    lotus: Cast, offer: WaitlistOffer, ask: Callable[..., Any], clock: time_machine.Traveller, how: str
) -> None:
    link = path_of(offer_link(offer))
    if how == "late":
        clock.move_to(offer.answer_by + timedelta(minutes=1))
    else:
        book_client(actor=SYSTEM, session_id=offer.booking.session_id, client_id=lotus.client().pk)
        assert "Somebody was quicker" in words_of(ask(f"{link}accept/", "post"))
    assert "Take me off the list" in words_of(ask(link))
    page = words_of(ask(f"{link}decline/", "post"))
    assert "You are off the waitlist" in page
    assert "Take me off the list" not in page
    assert offer.booking.session.bookings.get(client__name="Ada").status == "cancelled"
    offer.refresh_from_db()
    assert offer.state == ("expired" if how == "late" else "taken")


def test_a_place_offered_late_says_what_cancelling_it_costs_at_once(
    lotus: Cast, offer: WaitlistOffer, ask: Callable[..., Any]
) -> None:
    link, service = path_of(offer_link(offer)), Service.objects.filter(sessions=offer.booking.session_id)
    service.update(late_fee_percent=50, free_until_hours=1)
    assert "Cancelling is free until 1 hour before" in words_of(ask(link))
    service.update(free_until_hours=300)
    assert "It is less than 300 hours ahead: once the place is yours, cancelling costs 50 %" in words_of(
        ask(link)
    )


def test_who_was_taken_off_is_not_thanked_for_an_answer(
    lotus: Cast, offer: WaitlistOffer, ask: Callable[..., Any]
) -> None:
    link = path_of(offer_link(offer))
    cancel_booking(actor=SYSTEM, booking_id=offer.booking_id)
    for page in (ask(link), ask(f"{link}accept/", "post"), ask(f"{link}decline/", "post")):
        assert "You are not in Class any more" in words_of(page)
        assert "Thank you" not in words_of(page)


def test_a_place_taken_meanwhile_is_told_kindly(
    lotus: Cast, offer: WaitlistOffer, ask: Callable[..., Any]
) -> None:
    link = path_of(offer_link(offer))
    (book_client(actor=SYSTEM, session_id=offer.booking.session_id, client_id=lotus.client().pk),)
    for page in (ask(link), ask(f"{link}accept/", "post")):
        assert "Somebody was quicker" in words_of(page)
        assert "You stay on the waitlist" in words_of(page)


def test_a_late_answer_and_a_cancelled_class_say_so(
    lotus: Cast, offer: WaitlistOffer, ask: Callable[..., Any], clock: time_machine.Traveller
) -> None:
    link = path_of(offer_link(offer))
    clock.move_to(offer.answer_by + timedelta(seconds=1))
    assert "The time to answer is over" in words_of(ask(link))
    assert "The time to answer is over" in words_of(ask(f"{link}accept/", "post"))
    (cancel_session(actor=SYSTEM, session_id=offer.booking.session_id))
    assert "is over, or off" in words_of(ask(f"{link}accept/", "post"))


@pytest.fixture
def private(lotus: Cast) -> Booking:
    """Client's place in a private hour eight hours from now: cancelling costs half."""
    Service.objects.filter(name="Private").update(late_fee_percent=50)
    session = scheduled(lotus, now() + timedelta(hours=8), clients=("Client",))
    return Booking.objects.select_related("session").get(session=session)


def test_she_cancels_by_her_link_after_seeing_what_it_costs(
    lotus: Cast, private: Booking, ask: Callable[..., Any]
) -> None:
    link = path_of(cancel_link(private))
    assert "50 % of the price is due: $40.00 with tax" in words_of(ask(link))
    private.refresh_from_db()
    assert private.status == "booked", "looking cancels nothing"
    done = words_of(ask(f"{link}cancel/", "post", reason="A cold"))
    assert "Your booking is cancelled" in done
    assert "50 % of the price is due: $40.00" in done
    private.refresh_from_db()
    assert (private.status, private.late_cancel, private.fee_percent) == ("cancelled", True, 50)
    assert (private.cancelled_by_client, private.cancelled_by_id, private.cancel_reason) == (
        True,
        None,
        "A cold",
    )
    leave_studio()
    board = words_of(browser_of(lotus, "lead").get(f"/sessions/{private.session_id}/"))
    assert "by the client: “A cold”" in board
    assert "Costs 50 % of the price" in board


def test_it_never_costs_more_than_the_page_said(
    lotus: Cast, private: Booking, ask: Callable[..., Any], clock: time_machine.Traveller
) -> None:
    Service.objects.update(free_until_hours=6)
    link = path_of(cancel_link(private))
    free = ask(link)
    assert "It costs you nothing." in words_of(free)
    assert 'name="percent" value="0"' in free.content.decode()
    clock.shift(timedelta(hours=3))
    refused = ask(f"{link}cancel/", "post", percent="0", reason="A cold & a cough")
    page = words_of(refused)
    assert refused.status_code == 409
    assert "it costs more by now than this page said" in page
    assert "50 % of the price is due: $40.00 with tax" in page
    assert 'value="A cold &amp; a cough"' in refused.content.decode(), "what she wrote stays"
    assert 'name="percent" value="50"' in refused.content.decode()
    private.refresh_from_db()
    assert (private.status, private.fee_percent) == ("booked", None)
    assert "Your booking is cancelled" in words_of(ask(f"{link}cancel/", "post", percent="50"))


def test_who_is_no_client_any_more_takes_no_place(
    lotus: Cast, offer: WaitlistOffer, ask: Callable[..., Any]
) -> None:
    Client.objects.filter(name="Ada").update(is_active=False)
    link = path_of(offer_link(offer))
    for page in (ask(link), ask(f"{link}accept/", "post")):
        assert "There is nothing left to answer." in words_of(page)
    assert booking_of(offer.booking.session, "Ada").status == "waitlisted"
    offer.refresh_from_db()
    assert offer.state == "withdrawn"


def test_she_takes_it_back_within_three_minutes(
    lotus: Cast, private: Booking, ask: Callable[..., Any], clock: time_machine.Traveller
) -> None:
    link = path_of(cancel_link(private))
    assert "I am coming after all" in words_of(ask(f"{link}cancel/", "post"))
    back = words_of(ask(f"{link}undo/", "post"))
    assert "You are coming after all: you are booked into Private." in back
    assert "Cancel Private?" in back
    private.refresh_from_db()
    assert (private.status, private.late_cancel) == ("booked", False)
    ask(f"{link}cancel/", "post")
    clock.shift(timedelta(minutes=3, seconds=1))
    page = words_of(ask(f"{link}undo/", "post"))
    assert "more than three minutes ago" in page
    assert "I am coming after all" not in page


def test_what_the_studio_cancelled_she_cannot_bring_back(
    lotus: Cast, private: Booking, ask: Callable[..., Any]
) -> None:
    link = path_of(cancel_link(private))
    (cancel_booking(actor=SYSTEM, booking_id=private.pk))
    ask(f"{link}undo/", "post")
    private.refresh_from_db()
    assert private.status == "cancelled"


def test_the_waitlist_is_left_by_the_same_link_for_nothing(lotus: Cast, ask: Callable[..., Any]) -> None:
    session = full_class(lotus, "Ada")
    waiting = Booking.objects.select_related("session").get(pk=booking_of(session, "Ada").pk)
    link = path_of(cancel_link(waiting))
    assert "Leave the waitlist of Class?" in words_of(ask(link))
    left = words_of(ask(f"{link}cancel/", "post"))
    assert "You are off the waitlist" in left
    assert "Undo: keep me on the waitlist" in left
    assert "You are back on the waitlist of Class." in words_of(ask(f"{link}undo/", "post"))
    assert booking_of(session, "Ada").status == "waitlisted"


def test_the_link_ends_with_the_start_of_the_session(
    lotus: Cast, private: Booking, ask: Callable[..., Any], clock: time_machine.Traveller
) -> None:
    link = path_of(cancel_link(private))
    clock.shift(timedelta(hours=8, seconds=1))
    assert "This link is closed" in words_of(ask(link))
    assert "The session has begun" in words_of(ask(f"{link}cancel/", "post"))
    private.refresh_from_db()
    assert private.status == "booked"


def test_forged_foreign_and_misused_links_find_nothing(
    cast: Cast, lotus: Cast, offer: WaitlistOffer, private: Booking, ask: Callable[..., Any]
) -> None:
    good = path_of(cancel_link(private))
    token = good.split("/")[2]
    offers_token = (path_of(offer_link(offer))).split("/")[2]
    unsigned = signing.dumps([private.pk.hex, 4_000_000_000], salt="another")
    for wrong in (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[1:],
        "x",
        offers_token,
        unsigned,
        "%00",
    ):
        for ending, method in (("", "get"), ("cancel/", "post"), ("undo/", "post")):
            assert ask(f"/cancel-link/{wrong}/{ending}", method).status_code == 404, wrong
    for ending, method in (("", "get"), ("accept/", "post"), ("decline/", "post")):
        assert ask(f"/place-link/{token}/{ending}", method).status_code == 404
    # Another studio's host does not take it, and another studio's row is not reached by it.
    leave_studio()
    assert browser_of(cast, "", "summit").get(good).status_code == 404
    enter(cast.lotus)
    private.refresh_from_db()
    assert private.status == "booked"


def test_a_token_of_the_right_kind_with_wrong_contents_finds_nothing(lotus: Cast) -> None:
    salt = f"fitflow.trainers.links.cancel.{lotus.lotus.id}"
    for contents in (None, [], ["x", 1], [str(lotus.lotus.id), "x"], {"a": 1}, [lotus.lotus.id.hex, 1e300]):
        with pytest.raises(NotFound):
            read_link(signing.dumps(contents, salt=salt), "cancel")


def test_looking_needs_get_and_acting_post(lotus: Cast, private: Booking) -> None:
    link = path_of(cancel_link(private))
    leave_studio()
    browser = browser_of(lotus)
    assert [browser.get(f"{link}{what}/").status_code for what in ("cancel", "undo")] == [405, 405]
    assert browser.post(link).status_code == 405


def test_who_tries_links_fast_has_to_wait(lotus: Cast, private: Booking) -> None:
    link = path_of(cancel_link(private))
    leave_studio()
    browser = browser_of(lotus)
    answers = [browser.get(link).status_code for _ in range(32)]
    assert (answers[0], answers[-1]) == (200, 429)


def test_the_page_asks_nothing_of_who_is_signed_in_as_somebody_else(lotus: Cast, private: Booking) -> None:
    """The link is what proves her: a phone shared with the trainer changes nothing."""
    link = path_of(cancel_link(private))
    leave_studio()
    assert browser_of(lotus, "trainer").get(link).status_code == 200


def test_the_links_lie_on_the_studios_host(lotus: Cast, private: Booking) -> None:
    assert urlsplit(cancel_link(private)).hostname == f"lotus.{settings.PUBLIC_HOST}"
    assert now() < CLASS
