from datetime import date
from decimal import Decimal

import pytest

from billing.tax import Licence, Purpose, TaxableLine, Treatment, quote
from billing.tax.taxability import exemptions
from tests.billing.tax.oracle import TODAY, quote_one, taxes_of


def health_line(
    profession: str, licence: Licence = Licence.CURRENT, purpose: Purpose = Purpose.HEALTH
) -> TaxableLine:
    return TaxableLine(
        amount=Decimal("100.00"), category=f"health:{profession}", licence=licence, purpose=purpose
    )


@pytest.mark.parametrize("category", sorted(exemptions()))
@pytest.mark.parametrize("province", ["AB", "BC", "MB", "ON", "QC", "SK"])
def test_a_licensed_professional_for_health_is_exempt_today(category: str, province: str) -> None:
    answer = quote_one(province, "100.00", category)
    assert (answer.treatment, answer.taxes) == (Treatment.EXEMPT, ())


@pytest.mark.parametrize("category", sorted(exemptions()))
@pytest.mark.parametrize(
    ("licence", "purpose"),
    [
        (Licence.LAPSED, Purpose.HEALTH),
        (Licence.CURRENT, Purpose.REPORT),
        (Licence.CURRENT, Purpose.COSMETIC),
        (Licence.LAPSED, Purpose.REPORT),
    ],
)
def test_it_is_taxed_as_a_personal_service_otherwise(
    category: str, licence: Licence, purpose: Purpose
) -> None:
    profession = category.removeprefix("health:")
    for province, taxes in (
        ("QC", {"GST": "5.00", "QST": "9.98"}),
        ("SK", {"GST": "5.00"}),
        ("ON", {"HST": "13.00"}),
    ):
        answer = quote(province=province, on=TODAY, lines=[health_line(profession, licence, purpose)])
        assert answer.lines[0].treatment is Treatment.TAXABLE
        assert taxes_of(answer) == taxes


@pytest.mark.parametrize(
    ("profession", "first"),
    [
        ("acupuncturist", date(2014, 2, 12)),
        ("naturopath", date(2014, 2, 12)),
        ("psychotherapist", date(2024, 6, 20)),
    ],
)
def test_a_profession_is_exempt_from_its_date(profession: str, first: date) -> None:
    before = quote_one("ON", "100.00", f"health:{profession}", on=first.replace(day=first.day - 1))
    assert taxes_of(before) == {"HST": "13.00"}
    assert quote_one("ON", "100.00", f"health:{profession}", on=first).treatment is Treatment.EXEMPT


@pytest.mark.parametrize("category", ["personal_service", "fitness"])
def test_licence_and_purpose_do_not_matter_elsewhere(category: str) -> None:
    given = TaxableLine(
        amount=Decimal("100.00"), category=category, licence=Licence.LAPSED, purpose=Purpose.REPORT
    )
    assert taxes_of(quote(province="ON", on=TODAY, lines=[given])) == {"HST": "13.00"}


@pytest.mark.parametrize(
    ("province", "category", "on", "provincial"),
    [
        ("BC", "personal_service", TODAY, None),
        ("BC", "fitness", TODAY, None),
        ("BC", "spa_service", TODAY, None),
        ("BC", "tanning", TODAY, None),
        ("BC", "adult_sport", TODAY, None),
        ("BC", "goods", TODAY, "7.00"),
        ("SK", "personal_service", TODAY, None),
        ("SK", "fitness", date(2022, 10, 1), None),
        ("SK", "adult_sport", date(2022, 9, 30), None),
        ("SK", "adult_sport", date(2022, 10, 1), "6.00"),
        ("SK", "goods", TODAY, "6.00"),
        ("MB", "personal_service", date(2014, 1, 1), None),
        ("MB", "fitness", TODAY, None),
        ("MB", "adult_sport", TODAY, None),
        ("MB", "spa_service", date(2012, 6, 30), None),
        ("MB", "spa_service", date(2012, 7, 1), "7.00"),
        ("MB", "spa_service", date(2021, 11, 30), "7.00"),
        ("MB", "spa_service", date(2021, 12, 1), None),
        ("MB", "tanning", date(2012, 6, 30), None),
        ("MB", "tanning", date(2012, 7, 1), "7.00"),
        ("MB", "tanning", TODAY, "7.00"),
        ("MB", "goods", TODAY, "7.00"),
    ],
)
def test_provinces_tax_only_what_they_say(
    province: str, category: str, on: date, provincial: str | None
) -> None:
    taxes = taxes_of(quote_one(province, "100.00", category, on=on))
    name = "RST" if province == "MB" else "PST"
    assert taxes == {"GST": "5.00"} | ({name: provincial} if provincial else {})


@pytest.mark.parametrize(
    ("on", "standing"),
    [
        (date(2025, 12, 31), Licence.LAPSED),
        (date(2026, 1, 1), Licence.CURRENT),
        (date(2026, 12, 31), Licence.CURRENT),
        (date(2027, 1, 1), Licence.LAPSED),
    ],
)
def test_a_licence_counts_on_the_days_it_is_valid(on: date, standing: Licence) -> None:
    assert Licence.on(on, valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31)) is standing


def test_a_licence_without_an_end_and_none_at_all() -> None:
    assert Licence.on(TODAY, valid_from=date(2020, 1, 1), valid_to=None) is Licence.CURRENT
    assert Licence.on(TODAY, valid_from=None, valid_to=None) is Licence.LAPSED
