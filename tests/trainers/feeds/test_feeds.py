from __future__ import annotations

from datetime import timedelta

import pytest
import recurring_ical_events
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from clients.services import change_client
from fitflow.core.clock import now
from fitflow.core.errors import NotFound
from fitflow.tenancy.context import studio_context
from studios.shared.models import Member
from tests.cast import Cast
from tests.trainers.feeds.asking import ask, calendar_of, feed, mine, summaries
from tests.trainers.feeds.reading import instant, read
from tests.trainers.plan import at, scheduled
from trainers.calendar_file import session_calendar
from trainers.feed_policies import visible_feeds
from trainers.models import Booking, Session
from trainers.services import cancel_session, complete_session, reschedule_session
from trainers.services.calendar_feeds import (
    make_personal_feed,
)

STRANGE = 'Zoë, "O\'B;r" \\n\r\nBEGIN:VEVENT\r\nSUMMARY:x 🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘'


def test_a_trainers_feed_holds_her_sessions_at_their_instants(lotus: Cast) -> None:
    first = scheduled(lotus, at(10), clients=("Client",))
    summer = scheduled(lotus, at(9, days=200))
    scheduled(lotus, at(12), trainer="trainer")
    _, secret = feed(lotus)
    response = ask(secret)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = calendar_of(response)
    events = calendar.of("VEVENT")
    assert [event["UID"].value for event in events] == [
        f"{one.pk}@fitflow.localhost" for one in (first, summer)
    ]
    assert [instant(calendar, event["DTSTART"]) for event in events] == [first.starts_at, summer.starts_at]
    assert [instant(calendar, event["DTEND"]) for event in events] == [first.ends_at, summer.ends_at]
    assert events[0]["SUMMARY"].text == "Private, Client"
    assert calendar["X-WR-CALNAME"].text == "Lead, Lotus"
    assert calendar["REFRESH-INTERVAL"].parameters == {"VALUE": "DURATION"}
    assert calendar["REFRESH-INTERVAL"].value == "PT15M"


def test_other_parsers_read_the_same(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    _, secret = feed(lotus)
    parsed = Calendar.from_ical(ask(secret).content)
    (event,) = recurring_ical_events.of(parsed).between(at(0), at(23))
    assert (event.start, event.end) == (session.starts_at, session.ends_at)
    assert parsed.errors == []


def test_one_entry_is_the_same_by_mail_and_by_feed_and_a_newer_one_has_a_higher_sequence(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), clients=("Client",))
    _, secret = feed(lotus)
    mailed = read(session_calendar(session, lotus.client(), studio_name="Lotus", method="REQUEST"))
    before = calendar_of(ask(secret)).of("VEVENT")[0]
    assert before["UID"].value == mailed.of("VEVENT")[0]["UID"].value
    assert before["SEQUENCE"].value == mailed.of("VEVENT")[0]["SEQUENCE"].value == "1"
    with studio_context(lotus.lotus):
        reschedule_session(actor=lotus.actor("lead"), session_id=session.pk, starts_at=at(15))
    calendar = calendar_of(ask(secret))
    after = calendar.of("VEVENT")[0]
    assert after["SEQUENCE"].value == "2"
    assert instant(calendar, after["DTSTART"]) == at(15)
    assert after["LAST-MODIFIED"].value > before["LAST-MODIFIED"].value or at(0) > now()


def test_what_was_cancelled_is_told_as_cancelled_for_sixty_days(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), clients=("Client",))
    cancel_session(actor=lotus.actor("lead"), session_id=session.pk, reason="ill")
    _, secret = feed(lotus)
    (event,) = calendar_of(ask(secret)).of("VEVENT")
    assert (event["STATUS"].value, event["TRANSP"].value) == ("CANCELLED", "TRANSPARENT")
    assert "ill" not in event["SUMMARY"].text
    with studio_context(lotus.lotus):
        Session.objects.update(cancelled_at=now() - timedelta(days=61))
    assert summaries(ask(secret)) == []


def test_the_window_is_ninety_days_back_and_four_hundred_ahead(lotus: Cast) -> None:
    for days in (-89, -91, 399, 401):
        scheduled(lotus, at(10, days=days))
    _, secret = feed(lotus)
    calendar = calendar_of(ask(secret))
    starts = [instant(calendar, event["DTSTART"]) for event in calendar.of("VEVENT")]
    assert starts == [at(10, days=-89), at(10, days=399)]


def test_names_cannot_write_lines_of_their_own(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), clients=("Client",))
    for row, name in ((session.service, STRANGE), (session.location, STRANGE), (lotus.client(), STRANGE)):
        type(row).objects.filter(pk=row.pk).update(name=name)
    _, secret = feed(lotus)
    calendar = calendar_of(ask(secret))
    (event,) = calendar.of("VEVENT")
    assert event["SUMMARY"].text.startswith('Zoë, "O\'B;r" \\n BEGIN:VEVENT SUMMARY:x')
    assert "BEGIN:VEVENT SUMMARY" in event["LOCATION"].text
    assert calendar["NAME"].text == "Lead, Lotus"


def test_a_trainers_feed_names_private_clients_by_first_name_and_initial_only(lotus: Cast) -> None:
    scheduled(lotus, at(10), clients=("Étienne Caron",))
    scheduled(lotus, at(12), service="Class", clients=("Étienne Caron", "Client"))
    _, secret = feed(lotus)
    response = ask(secret)
    assert summaries(response) == ["Private, Étienne C.", "Class (2 of 12)"]
    assert b"etienne@" not in response.content
    assert "Caron" not in response.content.decode()


