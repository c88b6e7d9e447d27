"""Where the clocks of a place change, as a calendar is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from trainers.views.periods import clock_changes, on_clocks


@pytest.mark.parametrize(
    ("zone", "first", "found"),
    [
        ("America/Toronto", date(2027, 3, 8), [("2027-03-14T02:00", 60)]),
        ("America/Toronto", date(2027, 11, 1), [("2027-11-07T02:00", -60)]),
        ("America/St_Johns", date(2027, 3, 8), [("2027-03-14T02:00", 60)]),
        ("Australia/Lord_Howe", date(2027, 3, 29), [("2027-04-04T02:00", -30)]),
        ("America/Regina", date(2027, 3, 8), []),
        ("America/Toronto", date(2027, 6, 7), []),
    ],
)
def test_a_week_is_told_where_its_clocks_change(zone: str, first: date, found: list[tuple[str, int]]) -> None:
    assert clock_changes(zone, first, first + timedelta(days=7)) == found


def test_both_turns_of_an_hour_that_is_shown_twice_read_alike() -> None:
    for fold in (0, 1):
        instant = datetime(2027, 11, 7, 1, 30, tzinfo=ZoneInfo("America/Toronto"), fold=fold).astimezone(UTC)
        assert on_clocks(instant, "America/Toronto") == datetime(2027, 11, 7, 1, 30)  # noqa: DTZ001
    assert on_clocks(datetime.now(UTC), "Nowhere/At_All") is None
