from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import pytest

from billing.tax import Rounding, TaxableLine, TaxError, Treatment, quote
from tests.billing.tax.oracle import TODAY, line, quote_one, taxes_of


def test_quebec_shows_both_taxes_apart() -> None:
    answer = quote(province="QC", on=TODAY, lines=[line("95.00")])
    assert taxes_of(answer) == {"GST": "4.75", "QST": "9.48"}
    assert [tax.percent_text for tax in answer.taxes] == ["5", "9.975"]
    assert answer.totals.total == Decimal("109.23")


def test_quebec_charged_qst_on_price_and_gst_until_2012() -> None:
    answer = quote(province="QC", on=date(2012, 12, 31), lines=[line("200.00")])
    assert taxes_of(answer) == {"GST": "10.00", "QST": "19.95"}
    assert answer.taxes[1].base == Decimal("210.00")
    after = quote(province="QC", on=date(2013, 1, 1), lines=[line("200.00")])
    assert taxes_of(after) == {"GST": "10.00", "QST": "19.95"}
    assert after.taxes[1].base == Decimal("200.00")


def test_prince_edward_island_charged_pst_on_price_and_gst() -> None:
    assert taxes_of(quote_one("PE", "100.00", "goods", on=date(2013, 3, 31))) == {
        "GST": "5.00",
        "PST": "10.50",
    }
    assert taxes_of(quote_one("PE", "100.00", "fitness", on=date(2013, 3, 31))) == {"GST": "5.00"}


def test_manitoba_keeps_the_name_of_its_tax_and_reports_it_as_pst() -> None:
    answer = quote(province="MB", on=TODAY, lines=[line("100.00", "goods")])
    assert taxes_of(answer) == {"GST": "5.00", "RST": "7.00"}
    assert answer.taxes[1].column == "pst"
    assert answer.totals.pst == Decimal("7.00")


def test_a_price_that_includes_two_taxes_shares_one_fraction() -> None:
    answer = quote_one("BC", "112.00", "goods", included=True)
    assert taxes_of(answer) == {"GST": "5.00", "PST": "7.00"}
    assert (answer.net, answer.total) == (Decimal("100.00"), Decimal("112.00"))


def test_a_price_that_includes_one_of_two_taxes_uses_that_one_alone() -> None:
    assert taxes_of(quote_one("BC", "105.00", "fitness", included=True)) == {"GST": "5.00"}
    answer = quote(
        province="BC", on=TODAY, lines=[line("105.00", "goods", included=True)], pst_registered=False
    )
    assert taxes_of(answer) == {"GST": "5.00"}


def test_a_no_show_fee_of_an_exempt_booking_is_exempt() -> None:
    answer = quote_one("ON", "50.00", "health:physiotherapist", included=True)
    assert answer.treatment is Treatment.EXEMPT
    assert (answer.net, answer.taxes) == (Decimal("50.00"), ())


def test_the_tax_is_rounded_on_the_sum_and_shared_out_over_the_lines() -> None:
    lines = [line("0.03"), line("0.03"), line("0.03"), line("0.03")]
    answer = quote(province="ON", on=TODAY, lines=lines)
    assert answer.totals.hst == Decimal("0.02")
    assert [each.hst for each in answer.lines] == [Decimal("0.01"), Decimal("0.01"), Decimal(0), Decimal(0)]
    alone = quote(province="ON", on=TODAY, lines=lines, rounding=Rounding.PER_LINE)
    assert alone.totals.hst == Decimal(0)


def test_the_cent_goes_to_the_line_with_the_largest_remainder() -> None:
    answer = quote(province="ON", on=TODAY, lines=[line("10.01"), line("10.07"), line("10.03")])
    assert [str(each.hst) for each in answer.lines] == ["1.30", "1.31", "1.30"]
    assert str(answer.totals.hst) == "3.91"


@pytest.mark.parametrize(
    "pair",
    [
        [line("0.04", "goods", included=True), line("0.75", "goods")],
        [line("0.16", "goods", included=True), line("0.15", "fitness", included=True)],
    ],
)
def test_a_disputed_cent_does_not_depend_on_the_order(pair: list[TaxableLine]) -> None:
    one = quote(province="BC", on=TODAY, lines=pair)
    other = quote(province="BC", on=TODAY, lines=pair[::-1])
    assert (one.totals, one.taxes) == (other.totals, other.taxes)


def test_half_a_cent_goes_up() -> None:
    assert quote_one("AB", "0.10").gst == Decimal("0.01")
    assert quote_one("AB", "-0.10").gst == Decimal("-0.01")
    assert quote_one("AB", "0.09").gst == Decimal("0.00")


def test_lines_with_and_without_the_tax_stand_on_one_invoice() -> None:
    answer = quote(
        province="ON",
        on=TODAY,
        lines=[line("100.00"), line("113.00", included=True), line("20.00", "health:nurse")],
    )
    assert [str(each.total) for each in answer.lines] == ["113.00", "113.00", "20.00"]
    assert answer.taxes[0].base == Decimal("200.00")
    assert [str(each) for each in (answer.totals.net, answer.totals.hst, answer.totals.total)] == [
        "220.00",
        "26.00",
        "246.00",
    ]


