"""The pages of billing: what they show, what they keep of what was typed, and whom they let in."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import time_machine

from billing import services
from billing.models import BillingSettings, Invoice, InvoiceRun, Payment
from billing.views.invoicing import closed_month, period_words
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from tests.billing.conftest import Browse
from tests.billing.make import held, invoiced, new_client, pay
from tests.cast import Cast
from trainers.models import Service


@pytest.fixture
def invoice(cast: Cast) -> Invoice:
    with studio_context(cast.lotus):
        return invoiced(cast)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def pay_page(invoice: Invoice, **typed: str) -> dict[str, str]:
    fields = {"amount": "40.00", "method": "cash", "received_on": "2026-11-03", "reference": ""} | typed
    return {f"payment-{name}": value for name, value in fields.items()}


def test_the_list_shows_late_invoices_first_and_finds_by_number_or_client(cast: Cast, browse: Browse) -> None:
    with studio_context(cast.lotus):
        with time_machine.travel("2026-11-01T15:00:00Z"):
            invoiced(cast)
        with time_machine.travel("2026-11-20T15:00:00Z"):
            invoiced(cast, client=new_client("Zoë"), at=time(14))
    owner = browse("owner")
    with time_machine.travel("2026-11-21T15:00:00Z"):
        page = text(owner.get("/invoices/"))
        assert page.index("LO-0001") < page.index("LO-0002")
        assert "6 days late" in page
        assert "1 late, 2 open" in page
        assert "$180.80" in page
        found = text(owner.get("/invoices/?q=zoë", headers={"hx-request": "true"}))
        assert "LO-0002" in found
        assert "LO-0001" not in found
        assert "<html" not in found
        assert "LO-0002" not in text(owner.get("/invoices/?status=overdue"))
    assert "No invoice fits" in text(owner.get("/invoices/?q=nobody"))


def test_an_empty_studio_is_invited_to_begin(browse: Browse) -> None:
    assert "No invoices yet" in text(browse("owner").get("/invoices/"))


def test_an_invoice_is_shown_as_it_is_printed(browse: Browse, invoice: Invoice) -> None:
    page = text(browse("manager").get(f"/invoices/{invoice.pk}/"))
    for words in (
        'Invoice <span class="num">LO-0001</span>',
        "HST 13%",
        "90.40",
        "Private, 60 min",
        "Record payment",
    ):
        assert words in page


def test_a_payment_is_recorded_and_undone_by_its_flash(cast: Cast, browse: Browse, invoice: Invoice) -> None:
    owner = browse("owner")
    page = text(owner.post(f"/invoices/{invoice.pk}/payments/", pay_page(invoice), follow=True))
    assert "Payment of $40.00 from Client recorded." in page
    with studio_context(cast.lotus):
        payment = Payment.objects.get()
    assert f'action="/payments/{payment.pk}/undo/"' in page
    page = text(owner.post(f"/payments/{payment.pk}/undo/", follow=True))
    assert "was taken back" in page
    with studio_context(cast.lotus):
        assert Invoice.objects.get().status == "issued"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"amount": "99.99"}, "$90.40 is still owed on LO-0001"),
        ({"amount": "ten"}, "Enter a number"),
        ({"received_on": "2999-01-01"}, "cannot be in the future"),
        ({"received_on": "0026-01-01"}, "Check the year"),
        ({"method": "gold"}, "Select a valid choice"),
    ],
)
def test_a_refused_payment_keeps_what_was_typed(
    cast: Cast, browse: Browse, invoice: Invoice, typed: dict[str, str], words: str
) -> None:
    answer = browse("owner").post(
        f"/invoices/{invoice.pk}/payments/", pay_page(invoice, reference="CA-1", **typed)
    )
    assert answer.status_code == 422
    page = text(answer)
    assert words in page
    assert 'value="CA-1"' in page
    assert "data-open" in page
    with studio_context(cast.lotus):
        assert not Payment.objects.exists()


def test_lines_are_credited_and_payments_refunded(cast: Cast, browse: Browse, invoice: Invoice) -> None:
    owner = browse("owner")
    with studio_context(cast.lotus):
        payment, line = pay(cast, invoice, "90.40"), invoice.lines.get()
    url = f"/invoices/{invoice.pk}/credit/"
    refused = owner.post(url, {"credit-lines": [str(line.pk)], "credit-reason": ""})
    assert (refused.status_code, "Say why it is credited" in text(refused)) == (422, True)
    page = text(owner.post(url, {"credit-lines": [str(line.pk)], "credit-reason": "Fell ill"}, follow=True))
    assert "Credit note LO-CN-0001 over $90.40 is issued." in page
    assert "More was paid than is owed" in page
    refund = f"/payments/{payment.pk}/refund/"
    name = f"refund-{payment.pk}"
    refused = owner.post(refund, {f"{name}-amount": "90.41", f"{name}-reason": "Fell ill"})
    assert (refused.status_code, "$90.40 of this payment is left" in text(refused)) == (422, True)
    page = text(owner.post(refund, {f"{name}-amount": "90.40", f"{name}-reason": "Fell ill"}, follow=True))
    assert "A refund of $90.40 is in the books." in page


def test_it_is_mailed_again(cast: Cast, browse: Browse, invoice: Invoice) -> None:
    page = text(browse("owner").post(f"/invoices/{invoice.pk}/mail/", follow=True))
    assert "We are mailing LO-0001 to client@fitflow.test." in page
    assert OutboxMessage.objects.filter(topic="invoice.ready", ids__has_key="again").exists()


def test_the_pdf_is_for_the_studio_and_its_client_alone(cast: Cast, browse: Browse, invoice: Invoice) -> None:
    with studio_context(cast.lotus):
        services.store_pdf(invoice_id=invoice.pk)
    url = f"/invoices/{invoice.pk}/pdf/"
    for person in ("owner", "manager", "lead", "client"):
        answer = browse(person).get(url)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert 'filename="LO-0001.pdf"' in answer["Content-Disposition"]
    assert browse("trainer").get(url).status_code == 403
    assert browse("owner2", "summit").get(url).status_code == 404


def test_a_period_is_previewed_issued_and_then_empty(cast: Cast, browse: Browse) -> None:
    owner = browse("owner")
    with studio_context(cast.lotus):
        held(cast)
        held(cast, client=new_client("Zoë"), at=time(14))
    with time_machine.travel("2026-11-05T15:00:00Z"):
        page = text(owner.get("/invoices/new/"))
        assert "Invoice October 2026" in page
        for words in ("$160.00", "$20.80", "$180.80", "2 sessions", "Your tax number is missing"):
            assert words in page
        started = owner.post("/invoices/runs/", {"period_from": "2026-10-01", "period_to": "2026-10-31"})
        with studio_context(cast.lotus):
            run = InvoiceRun.objects.get()
            assert started["Location"] == f"/invoices/runs/{run.pk}/"
        page = text(owner.get(started["Location"]))
        assert f'hx-get="/invoices/runs/{run.pk}/progress/"' in page
        assert "You can leave this page" in page
        with studio_context(cast.lotus):
            services.advance_invoice_run(run_id=run.pk)
        done = text(owner.get(f"/invoices/runs/{run.pk}/progress/"))
        assert "2 invoices issued" in done
        assert "LO-0001 to LO-0002" in done
        assert "hx-get" not in done
        assert "Nothing left to invoice" in text(owner.get("/invoices/new/"))


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-10-31", "2026-10-01", "ends before it begins"),
        ("2020-01-01", "2026-10-31", "at most 400 days"),
        ("then", "2026-10-31", "Enter a valid date"),
    ],
)
def test_a_period_that_cannot_be_is_said_beside_it(browse: Browse, first: str, last: str, words: str) -> None:
    owner = browse("owner")
    for answer in (
        owner.get("/invoices/new/", {"period_from": first, "period_to": last}),
        owner.post("/invoices/runs/", {"period_from": first, "period_to": last}),
    ):
        assert (answer.status_code, words in text(answer)) == (422, True)


def test_who_is_left_out_is_named_before_and_after(cast: Cast, browse: Browse) -> None:
    owner = browse("owner")
    with studio_context(cast.lotus):
        held(cast, client=new_client("Odd"), tax_category="moon_dust")
        run = services.request_invoice_run(
            actor=cast.actor("owner"), period_from=date(2026, 10, 1), period_to=date(2026, 10, 31)
        )
    page = text(owner.get("/invoices/new/?period_from=2026-10-01&period_to=2026-10-31"))
    assert "Odd cannot be invoiced" in page
    with studio_context(cast.lotus):
        services.advance_invoice_run(run_id=run.pk)
    assert "No invoice could be issued" in text(owner.get(f"/invoices/runs/{run.pk}/"))


def service_form(**typed: str) -> dict[str, str]:
    return {
        "name": "Reformer",
        "description": "",
        "duration_minutes": "50",
        "capacity": "4",
        "price": "35.00",
        "tax_category": "fitness",
        "buffer_before_minutes": "0",
        "buffer_after_minutes": "10",
        "free_until_hours": "12",
        "late_fee_percent": "50",
        "no_show_fee_percent": "100",
        "fee_from_strike": "2",
    } | typed


def test_a_service_is_added_changed_retired_and_offered_again(cast: Cast, browse: Browse) -> None:
    owner = browse("manager")
    page = text(owner.post("/prices/add/", service_form(), follow=True))
    assert "Reformer" in page
    assert "$39.55" in page
    with studio_context(cast.lotus):
        service = Service.objects.get(name="Reformer")
    owner.post(f"/prices/{service.pk}/", service_form(price="40.00", price_includes_tax="on"))
    with studio_context(cast.lotus):
        changed = Service.objects.get(pk=service.pk)
        assert (changed.price, changed.price_includes_tax) == (Decimal("40.00"), True)
        assert (changed.late_fee_percent, changed.no_show_fee_percent, changed.fee_from_strike) == (
            50,
            100,
            2,
        )
    page = text(owner.post(f"/prices/{service.pk}/retire/", follow=True))
    assert f'action="/prices/{service.pk}/offer/"' in page
    assert "Reformer is offered again" in text(owner.post(f"/prices/{service.pk}/offer/", follow=True))


def test_a_service_that_cannot_be_keeps_what_was_typed(browse: Browse) -> None:
    answer = browse("owner").post("/prices/add/", service_form(name="Class", price="-1"))
    assert (answer.status_code, 'value="50"' in text(answer)) == (422, True)
    taken = browse("owner").post("/prices/add/", service_form(name="Class"))
    assert "a service of that name already" in text(taken)


def test_billing_settings_are_kept_and_a_wrong_number_is_said_beside_it(cast: Cast, browse: Browse) -> None:
    owner = browse("owner")
    with studio_context(cast.lotus):
        kept = services.billing_settings()
        typed = {
            name: getattr(kept, name)
            for name in ("legal_name", "province", "invoice_prefix", "terms_days", "rounding", "paper")
        }
    wrong = owner.post("/invoices/settings/", typed | {"gst_number": "123"})
    assert (wrong.status_code, "is not a GST/HST number" in text(wrong), 'value="123"' in text(wrong)) == (
        422,
        True,
        True,
    )
    page = owner.post(
        "/invoices/settings/", typed | {"gst_number": "123456782 RT0001", "gst_registered": "on"}, follow=True
    )
    assert "Saved." in text(page)
    with studio_context(cast.lotus):
        assert BillingSettings.objects.get().gst_number == "123456782RT0001"


def test_another_studios_rows_are_not_there(cast: Cast, browse: Browse, invoice: Invoice) -> None:
    stranger = browse("owner2", "summit")
    missing = UUID(int=7)
    for path in (f"/invoices/{invoice.pk}/", f"/invoices/runs/{missing}/", f"/prices/{missing}/"):
        assert stranger.get(path).status_code == 404
    for path in (f"/invoices/{invoice.pk}/payments/", f"/invoices/{invoice.pk}/credit/"):
        assert stranger.post(path, {}).status_code == 404


def test_who_has_not_signed_in_is_sent_to_sign_in(browse: Browse) -> None:
    answer = browse().get("/invoices/")
    assert (answer.status_code, "login" in answer["Location"]) == (302, True)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "October 2026"),
        (date(2026, 10, 1), date(2026, 10, 15), "1 to 15 October 2026"),
        (date(2026, 10, 20), date(2026, 11, 5), "20 October to 5 November 2026"),
        (date(2025, 12, 1), date(2026, 1, 31), "1 December 2025 to 31 January 2026"),
    ],
)
def test_a_period_in_words(first: date, last: date, words: str) -> None:
    assert period_words(first, last) == words


def test_the_last_closed_month() -> None:
    assert closed_month(date(2026, 1, 15)) == (date(2025, 12, 1), date(2025, 12, 31))
    assert closed_month(date(2026, 3, 1))[1] == date(2026, 3, 1) - timedelta(days=1)
