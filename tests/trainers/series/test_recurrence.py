"""Rules over wall-clock time: what is refused, what they say in words, and (by hypothesis) that no change of clock moves them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from time import monotonic
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitflow.core.errors import Invalid
from trainers.recurrence import (
    WALL,
    Rule,
    between,
    ended_before,
    expand,
    first_from,
    monthly,
    occurrence_at,
    read_rule,
    read_wall,
    shifted,
    walls,
    weekly,
    yearly,
)
from trainers.recurrence_words import describe, describe_days

TORONTO = "America/Toronto"
# Both changes of clock of 2026 to 2028 where there are any: (zone, instants at which the offset changes).
ZONES = (
    "America/St_Johns",
    "America/Halifax",
    "America/Toronto",
    "America/Regina",
    "America/Vancouver",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
)


def changes(zone: str) -> list[date]:
    """Return the days on which the zone's offset changes, and one of each season where it never does."""
    noon, found = datetime(2026, 1, 1, 12, tzinfo=UTC), []
    for days in range(3 * 365):
        today, tomorrow = (noon + timedelta(days=days + more) for more in (0, 1))
        if today.astimezone(ZoneInfo(zone)).utcoffset() != tomorrow.astimezone(ZoneInfo(zone)).utcoffset():
            found.append(tomorrow.astimezone(ZoneInfo(zone)).date())
    return found or [date(2026, 3, 8), date(2026, 11, 1), date(2027, 3, 14)]


CHANGES = {zone: changes(zone) for zone in ZONES}


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, Rule, str, int]:
    """Draw a zone, a rule that runs over one of its changes of clock, its first wall time and a length."""
    zone = draw(st.sampled_from(ZONES))
    day = draw(st.sampled_from(CHANGES[zone])) - timedelta(days=draw(st.integers(0, 20)))
    minutes = draw(st.integers(0, 24 * 60 - 1).map(lambda minute: minute // 5 * 5))
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "WEEKLY", "WEEKLY", "MONTHLY"]))
    text = f"FREQ={freq};INTERVAL={draw(st.integers(1, 3))};COUNT={draw(st.integers(1, 40))}"
    if freq == "WEEKLY":
        days = draw(st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1))
        text += f";BYDAY={','.join(sorted(days))};WKST={draw(st.sampled_from(['MO', 'SU']))}"
    starts = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return zone, read_rule(text, zone=zone), starts.strftime(WALL), draw(st.integers(1, 144)) * 5


FAR = date(2040, 1, 1)


@settings(max_examples=300, deadline=None)
@given(rules())
def test_the_wall_time_is_kept_over_both_changes_of_clock(drawn: tuple[str, Rule, str, int]) -> None:
    zone, rule, starts, minutes = drawn
    there = ZoneInfo(zone)
    found = expand(rule, starts, zone=zone, minutes=minutes, through=FAR)
    assert len(found) == rule.count
    for one in found:
        shown = one.starts_at.astimezone(there).strftime(WALL)
        assert read_wall(one.wall).time() == read_wall(starts).time()
        if not one.is_skipped_time:
            assert shown == one.wall
        else:
            # Forward by the gap: no earlier than asked, and the clocks jump over what was asked.
            moved = read_wall(shown) - read_wall(one.wall)
            before, after = (
                (one.starts_at + timedelta(hours=h)).astimezone(there).utcoffset() for h in (-3, 3)
            )
            assert after is not None
            assert before is not None
            assert moved == after - before > timedelta()
        if one.is_double_time:
            earlier = [one.starts_at - timedelta(minutes=m) for m in (30, 60)]
            later = [one.starts_at + timedelta(minutes=m) for m in (30, 60)]
            assert all(at.astimezone(there).strftime(WALL) != one.wall for at in earlier)
            assert any(at.astimezone(there).strftime(WALL) == one.wall for at in later)


@settings(max_examples=300, deadline=None)
@given(rules())
def test_occurrences_are_in_order_never_overlap_and_last_as_long_as_they_say(
    drawn: tuple[str, Rule, str, int],
) -> None:
    zone, rule, starts, minutes = drawn
    found = expand(rule, starts, zone=zone, minutes=minutes, through=FAR)
    assert all(one.starts_at.tzinfo is UTC for one in found)
    assert all(one.ends_at - one.starts_at == timedelta(minutes=minutes) for one in found)
    assert all(first.ends_at <= second.starts_at for first, second in pairwise(found))


@settings(max_examples=300, deadline=None)
@given(rules(), st.data())
def test_this_and_following_splits_cleanly(drawn: tuple[str, Rule, str, int], data: st.DataObject) -> None:
    """The two rules of a split make together what the one made, the second of them moved by what was asked."""
    _, rule, starts, _ = drawn
    every = list(walls(rule, starts))
    at = data.draw(st.integers(0, len(every) - 1))
    most = 6 if rule.freq != "MONTHLY" else 0
    new_day = data.draw(st.integers(-most, most))
    clock = data.draw(st.integers(0, 24 * 12 - 1)) * 5
    new = datetime.combine(every[at].date() + timedelta(days=new_day), time())
    by = new + timedelta(minutes=clock) - every[at]
    first = [wall for wall in islice(walls(ended_before(rule, every[at]), starts), 1000) if at]
    later = shifted(rule, every[at].strftime(WALL), by, count=len(every) - at)
    second = list(walls(later, (every[at] + by).strftime(WALL)))
    assert first == every[:at]
    assert second == [wall + by for wall in every[at:]]


