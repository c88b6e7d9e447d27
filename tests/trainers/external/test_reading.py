from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.trainers.external.files import APPLE, GOOGLE, OUTLOOK, calendar, event
from trainers.external.reading import Wanted, busy_spans
from trainers.external.trouble import Trouble

TORONTO = "America/Toronto"
STARTS, ENDS = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC)


def spans(content: bytes, zone: str = TORONTO, shown_in: str = TORONTO, **more: object) -> list[str]:
    """Return when a file is busy, as a zone's clocks show it."""
    wanted = Wanted(starts=STARTS, ends=ENDS, zone=zone, **more)  # type: ignore[arg-type]
    return [
        f"{start.astimezone(ZoneInfo(shown_in)):%m-%d %H:%M}–{end.astimezone(ZoneInfo(shown_in)):%m-%d %H:%M}"
        for start, end in busy_spans(content, wanted).spans
    ]


def hour(start: str, *more: str, uid: str = "one@example.com") -> str:
    return event(f"DTSTART{start}", "DURATION:PT1H", *more, uid=uid)


def test_an_export_of_google() -> None:
    # Weekly over the change of clocks, one left out, one moved; all-day and free, and declined: neither is busy.
    assert spans(GOOGLE) == [
        "10-26 09:00–10-26 10:00",
        "11-02 13:00–11-02 14:00",
        "11-16 09:00–11-16 10:00",
    ]


def test_an_export_of_apple() -> None:
    # The zone is named without its rules; a time without a zone stands on the calendar's own clocks.
    assert spans(APPLE, shown_in="America/St_Johns") == ["11-30 10:30–11-30 11:30", "12-01 09:00–12-01 10:00"]


def test_an_export_of_outlook() -> None:
    assert spans(OUTLOOK) == ["12-07 14:00–12-07 15:00", "12-10 00:00–12-11 00:00"]


