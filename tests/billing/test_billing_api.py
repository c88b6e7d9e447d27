"""The billing API: its shapes, its errors, and who may ask."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from billing import services
from billing.models import Invoice, InvoiceRun, Payment
from fitflow.tenancy.context import studio_context
from tests.billing.conftest import Browse
from tests.billing.make import held, invoiced, new_client, pay
from tests.cast import Cast

API = "/api/v1/"


def post(browser: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return browser.post(API + path, body, content_type="application/json", headers=headers)


@pytest.fixture
def invoice(cast: Cast) -> Invoice:
    with studio_context(cast.lotus):
        return invoiced(cast)


def test_a_tax_quote_answers_per_line_and_in_total(browse: Browse) -> None:
    body = {
        "province": "QC",
        "date": "2026-05-15",
        "lines": [
            {"amount": "95.00", "category": "personal_service", "price_includes_tax": False},
            {"amount": "110.00", "category": "health:dietitian"},
        ],
    }
    answer = post(browse("trainer"), "tax/quote", body).json()
    assert answer["totals"] == {
        "gst": "4.75",
        "hst": "0.00",
        "pst": "0.00",
        "qst": "9.48",
        "net": "205.00",
        "total": "219.23",
    }
    assert [line["total"] for line in answer["lines"]] == ["109.23", "110.00"]
    assert answer["taxes"][1] == {"name": "QST", "rate": "9.975", "base": "95.00", "amount": "9.48"}


@pytest.mark.parametrize(
    "change",
    [
        {"province": "ZZ"},
        {"date": "tomorrow"},
        {"lines": []},
        {"lines": [{"amount": "1.001", "category": "fitness"}]},
        {"lines": [{"amount": "1.00", "category": "moon_dust"}]},
        {"lines": "many"},
    ],
)
def test_a_quote_that_cannot_be_is_a_validation_error(browse: Browse, change: dict[str, Any]) -> None:
    body = {"province": "ON", "date": "2026-05-15", "lines": [{"amount": "1.00", "category": "fitness"}]}
    answer = post(browse("owner"), "tax/quote", body | change)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


def test_a_run_is_accepted_and_told_of(cast: Cast, browse: Browse) -> None:
    owner = browse("owner")
    with studio_context(cast.lotus):
        held(cast)
        held(cast, client=new_client("Odd"), tax_category="moon_dust", at=time(14))
    asked = post(owner, "invoice-runs/", {"from": "2026-10-01", "to": "2026-10-31"})
    assert (asked.status_code, asked.json()["status"]) == (202, "queued")
    with studio_context(cast.lotus):
        services.advance_invoice_run(run_id=asked.json()["id"])
    told = owner.get(f"{API}invoice-runs/{asked.json()['id']}").json()
    assert (told["status"], told["done"], told["total"], told["from"]) == ("completed", 2, 2, "2026-10-01")
    assert [made["number"] for made in told["invoices"]] == ["LO-0001"]
    assert [problem["name"] for problem in told["errors"]] == ["Odd"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"from": "2026-10-31", "to": "2026-10-01"}, 400),
        ({"from": "2026-10-01"}, 400),
        ({"from": "2026-10-01", "to": "2026-10-31", "client": str(uuid4())}, 404),
        ({"from": "2026-10-01", "to": "2026-10-31", "client": "me"}, 400),
    ],
)
def test_a_run_that_cannot_be_makes_nothing(
    cast: Cast, browse: Browse, body: dict[str, Any], status: int
) -> None:
    assert post(browse("owner"), "invoice-runs/", body).status_code == status
    with studio_context(cast.lotus):
        assert not InvoiceRun.objects.exists()


def test_an_invoice_is_told_with_lines_taxes_and_balance(browse: Browse, invoice: Invoice) -> None:
    told = browse("owner").get(f"{API}invoices/{invoice.pk}/").json()
    assert {key: told[key] for key in ("number", "status", "subtotal", "total", "balance", "client")} == {
        "number": "LO-0001",
        "status": "issued",
        "subtotal": "80.00",
        "total": "90.40",
        "balance": "90.40",
        "client": str(invoice.client_id),
    }
    (line,) = told["lines"]
    assert (line["description"], line["quantity"], line["unit_price"], line["net"]) == (
        "Private, 60 min",
        "1",
        "80.00",
        "80.00",
    )
    assert line["taxes"] == [{"name": "HST", "rate": "13", "amount": "10.40"}]
    assert told["taxes"] == [{"name": "HST", "rate": "13", "base": "80.00", "amount": "10.40"}]


def test_the_list_pages_searches_and_filters(cast: Cast, browse: Browse) -> None:
    with studio_context(cast.lotus):
        for number in range(3):
            invoiced(cast, client=new_client(f"Person{number}"), at=time(8 + 2 * number))
    owner = browse("owner")
    first = owner.get(f"{API}invoices/?page_size=2").json()
    assert [row["number"] for row in first["results"]] == ["LO-0003", "LO-0002"]
    assert first["previous"] is None
    assert [row["number"] for row in owner.get(first["next"]).json()["results"]] == ["LO-0001"]
    found = owner.get(f"{API}invoices/?q=person1").json()["results"]
    assert [row["client_name"] for row in found] == ["Person1"]
    assert owner.get(f"{API}invoices/?status=paid").json()["results"] == []
    assert owner.get(f"{API}invoices/?status=lost").status_code == 400


def test_a_payment_is_recorded_once_under_its_key(cast: Cast, browse: Browse, invoice: Invoice) -> None:
    owner, key = browse("owner"), {"idempotency-key": str(uuid4())}
    body = {"amount": "40.00", "method": "e_transfer", "reference": "CA-1", "received_on": "2026-11-03"}
    first = post(owner, f"invoices/{invoice.pk}/payments", body, **key)
    again = post(owner, f"invoices/{invoice.pk}/payments", body, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    with studio_context(cast.lotus):
        assert Payment.objects.get().amount == Decimal("40.00")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": "90.41"}, 409, "CONFLICT"),
        ({"amount": "0"}, 400, "VALIDATION_ERROR"),
        ({"amount": "ten"}, 400, "VALIDATION_ERROR"),
        ({"amount": "1e3"}, 409, "CONFLICT"),
        ({"method": "gold"}, 400, "VALIDATION_ERROR"),
        ({"received_on": "2999-01-01"}, 400, "VALIDATION_ERROR"),
    ],
)
def test_a_payment_that_cannot_be_writes_nothing(
    cast: Cast, browse: Browse, invoice: Invoice, change: dict[str, Any], status: int, code: str
) -> None:
    body = {"amount": "10.00", "method": "cash", "received_on": "2026-11-03"} | change
    answer = post(browse("owner"), f"invoices/{invoice.pk}/payments", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    with studio_context(cast.lotus):
        assert not Payment.objects.exists()


def test_credit_notes_and_refunds(cast: Cast, browse: Browse, invoice: Invoice) -> None:
    owner = browse("owner")
    with studio_context(cast.lotus):
        payment = pay(cast, invoice, "90.40")
        line = invoice.lines.get().pk
    note = post(owner, f"invoices/{invoice.pk}/credit-notes", {"lines": [str(line)], "reason": "Fell ill"})
    assert (note.status_code, note.json()["total"], note.json()["corrects"]) == (
        201,
        "-90.40",
        str(invoice.pk),
    )
    back = post(owner, f"payments/{payment.pk}/refunds", {"amount": "90.40", "reason": "Fell ill"})
    assert (back.status_code, back.json()["amount"]) == (201, "90.40")
    told = owner.get(f"{API}invoices/{invoice.pk}/").json()
    assert (told["status"], told["balance"], told["paid"], told["credited"]) == (
        "credited",
        "0.00",
        "0.00",
        "90.40",
    )
    assert post(owner, f"invoices/{invoice.pk}/credit-notes", {"reason": "Again"}).status_code == 409


def test_a_client_reads_her_own_invoices_and_pdf_and_nobody_elses(
    cast: Cast, browse: Browse, invoice: Invoice
) -> None:
    with studio_context(cast.lotus):
        services.store_pdf(invoice_id=invoice.pk)
        other = invoiced(cast, client=cast.client("Étienne Caron"), on=date(2026, 10, 20))
    client = browse("client")
    for path in ("portal/invoices", "invoices/"):
        assert [row["number"] for row in client.get(API + path).json()["results"]] == ["LO-0001"]
    pdf = client.get(f"{API}invoices/{invoice.pk}/pdf")
    assert (pdf.status_code, pdf["Content-Type"], pdf.content[:5]) == (200, "application/pdf", b"%PDF-")
    for path in (f"invoices/{other.pk}/", f"invoices/{other.pk}/pdf"):
        assert client.get(API + path).status_code == 404
    assert post(client, f"invoices/{invoice.pk}/payments", {"amount": "1.00"}).status_code in {400, 403}
    assert post(client, "invoice-runs/", {"from": "2026-10-01", "to": "2026-10-31"}).status_code == 403
    assert browse("owner").get(API + "portal/invoices").status_code == 403


def test_a_trainer_sees_no_invoices_and_a_lead_those_of_her_team(
    cast: Cast, browse: Browse, invoice: Invoice
) -> None:
    assert browse("trainer").get(API + "invoices/").status_code == 403
    assert browse("trainer").get(f"{API}invoices/{invoice.pk}/").status_code == 403
    with studio_context(cast.lotus):
        profile = cast.trainer("trainer")
        profile.lead = None
        profile.save()
        theirs = invoiced(cast, client=cast.client("Étienne Caron"), trainer="trainer", on=date(2026, 10, 20))
    rows = browse("lead").get(API + "invoices/").json()["results"]
    assert [row["number"] for row in rows] == [invoice.number]
    assert browse("lead").get(f"{API}invoices/{theirs.pk}/").status_code == 404


def test_another_studios_invoice_is_not_there(browse: Browse, invoice: Invoice) -> None:
    stranger = browse("owner2", "summit")
    assert stranger.get(f"{API}invoices/{invoice.pk}/").status_code == 404
    assert stranger.get(f"{API}invoices/{invoice.pk}/pdf").status_code == 404
    body = {"amount": "1.00", "method": "cash", "received_on": "2026-11-03"}
    assert post(stranger, f"invoices/{invoice.pk}/payments", body).status_code == 404
    assert post(stranger, f"payments/{uuid4()}/refunds", {"amount": "1.00", "reason": "x"}).status_code == 404


def test_who_has_not_signed_in_is_told_so(browse: Browse) -> None:
    assert browse().get(API + "invoices/").status_code == 401
