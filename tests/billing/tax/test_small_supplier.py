from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.tax import SmallSupplierStatus, TaxableSupply, small_supplier_status


def status(*sales: tuple[str, str], on: str = "2026-12-31") -> SmallSupplierStatus:
    supplies = [TaxableSupply(on=date.fromisoformat(day), amount=Decimal(amount)) for day, amount in sales]
    return small_supplier_status(supplies=supplies, on=date.fromisoformat(on))


def test_at_the_threshold_it_is_still_small() -> None:
    answer = status(("2026-02-01", "15000.00"), ("2026-03-31", "15000.00"))
    assert answer.is_small_supplier
    assert (answer.registered_from, answer.reason) == (None, None)
    assert answer.last_four_quarters == 30000


def test_over_it_in_one_quarter_the_sale_that_passes_it_is_taxed() -> None:
    answer = status(("2026-01-05", "20000.00"), ("2026-02-10", "10000.01"), ("2026-03-01", "50.00"))
    assert (answer.registered_from, answer.reason) == (date(2026, 2, 10), "one_quarter")
    assert answer.passing_supply == 1


def test_over_it_across_four_quarters_a_month_is_left() -> None:
    sales = [(f"2026-{month:02}-15", "7600.00") for month in (2, 5, 8, 11)]
    before = status(*sales, on="2027-01-31")
    assert (before.registered_from, before.reason) == (date(2027, 2, 1), "four_quarters")
    assert before.is_small_supplier
    assert not status(*sales, on="2027-02-01").is_small_supplier
    assert before.passing_supply is None


@pytest.mark.parametrize(
    ("month", "first_day"),
    [("03", "2026-05-01"), ("06", "2026-08-01"), ("09", "2026-11-01"), ("12", "2027-02-01")],
)
def test_the_month_that_follows_each_quarter(month: str, first_day: str) -> None:
    answer = status(("2025-12-31", "29000.00"), (f"2026-{month}-30", "1000.01"))
    expected = date.fromisoformat(first_day) if month != "12" else None
    assert answer.registered_from == expected


def test_a_quarter_passed_within_that_month_comes_first() -> None:
    answer = status(("2025-11-01", "29000.00"), ("2026-02-01", "2000.00"), ("2026-04-10", "31000.00"))
    assert (answer.registered_from, answer.reason) == (date(2026, 4, 10), "one_quarter")


def test_five_quarters_apart_do_not_count_together() -> None:
    assert status(("2025-03-31", "29000.00"), ("2026-03-31", "29000.00")).registered_from is None


def test_sales_after_the_day_are_not_known_yet() -> None:
    answer = status(("2026-01-05", "1000.00"), ("2026-06-01", "40000.00"), on="2026-05-31")
    assert answer.is_small_supplier
    assert answer.this_quarter == 0
    assert answer.last_four_quarters == 1000


def test_a_refund_brings_the_total_down() -> None:
    answer = status(("2026-01-05", "29000.00"), ("2026-01-06", "-5000.00"), ("2026-01-07", "6000.00"))
    assert answer.registered_from is None


@given(
    st.lists(
        st.builds(
            TaxableSupply,
            on=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
            amount=st.integers(1, 2_000_000).map(lambda cents: Decimal(cents) / 100),
        ),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_books_does_not_matter(supplies: list[TaxableSupply], random: Random) -> None:
    shuffled = random.sample(supplies, len(supplies))
    one = small_supplier_status(supplies=supplies, on=date(2026, 12, 31))
    other = small_supplier_status(supplies=shuffled, on=date(2026, 12, 31))
    assert (one.registered_from, one.reason, one.last_four_quarters) == (
        other.registered_from,
        other.reason,
        other.last_four_quarters,
    )
