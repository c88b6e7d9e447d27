"""Months and quarters as reports cut them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from reporting.forms import PeriodForm
from reporting.periods import PRESETS, Grain, Period, preset_period, slices

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("this-month", date(2026, 11, 1), TODAY),
        ("last-month", date(2026, 10, 1), date(2026, 10, 31)),
        ("this-quarter", date(2026, 10, 1), TODAY),
        ("last-quarter", date(2026, 7, 1), date(2026, 9, 30)),
        ("six-months", date(2026, 6, 1), TODAY),
        ("twelve-months", date(2025, 12, 1), TODAY),
        ("this-year", date(2026, 1, 1), TODAY),
        ("last-year", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_a_named_period_is_made_of_whole_days(name: str, first: date, last: date) -> None:
    assert preset_period(name, TODAY) == Period(first=first, last=last)


def test_every_named_period_works_on_any_day_of_a_leap_year() -> None:
    for day in (date(2028, 1, 1), date(2028, 2, 29), date(2028, 3, 31), date(2028, 12, 31)):
        for name in PRESETS:
            period = preset_period(name, day)
            assert period.first <= period.last <= day


def test_months_cover_the_period_without_gap_and_the_last_is_open() -> None:
    cuts = slices(preset_period("six-months", TODAY), grain=Grain.MONTH, today=TODAY)
    assert [cut.short for cut in cuts] == ["Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]
    assert [cut.is_open for cut in cuts] == [False] * 5 + [True]
    assert cuts[-1].words == "November 2026, to date"
    assert all((after.first - before.last).days == 1 for before, after in pairwise(cuts))


def test_a_quarter_that_is_cut_says_so() -> None:
    period = Period(first=date(2026, 5, 15), last=date(2026, 9, 30))
    cuts = slices(period, grain=Grain.QUARTER, today=TODAY)
    assert [cut.words for cut in cuts] == ["April to June 2026, in part", "July to September 2026"]
    assert (cuts[0].first, cuts[0].last) == (date(2026, 5, 15), date(2026, 6, 30))
    assert [cut.short for cut in cuts] == ["Q2 2026", "Q3 2026"]


def test_own_dates_are_taken() -> None:
    form = PeriodForm(
        {"period": "own", "since": "2026-02-01", "until": "2026-02-28", "by": "quarter"}, today=TODAY
    )
    assert form.shown == Period(first=date(2026, 2, 1), last=date(2026, 2, 28))
    assert form.grain is Grain.QUARTER


def test_own_dates_begin_with_the_days_that_are_shown() -> None:
    form = PeriodForm({"period": "own"}, today=TODAY)
    assert form.shown == preset_period("six-months", TODAY)
    assert form.asks_for_dates


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"period": "own", "since": "2026-02-01"}, "until"),
        ({"period": "own", "since": "soon", "until": "2026-02-01"}, "since"),
        ({"period": "own", "since": "2026-03-01", "until": "2026-02-01"}, "until"),
        ({"period": "own", "since": "2015-03-01", "until": "2026-02-01"}, "until"),
        ({"period": "own", "since": "1066-10-14", "until": "1066-10-15"}, "since"),
        ({"period": "the-future"}, "period"),
        ({"by": "fortnight"}, "by"),
    ],
)
def test_what_makes_no_period_is_told_beside_its_field_and_the_usual_one_is_shown(
    asked: dict[str, str], field: str
) -> None:
    form = PeriodForm(asked, today=TODAY)
    assert form.shown == preset_period("six-months", TODAY)
    assert form.grain is Grain.MONTH
    assert field in form.errors