def test_a_clients_feed_is_her_own_bookings(lotus: Cast) -> None:
    full = scheduled(lotus, at(10), service="Class", clients=("Client", "Étienne Caron"))
    scheduled(lotus, at(12), clients=("Étienne Caron",))
    gone = scheduled(lotus, at(14), clients=("Client",))
    Booking.objects.filter(session=gone).update(status="cancelled", cancelled_at=now())
    _, secret = feed(lotus, "client", by="client", name="Client")
    response = ask(secret)
    events = calendar_of(response).of("VEVENT")
    assert [(one["SUMMARY"].text, one["STATUS"].value) for one in events] == [
        ("Class, Lotus", "CONFIRMED"),
        ("Private, Lotus", "CANCELLED"),
    ]
    assert "Étienne" not in response.content.decode()
    assert str(full.pk) in events[0]["UID"].value


def test_an_archived_clients_feed_is_closed_until_she_is_brought_back(lotus: Cast) -> None:
    scheduled(lotus, at(10), clients=("Client",))
    _, secret = feed(lotus, "client", by="client", name="Client")
    client = lotus.client()
    change_client(actor=lotus.actor("owner"), client_id=client.pk, is_active=False)
    closed = ask(secret)
    assert (closed.status_code, closed.content) == (404, ask("0" * 43).content)
    with studio_context(lotus.lotus):
        with pytest.raises(NotFound):
            feed(lotus, "client", by="client", name="Client")
        assert visible_feeds(lotus.actor("client")).count() == 1, "she can still revoke it"
        change_client(actor=lotus.actor("owner"), client_id=client.pk, is_active=True)
    assert len(summaries(ask(secret))) == 1


def test_a_client_on_the_waitlist_sees_it_as_tentative(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), service="Class", clients=("Client",))
    Booking.objects.filter(session=session).update(status="waitlisted")
    _, secret = feed(lotus, "client", by="client", name="Client")
    (event,) = calendar_of(ask(secret)).of("VEVENT")
    assert (event["SUMMARY"].text, event["STATUS"].value) == ("Waitlist: Class, Lotus", "TENTATIVE")


def test_a_rooms_feed_tells_service_and_trainer_only(lotus: Cast) -> None:
    scheduled(lotus, at(10), clients=("Client",), room_id=lotus.room().pk)
    scheduled(lotus, at(12), clients=("Client",), room_id=lotus.room("Studio B").pk)
    _, secret = feed(lotus, "room", by="manager", name="Studio A")
    assert summaries(ask(secret)) == ["Private, Lead"]


def test_a_slot_held_for_a_checkout_is_in_no_feed(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    Session.objects.filter(pk=session.pk).update(status="held", held_until=now() + timedelta(minutes=10))
    _, secret = feed(lotus)
    assert summaries(ask(secret)) == []


def test_the_personal_feed_spans_her_studios(cast: Cast) -> None:
    with studio_context(cast.summit):
        scheduled(cast, at(9), clients=("Client2",))
    with studio_context(cast.lotus):
        scheduled(cast, at(12), clients=("Client",))
        scheduled(cast, at(14), trainer="trainer")
        complete = scheduled(cast, at(9, days=-2), clients=("Client",))
        complete_session(actor=cast.actor("lead"), session_id=complete.pk, attendance={})
    _, secret = make_personal_feed(user=cast.user["lead"], name="Phone")
    calendar = calendar_of(mine(secret))
    events = calendar.of("VEVENT")
    assert [one["SUMMARY"].text for one in events] == [
        "Private, Client",
        "Private, Client2",
        "Private, Client",
    ]
    assert [one["LOCATION"].text.split(",")[0] for one in events] == ["Lotus", "Summit", "Lotus"]
    assert calendar["X-WR-CALNAME"].text == "FitFlow"
    with studio_context(None):
        Member.objects.filter(user=cast.user["lead"], studio=cast.summit).delete()
    assert len(calendar_of(mine(secret)).of("VEVENT")) == 2


def test_the_same_rows_give_the_same_bytes_and_a_304(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    _, secret = feed(lotus)
    first = ask(secret)
    assert first["Cache-Control"] == "private, no-cache"
    again = ask(secret, **{"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == "private, no-cache"
    with studio_context(lotus.lotus):
        reschedule_session(actor=lotus.actor("lead"), session_id=session.pk, starts_at=at(15))
    changed = ask(secret, **{"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_an_empty_calendar_is_a_calendar(lotus: Cast) -> None:
    _, secret = feed(lotus)
    assert summaries(ask(secret)) == []


def test_the_number_of_queries_does_not_grow_with_the_sessions(lotus: Cast) -> None:
    _, secret = feed(lotus)
    with studio_context(None):
        _, own = make_personal_feed(user=lotus.user["lead"], name="Phone")

    def queries() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as first:
            assert ask(secret).status_code == 200
        with CaptureQueriesContext(connection) as second:
            assert mine(own).status_code == 200
        return len(first), len(second)

    with studio_context(lotus.lotus):
        scheduled(lotus, at(8), clients=("Client",))
    queries()
    few = queries()
    with studio_context(lotus.lotus):
        for hour in range(9, 20):
            scheduled(lotus, at(hour), clients=("Client",))
    assert queries() == few
    assert max(few) <= 14
