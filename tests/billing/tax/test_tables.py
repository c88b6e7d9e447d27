"""The tables of facts are whole: no gaps, no overlaps, every row with its source."""

import csv
from datetime import date, timedelta
from itertools import combinations, product
from pathlib import Path

import pytest

import billing.tax
from billing.tax import TaxError, categories, category_codes, levies_on, provinces, quote, rate_on
from billing.tax.disclosure import disclosure_rows
from billing.tax.rates import PERCENT_STEP, Rate, levies, rates
from billing.tax.tables import Dated
from billing.tax.taxability import exemptions, taxability_rows
from tests.billing.tax.oracle import line, quote_one, taxes_of

DAY = timedelta(days=1)
TABLES = sorted((Path(billing.tax.__file__).parent / "data").glob("*.csv"))


def overlap(one: Dated, other: Dated) -> bool:
    return (one.effective_from or date.min) <= (other.effective_to or date.max) and (
        other.effective_from or date.min
    ) <= (one.effective_to or date.max)


def days_of_change() -> set[date]:
    """Every day on which any answer may differ from the day before; between them nothing changes."""
    exempt = [each for group in exemptions().values() for each in group]
    facts: list[Dated] = [*rates(), *levies(), *taxability_rows(), *exempt]
    starts = {fact.effective_from for fact in facts if fact.effective_from}
    return starts | {fact.effective_to + DAY for fact in facts if fact.effective_to}


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_every_fact_names_its_source(table: Path) -> None:
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert rows
    assert all(row["source"].strip() for row in rows)
    assert all(None not in row.values() and None not in row for row in rows)


def test_no_two_facts_of_one_kind_hold_on_one_day() -> None:
    kinds: dict[tuple[object, ...], list[Dated]] = {}
    for rate in rates():
        kinds.setdefault(("rate", rate.jurisdiction, rate.tax), []).append(rate)
    for levy in levies():
        kinds.setdefault(("levy", levy.province, levy.tax), []).append(levy)
    for row in taxability_rows():
        kinds.setdefault(("taxability", row.category, row.province, row.tax), []).append(row)
    for exempt in (each for group in exemptions().values() for each in group):
        kinds.setdefault(("exemption", exempt.category, exempt.licence, exempt.purpose), []).append(exempt)
    for shown in disclosure_rows():
        kinds.setdefault((shown.item, shown.province, shown.registered_for), []).append(shown)
    for kind, rows in kinds.items():
        assert not [pair for pair in combinations(rows, 2) if overlap(*pair)], kind


def test_a_rule_for_one_province_and_one_for_all_never_meet() -> None:
    everywhere = {(row.category, row.tax) for row in taxability_rows() if row.province == "*"}
    apart = {(row.category, row.tax) for row in taxability_rows() if row.province != "*"}
    assert not everywhere & apart


def test_gst_or_hst_is_levied_and_never_both() -> None:
    for code in provinces():
        for on in {date(1991, 1, 1), *days_of_change()}:
            names = [levy.tax.value for levy in levies_on(province=code, on=on)]
            assert len({"GST", "HST"} & set(names)) == 1, (code, on)
            assert "HST" not in names or len(names) == 1, (code, on)


def test_every_province_answers_for_every_category_from_2013_to_2026() -> None:
    first, last = date(2013, 1, 1), date(2026, 12, 31)
    days = {first, last} | {on for on in days_of_change() if first <= on <= last}
    assert len(provinces()) == 13
    for code, category, on in product(provinces(), category_codes(), sorted(days)):
        assert quote_one(code, "100.00", category, on=on).net == 100


@pytest.mark.parametrize(
    "rate", rates(), ids=lambda rate: f"{rate.jurisdiction}-{rate.percent}-{rate.effective_from}"
)
def test_a_rate_starts_and_ends_on_its_days(rate: Rate) -> None:
    assert rate.percent == rate.percent.quantize(PERCENT_STEP)
    for edge, neighbour in (
        (rate.effective_from, rate.effective_from and rate.effective_from - DAY),
        (rate.effective_to, rate.effective_to and rate.effective_to + DAY),
    ):
        if edge is None or neighbour is None:
            continue
        assert rate_on(jurisdiction=rate.jurisdiction, tax=rate.tax, on=edge) == rate
        try:
            assert rate_on(jurisdiction=rate.jurisdiction, tax=rate.tax, on=neighbour) != rate
        except TaxError as refusal:
            assert refusal.code == "no_rate"  # noqa: PT017


