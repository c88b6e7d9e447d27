"""The studio's first page: who sees what of it, and that it is true."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from fitflow.core.clock import now
from fitflow.tenancy.context import studio_context
from reporting.selectors import today as selectors
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.make import session
from tests.pages import browser_of, words_of
from tests.reporting.make import NOVEMBER, TODAY, held, invoice, pay, queries_of_the_page, two_months
from trainers.models import Session

TORONTO = ZoneInfo("America/Toronto")


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(NOVEMBER, tick=False):
        yield


def at(hour: int, minute: int = 0, day: date = TODAY) -> datetime:
    return datetime.combine(day, time(hour, minute), TORONTO)


def test_an_owner_and_a_manager_see_the_day_and_the_money(cast: Cast) -> None:
    with studio_context(cast.lotus):
        two_months(cast)
        held(cast, on=date(2026, 11, 12))
        session(cast, starts_at=at(17, 30), service="Class")
    for person in ("owner", "manager"):
        response = browser_of(cast, person).get("/today/")
        words = words_of(response)
        assert response.status_code == 200
        for shown in (
            "Friday 20 November. 1 session.",
            "Sessions this week 1 as many as last week",
            "Attendance 100% up 33 points in 4 weeks",
            "November revenue $180.00 before tax, to date",
            "HST to remit $23.40 collected since 1 Nov",
            "Receivables",
            "17:30 Class Lead Main 0 of 12 Scheduled",
        ):
            assert shown in words, words
        assert response["Cache-Control"] == "private, no-store"


def test_a_trainer_admin_sees_her_team_and_no_money(cast: Cast) -> None:
    with studio_context(cast.lotus):
        two_months(cast)
        session(cast, starts_at=at(17, 30), service="Class", trainer="trainer")
    response = browser_of(cast, "lead").get("/today/")
    words = words_of(response)
    assert "Friday 20 November. 1 session." in words
    assert "Places taken this week 0 of 12" in words
    for hidden in ("$", "Revenue", "Receivables", "Late invoices", "remit"):
        assert hidden not in words


def test_a_trainer_admin_sees_nothing_of_who_is_not_in_her_team(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session(cast, starts_at=at(17, 30), service="Class", trainer="trainer")
        cast.trainer("trainer").__class__.objects.update(lead=None)
    assert "No sessions today" in words_of(browser_of(cast, "lead").get("/today/"))


@pytest.mark.parametrize("path", ["/today/", "/today/sessions/"])
@pytest.mark.parametrize(
    ("person", "studio", "status"),
    [
        ("trainer", "lotus", 403),
        ("client", "lotus", 403),
        ("lead", "summit", 403),
        ("owner2", "lotus", 404),
        ("outsider", "lotus", 404),
        ("staff", "lotus", 404),
        ("", "lotus", 302),
    ],
)
def test_it_refuses_everybody_else(cast: Cast, path: str, person: str, studio: str, status: int) -> None:
    assert browser_of(cast, person, studio).get(path).status_code == status


def test_it_changes_nothing(cast: Cast) -> None:
    assert browser_of(cast, "owner").post("/today/").status_code == 405


def test_it_takes_at_most_twelve_queries(cast: Cast) -> None:
    with studio_context(cast.lotus):
        two_months(cast)
        for hour in range(8, 18):
            session(cast, starts_at=at(hour), service="Class", room=None)
    browser = browser_of(cast, "owner")
    browser.get("/today/")
    with CaptureQueriesContext(connection) as queries:
        assert browser.get("/today/").status_code == 200
    asked = queries_of_the_page(queries)
    assert len(asked) <= 12, "\n".join(asked)


def test_gst_and_qst_stand_apart(cast: Cast) -> None:
    with studio_context(cast.summit):
        two_months_of_summit(cast)
    words = words_of(browser_of(cast, "owner2", "summit").get("/today/"))
    assert "Tax to remit GST $4.00 QST $7.98 collected since 1 Nov" in words


def two_months_of_summit(cast: Cast) -> None:
    from billing import services

    held(cast, on=date(2026, 10, 6), client=cast.client("Client2"))
    asked = services.request_invoice_run(
        actor=SYSTEM, period_from=date(2026, 10, 1), period_to=date(2026, 10, 31)
    )
    services.advance_invoice_run(run_id=asked.pk)


def test_it_asks_to_invoice_the_latest_closed_month_with_something_held(cast: Cast) -> None:
    with studio_context(cast.lotus):
        held(cast, on=date(2026, 9, 3))
        held(cast, on=date(2026, 10, 31), at=time(23))  # 1 November in Greenwich
        held(cast, on=date(2026, 11, 2))
    html = browser_of(cast, "owner").get("/today/").content.decode()
    assert "Invoice October" in html
    assert "period_from=2026-10-01&amp;period_to=2026-10-31" in html


def test_where_all_is_invoiced_it_offers_to_book(cast: Cast) -> None:
    with studio_context(cast.lotus):
        two_months(cast)
    words = words_of(browser_of(cast, "owner").get("/today/"))
    assert "Invoice October" not in words
    assert "Book session" in words


def test_late_invoices_are_listed_longest_overdue_first(cast: Cast) -> None:
    with studio_context(cast.lotus):
        two_months(cast)
        pay(cast, invoice(cast), "40.40")
        number = invoice(cast).number
    with time_machine.travel("2026-12-24T15:00:00Z", tick=False):
        words = words_of(browser_of(cast, "owner").get("/today/"))
    assert f"{number} Étienne Caron 4 Dec, 20 days ago $50.00 Part paid" in words


@pytest.mark.parametrize(
    ("starts_at", "fields", "state", "text"),
    [
        (at(7), {"status": "completed"}, "completed", ""),
        (at(7), {}, "to_close", ""),
        (at(9, 30), {}, "now", ""),
        (at(17), {"capacity": 2, "booked": 2, "waitlisted": 3}, "full", "Full, 3 waiting"),
        (at(17), {"capacity": 2, "booked": 2}, "full", ""),
        (at(17), {"capacity": 1, "booked": 1}, "scheduled", ""),
        (at(23, 59), {}, "scheduled", ""),
        (at(7), {"status": "cancelled"}, "cancelled", ""),
    ],
)
def test_a_session_of_today_tells_its_state(
    lotus: Cast, starts_at: datetime, fields: dict[str, object], state: str, text: str
) -> None:
    row = session(lotus, starts_at=starts_at)
    Session.objects.filter(pk=row.pk).update(**fields)
    (found,) = selectors.todays_sessions(SYSTEM, now())
    assert (found.state, found.words) == (state, text)


def test_today_is_the_day_at_the_sessions_place(lotus: Cast) -> None:
    session(lotus, starts_at=at(0))
    session(lotus, starts_at=at(0) - timedelta(hours=1))
    session(lotus, starts_at=at(0) + timedelta(days=1))
    assert [found.session.starts_at for found in selectors.todays_sessions(SYSTEM, now())] == [at(0)]


def test_a_week_runs_from_monday_to_sunday_of_the_place(lotus: Cast) -> None:
    monday = date(2026, 11, 16)
    session(lotus, starts_at=at(0, day=monday))
    session(lotus, starts_at=at(22, day=date(2026, 11, 22)))
    session(lotus, starts_at=at(22, day=date(2026, 11, 15)))
    session(lotus, starts_at=at(12, day=date(2026, 11, 9)), status="cancelled")
    session(lotus, starts_at=at(0, day=date(2026, 11, 23)))
    found = selectors.figures(SYSTEM, now(), TODAY)
    assert (found.sessions, found.sessions_before) == (2, 1)
    assert found.to_close == 2


def test_the_live_fragment_brings_the_days_sentence_along(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session(cast, starts_at=at(17), service="Class")
    html = browser_of(cast, "owner").get("/today/sessions/", headers={"hx-request": "true"}).content.decode()
    assert '<p id="day-words" hx-swap-oob="true">Friday 20 November. 1 session.</p>' in html
    assert "<html" not in html
    full = browser_of(cast, "owner").get("/today/").content.decode()
    assert "fitflow:live from:document" in full


def test_the_chart_has_its_figures_as_data_and_as_a_table(cast: Cast) -> None:
    with studio_context(cast.lotus):
        two_months(cast)
    html = browser_of(cast, "owner").get("/today/").content.decode()
    found = re.search(r'<script id="revenue-by-month-data" type="application/json">(.*?)</script>', html)
    assert found
    data = json.loads(found[1])
    assert data["labels"] == ["Jun", "Jul", "Aug", "Sep", "Oct", "Nov*"]
    assert Decimal(data["series"][0]["values"][-1]) == Decimal("180.00")
    assert data["open"] == 5
    assert 'aria-label="November 2026 stands at $180 so far."' in html


def test_a_new_studio_is_shown_the_way(cast: Cast) -> None:
    words = words_of(browser_of(cast, "owner").get("/today/"))
    for shown in (
        "Your studio is open",
        "Book the first session",
        "Nothing booked today",
        "No sessions today.",
    ):
        assert shown in words
    assert "Receivables" not in words


def test_a_trainer_admin_of_a_new_studio_is_asked_nothing_she_may_not_do(cast: Cast) -> None:
    words = words_of(browser_of(cast, "lead").get("/today/"))
    assert "Add service" not in words
    assert "Book session" in words


def test_sessions_left_open_are_told(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session(cast, starts_at=at(9, day=date(2026, 11, 18)))
    assert "1 earlier session waits to be closed." in words_of(browser_of(cast, "owner").get("/today/"))


def test_a_name_cannot_write_into_the_page(cast: Cast) -> None:
    with studio_context(cast.lotus):
        two_months(cast)
        what = cast.service("Class")
        what.name = "</script><script>alert(1)</script>"
        what.save()
        session(cast, starts_at=at(17), service=what.name)
    browser: Browser = browser_of(cast, "owner")
    for path in ("/today/", "/reports/"):
        assert "<script>alert" not in browser.get(path).content.decode()
