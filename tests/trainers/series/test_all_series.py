"""The list of all series: what of each it shows, in which order, and what it finds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from fitflow.core.errors import NotPermitted
from fitflow.tenancy.context import studio_context
from fitflow.tenancy.db import connection
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.series.wishes import day, nth, series_of, wall
from trainers.models import Series, Session
from trainers.selectors_series import SeriesRow, all_series, series_rows
from trainers.services import cancel_session
from trainers.services.series_closing import cancel_sessions
from trainers.services.series_edits import edit_session


def rows(cast: Cast, **filters: Any) -> list[SeriesRow]:
    return series_rows(all_series(cast.actor("trainer"), **filters))


def over(series: Series) -> None:
    """Move a series into the past."""
    for number, session in enumerate(Session.objects.filter(series=series)):
        start = session.starts_at - timedelta(days=200 + number)
        Session.objects.filter(pk=session.pk).update(
            starts_at=start, ends_at=start + timedelta(hours=1), status="completed"
        )


def test_each_shows_what_when_the_next_and_until_when(lotus: Cast) -> None:
    ends = series_of(lotus, "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=6")
    goes_on = series_of(lotus, "FREQ=WEEKLY;BYDAY=TU", trainer="trainer", starts=wall(1))
    first, second = rows(lotus)
    assert (first.series, second.series) == (ends, goes_on)
    assert first.words == "Every Monday and Wednesday at 09:00, 6 times"
    assert (first.coming, first.until, first.state) == (6, day(16), "running")
    assert first.next_id == nth(ends, 0).pk
    assert (second.until, second.next_at) == (None, nth(goes_on, 0).starts_at)
    cancel_session(actor=SYSTEM, session_id=nth(ends, 0).pk)
    again = next(row for row in rows(lotus) if row.series == ends)
    assert (again.coming, again.next_at) == (5, nth(ends, 1).starts_at)


def test_what_has_nothing_to_come_is_over(lotus: Cast) -> None:
    past, gone, stays = (
        series_of(lotus),
        series_of(lotus, starts=wall(0, 14)),
        series_of(lotus, starts=wall(0, 17)),
    )
    over(past)
    cancel_sessions(actor=SYSTEM, session_id=nth(gone, 0).pk, scope="all")
    assert [row.series for row in rows(lotus)] == [stays]
    assert {row.series for row in rows(lotus, over=True)} == {past, gone}
    assert [row.state for row in rows(lotus, over=True)] == ["over", "over"]


def test_a_series_that_another_follows_goes_until_its_own_last_session(lotus: Cast) -> None:
    series = series_of(lotus, "FREQ=WEEKLY;BYDAY=MO")
    third = nth(series, 2)
    edit_session(
        actor=SYSTEM, session_id=third.pk, scope="following", starts_at=third.starts_at + timedelta(hours=3)
    )
    assert [(row.coming, row.until) for row in rows(lotus) if row.series == series] == [(2, day(7))]


def test_it_is_searched_and_filtered(lotus: Cast) -> None:
    mine = series_of(lotus)
    theirs = series_of(lotus, trainer="trainer", service="Class")
    over(mine)
    assert [row.series for row in rows(lotus, text="class TRAIN")] == [theirs]
    assert [row.series for row in rows(lotus, text="lead")] == [mine], "A search finds what is over too."
    assert rows(lotus, text="Class Lead") == []
    assert [row.series for row in rows(lotus, trainer=lotus.trainer("trainer").pk)] == [theirs]
    assert rows(lotus, trainer=lotus.trainer("lead").pk) == []


def test_a_client_sees_no_list(lotus: Cast) -> None:
    with pytest.raises(NotPermitted):
        all_series(lotus.actor("client"))


def test_a_page_takes_the_same_queries_however_long_it_is(lotus: Cast) -> None:
    actor = lotus.actor("trainer")

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            series_rows(all_series(actor))
        return len(asked)

    series_of(lotus, "FREQ=WEEKLY;COUNT=2")
    before = queries()
    for hour in (11, 13, 15):
        series_of(lotus, "FREQ=WEEKLY;COUNT=2", starts=wall(0, hour))
    assert queries() == before == 2


def test_the_page_leads_to_each_series_and_turns_its_pages(cast: Cast) -> None:
    assert "No series yet" in words_of(browser_of(cast, "trainer").get("/series/"))
    with studio_context(cast.lotus):
        made = [series_of(cast, "FREQ=WEEKLY;COUNT=1", starts=wall(ahead, 6 + ahead)) for ahead in range(14)]
        made += [
            series_of(cast, "FREQ=WEEKLY;COUNT=1", starts=wall(ahead, 6 + ahead), trainer="trainer")
            for ahead in range(10)
        ]
    browser = browser_of(cast, "owner")
    page = browser.get("/series/")
    assert f"/series/{made[0].pk}/" in page.content.decode()
    assert (page.context["page"].paginator.count, len(page.context["rows"])) == (24, 20)
    assert len(browser.get("/series/?page=2").context["rows"]) == 4
    only = browser.get(f"/series/?trainer={made[-1].trainer_id}")
    assert {row.series.trainer_id for row in only.context["rows"]} == {made[-1].trainer_id}
    part = browser.get("/series/?q=zzyzx", headers={"HX-Request": "true"})
    assert "No series found for “zzyzx”" in words_of(part)
    assert "<html" not in part.content.decode()
