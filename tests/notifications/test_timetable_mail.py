"""What clients hear of the timetable: each about her own place, once, with a calendar file that follows the session."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from icalendar import Calendar

from clients.models import Client
from notifications.models import Delivery
from studios.models import Location
from studios.services import add_location
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.notifications.conftest import Provider, everything_again, work_off
from tests.pages import booked, joined
from trainers.models import Booking, Service
from trainers.services import (
    cancel_booking,
    cancel_session,
    give_place,
    mark_attendance,
    reschedule_session,
    restore_session,
    schedule_session,
)

Status = Delivery.Status
DAY = datetime(2026, 12, 3, 18, 15, tzinfo=ZoneInfo("America/Toronto"))


@pytest.fixture(autouse=True)
def in_november() -> Any:
    with time_machine.travel("2026-11-19T12:00:00Z"):
        yield


def mails(provider: type[Provider]) -> list[tuple[str, str]]:
    """Work off the outbox; return to whom went what since the last time."""
    work_off()
    found = [(message.to[0].rpartition("<")[2].rstrip(">"), str(message.subject)) for message in provider.got]
    provider.got.clear()
    return found


def calendar_of(message: Any) -> tuple[Calendar, Any]:
    part = message.attachments[0]
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    return calendar, calendar.walk("VEVENT")[0]


def text_of(message: Any) -> str:
    return " ".join(message.body.split())


def test_the_client_is_told_with_time_zone_and_calendar_file(lotus: Cast, provider: type[Provider]) -> None:
    session = booked(lotus, starts_at=DAY)
    work_off()
    (message,) = provider.got
    assert message.to == ["Client <client@fitflow.test>"]
    assert message.subject == "Booked: Private, Thursday 3 December, 18:15"
    text = text_of(message)
    assert "Thursday 3 December 18:15 to 19:15, Eastern time (EST)" in text
    assert "With: Lead" in text
    assert "Where: Main, 1 King St, Town ON" in text
    assert "/my/sessions/" in text or "http://lotus.fitflow.localhost" in text
    calendar, event = calendar_of(message)
    assert calendar["METHOD"] == "REQUEST"
    assert event["UID"] == f"{session.pk}@fitflow.localhost"
    assert event["SEQUENCE"] == 1
    assert event.decoded("DTSTART") == DAY
    assert event["DTSTART"].params["TZID"] == "America/Toronto"
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["America/Toronto"]
    assert event["STATUS"] == "CONFIRMED"
    assert message.message().as_bytes().count(b'text/calendar; charset="utf-8"; method="REQUEST"') == 1


def test_the_time_is_the_places_own(lotus: Cast, provider: type[Provider]) -> None:
    place = add_location(actor=SYSTEM, name="Signal Hill", province="NL", timezone="America/St_Johns")
    schedule_session(
        actor=SYSTEM,
        service_id=lotus.service().pk,
        trainer_id=lotus.trainer().pk,
        location_id=place.pk,
        starts_at=DAY,
        client_ids=[lotus.client().pk],
    )
    work_off()
    assert "19:45 to 20:45, Newfoundland time (NST)" in text_of(provider.got[0])
    assert calendar_of(provider.got[0])[1]["DTSTART"].params["TZID"] == "America/St_Johns"


def test_everyone_in_a_class_gets_her_own_and_no_other_name(lotus: Cast, provider: type[Provider]) -> None:
    session = booked(lotus, starts_at=DAY, service="Class")
    joined(lotus, session, "Étienne Caron")
    assert {address for address, _ in mails(provider)} == {"client@fitflow.test", "etienne@example.com"}
    joined_later = Client.objects.create(name="Rosa", email="rosa@example.com")
    joined(lotus, session, "Rosa")
    work_off()
    whole = provider.got[0].message().as_string()
    assert provider.got[0].to == ["Rosa <rosa@example.com>"]
    assert "Caron" not in whole
    assert Delivery.objects.filter(client_id=joined_later.pk).count() == 1


def test_a_client_added_before_the_session_is_told_of_hears_of_it_once(
    lotus: Cast, provider: type[Provider]
) -> None:
    """Both events, the session's and the booking's own, find her in it."""
    session = schedule_session(
        actor=SYSTEM,
        service_id=lotus.service("Class").pk,
        trainer_id=lotus.trainer().pk,
        location_id=lotus.location().pk,
        starts_at=DAY,
    )
    joined(lotus, session)
    assert len(mails(provider)) == 1


def test_a_handler_that_runs_twice_tells_once(lotus: Cast, provider: type[Provider]) -> None:
    booked(lotus, starts_at=DAY)
    assert len(mails(provider)) == 1
    everything_again()
    assert mails(provider) == []


def test_a_moved_session_says_when_it_was(lotus: Cast, provider: type[Provider]) -> None:
    session = booked(lotus, starts_at=DAY)
    mails(provider)
    reschedule_session(actor=SYSTEM, session_id=session.pk, starts_at=DAY + timedelta(days=1))
    work_off()
    (message,) = provider.got
    assert message.subject == "New time: Private, Friday 4 December, 18:15"
    assert "Before: Thursday 3 December, 18:15 to 19:15" in text_of(message)
    _, event = calendar_of(message)
    assert (event["SEQUENCE"], event["UID"]) == (2, f"{session.pk}@fitflow.localhost")
    assert event.decoded("DTSTART") == DAY + timedelta(days=1)


def test_moved_and_moved_back_at_once_tells_nothing(lotus: Cast, provider: type[Provider]) -> None:
    session = booked(lotus, starts_at=DAY)
    mails(provider)
    reschedule_session(actor=SYSTEM, session_id=session.pk, starts_at=DAY + timedelta(days=1))
    reschedule_session(actor=SYSTEM, session_id=session.pk, starts_at=DAY)
    assert mails(provider) == []
    assert Delivery.objects.get(template="session_moved").status == Status.SUPPRESSED


def test_another_trainer_is_a_change_too(lotus: Cast, provider: type[Provider]) -> None:
    session = booked(lotus, starts_at=DAY)
    mails(provider)
    reschedule_session(
        actor=SYSTEM, session_id=session.pk, starts_at=DAY, trainer_id=lotus.trainer("trainer").pk
    )
    work_off()
    assert provider.got[0].subject == "Changed: Private, Thursday 3 December, 18:15"
    assert "With: Trainer" in text_of(provider.got[0])


def test_a_cancelled_session_tells_all_and_takes_it_out_of_their_calendars(
    lotus: Cast, provider: type[Provider]
) -> None:
    session = booked(lotus, starts_at=DAY, service="Class")
    joined(lotus, session, "Étienne Caron")
    mails(provider)
    cancel_session(actor=SYSTEM, session_id=session.pk, reason="Lead is ill")
    work_off()
    assert len(provider.got) == 2
    message = provider.got[0]
    assert message.subject == "Cancelled: Class, Thursday 3 December, 18:15"
    assert "It costs you nothing." in text_of(message)
    assert "ill" not in text_of(message), "the reason is the studio's own"
    calendar, event = calendar_of(message)
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 2)


def test_who_had_cancelled_before_is_not_told_of_the_session_again(
    lotus: Cast, provider: type[Provider]
) -> None:
    session = booked(lotus, starts_at=DAY, service="Class")
    cancel_booking(actor=SYSTEM, booking_id=session.bookings.get().pk)
    mails(provider)
    cancel_session(actor=SYSTEM, session_id=session.pk)
    assert mails(provider) == []


def test_a_restored_session_is_told_anew(lotus: Cast, provider: type[Provider]) -> None:
    session = booked(lotus, starts_at=DAY)
    cancel_session(actor=SYSTEM, session_id=session.pk)
    mails(provider)
    restore_session(actor=SYSTEM, session_id=session.pk)
    work_off()
    assert provider.got[0].subject.startswith("Booked:")
    assert calendar_of(provider.got[0])[1]["SEQUENCE"] == 3


def test_cancelled_and_restored_at_once_tells_nothing(lotus: Cast, provider: type[Provider]) -> None:
    session = booked(lotus, starts_at=DAY)
    mails(provider)
    cancel_session(actor=SYSTEM, session_id=session.pk)
    restore_session(actor=SYSTEM, session_id=session.pk)
    assert mails(provider) == []


def test_the_waitlist_is_told_and_so_is_a_free_place(lotus: Cast, provider: type[Provider]) -> None:
    session = booked(lotus, starts_at=DAY)
    waiting = joined(lotus, session, "Étienne Caron")
    assert [subject for _, subject in mails(provider)] == [
        "Booked: Private, Thursday 3 December, 18:15",
        "On the waitlist: Private, Thursday 3 December, 18:15",
    ]
    first = Booking.objects.get(session=session, status="booked")
    cancel_booking(actor=SYSTEM, booking_id=first.pk)
    give_place(actor=SYSTEM, booking_id=waiting.pk)
    assert mails(provider) == [
        ("client@fitflow.test", "Booking cancelled: Private, Thursday 3 December, 18:15"),
        ("etienne@example.com", "You are in: Private, Thursday 3 December, 18:15"),
    ]


def test_a_late_cancel_says_what_it_costs(lotus: Cast, provider: type[Provider]) -> None:
    Service.objects.filter(name="Private").update(late_fee_percent=50)
    session = booked(lotus, starts_at=datetime(2026, 11, 20, 1, tzinfo=ZoneInfo("UTC")))
    mails(provider)
    cancel_booking(actor=SYSTEM, booking_id=session.bookings.get().pk)
    work_off()
    words = "It was less than 24 hours ahead, so 50 % of the price ($40.00, with tax) is due."
    assert words in text_of(provider.got[0])


def test_the_free_period_is_told_when_booking(lotus: Cast, provider: type[Provider]) -> None:
    Service.objects.filter(name="Private").update(late_fee_percent=50)
    booked(lotus, starts_at=DAY)
    work_off()
    words = "Cancelling is free until Wednesday 2 December, 18:15; after that it costs 50 % of the price."
    assert words in text_of(provider.got[0])


def test_nobody_is_told_of_what_is_over_or_of_a_mark(lotus: Cast, provider: type[Provider]) -> None:
    booked(lotus, starts_at=datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("America/Toronto")))
    soon = booked(lotus, starts_at=datetime(2026, 11, 19, 8, tzinfo=ZoneInfo("America/Toronto")))
    assert len(mails(provider)) == 1
    mark_attendance(actor=SYSTEM, booking_id=soon.bookings.get().pk, attendance="present")
    assert mails(provider) == []


def test_a_client_without_address_is_kept_as_not_reached(lotus: Cast, provider: type[Provider]) -> None:
    Client.objects.create(name="Rosa")
    booked(lotus, starts_at=DAY, client="Rosa")
    assert mails(provider) == []
    assert Delivery.objects.get().reason == "There is no e-mail address."


def test_a_client_without_sign_in_gets_no_button_but_can_cancel(
    lotus: Cast, provider: type[Provider]
) -> None:
    booked(lotus, starts_at=DAY, client="Étienne Caron")
    work_off()
    body = provider.got[0].body
    assert "See your sessions" not in body
    assert body.count("lotus.fitflow.localhost") == body.count("/cancel-link/") == 1


def test_strange_names_stay_text(lotus: Cast, provider: type[Provider]) -> None:
    Client.objects.create(name="<script>alert(1)</script> 🧘 שלום", email="x@example.com")
    booked(lotus, starts_at=DAY, client="<script>alert(1)</script> 🧘 שלום")
    work_off()
    mail = provider.got[0]
    assert isinstance(mail, EmailMultiAlternatives)
    html = str(mail.alternatives[0][0])
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert calendar_of(provider.got[0])[1]["ATTENDEE"].params["CN"] == "<script>alert(1)</script> 🧘 שלום"


def test_names_neither_break_a_line_nor_turn_the_text_about(lotus: Cast, provider: type[Provider]) -> None:
    strange = 'Zoë "Z" \u202egpj.exe\u2066;\r\nBCC: x@example.com\nBEGIN:VALARM'
    plain = 'Zoë "Z" gpj.exe; BCC: x@example.com BEGIN:VALARM'
    Client.objects.filter(pk=lotus.client().pk).update(name=strange)
    Service.objects.filter(name="Private").update(name=strange)
    session = booked(lotus, starts_at=DAY, service=strange, client=strange)
    Location.objects.filter(pk=session.location_id).update(name=strange)
    work_off()
    (message,) = provider.got
    assert str(message.subject).startswith(f"Booked: {plain}, ")
    assert f"Hello {plain}," in message.body
    assert f"Where: {plain}, 1 King St" in message.body
    assert isinstance(message, EmailMultiAlternatives)
    assert not {"\u202e", "\u2066"} & set(str(message.body) + str(message.alternatives[0][0]))
    sent = message.message()
    assert sent["Bcc"] is None
    calendar, event = calendar_of(message)
    assert (event["SUMMARY"], event["ATTENDEE"].params["CN"]) == (f"{plain}, Lotus", plain)
    assert "VALARM" not in {part.name for part in calendar.walk()}
