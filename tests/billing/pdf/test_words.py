from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from billing.pdf.document import DocumentError, PaymentInstructions, PaymentRow
from billing.pdf.render import html_of
from billing.pdf.words import Sum, amount_text, plain, printed, registration
from tests.billing.pdf import samples


def test_quebec_keeps_gst_and_qst_apart() -> None:
    words = printed(samples.quebec())
    assert words.sums[1:3] == (
        Sum("GST 5%", "29.90", note="on 598.00"),
        Sum("QST 9.975%", "59.65", note="on 598.00"),
    )
    assert "14.975" not in html_of(samples.quebec())


def test_each_registration_number_stands_once() -> None:
    facts = {fact.label: fact.value for fact in printed(samples.quebec()).facts}
    assert facts["GST no."] == "123456782 RT0001"
    assert facts["QST no."] == "1023456789 TQ0001"
    ontario = {fact.label: fact.value for fact in printed(samples.ontario()).facts}
    assert ontario["GST/HST no."] == "123456782 RT0001"


def test_a_line_says_which_tax_it_bears_or_that_it_is_exempt() -> None:
    lines = printed(samples.quebec()).lines
    assert lines[0].tax == "GST, QST"
    assert lines[5].tax == "Exempt"


def test_a_seller_without_a_number_says_nothing_of_tax() -> None:
    html = html_of(samples.unregistered())
    assert not printed(samples.unregistered()).taxed
    assert "Exempt" not in html
    assert "GST" not in html


def test_a_credit_note_names_what_it_corrects_and_asks_for_nothing() -> None:
    words = printed(samples.credit_note())
    assert ("Corrects", "SS-0187") in [(fact.label, fact.value) for fact in words.facts]
    assert words.result == Sum("Credit to you", "$109.23")
    assert not words.payable
    assert "Pay by" not in html_of(samples.credit_note())


def test_a_paid_invoice_asks_for_nothing() -> None:
    words = printed(samples.exempt())
    assert (words.stamp, words.result.amount, words.payable) == ("Paid", "$0.00", False)


@pytest.mark.parametrize(
    ("status", "stamp"),
    [
        ("overdue", "Overdue"),
        ("part_paid", "Part paid"),
        ("void", "Void"),
        ("issued", "Due 30 November 2026"),
    ],
)
def test_a_state_is_said_in_words(status: str, stamp: str) -> None:
    assert printed(replace(samples.quebec(), status=status)).stamp == stamp  # type: ignore[arg-type]


def test_more_than_one_of_a_thing_shows_its_price() -> None:
    assert printed(samples.ontario()).lines[2].detail == "2 × 11.50"


def test_html_in_a_name_is_only_text() -> None:
    html = html_of(samples.named('<script>alert(1)</script><img src="http://evil.example/x">'))
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_html_in_terms_and_instructions_is_only_text() -> None:
    document = replace(
        samples.ontario(),
        terms="<b>bold</b>",
        instructions=PaymentInstructions(text="<i>x</i>", pay_url='https://x.example/"><script>'),
    )
    html = html_of(document)
    assert "<b>bold" not in html
    assert "<i>x" not in html
    assert "<script" not in html


def test_it_refuses_a_payment_link_that_is_no_web_address() -> None:
    with pytest.raises(DocumentError):
        PaymentInstructions(pay_url="javascript:alert(1)")


@pytest.mark.parametrize(
    "wrong",
    [
        {"total": Decimal("240.70"), "balance": Decimal("240.70")},
        {"paid": Decimal("10.00")},
        {
            "paid": Decimal("10.00"),
            "balance": Decimal("230.69"),
            "payments": (PaymentRow(on=samples.ontario().issued_on, amount=Decimal("9.00")),),
        },
    ],
)
def test_it_refuses_figures_that_contradict_each_other(wrong: dict[str, object]) -> None:
    with pytest.raises(DocumentError, match="LW-0042"):
        replace(samples.ontario(), **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "text"), [("1234.5", "1,234.50"), ("-95", "−95.00"), ("0", "0.00"), ("0.005", "0.01")]
)
def test_amounts_are_grouped_with_two_decimals(amount: str, text: str) -> None:
    assert amount_text(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("rate", "text"), [("9.97500", "9.975"), ("5.00000", "5"), ("100", "100"), ("10", "10")]
)
def test_rates_lose_idle_zeros_only(rate: str, text: str) -> None:
    assert plain(Decimal(rate)) == text


def test_a_number_that_is_not_understood_is_printed_as_given() -> None:
    assert registration("pending 2026") == "pending 2026"