@given(rules())
def test_a_rule_reads_back_as_it_was_written(drawn: tuple[str, Rule, str, int]) -> None:
    zone, rule, _, _ = drawn
    assert read_rule(str(rule), zone=zone) == rule


@pytest.mark.parametrize(
    ("zone", "wall", "instant", "skipped", "double"),
    [
        (TORONTO, "2027-03-14T02:30", "2027-03-14T07:30", True, False),
        (TORONTO, "2027-03-14T03:30", "2027-03-14T07:30", False, False),
        (TORONTO, "2026-11-01T01:30", "2026-11-01T05:30", False, True),
        (TORONTO, "2026-11-01T02:00", "2026-11-01T07:00", False, False),
        ("America/St_Johns", "2027-03-14T02:15", "2027-03-14T05:45", True, False),
        ("America/St_Johns", "2026-11-01T01:15", "2026-11-01T03:45", False, True),
        ("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-03T15:40", True, False),
        ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45", False, True),
        ("America/Regina", "2027-03-14T02:30", "2027-03-14T08:30", False, False),
        ("Pacific/Kiritimati", "2027-01-01T00:00", "2026-12-31T10:00", False, False),
    ],
)
def test_what_the_clocks_do_is_told_and_resolved(
    zone: str, wall: str, instant: str, skipped: bool, double: bool
) -> None:
    found = occurrence_at(read_wall(wall), zone=zone, minutes=60)
    assert found.starts_at == datetime.fromisoformat(f"{instant}+00:00")
    assert (found.is_skipped_time, found.is_double_time) == (skipped, double)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "every tuesday",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;COUNT=3",
        "FREQ=HOURLY;INTERVAL=24",
        "FREQ=FORTNIGHTLY",
        "FREQ=WEEKLY;FREQ=DAILY",
        "FREQ=WEEKLY;COUNT=0",
        "FREQ=WEEKLY;COUNT=401",
        "FREQ=WEEKLY;COUNT=-3",
        "FREQ=WEEKLY;COUNT=3;UNTIL=20270101",
        "FREQ=WEEKLY;COUNT=" + "9" * 280,
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=1.5",
        "FREQ=WEEKLY;INTERVAL=\u0664",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=2TU",
        "FREQ=WEEKLY;BYDAY=",
        "FREQ=WEEKLY;BYHOUR=9,10,11",
        "FREQ=WEEKLY;BYMINUTE=0,5,10",
        "FREQ=YEARLY;BYEASTER=0",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO",
        "FREQ=YEARLY;BYYEARDAY=366",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=4,6;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=-1",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=2",
        "FREQ=MONTHLY;BYSETPOS=2",
        "FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=13",
        "FREQ=WEEKLY;UNTIL=20271345",
        "FREQ=WEEKLY;UNTIL=99991231T235959Z0",
        "FREQ=WEEKLY;UNTIL=tomorrow",
        "FREQ=WEEKLY;WKST=XX",
        "FREQ=WEEKLY;X-EVIL=1",
        "FREQ=WEEKLY\nDTSTART:20260101T000000",
        "RRULE:RRULE:FREQ=WEEKLY",
        "FREQ=WEEKLY;" * 30,
    ],
)
def test_what_is_no_sound_rule_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_rule(text, zone=TORONTO)
    assert refused.value.field == "rrule"
    assert refused.value.message.endswith(".")


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=320))
def test_any_text_is_a_rule_or_is_refused(text: str) -> None:
    with suppress(Invalid):
        read_rule(text, zone=TORONTO)


@settings(max_examples=300, deadline=2000)
@given(
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.lists(
        st.sampled_from(
            [
                "INTERVAL=31",
                "INTERVAL=4",
                "INTERVAL=12",
                "BYDAY=5MO",
                "BYDAY=-5SU",
                "BYDAY=MO,TU,WE,TH,FR,SA,SU",
                "BYMONTHDAY=31",
                "BYMONTHDAY=-31,30",
                "BYMONTH=2",
                "BYMONTHDAY=29",
                "BYSETPOS=-5,5",
                "COUNT=400",
                "UNTIL=20280101",
            ]
        ),
        max_size=5,
    ),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
)
def test_no_rule_searches_for_long(freq: str, parts: list[str], day: date) -> None:
    began = monotonic()
    with suppress(Invalid):
        rule = read_rule(";".join([f"FREQ={freq}", *parts]), zone=TORONTO)
        expand(rule, f"{day}T09:00", zone=TORONTO, minutes=60, through=date(2030, 1, 1))
    assert monotonic() - began < 2


