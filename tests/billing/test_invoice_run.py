"""Invoicing a period: each attended booking becomes exactly one line, whatever happens on the way."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.db import OperationalError

from billing import services
from billing.models import Invoice, InvoiceLine, InvoiceRun
from billing.services import runs
from billing.tasks import carry_on_run
from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.errors import Invalid, NotFound, NotPermitted
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from tests.billing.make import OCTOBER, assert_books_agree, held, new_client, new_location, run
from tests.cast import Cast
from trainers.models import Booking, Service


def test_each_attended_booking_becomes_one_line_with_its_tax(lotus: Cast) -> None:
    bookings = [held(lotus, on=date(2026, 10, day)) for day in (2, 9, 16)]
    with time_machine.travel("2026-11-02T15:00:00Z", tick=False):
        finished = run(lotus)
    invoice = Invoice.objects.get()
    assert finished.status == "completed"
    assert (finished.done, finished.total, finished.errors) == (1, 1, [])
    assert (invoice.subtotal, invoice.tax_total, invoice.total) == (
        Decimal("240.00"),
        Decimal("31.20"),
        Decimal("271.20"),
    )
    assert [line.booking_id for line in invoice.lines.all()] == [booking.pk for booking in bookings]
    assert [(tax.name, tax.percent, tax.base) for tax in invoice.taxes.all()] == [
        ("HST", Decimal(13), Decimal(240))
    ]
    assert (invoice.number, invoice.issued_on, invoice.due_on) == (
        "LO-0001",
        date(2026, 11, 2),
        date(2026, 11, 16),
    )
    assert invoice.lines.all()[0].description == "Private, 60 min"
    assert_books_agree()


def test_in_quebec_gst_and_qst_stand_apart(cast: Cast) -> None:
    with studio_context(cast.summit):
        held(cast, client=cast.client("Client2"), price=Decimal("95.00"))
        asked = services.request_invoice_run(actor=cast.actor("owner2", cast.summit), **OCTOBER)
        services.advance_invoice_run(run_id=asked.pk)
        invoice = Invoice.objects.get()
        assert [(tax.name, tax.amount) for tax in invoice.taxes.all()] == [
            ("GST", Decimal("4.75")),
            ("QST", Decimal("9.48")),
        ]
        assert invoice.total == Decimal("109.23")


def test_running_again_invoices_nothing_twice(lotus: Cast) -> None:
    held(lotus)
    run(lotus)
    again = run(lotus)
    assert Invoice.objects.count() == 1
    assert (again.status, again.total, again.invoices.count()) == ("completed", 0, 0)


def test_one_client_can_be_invoiced_alone(lotus: Cast) -> None:
    other = new_client("Other")
    held(lotus)
    held(lotus, client=other, at=time(12))
    run(lotus, client_id=other.pk)
    assert [invoice.client for invoice in Invoice.objects.all()] == [other]


@pytest.mark.parametrize("attendance", ["present", ""])
def test_who_came_or_was_not_marked_pays(lotus: Cast, attendance: str) -> None:
    held(lotus, attendance=attendance)
    run(lotus)
    assert InvoiceLine.objects.get().net == 80


def test_what_was_not_held_is_not_invoiced(lotus: Cast) -> None:
    held(lotus, status="scheduled")
    held(lotus, status="cancelled", at=time(12))
    held(lotus, status="completed", at=time(14), attendance="no_show")
    held(lotus, at=time(16), service="Class")
    free = held(lotus, at=time(18), price=Decimal("0.00"))
    run(lotus)
    assert [line.net for line in InvoiceLine.objects.all()] == [Decimal("20.00")]
    assert not free.invoice_lines.exists()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"attendance": "no_show"}, "No-show fee (tax included): Private, 60 min"),
        ({"status_of_booking": "cancelled"}, "Late cancellation fee (tax included): Private, 60 min"),
    ],
)
def test_a_missed_or_late_cancelled_booking_costs_its_fee_tax_included(
    lotus: Cast, how: dict[str, Any], words: str
) -> None:
    Service.objects.filter(name="Private").update(late_fee_percent=50)
    if "status_of_booking" in how:
        booking = held(lotus)
        booking.status, booking.late_cancel, booking.attendance = "cancelled", True, ""
        booking.save()
    else:
        held(lotus, **how)
    run(lotus)
    line = InvoiceLine.objects.get()
    assert (line.description, line.detail) == (words, "50% of $80.00")
    # 40.00 holds 13/113 of tax.
    assert (line.unit_price, line.net, line.invoice.tax_total) == (
        Decimal("40.00"),
        Decimal("35.40"),
        Decimal("4.60"),
    )
    assert_books_agree()


def test_the_fee_of_an_exempt_booking_is_exempt_and_does_not_speak_of_tax(lotus: Cast) -> None:
    Service.objects.filter(name="Private").update(late_fee_percent=50)
    held(lotus, attendance="no_show", tax_category="health:physiotherapist")
    run(lotus)
    line = InvoiceLine.objects.get()
    assert (line.description, line.net) == ("No-show fee: Private, 60 min", Decimal("40.00"))
    assert line.invoice.tax_total == 0


def test_who_booked_again_after_a_late_cancellation_pays_once(lotus: Cast) -> None:
    Service.objects.filter(name="Private").update(late_fee_percent=50)
    booking = held(lotus)
    booking.status, booking.late_cancel, booking.attendance = "cancelled", True, ""
    booking.save()
    Booking.objects.create(
        session=booking.session, client=booking.client, price=booking.price, tax_category=booking.tax_category
    )
    run(lotus)
    assert [line.net for line in InvoiceLine.objects.all()] == [Decimal("80.00")]


def test_a_price_that_includes_the_tax_is_kept_to_the_cent(lotus: Cast) -> None:
    held(lotus, price=Decimal("99.99"), price_includes_tax=True)
    run(lotus)
    invoice = Invoice.objects.get()
    assert (invoice.total, invoice.subtotal) == (Decimal("99.99"), Decimal("88.49"))
    assert "tax included" in invoice.lines.get().detail


def test_the_period_is_in_the_dates_of_each_location(lotus: Cast) -> None:
    coast = new_location("Coast", "BC", "America/Vancouver")
    inside = held(
        lotus, on=date(2026, 10, 31), at=time(22), location=coast
    )  # 1 November in Toronto and in UTC
    outside = held(lotus, on=date(2026, 11, 1), at=time(0, 30), trainer="trainer")
    run(lotus)
    assert list(InvoiceLine.objects.values_list("booking_id", flat=True)) == [inside.pk]
    assert InvoiceLine.objects.get().happened_on == date(2026, 10, 31)
    assert not outside.invoice_lines.exists()


def test_each_province_makes_an_invoice_of_its_own(lotus: Cast) -> None:
    held(lotus)
    held(lotus, at=time(14), location=new_location("Hull", "QC", "America/Toronto"))
    services.save_billing_settings(actor=lotus.actor("owner"), qst_registered=True)
    done = run(lotus)
    taxes = {invoice.province: [tax.name for tax in invoice.taxes.all()] for invoice in Invoice.objects.all()}
    assert taxes == {"ON": ["HST"], "QC": ["GST", "QST"]}
    assert (done.done, done.total) == (1, 1)
    assert list(Invoice.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2]


def test_the_tax_point_is_the_day_of_issue_in_the_studios_zone(lotus: Cast) -> None:
    nova = new_location("Nova", "NS", "America/Halifax")
    held(lotus, on=date(2025, 3, 20), location=nova)
    # 2 April in UTC and in Halifax, still 1 April in Toronto: 14 % in Nova Scotia since that day.
    with time_machine.travel("2025-04-02T03:30:00Z", tick=False):
        run(lotus, period_from=date(2025, 3, 1), period_to=date(2025, 3, 31))
    invoice = Invoice.objects.get()
    assert (invoice.issued_on, invoice.taxes.get().percent) == (date(2025, 4, 1), Decimal("14"))


def test_a_clients_failure_is_told_and_the_others_go_on(lotus: Cast) -> None:
    odd = new_client("Odd")
    held(lotus, client=odd, tax_category="moon_dust")
    held(lotus, at=time(14))
    done = run(lotus)
    assert done.status == "completed"
    assert (done.done, done.total) == (2, 2)
    (problem,) = done.errors
    assert (problem["client"], problem["name"]) == (str(odd.pk), "Odd")
    assert "moon_dust" in problem["message"]
    assert Invoice.objects.get().client == lotus.client()
    assert_books_agree()


def test_an_unforeseen_failure_leaves_nothing_half_made(lotus: Cast) -> None:
    held(lotus)
    with mock.patch("billing.services.issuing.post_entry", side_effect=RuntimeError("a bug")):
        done = run(lotus)
    assert done.status == "failed"
    assert done.errors[0]["message"] == runs.UNFORESEEN
    assert not Invoice.objects.exists()
    assert run(lotus).invoices.count() == 1
    assert Invoice.objects.get().sequence == 1


def test_a_killed_run_goes_on_where_it_stopped(lotus: Cast) -> None:
    for number, name in enumerate(["Ann", "Ben", "Cy"]):
        held(lotus, client=new_client(name), at=time(8 + 2 * number))
    asked = services.request_invoice_run(actor=lotus.actor("owner"), **OCTOBER)
    real, seen = runs._invoice_client, []

    def killed_at_the_second(which: InvoiceRun, client: object) -> None:
        seen.append(client)
        if len(seen) == 2:
            raise OperationalError("the server went away")
        real(which, client)  # type: ignore[arg-type]

    with mock.patch.object(runs, "_invoice_client", killed_at_the_second), pytest.raises(OperationalError):
        services.advance_invoice_run(run_id=asked.pk)
    asked.refresh_from_db()
    assert (asked.status, asked.done, asked.total) == ("running", 1, 3)
    done = services.advance_invoice_run(run_id=asked.pk)
    assert (done.status, done.done, done.total) == ("completed", 3, 3)
    assert list(Invoice.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2, 3]
    assert InvoiceLine.objects.count() == 3
    assert services.advance_invoice_run(run_id=asked.pk).finished_at == done.finished_at


def test_a_long_run_hands_itself_on(lotus: Cast) -> None:
    for number, name in enumerate(["Ann", "Ben"]):
        held(lotus, client=new_client(name), at=time(8 + 2 * number))
    asked = services.request_invoice_run(actor=lotus.actor("owner"), **OCTOBER)
    half = services.advance_invoice_run(run_id=asked.pk, seconds=-1)
    assert (half.status, half.done) == ("running", 1)
    assert OutboxMessage.objects.filter(topic="invoice_run.requested", ids__run=str(asked.pk)).count() == 2
    assert services.advance_invoice_run(run_id=asked.pk).status == "completed"


def test_each_invoice_puts_its_pdf_on_the_outbox_and_a_row_in_the_audit_trail(lotus: Cast) -> None:
    held(lotus)
    run(lotus)
    invoice = Invoice.objects.get()
    message = OutboxMessage.objects.get(topic="invoice.issued", handler="billing.tasks.keep_pdf")
    assert message.ids == {"invoice": str(invoice.pk)}
    event = AuditEvent.objects.get(action="invoice.issued")
    assert (event.subject_id, event.facts["total"]) == (invoice.pk, "90.40")


@pytest.mark.parametrize("person", ["lead", "trainer", "client", "outsider"])
def test_it_refuses_who_does_not_run_the_studio(lotus: Cast, person: str) -> None:
    for use_case in (services.request_invoice_run, services.preview_invoices):
        with pytest.raises(NotPermitted):
            use_case(actor=lotus.actor(person), **OCTOBER)


def test_it_refuses_a_period_or_client_that_cannot_be(lotus: Cast) -> None:
    actor = lotus.actor("manager")
    with pytest.raises(Invalid):
        services.request_invoice_run(actor=actor, period_from=date(2026, 10, 2), period_to=date(2026, 10, 1))
    with pytest.raises(Invalid):
        services.request_invoice_run(actor=actor, period_from=date(2020, 1, 1), period_to=date(2026, 10, 1))
    with studio_context(lotus.summit):
        stranger = lotus.client("Client2").pk
    with pytest.raises(NotFound):
        services.request_invoice_run(actor=actor, client_id=stranger, **OCTOBER)


def test_the_preview_says_what_the_run_then_makes(lotus: Cast) -> None:
    held(lotus)
    held(lotus, client=new_client("Odd"), tax_category="moon_dust", at=time(12))
    held(lotus, client=lotus.client("Étienne Caron"), service="Class", at=time(14))
    preview = services.preview_invoices(actor=lotus.actor("owner"), **OCTOBER)
    assert not Invoice.objects.exists()
    assert (preview.net, preview.total, preview.lines) == (Decimal("100.00"), Decimal("113.00"), 2)
    assert [(tax.name, tax.percent_text, tax.amount) for tax in preview.taxes] == [
        ("HST", "13", Decimal("13.00"))
    ]
    assert [problem["name"] for problem in preview.problems] == ["Odd"]
    run(lotus)
    assert sum(invoice.total for invoice in Invoice.objects.all()) == preview.total


def test_a_run_that_fails_to_the_last_attempt_says_so(lotus: Cast) -> None:
    held(lotus)
    asked = services.request_invoice_run(actor=lotus.actor("owner"), **OCTOBER)
    message = OutboxMessage.objects.get(topic="invoice_run.requested")
    message.attempts = outbox.MAX_ATTEMPTS
    with mock.patch.object(services, "advance_invoice_run", side_effect=OperationalError("gone")):
        with pytest.raises(OperationalError):
            carry_on_run(message)
    asked.refresh_from_db()
    assert (asked.status, asked.errors[0]["message"]) == ("failed", runs.STOPPED)
    assert run(lotus).invoices.count() == 1


@pytest.mark.parametrize(("percent", "net"), [(30, "21.24"), (0, None)])
def test_a_fee_is_invoiced_as_it_was_settled_whatever_the_service_says_by_now(
    lotus: Cast, percent: int, net: str | None
) -> None:
    Service.objects.filter(name="Private").update(late_fee_percent=100, no_show_fee_percent=100)
    booking = held(lotus, attendance="no_show")
    Booking.objects.filter(pk=booking.pk).update(fee_percent=percent, strike=1)
    run(lotus)
    lines = list(InvoiceLine.objects.values_list("net", "detail"))
    assert lines == ([(Decimal(net), f"{percent}% of $80.00")] if net else [])


def test_a_late_cancel_that_can_still_be_undone_is_not_invoiced(lotus: Cast) -> None:
    booking = held(lotus)
    fields: dict[str, Any] = {"status": "cancelled", "late_cancel": True, "fee_percent": 50, "attendance": ""}
    Booking.objects.filter(pk=booking.pk).update(**fields, cancelled_at=now())
    run(lotus)
    assert not InvoiceLine.objects.exists()
    Booking.objects.filter(pk=booking.pk).update(cancelled_at=now() - timedelta(minutes=4))
    run(lotus)
    assert InvoiceLine.objects.count() == 1
