"""Figures tie with the books to the cent, and days are those of the place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal

import pytest
import time_machine
from django.db.models import Sum

from billing import services
from billing.models import Posting
from billing.selectors import ledger_balances
from fitflow.core.money import ZERO
from fitflow.tenancy.context import studio_context
from reporting.periods import Grain, Period
from reporting.reports import all_reports, file_of
from reporting.selectors.ledger import books_by_slice, revenue_by_service, revenue_by_trainer
from reporting.tables import Report
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.reporting.make import NOVEMBER, YEAR, asked, held, invoice, pay, run, two_months
from trainers.models import Booking, Session


@pytest.fixture
def november() -> Iterator[None]:
    with time_machine.travel(NOVEMBER, tick=False):
        yield


def posted(*codes: str, first: date = YEAR.first, last: date = YEAR.last) -> Decimal:
    """Return what stands on accounts over some days, credits positive: straight from the books."""
    rows = Posting.objects.filter(account__code__in=codes, date__range=(first, last))
    return -(rows.aggregate(sum=Sum("amount"))["sum"] or ZERO)


def report(cast: Cast, slug: str, period: Period = YEAR, grain: Grain = Grain.MONTH) -> Report:
    found = {one.slug: one for one in all_reports(asked(cast.actor("owner"), period, grain))}
    return found[slug]


def test_revenue_is_the_sum_of_the_revenue_postings_however_it_is_cut(lotus: Cast, november: None) -> None:
    two_months(lotus)
    services.credit_invoice(actor=lotus.actor("owner"), invoice_id=invoice(lotus).pk, reason="A mistake")
    whole = posted("revenue")
    assert whole == Decimal(
        "100.00"
    )  # a private of September, a class of October; Étienne's private was credited
    assert report(lotus, "revenue-by-month").table.total == ("In all", whole, posted("hst"))
    assert sum(share.amount for share in revenue_by_service(YEAR)) == whole
    assert sum(share.amount for share in revenue_by_trainer(YEAR)) == whole
    assert [row[0] for row in report(lotus, "revenue-by-service").table.rows] == ["Private", "Class"]


def test_tax_is_the_sum_of_the_tax_accounts_and_credits_stand_apart(lotus: Cast, november: None) -> None:
    two_months(lotus)
    services.credit_invoice(actor=lotus.actor("owner"), invoice_id=invoice(lotus).pk, reason="A mistake")
    (row,) = report(lotus, "tax-collected").table.rows
    assert row == (
        "November 2026, to date",
        "HST",
        Decimal("100.00"),
        Decimal("23.40"),
        Decimal("-10.40"),
        Decimal("13.00"),
    )
    assert row[-1] == posted("hst")
    (line,) = report(lotus, "gst-return").table.rows
    assert line == ("November 2026, to date", Decimal("100.00"), Decimal("23.40"), Decimal("10.40"))


def test_in_quebec_gst_and_qst_stand_apart_and_one_return_has_the_gst(cast: Cast, november: None) -> None:
    with studio_context(cast.summit):
        held(cast, on=date(2026, 10, 6), client=cast.client("Client2"))
        started = services.request_invoice_run(
            actor=cast.actor("owner2", cast.summit),
            period_from=date(2026, 10, 1),
            period_to=date(2026, 10, 31),
        )
        services.advance_invoice_run(run_id=started.pk)
        found = asked(cast.actor("owner2", cast.summit))
        taxes = {row[1]: row[-1] for row in file_of(found, "tax-collected").rows}
        assert (
            taxes
            == {"GST": posted("gst"), "QST": posted("qst")}
            == {"GST": Decimal("4.00"), "QST": Decimal("7.98")}
        )
        (line,) = file_of(found, "gst-return").rows
        assert line[1:] == (Decimal("80.00"), Decimal("4.00"), ZERO)


def test_quarters_add_up_to_the_months(lotus: Cast, november: None) -> None:
    with time_machine.travel("2026-10-02T15:00:00Z", tick=False):
        held(lotus, on=date(2026, 9, 3))
        run(lotus, period_from=date(2026, 9, 1), period_to=date(2026, 9, 30))
    two_months_later = held(lotus, on=date(2026, 10, 20))
    run(lotus)
    assert two_months_later.invoice_lines.exists()
    months = report(lotus, "tax-collected").table.rows
    (quarter,) = report(lotus, "tax-collected", grain=Grain.QUARTER).table.rows
    assert len(months) == 2
    assert quarter[0] == "October to December 2026, to date"
    for column in range(2, 6):
        assert quarter[column] == sum((row[column] for row in months), ZERO)  # type: ignore[type-var]


def test_the_month_of_an_invoice_is_that_of_the_studios_zone(lotus: Cast) -> None:
    held(lotus, on=date(2026, 10, 6))
    with time_machine.travel("2026-11-01T03:30:00Z", tick=False):  # 31 October, 23:30 in Toronto
        run(lotus)
    with time_machine.travel(NOVEMBER, tick=False):
        rows = report(lotus, "revenue-by-month").table.rows
    assert [(row[0], row[1]) for row in rows] == [
        ("October 2026", Decimal("80.00")),
        ("November 2026, to date", ZERO),
    ]


def test_months_before_the_books_began_are_left_out(lotus: Cast, november: None) -> None:
    two_months(lotus)
    assert [row[0] for row in report(lotus, "revenue-by-month").table.rows] == ["November 2026, to date"]


def test_a_period_without_entries_is_empty_and_not_nothing_earned(lotus: Cast, november: None) -> None:
    two_months(lotus)
    spring = Period(first=date(2026, 3, 1), last=date(2026, 4, 30))
    found = all_reports(asked(lotus.actor("owner"), spring))
    assert {one.slug for one in found if not one.is_empty} == {"receivables"}


def test_receivables_are_the_ledgers_and_the_file_lists_each_invoice(lotus: Cast, november: None) -> None:
    two_months(lotus)
    pay(lotus, invoice(lotus), "40.40")
    total = report(lotus, "receivables").table.total
    rows = file_of(asked(lotus.actor("owner")), "receivables").rows
    assert total is not None
    assert total[2] == ledger_balances()["receivable"] == sum((row[-1] for row in rows), ZERO)  # type: ignore[type-var]
    assert {(row[1], row[-1]) for row in rows} >= {("Étienne Caron", Decimal("50.00"))}


def test_attendance_counts_who_came_of_those_who_had_a_place(lotus: Cast, november: None) -> None:
    two_months(lotus)
    scheduled = held(lotus, on=date(2026, 11, 10), status=Session.Status.SCHEDULED, attendance="")
    assert scheduled.session.status == Session.Status.SCHEDULED
    table = report(lotus, "attendance-by-service").table
    assert table.rows == [("Class", 1, 8, 1, 0, 100), ("Private", 3, 100, 2, 1, 67)]
    assert table.total == ("In all", 4, 27, 3, 1, 75)


def test_the_weekday_of_a_session_is_that_of_its_place(lotus: Cast, november: None) -> None:
    held(lotus, on=date(2026, 10, 7), at=time(21))  # Wednesday there, Thursday in Greenwich
    assert [row[0] for row in report(lotus, "attendance-by-weekday").table.rows] == ["Wednesday"]


def test_a_trainer_admin_counts_her_team_and_reads_no_money(lotus: Cast, november: None) -> None:
    two_months(lotus)
    held(lotus, on=date(2026, 10, 9), trainer="trainer")
    alone = Session.objects.get(trainer=lotus.trainer("trainer"))
    found = all_reports(asked(lotus.actor("lead")))
    assert [one.slug for one in found] == ["attendance-by-service", "attendance-by-weekday"]
    assert found[0].table.total == ("In all", 5, 31, 4, 1, 80)
    lotus.trainer("trainer").__class__.objects.filter(pk=alone.trainer_id).update(lead=None)
    assert all_reports(asked(lotus.actor("lead")))[0].table.total == ("In all", 4, 27, 3, 1, 75)


def test_unmarked_in_a_completed_session_came(lotus: Cast, november: None) -> None:
    held(lotus, attendance="")
    assert report(lotus, "attendance-by-service").table.total == ("In all", 1, 100, 1, 0, 100)
    assert Booking.objects.get().attendance == ""


def test_no_studio_counts_anothers_rows(cast: Cast, november: None) -> None:
    with studio_context(cast.summit):
        held(cast, client=cast.client("Client2"))
        services.advance_invoice_run(
            run_id=services.request_invoice_run(
                actor=SYSTEM, period_from=date(2026, 10, 1), period_to=date(2026, 10, 31)
            ).pk
        )
    with studio_context(cast.lotus):
        found = asked(cast.actor("owner"))
        assert all(one.is_empty for one in all_reports(found))
        assert not any(books.revenue for books in books_by_slice(found.months))


def test_the_chart_shows_the_tables_figures(lotus: Cast, november: None) -> None:
    two_months(lotus)
    for one in all_reports(asked(lotus.actor("owner"))):
        if one.chart is None or one.slug == "tax-collected":
            continue
        drawn = one.chart.series[0].values
        column = {"receivables": 2, "attendance-by-service": 5, "attendance-by-weekday": 5}.get(one.slug, 1)
        assert list(drawn) == [row[column] for row in one.table.rows]
        assert one.chart.sentence.endswith(".")
