"""Laws that hold for every invoice, checked against an oracle in exact fractions."""

from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from billing.tax import Quote, Rounding, TaxableLine, Totals, quote
from tests.billing.tax.oracle import LAWS, Law, exact_taxes, half_up, invoice_taxes

CENT = Decimal("0.01")


@st.composite
def invoices(draw: st.DrawFn, *, least: int = -50_000) -> tuple[Law, list[TaxableLine]]:
    law = draw(st.sampled_from(LAWS))
    given_line = st.builds(
        TaxableLine,
        amount=st.one_of(st.integers(max(least, -40), 40), st.integers(least, 5_000_000)).map(
            lambda cents: Decimal(cents) / 100
        ),
        category=st.sampled_from(sorted(law.borne)),
        price_includes_tax=st.booleans(),
    )
    return law, draw(st.lists(given_line, max_size=12))


roundings = st.sampled_from(list(Rounding))


def answer_of(
    law: Law, lines: list[TaxableLine], rounding: Rounding = Rounding.PER_INVOICE, **registered: bool
) -> Quote:
    return quote(province=law.province, on=law.on, lines=lines, rounding=rounding, **registered)


def taxes_in(amounts: Totals) -> Decimal:
    return amounts.gst + amounts.hst + amounts.pst + amounts.qst


@given(invoices(), roundings)
def test_net_and_taxes_make_the_total_everywhere(
    invoice: tuple[Law, list[TaxableLine]], rounding: Rounding
) -> None:
    answer = answer_of(*invoice, rounding)
    for amounts in (*answer.lines, answer.totals):
        assert amounts.net + taxes_in(amounts) == amounts.total
    for column in ("net", "gst", "hst", "pst", "qst", "total"):
        assert sum(getattr(each, column) for each in answer.lines) == getattr(answer.totals, column)
    assert sum(tax.amount for tax in answer.taxes) == taxes_in(answer.totals)
    for amounts in answer.lines:
        assert sum(tax.amount for tax in amounts.taxes) == taxes_in(amounts)


@given(invoices(), roundings)
def test_the_given_amount_stands(invoice: tuple[Law, list[TaxableLine]], rounding: Rounding) -> None:
    law, lines = invoice
    for asked, got in zip(lines, answer_of(law, lines, rounding).lines, strict=True):
        assert (got.total if asked.price_includes_tax else got.net) == asked.amount


@given(invoices())
def test_the_footer_agrees_with_the_oracle(invoice: tuple[Law, list[TaxableLine]]) -> None:
    law, lines = invoice
    answer = answer_of(law, lines)
    assert {tax.name: tax.amount for tax in answer.taxes} == invoice_taxes(law, lines)


@given(invoices())
def test_each_line_agrees_with_the_oracle(invoice: tuple[Law, list[TaxableLine]]) -> None:
    law, lines = invoice
    alone = answer_of(law, lines, Rounding.PER_LINE)
    shared = answer_of(law, lines)
    for asked, by_itself, part in zip(lines, alone.lines, shared.lines, strict=True):
        exact = exact_taxes(law, asked)
        assert dict(by_itself.taxes_by_name) == {name: half_up(tax) for name, tax in exact.items()}
        for tax in part.taxes:
            assert abs(exact[tax.name] - Fraction(tax.amount)) < Fraction(1, 100)


@given(invoices(), roundings, st.integers())
def test_the_order_of_the_lines_does_not_matter(
    invoice: tuple[Law, list[TaxableLine]], rounding: Rounding, seed: int
) -> None:
    law, lines = invoice
    shuffled = Random(seed).sample(lines, len(lines))
    one, other = answer_of(law, lines, rounding), answer_of(law, shuffled, rounding)
    assert one.totals == other.totals
    assert one.taxes == other.taxes


@given(invoices(), roundings)
def test_a_credit_note_mirrors_its_invoice(
    invoice: tuple[Law, list[TaxableLine]], rounding: Rounding
) -> None:
    law, lines = invoice
    credits_ = [
        TaxableLine(amount=-each.amount, category=each.category, price_includes_tax=each.price_includes_tax)
        for each in lines
    ]
    one, mirror = answer_of(law, lines, rounding), answer_of(law, credits_, rounding)
    for left, right in zip((*one.lines, one.totals), (*mirror.lines, mirror.totals), strict=True):
        for column in ("net", "gst", "hst", "pst", "qst", "total"):
            assert getattr(left, column) == -getattr(right, column)
    assert [(tax.name, tax.amount, tax.base) for tax in one.taxes] == [
        (tax.name, -tax.amount, -tax.base) for tax in mirror.taxes
    ]


@given(invoices())
def test_the_two_ways_of_rounding_differ_by_half_a_cent_a_line_at_most(
    invoice: tuple[Law, list[TaxableLine]],
) -> None:
    law, lines = invoice
    once, each = answer_of(law, lines), answer_of(law, lines, Rounding.PER_LINE)
    for left, right in zip(once.taxes, each.taxes, strict=True):
        assert abs(left.amount - right.amount) <= len(lines) * CENT / 2


@given(invoices(least=0).filter(lambda invoice: invoice[0].province != "QC"))
def test_tax_put_on_and_taken_out_again_agrees_within_a_cent(
    invoice: tuple[Law, list[TaxableLine]],
) -> None:
    law, lines = invoice
    for each in lines:
        asked = TaxableLine(amount=each.amount, category=each.category)
        there = answer_of(law, [asked]).lines[0]
        again = TaxableLine(amount=there.total, category=each.category, price_includes_tax=True)
        back = answer_of(law, [again]).lines[0]
        assert back.total == there.total
        for column in ("net", "gst", "hst", "pst", "qst"):
            assert abs(getattr(back, column) - getattr(there, column)) <= CENT


@given(invoices(), roundings)
def test_an_unregistered_supplier_never_charges(
    invoice: tuple[Law, list[TaxableLine]], rounding: Rounding
) -> None:
    law, lines = invoice
    answer = answer_of(law, lines, rounding, registered=False)
    assert answer.taxes == ()
    assert answer.totals.net == answer.totals.total == sum((each.amount for each in lines), Decimal(0))


@given(invoices(), roundings)
def test_the_sum_of_quebecs_rates_never_appears(
    invoice: tuple[Law, list[TaxableLine]], rounding: Rounding
) -> None:
    answer = answer_of(*invoice, rounding)
    shown = [*answer.taxes, *(tax for each in answer.lines for tax in each.taxes)]
    assert all("14.975" not in tax.percent_text for tax in shown)
    assert all(tax.percent < 16 for tax in shown)
