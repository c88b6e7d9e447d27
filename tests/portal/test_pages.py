"""What a client reads in her portal."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from clients.models import Client
from fitflow.core.clock import now
from fitflow.tenancy.context import studio_context
from studios.shared.models import Role
from studios.shared.policies import SYSTEM
from studios.shared.services import add_member
from tests.billing.make import invoiced, pay
from tests.cast import Cast
from tests.pages import booked, browser_of, joined, words_of
from trainers.services import cancel_booking, cancel_session, set_visibility, sign_note, write_note

URLCONF = "fitflow.urls_studio"


def page(cast: Cast, name: str, *args: object, who: str = "client", query: str = "") -> str:
    response = browser_of(cast, who).get(reverse(name, urlconf=URLCONF, args=args) + query)
    assert response.status_code == 200
    return words_of(response)


def test_home_tells_when_where_and_with_whom(cast: Cast) -> None:
    with time_machine.travel("2026-11-20T15:00:00Z"):
        with studio_context(cast.lotus):
            booked(cast, starts_at=now().replace(day=24, hour=23, minute=0, second=0, microsecond=0))
        words = page(cast, "portal_home")
    assert "Hello, Client You train next on Tuesday." in words
    assert "Private, 18:00 Tuesday 24 November, 60 minutes with Lead 1 King St, Town" in words


def test_home_of_a_new_client_invites(cast: Cast) -> None:
    words = page(cast, "portal_home")
    assert "Nothing is booked" in words
    assert "Everything is paid" in words


def test_home_works_before_the_studio_made_her_a_client(cast: Cast) -> None:
    with studio_context(cast.lotus):
        Client.objects.filter(user=cast.user["client"]).update(user=None)
    assert "Hello, Client" in page(cast, "portal_home")
    assert "not added your details yet" in page(cast, "portal_profile")


def test_home_tells_what_is_due_and_leads_to_it(cast: Cast) -> None:
    with studio_context(cast.lotus):
        invoice = invoiced(cast, on=date(2026, 10, 15))
        pay(cast, invoice, "40.40")
    with time_machine.travel(f"{invoice.due_on}T15:00:00Z"):
        words = page(cast, "portal_home")
        assert "One invoice is to be paid." in words
        assert "$50.00" in words
    with time_machine.travel(f"{invoice.due_on.replace(year=invoice.due_on.year + 1)}T15:00:00Z"):
        assert "One invoice is overdue." in page(cast, "portal_home")


def test_a_session_called_off_stays_in_sight(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = booked(cast)
        cancel_session(actor=SYSTEM, session_id=session.pk, reason="ill")
    words = page(cast, "portal_home")
    assert "Nothing is booked" in words
    assert "Private Lead, Main Cancelled" in words


def test_a_place_on_the_waitlist_is_not_the_next_session(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = booked(cast, client="Étienne Caron")
        joined(cast, session)
    words = page(cast, "portal_home")
    assert "Nothing is booked" in words
    assert "Waitlist, 1st" in words


def test_sessions_are_parted_into_coming_past_and_cancelled(cast: Cast) -> None:
    with studio_context(cast.lotus):
        booked(cast, hours=24, service="Class")
        booked(cast, hours=-24)
        off = joined(cast, booked(cast, hours=72, client="Étienne Caron", service="Class"))
        cancel_booking(actor=SYSTEM, booking_id=off.pk)
    assert "Class" in page(cast, "portal_sessions")
    assert "Private" not in page(cast, "portal_sessions")
    assert "Private" in page(cast, "portal_sessions", query="?show=past")
    assert "Class" not in page(cast, "portal_sessions", query="?show=past")
    assert "Class Lead, Main Cancelled" in page(cast, "portal_sessions", query="?show=cancelled")
    assert "Class" in page(cast, "portal_sessions", query="?show=elsewhere&page=x")


def test_the_calendar_file_holds_the_zone_and_keeps_its_uid(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = booked(cast)
    response = browser_of(cast, "client").get(f"/portal/sessions/{session.pk}/session.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(response.content)
    event = calendar.walk("VEVENT")[0]
    assert str(event["uid"]).startswith(str(session.pk))
    assert event.decoded("dtstart") == session.starts_at
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["America/Toronto"]


@pytest.mark.parametrize("how", ["another's", "cancelled", "waitlisted", "nowhere"])
def test_there_is_no_calendar_file_of_what_is_not_hers(cast: Cast, how: str) -> None:
    with studio_context(cast.lotus):
        session = booked(cast, client="Client" if how == "cancelled" else "Étienne Caron")
        if how == "cancelled":
            cancel_session(actor=SYSTEM, session_id=session.pk)
        if how == "waitlisted":
            joined(cast, session)
    address = uuid4() if how == "nowhere" else session.pk
    assert browser_of(cast, "client").get(f"/portal/sessions/{address}/session.ics").status_code == 404


def test_invoices_show_what_is_paid_and_what_is_not(cast: Cast) -> None:
    with studio_context(cast.lotus):
        invoice = invoiced(cast, on=date(2026, 10, 15))
        pay(cast, invoice, "40.40")
    assert "Everything is paid" not in page(cast, "portal_invoices")
    words = page(cast, "portal_invoice", invoice.pk)
    assert f"Invoice {invoice.number}" in words
    assert "Subtotal $80.00 HST 13% $10.40 Total $90.40" in words
    assert "To pay $50.00" in words


def test_an_invoice_comes_as_pdf(cast: Cast) -> None:
    with studio_context(cast.lotus):
        invoice = invoiced(cast, on=date(2026, 10, 15))
    response = browser_of(cast, "client").get(f"/portal/invoices/{invoice.pk}/pdf/")
    assert response.content.startswith(b"%PDF-")
    assert response["Content-Disposition"] == f'attachment; filename="{invoice.number}.pdf"'


@pytest.mark.parametrize("tail", ["", "pdf/"])
def test_an_invoice_of_somebody_else_is_not_there(cast: Cast, tail: str) -> None:
    with studio_context(cast.lotus):
        others = invoiced(cast, on=date(2026, 10, 15), client=cast.client("Étienne Caron"))
    for address in (others.pk, uuid4()):
        assert browser_of(cast, "client").get(f"/portal/invoices/{address}/{tail}").status_code == 404


def test_only_shared_notes_are_read(cast: Cast) -> None:
    with studio_context(cast.lotus):
        booked(cast)
        lead, client = cast.actor("lead"), cast.client().pk
        write_note(actor=lead, client_id=client, body="Between us.")
        shared = write_note(
            actor=lead, client_id=client, body="Good depth <b>today</b>.", visibility="client"
        )
    assert "Good depth" not in page(cast, "portal_notes")
    with studio_context(cast.lotus):
        sign_note(actor=cast.actor("lead"), note_id=shared.pk)
    words = page(cast, "portal_notes")
    assert "Good depth <b>today</b>." in words
    assert "Between us." not in words
    with studio_context(cast.lotus):
        set_visibility(actor=cast.actor("lead"), note_id=shared.pk, visibility="private")
    assert "No notes yet" in page(cast, "portal_notes")


def test_her_details_are_shown_to_be_changed_by_the_studio(cast: Cast) -> None:
    words = page(cast, "portal_profile")
    assert "client@fitflow.test" in words
    assert "The studio changes it for you." in words


def test_who_trains_at_several_studios_sees_the_way_to_the_others(cast: Cast) -> None:
    add_member(studio=cast.summit, user=cast.user["client"], role=Role.CLIENT)
    words = page(cast, "portal_home")
    assert "Summit" in words
    assert "All my studios" in words


def test_a_trainer_who_trains_here_reads_only_what_is_shared_with_her(cast: Cast) -> None:
    add_member(studio=cast.lotus, user=cast.user["lead"], role=Role.CLIENT)
    with studio_context(cast.lotus):
        Client.objects.create(name="Lead", user=cast.user["lead"])
        booked(cast)
        write_note(
            actor=cast.actor("lead"),
            client_id=cast.client().pk,
            body="Of another client.",
            visibility="client",
        )
    assert "No notes yet" in page(cast, "portal_notes", who="lead")
    assert "Nothing is booked" in page(cast, "portal_home", who="lead")
    assert "Back to work" in page(cast, "portal_home", who="lead")


@pytest.mark.parametrize("address", ["/portal/", "/portal/sessions/", "/portal/sessions/?show=past"])
def test_pages_cost_the_same_however_much_there_is(cast: Cast, address: str) -> None:
    browser = browser_of(cast, "client")
    counts = []
    for hours in (2, 5, 8):
        with studio_context(cast.lotus):
            booked(cast, hours=hours)
            booked(cast, hours=-hours)
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            browser.get(address)
        counts.append(len(queries))
    assert len(set(counts)) == 1
