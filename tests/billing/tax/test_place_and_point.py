from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from billing.tax import Supply, TaxError, place_of_supply, quote, tax_point
from tests.billing.tax.oracle import line, taxes_of


@pytest.mark.parametrize(
    ("facts", "province"),
    [
        ({"supply": Supply.IN_PERSON, "performed_in": "ON", "client_province": "QC"}, "ON"),
        ({"supply": Supply.MEMBERSHIP, "studio_provinces": ["NS"], "client_province": "QC"}, "NS"),
        ({"supply": Supply.MEMBERSHIP, "studio_provinces": ["QC", "QC"]}, "QC"),
        ({"supply": Supply.ONLINE, "performed_in": "ON", "client_province": "AB"}, "AB"),
    ],
)
def test_the_place_follows_the_kind_of_supply(facts: dict[str, Any], province: str) -> None:
    assert place_of_supply(**facts) == province


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"supply": Supply.IN_PERSON, "client_province": "QC"}, "place_unknown"),
        ({"supply": Supply.ONLINE, "performed_in": "ON", "client_province": ""}, "place_unknown"),
        ({"supply": Supply.MEMBERSHIP}, "place_unknown"),
        ({"supply": Supply.MEMBERSHIP, "studio_provinces": ["ON", "QC"]}, "place_unknown"),
        ({"supply": Supply.ONLINE, "client_province": "NY"}, "unknown_province"),
    ],
)
def test_it_refuses_to_guess_a_place(facts: dict[str, Any], code: str) -> None:
    with pytest.raises(TaxError) as refusal:
        place_of_supply(**facts)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("paid_at", "due_on", "point"),
    [
        (datetime(2025, 4, 1, 2, 59, tzinfo=UTC), None, date(2025, 3, 31)),
        (datetime(2025, 4, 1, 3, 0, tzinfo=UTC), None, date(2025, 4, 1)),
        (datetime(2025, 4, 5, 12, 0, tzinfo=UTC), date(2025, 3, 31), date(2025, 3, 31)),
        (datetime(2025, 3, 28, 12, 0, tzinfo=UTC), date(2025, 4, 30), date(2025, 3, 28)),
        (None, date(2025, 4, 1), date(2025, 4, 1)),
    ],
)
def test_the_tax_point_is_the_earlier_day_in_the_place_of_supply(
    paid_at: datetime | None, due_on: date | None, point: date
) -> None:
    assert tax_point(paid_at=paid_at, due_on=due_on, zone=ZoneInfo("America/Halifax")) == point


def test_a_pack_paid_before_the_change_keeps_the_old_rate() -> None:
    on = tax_point(
        paid_at=datetime(2025, 4, 1, 2, 30, tzinfo=UTC),
        due_on=date(2025, 5, 1),
        zone=ZoneInfo("America/Halifax"),
    )
    assert taxes_of(quote(province="NS", on=on, lines=[line("100.00", "fitness")])) == {"HST": "15.00"}


@pytest.mark.parametrize(
    "facts",
    [
        {"paid_at": None, "due_on": None},
        {"paid_at": datetime(2025, 4, 1), "due_on": None},  # noqa: DTZ001
        {"paid_at": None, "due_on": datetime(2025, 4, 1, tzinfo=UTC)},
    ],
)
def test_it_refuses_a_point_without_a_day(facts: dict[str, Any]) -> None:
    with pytest.raises(TaxError) as refusal:
        tax_point(**facts, zone=ZoneInfo("America/Halifax"))
    assert refusal.value.code == "bad_date"
