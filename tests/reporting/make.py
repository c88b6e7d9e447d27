"""A studio with figures: sessions held, invoiced and paid over two months."""

from __future__ import annotations

from datetime import date, time

from django.test.utils import CaptureQueriesContext

from billing import services
from billing.models import Invoice
from reporting.periods import Grain, Period
from reporting.reports import Asked
from studios.shared.policies import Actor
from tests.billing.make import held, pay, run
from tests.cast import Cast
from trainers.models import Booking

NOVEMBER = "2026-11-20T15:00:00Z"  # 10:00 in Toronto
TODAY = date(2026, 11, 20)
YEAR = Period(first=date(2026, 1, 1), last=TODAY)


def asked(actor: Actor, period: Period = YEAR, grain: Grain = Grain.MONTH) -> Asked:
    return Asked(actor=actor, period=period, grain=grain, today=TODAY)


def two_months(cast: Cast, owner: str = "owner") -> None:
    """Hold and invoice sessions of two services, credit one line, take a part payment. Call it in November 2026."""
    held(cast, on=date(2026, 9, 3), at=time(9))
    held(cast, on=date(2026, 10, 6), at=time(10), service="Class")
    held(cast, on=date(2026, 10, 7), at=time(21), client=cast.client("Étienne Caron"))
    held(cast, on=date(2026, 10, 8), at=time(9), attendance=Booking.Attendance.NO_SHOW)
    actor = cast.actor(owner)
    for first, last in ((date(2026, 9, 1), date(2026, 9, 30)), (date(2026, 10, 1), date(2026, 10, 31))):
        asked_run = services.request_invoice_run(actor=actor, period_from=first, period_to=last)
        services.advance_invoice_run(run_id=asked_run.pk)


def invoice(cast: Cast, client: str = "Étienne Caron") -> Invoice:
    return Invoice.objects.get(client=cast.client(client), kind="invoice")


def queries_of_the_page(queries: CaptureQueriesContext) -> list[str]:
    """Return what a request asked the database, without the suite's own checks and the entering of the studio."""
    asked_for = [query["sql"] for query in queries]
    return [sql for sql in asked_for if "set_config" not in sql and not sql.startswith("SET CONSTRAINTS")]


__all__ = [
    "NOVEMBER", "TODAY", "YEAR", "asked", "held", "invoice", "pay", "queries_of_the_page", "run", "two_months",
]  # fmt: skip