def test_only_lines_that_bear_a_tax_stand_in_its_base() -> None:
    answer = quote(province="BC", on=TODAY, lines=[line("60.00", "fitness"), line("30.00", "goods")])
    assert [(tax.name, str(tax.base), str(tax.amount)) for tax in answer.taxes] == [
        ("GST", "90.00", "4.50"),
        ("PST", "30.00", "2.10"),
    ]
    assert answer.lines[0].taxes_by_name == {"GST": Decimal("3.00")}


def test_a_gift_card_is_no_supply_until_it_is_used() -> None:
    answer = quote_one("QC", "50.00", "gift_card")
    assert (answer.treatment, answer.taxes, answer.total) == (Treatment.NOT_A_SUPPLY, (), Decimal("50.00"))


def test_nothing_costs_nothing() -> None:
    answer = quote_one("QC", "0.00")
    assert taxes_of(answer) == {"GST": "0.00", "QST": "0.00"}
    assert str(quote(province="QC", on=TODAY, lines=[]).totals.total) == "0.00"


@pytest.mark.parametrize("province", ["ON", "QC", "BC", "MB"])
@pytest.mark.parametrize("included", [False, True])
def test_a_supplier_who_is_not_registered_charges_no_tax(province: str, included: bool) -> None:
    answer = quote(
        province=province, on=TODAY, lines=[line("100.00", "goods", included=included)], registered=False
    )
    assert answer.taxes == ()
    assert answer.totals.net == answer.totals.total == 100


def test_each_registration_counts_by_itself() -> None:
    qc = quote(province="QC", on=TODAY, lines=[line("100.00")], qst_registered=False)
    assert taxes_of(qc) == {"GST": "5.00"}
    bc = quote(
        province="BC", on=TODAY, lines=[line("100.00", "goods")], registered=False, pst_registered=True
    )
    assert taxes_of(bc) == {"PST": "7.00"}


def test_the_reference_of_a_line_comes_back() -> None:
    given = TaxableLine(amount=Decimal("1.00"), category="fitness", ref="booking-7")
    assert quote(province="AB", on=TODAY, lines=[given]).lines[0].ref == "booking-7"


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (95.0, "amount_not_decimal"),
        (95, "amount_not_decimal"),
        ("95.00", "amount_not_decimal"),
        (True, "amount_not_decimal"),
        (None, "amount_not_decimal"),
        (Decimal("1.005"), "too_many_decimals"),
        (Decimal("1E-999999"), "too_many_decimals"),
        (Decimal("NaN"), "amount_not_finite"),
        (Decimal("-Infinity"), "amount_not_finite"),
        (Decimal("1E+999999"), "amount_too_large"),
        (Decimal("10000000000.00"), "amount_too_large"),
    ],
)
def test_it_refuses_what_is_not_an_amount(amount: Any, code: str) -> None:
    with pytest.raises(TaxError) as refusal:
        quote(
            province="ON",
            on=TODAY,
            lines=[line("1.00"), TaxableLine(amount=cast(Decimal, amount), category="fitness")],
        )
    assert (refusal.value.code, refusal.value.line) == (code, 1)


def test_idle_zeros_and_the_largest_amount_are_fine() -> None:
    assert quote_one("AB", "1.000").total == Decimal("1.05")
    assert quote_one("AB", "1E+2").total == Decimal("105.00")
    assert str(quote_one("AB", "9999999999.99").total) == "10499999999.99"


@pytest.mark.parametrize("province", ["XX", "on", "", None, 7])
def test_it_refuses_an_unknown_province(province: Any) -> None:
    with pytest.raises(TaxError) as refusal:
        quote(province=province, on=TODAY, lines=[])
    assert refusal.value.code == "unknown_province"


@pytest.mark.parametrize("category", ["", "yoga", "health:", "health:wizard", "exempt"])
def test_it_refuses_an_unknown_category(category: str) -> None:
    with pytest.raises(TaxError) as refusal:
        quote_one("ON", "1.00", category)
    assert (refusal.value.code, refusal.value.line) == ("unknown_category", 0)


@pytest.mark.parametrize(
    ("province", "on", "category"),
    [
        ("AB", date(1990, 12, 31), "fitness"),
        ("QC", date(1997, 12, 31), "fitness"),
        ("ON", date(2010, 6, 30), "goods"),
        ("BC", date(2010, 6, 30), "goods"),
        ("SK", date(2006, 10, 27), "goods"),
    ],
)
def test_it_refuses_a_day_without_a_rate(province: str, on: date, category: str) -> None:
    with pytest.raises(TaxError) as refusal:
        quote_one(province, "1.00", category, on=on)
    assert refusal.value.code == "no_rate"


@pytest.mark.parametrize("on", [datetime(2026, 5, 15, tzinfo=UTC), "2026-05-15", None])
def test_it_refuses_what_is_not_a_day(on: Any) -> None:
    with pytest.raises(TaxError) as refusal:
        quote(province="ON", on=on, lines=[line("1.00")])
    assert refusal.value.code == "bad_date"
