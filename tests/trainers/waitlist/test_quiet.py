"""How long an offer is open: a share of the time left, and never into the night, on both changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers.services.quiet import CUT_OFF, LONGEST, SHORTEST, answer_by, is_quiet, quiet_until

ZONES = ["America/St_Johns", "America/Toronto", "America/Regina", "Australia/Lord_Howe", "Pacific/Kiritimati"]
TORONTO = "America/Toronto"


def there(text: str, zone: str = TORONTO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("now", "starts", "until"),
    [
        ("2026-11-24 10:00", "2026-11-24 18:00", "2026-11-24 12:00"),  # a quarter of eight hours
        ("2026-11-24 09:00", "2026-11-29 09:00", "2026-11-25 09:00"),  # twelve hours, and not in the night
        ("2026-11-24 09:00", "2026-11-26 05:00", "2026-11-24 20:00"),  # a quarter of 44 hours
        ("2026-11-24 10:00", "2026-11-24 11:00", "2026-11-24 10:15"),  # a quarter of an hour at least
        ("2026-11-24 10:00", "2026-11-24 10:59", None),  # after the cut-off
        ("2026-11-24 20:00", "2026-11-25 18:00", "2026-11-25 09:00"),  # not in the night: until the morning
        (
            "2026-11-24 18:00",
            "2026-11-25 07:00",
            "2026-11-24 21:00",
        ),  # the morning is too late: until the night
        ("2026-11-24 20:50", "2026-11-25 07:00", None),  # ten minutes are no time to answer
        ("2026-11-24 21:00", "2026-11-26 18:00", None),  # nobody is written to at night
        ("2026-11-25 08:59", "2026-11-26 18:00", None),
        ("2026-11-25 09:00", "2026-11-25 10:00", "2026-11-25 09:15"),
    ],
)
def test_the_deadline_shrinks_as_the_class_nears(now: str, starts: str, until: str | None) -> None:
    found = answer_by(there(now), there(starts), TORONTO)
    assert found == (there(until) if until else None)


@pytest.mark.parametrize("night", ["2026-10-31", "2027-03-13"])
def test_the_night_of_a_change_of_clocks_ends_at_nine_by_the_new_ones(night: str) -> None:
    late = there(f"{night} 22:30")
    morning = quiet_until(late, TORONTO).astimezone(ZoneInfo(TORONTO))
    assert (morning.hour, morning.minute) == (9, 0)
    assert morning.date() - late.date() == timedelta(days=1)
    hours = (morning.astimezone(UTC) - late.astimezone(UTC)) / timedelta(hours=1)
    assert hours == (11.5 if night.startswith("2026") else 9.5)


@given(
    zone=st.sampled_from(ZONES),
    minutes=st.integers(0, 2 * 366 * 24 * 60),
    left=st.integers(0, 14 * 24 * 60),
)
def test_whatever_the_zone_and_the_day_nobody_is_asked_or_waited_for_at_night(
    zone: str, minutes: int, left: int
) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    starts = at + timedelta(minutes=left)
    until = answer_by(at, starts, zone)
    if until is None:
        # The night, the cut-off, or an evening whose morning is too late and that has not a quarter of an hour left.
        last_moments = is_quiet(at + SHORTEST, zone) and starts - CUT_OFF < quiet_until(at + SHORTEST, zone)
        assert is_quiet(at, zone) or at > starts - CUT_OFF or last_moments
        return
    assert not is_quiet(at, zone)
    assert until.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "21:00" or not is_quiet(until, zone)
    assert at + SHORTEST <= until
    assert until < starts
    assert until - at <= LONGEST + timedelta(hours=13), "twelve hours, and a night"
