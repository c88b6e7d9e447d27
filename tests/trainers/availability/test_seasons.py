"""Hours for a time: the days they take from the usual ones, their preview, and what is left when they go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.core.ids import uuid7
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.plan import TORONTO, scheduled
from trainers.models import AvailabilityHours
from trainers.services import set_week
from trainers.services.availability import WeeklyHours
from trainers.services.seasons import (
    Period,
    end_season,
    hours_rows,
    periods_of,
    preview_season,
    set_season,
    with_season,
    without_season,
)

JULY, AUGUST = date(2027, 7, 1), date(2027, 8, 31)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def in_june() -> Iterator[None]:
    with time_machine.travel("2027-06-01T12:00:00Z", tick=False):
        yield


def line(cast: Cast, weekday: int, starts: int, ends: int, place: str = "Main") -> WeeklyHours:
    return WeeklyHours(weekday, starts * 60, ends * 60, cast.location(place).pk)


def usual(cast: Cast) -> list[WeeklyHours]:
    lines = [line(cast, 0, 9, 17), line(cast, 1, 9, 12, "Annex")]
    places = [cast.location().pk, cast.location("Annex").pk]
    set_week(actor=SYSTEM, trainer_id=cast.trainer().pk, location_ids=places, hours=lines)
    return lines


def stored(cast: Cast) -> list[Period]:
    return periods_of(AvailabilityHours.objects.filter(trainer=cast.trainer()))


def summer(cast: Cast, *lines: WeeklyHours, first: date = JULY, last: date = AUGUST, **more: Any) -> None:
    more = {"actor": SYSTEM, **more}
    set_season(trainer_id=cast.trainer().pk, hours=lines, first=first, last=last, **more)


def test_a_season_holds_in_its_days_and_the_week_goes_on_around_it(lotus: Cast) -> None:
    week = frozenset(usual(lotus))
    summer(lotus, line(lotus, 0, 7, 11))
    assert stored(lotus) == [
        Period(None, JULY - DAY, week),
        Period(JULY, AUGUST, frozenset({line(lotus, 0, 7, 11)})),
        Period(AUGUST + DAY, None, week),
    ]
    assert [period.words for period in stored(lotus)] == ["Until 30 Jun", "1 Jul – 31 Aug", "From 1 Sep"]


def test_what_a_season_keeps_stays_one_row(lotus: Cast) -> None:
    usual(lotus)
    summer(lotus, line(lotus, 1, 9, 12, "Annex"))
    assert AvailabilityHours.objects.filter(weekday=1).get().valid_from is None


def test_a_season_within_a_season_and_one_over_two(lotus: Cast) -> None:
    usual(lotus)
    summer(lotus, line(lotus, 0, 7, 11))
    summer(lotus, first=date(2027, 7, 12), last=date(2027, 7, 18))
    assert [period.first for period in stored(lotus)] == [
        None, JULY, date(2027, 7, 12), date(2027, 7, 19), AUGUST + DAY,
    ]  # fmt: skip
    summer(lotus, line(lotus, 4, 9, 10), first=date(2027, 7, 15), last=date(2027, 12, 31))
    assert [period.first for period in stored(lotus)] == [
        None, JULY, date(2027, 7, 12), date(2027, 7, 15), date(2028, 1, 1),
    ]  # fmt: skip


def test_without_it_the_hours_from_before_go_on(lotus: Cast) -> None:
    usual(lotus)
    before = stored(lotus)
    summer(lotus, line(lotus, 0, 7, 11))
    end_season(actor=SYSTEM, trainer_id=lotus.trainer().pk, first=JULY, last=AUGUST)
    assert stored(lotus) == before
    assert AvailabilityHours.objects.count() == 2
    with pytest.raises(Conflict) as error:
        end_season(actor=SYSTEM, trainer_id=lotus.trainer().pk, first=JULY, last=AUGUST)
    assert error.value.details["conflict"] == "version"


def test_its_days_are_changed(lotus: Cast) -> None:
    week = frozenset(usual(lotus))
    summer(lotus, line(lotus, 0, 7, 11))
    summer(lotus, line(lotus, 0, 7, 11), last=date(2027, 8, 15), instead_of=(JULY, AUGUST))
    assert [(period.first, period.hours == week) for period in stored(lotus)] == [
        (None, True),
        (JULY, False),
        (date(2027, 8, 16), True),
    ]
    with pytest.raises(Conflict):
        summer(lotus, instead_of=(JULY, AUGUST))


def test_lines_that_overlap_are_refused_in_words_and_nothing_changes(lotus: Cast) -> None:
    usual(lotus)
    before = stored(lotus)
    with pytest.raises(Conflict) as error:
        summer(lotus, line(lotus, 2, 9, 12), line(lotus, 2, 11, 13, "Annex"))
    assert "Wednesday: 09:00 to 12:00 at Main and 11:00 to 13:00 at Annex overlap" in error.value.message
    assert stored(lotus) == before


@pytest.mark.parametrize(
    ("first", "last"), [(AUGUST, JULY), (date(1999, 1, 1), JULY), (JULY, date(2300, 1, 1))]
)
def test_days_that_are_none_are_refused(lotus: Cast, first: date, last: date) -> None:
    with pytest.raises(Invalid):
        summer(lotus, first=first, last=last)


def test_the_preview_names_what_would_lie_outside_and_writes_nothing(lotus: Cast) -> None:
    usual(lotus)
    before, told = stored(lotus), AuditEvent.objects.count()
    monday = at_nine(2027, 7, 5)
    out = scheduled(lotus, monday + timedelta(hours=5))
    scheduled(lotus, monday)
    already = scheduled(lotus, monday + timedelta(days=3))  # a Thursday: outside now as well
    told += 4
    wish: dict[str, Any] = {"trainer_id": lotus.trainer().pk, "first": JULY, "last": AUGUST}
    preview = preview_season(actor=SYSTEM, hours=[line(lotus, 0, 7, 11)], **wish)
    assert preview.outside == [out]
    assert not preview.changes_nothing
    assert preview_season(actor=SYSTEM, hours=usual(lotus), **wish).changes_nothing
    assert already not in preview.outside
    assert stored(lotus) == before
    assert AuditEvent.objects.count() == told


def at_nine(year: int, month: int, day: int) -> Any:
    from datetime import datetime

    return datetime(year, month, day, 9, tzinfo=TORONTO)


def test_whose_hours_one_may_set(lotus: Cast) -> None:
    summer(lotus, actor=lotus.actor("manager"))
    summer(lotus, actor=lotus.actor("lead"))
    for name, error in (("trainer", NotPermitted), ("client", NotPermitted)):
        with pytest.raises(error):
            summer(lotus, actor=lotus.actor(name))
    with pytest.raises(NotFound):
        set_season(actor=SYSTEM, trainer_id=uuid7(), hours=[], first=JULY, last=AUGUST)


DAYS = st.dates(date(2027, 1, 1), date(2027, 3, 1))
PLACE = uuid7()
LINES = st.frozensets(
    st.builds(WeeklyHours, st.integers(0, 6), st.just(540), st.just(600), st.just(PLACE)), max_size=4
)


@given(st.lists(st.tuples(DAYS, DAYS, LINES), max_size=6))
def test_each_day_has_the_hours_last_given_to_it(
    seasons: list[tuple[date, date, frozenset[WeeklyHours]]],
) -> None:
    """Against a plain table of days; through rows and back at each step."""
    periods = [Period(None, None, frozenset())]
    table: dict[date, frozenset[WeeklyHours]] = {}
    for one, other, lines in seasons:
        first, last = min(one, other), max(one, other)
        periods = with_season(periods, first, last, lines)
        rows = [
            AvailabilityHours(
                weekday=row.weekday,
                starts_minute=row.starts_minute,
                ends_minute=row.ends_minute,
                location_id=row.location_id,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
            )
            for row in hours_rows(periods)
        ]
        assert periods_of(rows) == periods
        table |= {first + DAY * number: lines for number in range((last - first).days + 1)}
    for ahead in range(-5, 70):
        day = date(2027, 1, 1) + DAY * ahead
        held = [one for one in periods if (one.first or date.min) <= day <= (one.last or date.max)]
        assert [one.hours for one in held] == [table.get(day, frozenset())]
    for period in periods:
        assert len(without_season(periods, period.days)) <= len(periods)


# The pages


def typed(lines: dict[str, str], **more: str) -> dict[str, str]:
    return {"first": "2027-07-01", "last": "2027-08-31", **lines, **more}


def test_summer_hours_by_their_page(cast: Cast) -> None:
    with studio_context(cast.lotus):
        usual(cast)
        trainer, main = cast.trainer().pk, str(cast.location().pk)
        scheduled(cast, at_nine(2027, 7, 5) + timedelta(hours=5))
    browser = browser_of(cast, "lead")
    plain = browser.get("/availability/")
    assert 'class="periods"' not in plain.content.decode()
    address = f"/availability/{trainer}/season/"
    assert 'value="09:00"' in browser.get(address).content.decode(), "It begins with the week as it is."
    lines = {"starts-0-0": "7", "ends-0-0": "11", "place-0-0": main}
    asked = browser.post(address, typed(lines, first="", last="2027-06-31"))
    assert asked.status_code == 422
    assert "Choose the first day." in words_of(asked)
    assert "Choose the last day." in words_of(asked)
    preview = browser.post(address, typed(lines))
    assert "From Thursday 1 July to Tuesday 31 August" in words_of(preview)
    assert "These sessions would lie outside of the hours." in words_of(preview)
    with studio_context(cast.lotus):
        assert len(stored(cast)) == 1
    again = browser.post(address, typed(lines, again="1"))
    assert 'value="7"' in again.content.decode()
    saved = browser.post(address, typed(lines, save="1"), follow=True)
    assert "these hours hold" in words_of(saved)
    assert "1 Jul – 31 Aug" in words_of(saved)
    assert saved.context["shown"].days == (JULY, AUGUST)
    with studio_context(cast.lotus):
        assert len(stored(cast)) == 3
    browser.post(
        f"/availability/{trainer}/week/",
        {"from": "2027-07-01", "until": "2027-08-31", "starts-2-0": "8", "ends-2-0": "9", "place-2-0": main},
    )
    with studio_context(cast.lotus):
        assert stored(cast)[1].hours == {line(cast, 2, 8, 9)}
    stale = browser.post(
        f"/availability/{trainer}/week/", {"starts-2-0": "8", "ends-2-0": "9", "place-2-0": main}
    )
    assert stale.status_code == 422
    assert "they no longer hold for these days" in words_of(stale)
    gone = browser.post(
        f"/availability/{trainer}/season/end/", {"from": "2027-07-01", "until": "2027-08-31"}, follow=True
    )
    assert "The hours from before go on then." in words_of(gone)
    with studio_context(cast.lotus):
        assert len(stored(cast)) == 1
    undo = re.search(r"/availability/[^/]+/season/restore/\?season=[^\"']+", gone.content.decode())
    assert undo
    for _ in range(2):  # said twice, it says it once
        back = browser.post(undo[0], follow=True)
        assert "From Thursday 1 July to Tuesday 31 August these hours hold again." in words_of(back)
    with studio_context(cast.lotus):
        assert stored(cast)[1].hours == {line(cast, 2, 8, 9)}
        assert AuditEvent.objects.filter(action="availability.season_ended").count() == 1


def test_a_removed_season_comes_back_only_to_the_hours_it_was_taken_from(cast: Cast) -> None:
    with studio_context(cast.lotus):
        usual(cast)
        trainer, other = cast.trainer().pk, cast.trainer("trainer").pk
        set_season(actor=SYSTEM, trainer_id=trainer, hours=[line(cast, 2, 8, 9)], first=JULY, last=AUGUST)
        mark = stored(cast)[1].mark
    browser = browser_of(cast, "lead")
    days = {"from": "2027-07-01", "until": "2027-08-31"}
    end = f"/availability/{trainer}/season/end/"
    late = browser.post(end, {**days, "seen": "another"}, follow=True)
    assert "Somebody changed these hours meanwhile." in words_of(late)
    gone = browser.post(end, {**days, "seen": mark}, follow=True).content.decode()
    undo = re.search(r"season/restore/\?season=([^\"']+)", gone)
    assert undo
    assert browser.post(f"/availability/{other}/season/restore/?season={undo[1]}").status_code == 404
    assert browser.post(f"/availability/{trainer}/season/restore/?season=x").status_code == 404
    with studio_context(cast.lotus):
        set_season(actor=SYSTEM, trainer_id=trainer, hours=[line(cast, 3, 8, 9)], first=JULY, last=JULY)
    refused = browser.post(f"/availability/{trainer}/season/restore/?season={undo[1]}", follow=True)
    assert "Somebody changed these hours meanwhile." in words_of(refused)
    with studio_context(cast.lotus):
        assert stored(cast)[1].hours == {line(cast, 3, 8, 9)}


def test_a_season_made_from_hours_that_changed_meanwhile_is_told_so(cast: Cast) -> None:
    with studio_context(cast.lotus):
        usual(cast)
        trainer, main = cast.trainer().pk, str(cast.location().pk)
    browser, path = browser_of(cast, "lead"), f"/availability/{trainer}/season/"
    seen = browser.get(path).context["season"].seen
    with studio_context(cast.lotus):
        set_season(actor=SYSTEM, trainer_id=trainer, hours=[line(cast, 2, 8, 9)], first=JULY, last=AUGUST)
    asked = typed({"starts-0-0": "7", "ends-0-0": "11", "place-0-0": main, "seen": seen})
    for more in ({}, {"save": "1"}):
        late = browser.post(path, asked | more)
        assert late.status_code == 422
        assert "Somebody changed these hours meanwhile." in words_of(late)
        assert 'value="7"' in late.content.decode()
    with studio_context(cast.lotus):
        assert stored(cast)[1].hours == {line(cast, 2, 8, 9)}
    again = asked | {"seen": late.context["season"].seen, "save": "1"}
    assert [browser.post(path, again).status_code for _ in range(2)] == [302, 302]
    with studio_context(cast.lotus):
        assert stored(cast)[1].hours == {line(cast, 0, 7, 11)}


@pytest.mark.parametrize(
    ("first", "last"),
    [("9999-12-31", "9999-12-31"), ("2027-07-01", "9999-12-31"), ("0001-01-01", "2027-07-01")],
)
def test_days_of_another_age_are_refused_beside_their_field(cast: Cast, first: str, last: str) -> None:
    with studio_context(cast.lotus):
        trainer, main = cast.trainer().pk, str(cast.location().pk)
    lines = {"starts-0-0": "7", "ends-0-0": "11", "place-0-0": main}
    page = browser_of(cast, "lead").post(
        f"/availability/{trainer}/season/", typed(lines, first=first, last=last)
    )
    assert page.status_code == 422
    assert "Choose a day nearer to now." in words_of(page)