@pytest.mark.parametrize(
    ("day", "lines", "expected"),
    [
        # RFC 5545, 3.8.5.3, moved into the window: ten days; every other day; Tuesdays and
        # Thursdays; the last but one day and weekday of a month.
        (1, ["RRULE:FREQ=DAILY;COUNT=10"], 10),
        (1, ["RRULE:FREQ=DAILY;INTERVAL=2;COUNT=5"], 5),
        (1, ["RRULE:FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH"], 10),
        (30, ["RRULE:FREQ=MONTHLY;COUNT=6;BYMONTHDAY=-2"], 6),
        (30, ["RRULE:FREQ=MONTHLY;COUNT=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2"], 3),
        (1, ["RRULE:FREQ=DAILY;UNTIL=20261204"], 3),
        (1, ["RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20261202T090000"], 3),
        (1, ["RDATE:20261205T090000,20261206T090000"], 3),
        (1, ["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], 1),
    ],
)
def test_the_rules_of_the_standard(day: int, lines: list[str], expected: int) -> None:
    assert len(spans(calendar(hour(f":202612{day:02}T090000", *lines)))) == expected


def test_wall_clock_time_stays_over_both_changes_of_clocks() -> None:
    weekly = hour(";TZID=America/Toronto:20261005T090000", "RRULE:FREQ=WEEKLY;BYDAY=MO")
    assert {one[6:11] for one in spans(calendar(weekly))} == {"09:00"}


@pytest.mark.parametrize(
    "lines",
    [
        ["TRANSP:TRANSPARENT"],
        ["STATUS:CANCELLED"],
        ["X-MICROSOFT-CDO-BUSYSTATUS:FREE"],
        ["ATTENDEE;PARTSTAT=DECLINED:MAILTO:Maya@Example.com"],
        ["ATTENDEE;PARTSTAT=ACCEPTED:mailto:o@x.ca", "ATTENDEE;PARTSTAT=DECLINED:mailto:maya@example.com"],
    ],
)
def test_what_is_free_cancelled_or_declined_by_her_is_not_busy(lines: list[str]) -> None:
    content = calendar(hour(":20261201T090000Z", *lines))
    assert spans(content, addresses=frozenset({"maya@example.com"})) == []


def test_what_somebody_else_declined_is_busy() -> None:
    content = calendar(hour(":20261201T090000Z", "ATTENDEE;PARTSTAT=DECLINED:mailto:o@example.com"))
    assert len(spans(content, addresses=frozenset({"maya@example.com"}))) == 1


def test_an_all_day_entry_is_busy_only_where_it_says_so() -> None:
    day = ["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261202"]
    assert spans(calendar(event(*day))) == []
    assert spans(calendar(event(*day, "TRANSP:OPAQUE"))) == ["12-01 00:00–12-02 00:00"]


def test_a_time_without_a_zone_stands_on_the_calendars_clocks_else_on_those_she_chose() -> None:
    walk = hour(":20261201T090000")
    assert spans(calendar(walk), zone="America/Vancouver") == ["12-01 12:00–12-01 13:00"]
    head = "X-WR-TIMEZONE:America/Halifax\r\n"
    assert spans(calendar(walk, head=head), zone="America/Vancouver") == ["12-01 08:00–12-01 09:00"]


@pytest.mark.parametrize("name", ["Customized Time Zone", "Mars/Olympus_Mons", "(UTC-05:00) Eastern"])
def test_a_zone_nobody_knows_is_taken_for_hers(name: str) -> None:
    content = calendar(
        event(f'DTSTART;TZID="{name}":20261201T090000', f'DTEND;TZID="{name}":20261201T100000')
    )
    assert spans(content) == ["12-01 09:00–12-01 10:00"]


@pytest.mark.parametrize(
    "name", ["Eastern Standard Time", "/freeassociation.sourceforge.net/America/Toronto"]
)
@pytest.mark.filterwarnings("ignore:Timezone:UserWarning")
def test_a_zone_by_another_name_is_understood_without_its_rules(name: str) -> None:
    content = calendar(hour(f";TZID={name}:20261201T090000"))
    assert spans(content, zone="UTC") == ["12-01 09:00–12-01 10:00"]


def test_what_meets_becomes_one_span_and_what_lies_outside_the_window_is_cut() -> None:
    content = calendar(
        hour(":20261201T090000Z", uid="a"),
        hour(":20261201T093000Z", uid="b"),
        hour(":20261201T103000Z", uid="c"),
        event("DTSTART:20200101T000000Z", "DTEND:20200101T010000Z", uid="d"),
        event("DTSTART:20260930T230000Z", "DTEND:20261001T010000Z", uid="e"),
    )
    assert spans(content, shown_in="UTC") == ["10-01 00:00–10-01 01:00", "12-01 09:00–12-01 11:30"]


def test_our_own_sessions_that_come_back_are_not_busy() -> None:
    content = calendar(hour(":20261201T090000Z", uid="0198@fitflow.localhost"))
    assert spans(content, own_uids="@fitflow.localhost") == []


def test_entries_that_cannot_be_understood_are_counted_and_the_rest_is_read() -> None:
    content = calendar(
        event("SUMMARY:never", uid="a"),
        event("DTSTART:yesterday", uid="b"),
        event("DTSTART:20261201T090000Z", "DTEND:late", uid="c"),
        hour(":20261201T090000Z", "RRULE:FREQ=BANANA", uid="d"),
        hour(":20261202T090000Z", uid="e"),
    )
    found = busy_spans(content, Wanted(starts=STARTS, ends=ENDS, zone=TORONTO))
    assert len(found.spans) == 1
    assert found.skipped == 4


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_calendar"),
        (b"<!doctype html><title>Sign in</title>", "not_calendar"),
        (b"\x00\xff" * 500, "not_calendar"),
        (GOOGLE[: len(GOOGLE) // 2], "broken_off"),
        (calendar("END:VEVENT\r\n"), "not_calendar"),
        (calendar(hour(":20261201T090000Z", "RRULE:FREQ=SECONDLY")), "too_many"),
        (calendar(hour(":20261201T090000Z", "RRULE:FREQ=MINUTELY;INTERVAL=1")), "too_many"),
        (
            calendar(*(hour(":20261201T090000Z", "RRULE:FREQ=HOURLY", uid=str(n)) for n in range(3))),
            "too_many",
        ),
    ],
)
def test_what_is_no_calendar_or_too_much_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Trouble) as refused:
        spans(content)
    assert refused.value.code == code


def test_several_calendars_in_one_file_a_mark_of_byte_order_and_a_wrong_letter() -> None:
    first, second = hour(":20261201T090000Z", "SUMMARY:caf\xe9"), hour(":20261202T090000Z")
    content = b"\xef\xbb\xbf" + calendar(first).replace(b"\xc3\xa9", b"\xe9") + calendar(second)
    assert len(spans(content)) == 2


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:20261207T090000", "DTEND:99991231T235959Z"],
        ["DTSTART:99991231T235959Z", "DURATION:PT1H"],
        ["DTSTART;VALUE=DATE:20261207", "DTEND;VALUE=DATE:99991231", "TRANSP:OPAQUE"],
    ],
)
def test_an_entry_at_the_end_of_time_costs_itself_and_not_the_calendar(lines: list[str]) -> None:
    wanted = Wanted(starts=STARTS, ends=ENDS, zone=TORONTO)
    found = busy_spans(calendar(event(*lines, uid="far"), hour(":20261208T090000")), wanted)
    assert (len(found.spans), found.skipped) == (1, 1)


def test_a_rule_until_the_end_of_time_is_read() -> None:
    rule = "RRULE:FREQ=MONTHLY;BYMONTHDAY=7;UNTIL=99991231T235959Z"
    assert len(spans(calendar(hour(":20261207T090000", rule)))) == 11
