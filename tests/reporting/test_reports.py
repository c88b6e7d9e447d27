"""The page of reports and its files."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.services import change_client
from fitflow.tenancy.context import studio_context
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.reporting.make import NOVEMBER, queries_of_the_page, two_months

QUESTIONS = (
    "How much did you earn?",
    "What sells?",
    "Whose sessions earn it?",
    "Do people come?",
    "Which days do they come?",
    "Who still owes you?",
    "What tax did you collect?",
    "What goes on your GST/HST return?",
)
MONEY = (
    "revenue-by-month",
    "revenue-by-service",
    "revenue-by-trainer",
    "tax-collected",
    "gst-return",
    "receivables",
)
ATTENDANCE = ("attendance-by-service", "attendance-by-weekday")


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(NOVEMBER, tick=False):
        yield


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """The cast, with a lotus that has figures."""
    with studio_context(cast.lotus):
        two_months(cast)
    return cast


def lines_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("person", ["owner", "manager"])
def test_each_question_has_an_answer(busy: Cast, person: str) -> None:
    response = browser_of(busy, person).get("/reports/")
    words = words_of(response)
    assert response.status_code == 200
    assert all(question in words for question in QUESTIONS)
    assert "1 June to 20 November 2026" in words
    assert response.content.decode().count("data-chart=") == 7


def test_a_trainer_admin_is_shown_attendance_alone(busy: Cast) -> None:
    words = words_of(browser_of(busy, "lead").get("/reports/"))
    assert [question for question in QUESTIONS if question in words] == list(QUESTIONS[3:5])
    assert "$" not in words


@pytest.mark.parametrize(
    "path",
    ["/reports/", "/reports/all.zip", "/reports/attendance-by-service.csv", "/reports/tax-collected.csv"],
)
@pytest.mark.parametrize(
    ("person", "studio", "status"),
    [
        ("trainer", "lotus", 403),
        ("client", "lotus", 403),
        ("lead", "summit", 403),
        ("owner2", "lotus", 404),
        ("staff", "lotus", 404),
    ],
)
def test_it_refuses_everybody_else(cast: Cast, path: str, person: str, studio: str, status: int) -> None:
    assert browser_of(cast, person, studio).get(path).status_code == status


@pytest.mark.parametrize("slug", MONEY)
def test_a_trainer_admin_gets_no_file_of_money(busy: Cast, slug: str) -> None:
    assert browser_of(busy, "lead").get(f"/reports/{slug}.csv").status_code == 403


@pytest.mark.parametrize("slug", [*MONEY, *ATTENDANCE])
def test_every_report_is_a_file(busy: Cast, slug: str) -> None:
    response = browser_of(busy, "owner").get(f"/reports/{slug}.csv")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="lotus-{slug}-2026-06-01-to-2026-11-20.csv"' in response["Content-Disposition"]
    assert response["Cache-Control"] == "private, no-store"
    assert len(lines_of(response.content)) > 1


def test_a_clients_name_does_not_run_in_a_spreadsheet(busy: Cast) -> None:
    with studio_context(busy.lotus):
        change_client(actor=SYSTEM, client_id=busy.client("Étienne Caron").pk, name='=HYPERLINK("x")')
    rows = lines_of(browser_of(busy, "owner").get("/reports/receivables.csv").content)
    assert '\'=HYPERLINK("x")' in {row[1] for row in rows}


def test_all_files_come_at_once(busy: Cast) -> None:
    for person, slugs in (("owner", [*MONEY, *ATTENDANCE]), ("lead", ATTENDANCE)):
        response = browser_of(busy, person).get("/reports/all.zip?period=this-month")
        archive = zipfile.ZipFile(io.BytesIO(response.content))
        assert set(archive.namelist()) == {f"{slug}.csv" for slug in slugs}


def test_there_is_no_report_of_another_name(busy: Cast) -> None:
    assert browser_of(busy, "owner").get("/reports/salaries.csv").status_code == 404


def test_a_period_that_cannot_be_is_told_beside_its_field_and_makes_no_file(busy: Cast) -> None:
    query = "?period=own&since=2026-11-20&until=2026-10-01"
    browser = browser_of(busy, "owner")
    page = browser.get(f"/reports/{query}")
    assert page.status_code == 200
    assert "The last day comes before the first: swap the two." in words_of(page)
    assert 'value="2026-11-20"' in page.content.decode()
    assert browser.get(f"/reports/receivables.csv{query}").status_code == 400


def test_tax_is_told_by_quarter_on_request(busy: Cast) -> None:
    words = words_of(browser_of(busy, "owner").get("/reports/?by=quarter"))
    assert "October to December 2026, to date HST" in words


def test_its_queries_do_not_grow_with_the_period(busy: Cast) -> None:
    browser = browser_of(busy, "owner")
    counts = []
    for period in ("this-month", "twelve-months", "this-month"):
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"/reports/?period={period}")
        counts.append(len(queries_of_the_page(queries)))
    assert counts[1] == counts[2] <= 15


def test_a_new_studio_is_invited(cast: Cast) -> None:
    words = words_of(browser_of(cast, "owner").get("/reports/"))
    assert "Your figures begin with the first session" in words
    assert "Book session" in words
    assert "Export all" not in words
