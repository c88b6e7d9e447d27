"""Series by their pages: the plain form, the preview, the one button, changes that show first what they touch."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from fitflow.tenancy.context import leave, studio_context
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.plan import scheduled
from tests.trainers.series.wishes import day, instant, nth, series_of, starts_of, wall
from trainers.models import Series, Session


def typed(cast: Cast, **changes: Any) -> dict[str, Any]:
    with studio_context(cast.lotus):
        return {
            "starts_on": day().isoformat(),
            "starts_at": "09:00",
            "service": cast.service().pk,
            "client": "Client",
            "trainer": cast.trainer().pk,
            "place": str(cast.location().pk),
            "weekdays": ["0", "2"],
            "every": "1",
            "ends": "count",
            "times": "4",
            **changes,
        }


WALLS = [wall(ahead) for ahead in (0, 2, 7, 9)]


def ticked(walls: list[str], **times: str) -> dict[str, Any]:
    return {"row": WALLS, "keep": walls, **{f"at-{one}": times.get(one, one) for one in WALLS}}


def test_repeat_takes_what_was_typed_to_the_form_of_a_series(cast: Cast) -> None:
    browser = browser_of(cast, "lead")
    answer = browser.post("/calendar/book/", {**typed(cast), "pick": "repeat"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/series/new/?starts_on=")
    form = browser.get(answer["Location"])
    assert form.status_code == 200
    assert 'value="0" id="id_weekdays_0" checked' in form.content.decode()
    by_htmx = browser.post(
        "/calendar/book/", {**typed(cast), "pick": "repeat"}, headers={"HX-Request": "true"}
    )
    assert (by_htmx.status_code, by_htmx["HX-Redirect"]) == (204, answer["Location"])


def test_the_preview_lists_every_session_and_makes_none(cast: Cast) -> None:
    with studio_context(cast.lotus):
        scheduled(cast, instant(7))
    page = browser_of(cast, "lead").post("/series/preview/", typed(cast))
    words = words_of(page)
    assert page.status_code == 200
    assert "Every Monday and Wednesday at 09:00, 4 times" in words
    assert "3 sessions, 1 left out" in words
    assert "You are busy from 09:00 to 10:00" in words
    with studio_context(cast.lotus):
        assert Session.objects.count() == 1


def test_one_button_makes_what_is_ticked_at_the_times_given(cast: Cast) -> None:
    browser = browser_of(cast, "lead")
    chosen = ticked([WALLS[0], WALLS[1], WALLS[3]], **{WALLS[1]: wall(3, 15)})
    made = browser.post("/series/make/", {**typed(cast), **chosen})
    assert made.status_code == 302
    with studio_context(cast.lotus):
        series = Series.objects.get()
        assert starts_of(series) == [wall(0), wall(3, 15), wall(9)]
        assert [skip.occurrence for skip in series.skips.all()] == [wall(7)]
    page = words_of(browser.get(made["Location"]))
    assert "3 sessions made" in page
    assert "Left out" in page


def test_four_hundred_sessions_are_made_and_changed_by_their_pages(cast: Cast) -> None:
    browser = browser_of(cast, "lead")
    asked = typed(cast, weekdays=[str(number) for number in range(7)], times="400")
    plan = browser.post("/series/preview/", asked).context["plan"]
    every = [row.occurrence.wall for row in plan.rows]
    sent = {**asked, "row": every, "keep": every, **{f"at-{one}": one for one in every}}
    assert browser.post("/series/make/", sent).status_code == 302
    with studio_context(cast.lotus):
        ids = [str(pk) for pk in Series.objects.get().sessions.values_list("pk", flat=True)]
        starts = (nth(Series.objects.get(), 0).starts_at + timedelta(hours=1)).isoformat().replace("+", "%2B")
        first = nth(Series.objects.get(), 0).pk
    assert len(ids) == 400
    address = f"/sessions/{first}/change-series/?scope=all&starts={starts}"
    assert browser.post(address, {"row": ids, "keep": ids}).status_code == 302
    with studio_context(cast.lotus):
        assert all(start.endswith("T10:00") for start in starts_of(Series.objects.get()))


def test_a_time_typed_in_the_preview_says_what_the_clocks_do_to_it(cast: Cast) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False):
        rows = ["2027-03-08T09:00", "2027-03-15T09:00"]
        asked = {
            **typed(cast, starts_on="2027-03-08", weekdays=["0"], times="2"),
            "row": rows,
            "keep": rows,
            f"at-{rows[0]}": "2027-03-14T02:30",
            f"at-{rows[1]}": "2027-11-07T01:30",
        }
        words = words_of(browser_of(cast, "lead").post("/series/preview/", asked))
    assert "The clocks go forward and skip 02:30: it starts at 03:30" in words
    assert "The clocks go back and show 01:30 twice: it starts at the first" in words


def test_a_clash_comes_back_with_its_flag_and_what_was_ticked(cast: Cast) -> None:
    with studio_context(cast.lotus):
        scheduled(cast, instant(7))
    page = browser_of(cast, "lead").post("/series/make/", {**typed(cast), **ticked(WALLS[1:])})
    assert page.status_code == 409
    words = words_of(page)
    assert "Nothing was changed: 1 of 3 clashes." in words
    assert "3 sessions, 1 left out" in words
    with studio_context(cast.lotus):
        assert not Series.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weekdays": []}, "Choose at least one day."),
        ({"weekdays": ["9"]}, "Select a valid choice"),
        ({"ends": "until"}, "Choose the last day."),
        ({"times": ""}, "Say how many sessions."),
        ({"times": "9999"}, "less than or equal to 400"),
        ({"every": "0"}, "greater than or equal to 1"),
        ({"ends": "until", "until": "2020-01-01"}, "This rule never comes true"),
        ({"starts_at": "nine"}, "Write a time such as 10:30."),
    ],
)
def test_what_cannot_be_stands_beside_its_field(cast: Cast, change: dict[str, Any], words: str) -> None:
    page = browser_of(cast, "lead").post("/series/preview/", typed(cast, **change))
    assert page.status_code == 422
    assert words in words_of(page)


@pytest.mark.parametrize("field", ["row", "at-x"])
def test_strange_rows_are_refused(cast: Cast, field: str) -> None:
    data = {**typed(cast), **ticked(WALLS), "row": [*WALLS, "x"], "keep": ["x"], field: "x"}
    assert browser_of(cast, "lead").post("/series/make/", data).status_code in {409, 422}


def test_the_rule_can_be_changed_from_the_preview(cast: Cast) -> None:
    page = browser_of(cast, "lead").post("/series/preview/", {**typed(cast), "pick": "form"})
    text = page.content.decode()
    assert page.status_code == 200
    assert 'id="id_weekdays_2" checked' in text
    assert 'value="4"' in text


def test_the_session_says_where_it_stands_and_leads_to_its_series(lotus: Cast) -> None:
    series = series_of(lotus, clients=("Client",))
    session = nth(series, 2)
    leave()
    browser = browser_of(lotus, "lead")
    page = browser.get(f"/sessions/{session.pk}/")
    assert "Mondays and Wednesdays, 3 of 6" in words_of(page)
    assert f'href="/series/{series.pk}/"' in page.content.decode()
    assert "This one and all that follow" in words_of(page)
    assert "To come" in words_of(browser.get(f"/series/{series.pk}/"))


def test_moving_more_than_this_one_shows_first_what_changes(lotus: Cast) -> None:
    series = series_of(lotus, clients=("Client",))
    session = nth(series, 2)
    move = {
        "starts_on": day(7).isoformat(),
        "starts_at": "11:00",
        "minutes": 60,
        "trainer": session.trainer_id,
        "place": str(session.location_id),
        "version": session.version,
        "scope": "following",
    }
    leave()
    browser = browser_of(lotus, "lead")
    answer = browser.post(f"/sessions/{session.pk}/move/", move)
    assert answer.status_code == 302
    page = browser.get(answer["Location"])
    words = words_of(page)
    assert "Change 4 sessions?" in words
    assert "2 earlier, past or completed sessions stay as they are." in words
    assert "1 client gets one e-mail." in words
    done = browser.post(answer["Location"], {"version": 1})
    assert done.status_code == 302
    again = browser.post(answer["Location"], {"version": 1})
    with studio_context(lotus.lotus):
        assert starts_of(Series.objects.get(follows=series))[0] == wall(7, 11)
    assert again.status_code in {302, 409}


def test_cancelling_more_than_this_one_shows_first_what_goes_and_is_undone(lotus: Cast) -> None:
    series = series_of(lotus, clients=("Client",))
    session = nth(series, 2)
    leave()
    browser = browser_of(lotus, "lead")
    answer = browser.post(f"/sessions/{session.pk}/cancel/", {"reason": "I move away", "scope": "following"})
    page = browser.get(answer["Location"])
    assert "Cancel 4 sessions?" in words_of(page)
    assert "I move away" in words_of(page)
    stale = browser.post(answer["Location"], {"version": 9})
    assert stale.status_code == 409
    assert "Somebody changed this series meanwhile" in words_of(stale)
    assert browser.post(answer["Location"], {"version": 1}).status_code == 302
    with studio_context(lotus.lotus):
        assert len(starts_of(series)) == 2
    leave()
    assert browser.post(f"/sessions/{session.pk}/restore/").status_code == 302
    with studio_context(lotus.lotus):
        assert len(starts_of(series)) == 6


def test_a_trainer_cannot_make_a_series_for_her_lead(cast: Cast) -> None:
    page = browser_of(cast, "trainer").post("/series/make/", {**typed(cast), **ticked(WALLS)})
    assert page.status_code in {403, 422}
    with studio_context(cast.lotus):
        assert not Series.objects.exists()


def test_another_studios_series_is_not_there(cast: Cast) -> None:
    with studio_context(cast.summit):
        series = series_of(cast)
        session = nth(series, 0)
    browser = browser_of(cast, "owner")
    for path in (
        f"/series/{series.pk}/",
        f"/sessions/{session.pk}/change-series/",
        f"/sessions/{session.pk}/cancel-series/",
    ):
        assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    "change", [{"starts_on": "9999-12-31"}, {"at": "9999-12-31T23:59"}, {"at": "0001-01-01T00:00"}]
)
@pytest.mark.parametrize("path", ["preview", "make"])
def test_a_day_of_another_century_is_refused_beside_its_field(
    lotus: Cast, path: str, change: dict[str, str]
) -> None:
    sent = typed(lotus, **change)
    if "at" in change:
        sent |= ticked(WALLS, **{WALLS[1]: change["at"]})
    leave()
    response = browser_of(lotus, "lead").post(f"/series/{path}/", sent)
    assert response.status_code == 422
    assert "Choose a" in words_of(response)
    with studio_context(lotus.lotus):
        assert not Session.objects.exists()


def test_what_an_end_needs_is_not_called_optional(lotus: Cast) -> None:
    leave()
    words = words_of(browser_of(lotus, "lead").get("/series/new/"))
    assert "Last day (optional)" not in words
    assert "Client (optional)" in words


@pytest.mark.parametrize("starts", ["9999-12-31", "0001-01-01", "9999-12-31T23:00"])
def test_a_link_to_another_century_opens_the_forms_all_the_same(lotus: Cast, starts: str) -> None:
    trainer = lotus.trainer("lead").pk
    leave()
    browser = browser_of(lotus, "lead")
    assert browser.get(f"/series/new/?starts_on={starts}").status_code == 200
    assert browser.get(f"/sessions/new/?starts={starts}&trainer={trainer}").status_code == 200


@pytest.mark.parametrize(
    ("typed_rule", "words", "first"),
    [
        (
            {"unit": "months", "on": "weekday", "nth": "2", "nth_weekday": "1", "times": "3"},
            "On the second Tuesday of every month at 09:00, 3 times",
            lambda one: one.weekday() == 1 and 8 <= one.day <= 14,
        ),
        (
            {"unit": "months", "on": "day", "month_day": "15", "every": "2", "times": "2"},
            "On the 15th of every second month at 09:00, 2 times",
            lambda one: one.day == 15,
        ),
        (
            {"unit": "months", "on": "day", "month_day": "-1", "ends": "never"},
            "On the last day of every month at 09:00, without an end",
            lambda one: (one + timedelta(days=1)).day == 1,
        ),
        ({"unit": "years", "times": "2"}, "every year at 09:00, 2 times", lambda one: one == day()),
    ],
)
def test_months_and_years_by_the_plain_form(
    cast: Cast, typed_rule: dict[str, str], words: str, first: Any
) -> None:
    browser = browser_of(cast, "lead")
    data = {**typed(cast, skips_holidays=""), "weekdays": [], **typed_rule}
    page = browser.post("/series/preview/", data)
    assert words in words_of(page)
    rows = page.context["rows"]
    browser.post(
        "/series/make/", {**data, "row": [one.wall for one in rows], "keep": [one.wall for one in rows]}
    )
    with studio_context(cast.lotus):
        starts = starts_of(Series.objects.get())
        assert len(starts) == len(rows)
        assert all(first(date.fromisoformat(start[:10])) for start in starts[:1])
        assert {start[11:] for start in starts} == {"09:00"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"unit": "weeks", "weekdays": []}, "weekdays"),
        ({"unit": "months", "on": "day"}, "month_day"),
        ({"unit": "months", "on": "day", "month_day": "32"}, "month_day"),
        ({"unit": "months", "on": "weekday", "nth": "2"}, "nth_weekday"),
        ({"unit": "months", "on": "weekday", "nth": "7", "nth_weekday": "1"}, "nth"),
        ({"unit": "months", "on": "day", "month_day": "1", "every": "25"}, "every"),
        ({"unit": "years", "every": "5"}, "every"),
        ({"unit": "decades"}, "unit"),
    ],
)
def test_a_rule_that_is_none_is_refused_beside_its_field(
    cast: Cast, wrong: dict[str, Any], field: str
) -> None:
    page = browser_of(cast, "lead").post("/series/preview/", {**typed(cast), **wrong})
    assert page.status_code == 422
    assert field in page.context["form"].errors


@pytest.mark.parametrize("starts", ["9999-12-31T23:59:00-12:00", "0001-01-01T00:00:00%2B12:00", "2027-01-01"])
def test_an_address_with_an_instant_of_another_age_changes_no_time(cast: Cast, starts: str) -> None:
    with studio_context(cast.lotus):
        first = nth(series_of(cast), 0).pk
    page = browser_of(cast, "lead").get(f"/sessions/{first}/change-series/?scope=all&starts={starts}")
    assert "Choose something to change" in words_of(page)


def test_single_sessions_are_unticked_in_the_preview_of_a_change(cast: Cast) -> None:
    with studio_context(cast.lotus):
        series = series_of(cast)
        scheduled(cast, instant(9, 14))
        ids = [str(nth(series, number).pk) for number in range(6)]
    browser = browser_of(cast, "lead")
    starts = instant(0, 14).isoformat().replace("+", "%2B")
    address = f"/sessions/{ids[0]}/change-series/?scope=all&starts={starts}"
    page = browser.get(address)
    assert "Change 5 sessions?" in words_of(page), "What clashes is left out to begin with."
    assert [change.left_out for change in page.context["plan"].changes] == [False] * 3 + [True] + [False] * 2
    keep = [one for number, one in enumerate(ids) if number not in {1, 3}]
    again = browser.post(address, {"row": ids, "keep": keep, "check": "1"})
    assert "Change 4 sessions?" in words_of(again)
    nothing = browser.post(address, {"row": ids, "keep": []})
    assert nothing.status_code == 409
    assert "Every session is left out." in words_of(nothing)
    looked = browser.post(address, {"row": ids, "keep": [], "check": "1"})
    assert looked.status_code == 409, "Looking again at nothing says so, on the same page."
    assert "Every session is left out." in words_of(looked)
    clash = browser.post(address, {"row": ids, "keep": ids})
    assert clash.status_code == 409
    assert "1 of 6 clashes" in words_of(clash)
    assert browser.post(address, {"row": ids, "keep": keep}).status_code == 302
    with studio_context(cast.lotus):
        assert starts_of(series) == [
            wall(0, 14), wall(2), wall(7, 14), wall(9), wall(14, 14), wall(16, 14),
        ]  # fmt: skip