@pytest.mark.parametrize(
    ("province", "on", "category", "taxes"),
    [
        ("AB", date(2006, 6, 30), "fitness", {"GST": "7.00"}),
        ("AB", date(2006, 7, 1), "fitness", {"GST": "6.00"}),
        ("AB", date(2007, 12, 31), "fitness", {"GST": "6.00"}),
        ("AB", date(2008, 1, 1), "fitness", {"GST": "5.00"}),
        ("ON", date(2010, 6, 30), "fitness", {"GST": "5.00"}),
        ("ON", date(2010, 7, 1), "fitness", {"HST": "13.00"}),
        ("BC", date(2010, 6, 30), "fitness", {"GST": "5.00"}),
        ("BC", date(2010, 7, 1), "fitness", {"HST": "12.00"}),
        ("BC", date(2013, 3, 31), "goods", {"HST": "12.00"}),
        ("BC", date(2013, 4, 1), "goods", {"GST": "5.00", "PST": "7.00"}),
        ("NB", date(2016, 6, 30), "fitness", {"HST": "13.00"}),
        ("NB", date(2016, 7, 1), "fitness", {"HST": "15.00"}),
        ("NL", date(2016, 1, 1), "fitness", {"HST": "13.00"}),
        ("NL", date(2016, 7, 1), "fitness", {"HST": "15.00"}),
        ("NS", date(2010, 6, 30), "fitness", {"HST": "13.00"}),
        ("NS", date(2025, 3, 31), "fitness", {"HST": "15.00"}),
        ("NS", date(2025, 4, 1), "fitness", {"HST": "14.00"}),
        ("PE", date(2013, 3, 31), "fitness", {"GST": "5.00"}),
        ("PE", date(2013, 4, 1), "fitness", {"HST": "14.00"}),
        ("PE", date(2016, 9, 30), "fitness", {"HST": "14.00"}),
        ("PE", date(2016, 10, 1), "fitness", {"HST": "15.00"}),
        ("QC", date(2010, 12, 31), "fitness", {"GST": "5.00", "QST": "7.88"}),
        ("QC", date(2011, 1, 1), "fitness", {"GST": "5.00", "QST": "8.93"}),
        ("QC", date(2012, 1, 1), "fitness", {"GST": "5.00", "QST": "9.98"}),
        ("SK", date(2017, 3, 22), "goods", {"GST": "5.00", "PST": "5.00"}),
        ("SK", date(2017, 3, 23), "goods", {"GST": "5.00", "PST": "6.00"}),
        ("MB", date(2013, 6, 30), "goods", {"GST": "5.00", "RST": "7.00"}),
        ("MB", date(2013, 7, 1), "goods", {"GST": "5.00", "RST": "8.00"}),
        ("MB", date(2019, 6, 30), "goods", {"GST": "5.00", "RST": "8.00"}),
        ("MB", date(2019, 7, 1), "goods", {"GST": "5.00", "RST": "7.00"}),
        ("MB", date(2020, 7, 1), "goods", {"GST": "5.00", "RST": "7.00"}),
        ("YT", date(2026, 5, 15), "goods", {"GST": "5.00"}),
        ("NT", date(2026, 5, 15), "goods", {"GST": "5.00"}),
        ("NU", date(2026, 5, 15), "goods", {"GST": "5.00"}),
    ],
)
def test_a_hundred_dollars_on_either_side_of_a_change(
    province: str, on: date, category: str, taxes: dict[str, str]
) -> None:
    assert taxes_of(quote(province=province, on=on, lines=[line("100.00", category)])) == taxes


def test_the_categories_are_the_documented_ones() -> None:
    assert set(categories()) == {
        "personal_service",
        "fitness",
        "spa_service",
        "tanning",
        "adult_sport",
        "goods",
        "gift_card",
    }
    assert len(exemptions()) == 12
