from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from fitflow.core.clock import today
from fitflow.tenancy.context import studio_context
from studios.public_holidays import public_holidays
from tests.asking import Caller
from tests.cast import Cast
from tests.trainers.plan import scheduled
from tests.trainers.series.wishes import day, instant, nth, series_of, wall
from trainers.models import AvailabilityHours, Series, Session
from trainers.services import series, series_problems


def body(cast: Cast, **more: Any) -> dict[str, Any]:
    with studio_context(cast.lotus):
        return {
            "service": str(cast.service().id),
            "trainer": str(cast.trainer().id),
            "location": str(cast.location().id),
            "starts_at": instant().isoformat(),
            "rrule": f"FREQ=WEEKLY;BYDAY=MO,WE;UNTIL={day(16):%Y%m%d}",
            "clients": [str(cast.client().id)],
            **more,
        }


def test_a_series_is_previewed_made_changed_and_cancelled(cast: Cast) -> None:
    with studio_context(cast.lotus):
        scheduled(cast, instant(9))
    lead = Caller(cast, "lead")
    seen = lead.post("series/preview", body(cast))
    assert seen.status == 200
    assert (seen.data["sessions"], seen.data["left_out"], seen.data["blocked"]) == (6, 0, 1)
    clash = seen.data["occurrences"][3]
    assert clash["conflicts"][0]["kind"] == "trainer"
    refused = lead.post("series/", body(cast))
    assert (refused.status, refused.error["details"]["conflict"]) == (409, "series")
    assert refused.error["details"]["occurrences"][0]["occurrence"] == wall(9)
    made = lead.post(
        "series/",
        body(
            cast,
            skip=[clash["starts_at"]],
            moves=[{"occurrence": instant(2).isoformat(), "starts_at": instant(3, 14).isoformat()}],
        ),
    )
    assert made.status == 201
    assert len(made.data["sessions"]) == 5
    assert made.data["skips"] == [
        {"occurrence": wall(9), "why": "left_out", "words": clash["conflicts"][0]["message"]}
    ]
    assert made.data["sessions"][1]["occurrence"] == wall(2)
    path = f"series/{made.data['id']}/"
    assert lead.get(path).data == made.data
    assert [row["id"] for row in lead.get("series/").results] == [made.data["id"]]
    third = made.data["sessions"][2]["id"]
    assert lead.get(f"sessions/{third}/").data["series"] == made.data["id"]
    edited = lead.post(
        f"sessions/{third}/edit",
        {"scope": "following", "starts_at": instant(7, 12).isoformat(), "version": 1},
    )
    assert (edited.status, edited.data["starts_at"][11:16]) == (200, edited.data["starts_at"][11:16])
    new = lead.get(f"series/{edited.data['series']}/").data
    assert (new["follows"], len(new["sessions"])) == (made.data["id"], 3)
    stale = lead.post(f"sessions/{third}/cancel", {"scope": "all", "version": 9})
    assert (stale.status, stale.error["details"]["conflict"]) == (409, "version")
    gone = lead.post(f"sessions/{third}/cancel", {"scope": "all", "reason": "ill"})
    assert (gone.status, gone.data["status"]) == (200, "cancelled")
    assert {row["status"] for row in lead.get(f"series/{new['id']}/").data["sessions"]} == {"cancelled"}
    assert lead.post(f"sessions/{third}/restore").data["status"] == "scheduled"
    assert {row["status"] for row in lead.get(f"series/{new['id']}/").data["sessions"]} == {"scheduled"}