def test_a_rule_that_never_comes_true_is_refused() -> None:
    leap = read_rule("FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29", zone=TORONTO)
    with pytest.raises(Invalid, match="never comes true"):
        expand(leap, "2027-01-01T09:00", zone=TORONTO, minutes=60, through=FAR)


def test_a_first_session_beyond_what_is_made_ahead_is_named() -> None:
    rule = read_rule("FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=1", zone=TORONTO)
    with pytest.raises(Invalid, match="first session would be on 2027-09-01, too far ahead"):
        expand(rule, "2026-11-24T09:00", zone=TORONTO, minutes=60, through=date(2027, 5, 25))


def test_too_many_are_refused() -> None:
    daily = read_rule("FREQ=DAILY", zone=TORONTO)
    with pytest.raises(Invalid, match="more than 400 sessions"):
        expand(daily, "2027-01-01T09:00", zone=TORONTO, minutes=60, through=FAR)


def test_an_end_in_utc_is_read_on_the_places_clock() -> None:
    rule = read_rule("FREQ=WEEKLY;BYDAY=TU;UNTIL=20270105T140000Z", zone=TORONTO)
    assert rule.until == read_wall("2027-01-05T09:00")
    assert [wall.day for wall in walls(rule, "2026-12-29T09:00")] == [29, 5]


def test_between_gives_what_lies_after_a_day_up_to_another() -> None:
    rule = weekly([1], zone=TORONTO)
    found = between(rule, "2026-11-24T09:00", after=date(2026, 12, 1), through=date(2026, 12, 15))
    assert [wall.strftime(WALL) for wall in found] == ["2026-12-08T09:00", "2026-12-15T09:00"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=TH,TU;UNTIL=20270630", "Every Tuesday and Thursday at 09:00 until 30 June 2027"),
        ("FREQ=WEEKLY", "Every Tuesday at 09:00, without an end"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=12", "Every second week on Monday and Wednesday at 09:00, 12 times"),
        ("FREQ=WEEKLY;INTERVAL=3;COUNT=1", "Every 3rd week on Tuesday at 09:00, once"),
        ("FREQ=DAILY", "Every day at 09:00, without an end"),
        ("FREQ=DAILY;INTERVAL=2", "Every second day at 09:00, without an end"),
        ("FREQ=MONTHLY", "On the 24th of every month at 09:00, without an end"),
        ("FREQ=MONTHLY;BYDAY=2TU,-1FR", "On the second Tuesday and the last Friday of every month at 09:00, without an end"),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "On the last Monday or Tuesday of every month at 09:00, without an end"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,-1", "On the last day and 1st of every month at 09:00, without an end"),
        ("FREQ=YEARLY;BYMONTH=3,9;BYMONTHDAY=11", "On the 11th of March and September every year at 09:00, without an end"),
    ],
)  # fmt: skip
def test_a_rule_is_told_in_words(text: str, words: str) -> None:
    assert describe(read_rule(text, zone=TORONTO), "2026-11-24T09:00") == words


def test_a_series_is_named_by_its_days() -> None:
    twice = read_rule("FREQ=WEEKLY;BYDAY=TU,TH", zone=TORONTO)
    assert describe_days(twice, "2026-11-24T09:00") == "Tuesdays and Thursdays"
    assert describe_days(read_rule("FREQ=DAILY", zone=TORONTO), "2026-11-24T09:00") == "Every day"


@pytest.mark.parametrize(
    ("rule", "starts", "expected", "words"),
    [
        (monthly(15, zone=TORONTO), "2026-11-20T09:00", "2026-12-15", "On the 15th of every month"),
        (monthly(15, every=2, zone=TORONTO), "2026-11-20T09:00", "2026-12-15", "On the 15th of every second month"),
        (monthly(-1, zone=TORONTO), "2026-11-30T09:00", "2026-11-30", "On the last day of every month"),
        (monthly(31, every=3, zone=TORONTO), "2026-11-20T09:00", "2026-12-31", "On the 31st of every 3rd month"),
        (monthly((2, 1), zone=TORONTO), "2026-11-20T09:00", "2026-12-08", "On the second Tuesday of every month"),
        (monthly((-1, 1), zone=TORONTO), "2026-11-24T09:00", "2026-11-24", "On the last Tuesday of every month"),
        (yearly(date(2026, 11, 24), zone=TORONTO), "2026-11-24T09:00", "2026-11-24", "On the 24th of November every year"),
        (yearly(date(2028, 2, 29), every=4, zone=TORONTO), "2028-02-29T09:00", "2028-02-29",
         "On the 29th of February every 4th year"),
        (weekly([1, 3], every=2, zone=TORONTO), "2026-11-25T09:00", "2026-11-26", "Every second week on Tuesday and Thursday"),
    ],
)  # fmt: skip
def test_the_plain_rules_begin_with_the_first_day_that_fits(
    rule: Rule, starts: str, expected: str, words: str
) -> None:
    begun = first_from(rule, starts)
    assert begun == f"{expected}T09:00"
    assert next(walls(rule, begun)).strftime(WALL) == begun
    assert describe(rule, begun) == f"{words} at 09:00, without an end"