def test_one_of_a_series_is_edited_alone(cast: Cast) -> None:
    with studio_context(cast.lotus):
        series = series_of(cast)
        session = nth(series, 0)
    answer = Caller(cast, "lead").post(
        f"sessions/{session.pk}/edit", {"scope": "this", "duration_minutes": 30, "version": session.version}
    )
    assert answer.status == 200
    with studio_context(cast.lotus):
        assert Series.objects.get(pk=series.pk).version == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"rrule": "FREQ=SECONDLY"},
        {"rrule": "x" * 301},
        {"rrule": None},
        {"rrule": ["FREQ=DAILY"]},
        {"rrule": "FREQ=DAILY\u0000"},
        {"starts_at": "2027-01-20T10:00:00"},
        {"starts_at": "0001-01-01T00:00:00Z"},
        {"starts_at": "9999-12-31T23:59:59-12:00"},
        {"skip": "all"},
        {"skip": ["2027-01-20T10:00:00Z"]},
        {"skip": ["0001-01-01T00:00:00+14:00"]},
        {"moves": [{}]},
        {"moves": {"a": "b"}},
        {"clients": ["x"]},
        {"skips_holidays": "perhaps"},
    ],
)
@pytest.mark.parametrize("path", ["series/preview", "series/"])
def test_what_cannot_be_right_is_a_validation_error(cast: Cast, path: str, wrong: dict[str, Any]) -> None:
    answer = Caller(cast, "owner").post(path, body(cast, **wrong))
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
    with studio_context(cast.lotus):
        assert not Session.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{}, {"scope": "most"}, {"scope": "all", "duration_minutes": 4}, {"scope": "all", "starts_at": "soon"}],
)
def test_a_wrong_edit_is_a_validation_error(cast: Cast, wrong: dict[str, Any]) -> None:
    with studio_context(cast.lotus):
        session = nth(series_of(cast), 0)
    assert Caller(cast, "owner").post(f"sessions/{session.pk}/edit", wrong).status == 400


def test_another_studios_series_is_not_there(cast: Cast) -> None:
    with studio_context(cast.summit):
        series = series_of(cast)
        session = nth(series, 0)
    for person in ("owner", "lead"):
        caller = Caller(cast, person)
        answers = [caller.get(f"series/{there}/") for there in (series.pk, uuid4())]
        answers += [
            caller.post(f"sessions/{there}/edit", {"scope": "all", "duration_minutes": 30})
            for there in (session.pk, uuid4())
        ]
        assert {answer.status for answer in answers} == {404}


def test_a_client_sees_and_changes_no_series(cast: Cast) -> None:
    with studio_context(cast.lotus):
        series = series_of(cast, clients=("Client",))
        session = nth(series, 0)
    client = Caller(cast, "client")
    assert client.get("series/").status == 403
    assert client.get(f"series/{series.pk}/").status == 403
    assert client.post("series/preview", body(cast)).status == 403
    assert client.post(f"sessions/{session.pk}/edit", {"scope": "all", "duration_minutes": 30}).status == 403


def test_the_same_key_makes_one_series(cast: Cast) -> None:
    lead, key, asked = Caller(cast, "lead"), {"Idempotency-Key": "once"}, body(cast)
    first, second = lead.post("series/", asked, **key), lead.post("series/", asked, **key)
    assert (first.status, first.data) == (second.status, second.data)
    with studio_context(cast.lotus):
        assert Series.objects.count() == 1


@pytest.mark.parametrize(
    ("starts_at", "status"), [("9999-12-31T23:59:00+00:00", 400), ("0900-01-01T00:00:00+00:00", 400)]
)
def test_none_is_moved_to_another_age(cast: Cast, starts_at: str, status: int) -> None:
    moves = [{"occurrence": instant().isoformat(), "starts_at": starts_at}]
    refused = Caller(cast, "lead").post("series/preview", body(cast, moves=moves))
    assert (refused.status, refused.error["details"]["field"]) == (status, "moves")


def test_a_rule_over_centuries_asks_for_the_holidays_of_the_coming_years_only(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[int] = set()

    def noted(province: str, first: date, last: date) -> dict[date, str]:
        asked.update(range(first.year, last.year + 1))
        return public_holidays(province, first, last)

    for module in (series, series_problems):
        monkeypatch.setattr(module, "public_holidays", noted)
    rule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=400"
    seen = Caller(cast, "lead").post("series/preview", body(cast, rrule=rule, skips_holidays=True))
    assert (seen.status, len(seen.data["occurrences"])) == (200, 400)
    assert [one["kind"] for one in seen.data["occurrences"][-1]["conflicts"]] == ["far"]
    assert max(asked) <= today("America/Toronto").year + 3


def test_one_is_moved_outside_the_hours_only_knowingly(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = nth(series_of(cast), 0)
        AvailabilityHours.objects.create(
            trainer=session.trainer, location=session.location, weekday=0, starts_minute=540, ends_minute=720
        )
    path, asked = f"sessions/{session.pk}/edit", {"scope": "this", "starts_at": instant(0, 15).isoformat()}
    refused = Caller(cast, "lead").post(path, asked)
    assert (refused.status, refused.error["details"]["conflict"]) == (409, "availability")
    assert Caller(cast, "lead").post(path, {**asked, "outside_hours": True}).status == 200
    with studio_context(cast.lotus):
        assert Session.objects.get(pk=session.pk).starts_at == instant(0, 15)
