"""Every report by its name: what it asks, its figures, its chart and its words."""

from __future__ import annotations

from collections.abc import Callable

from fitflow.core.errors import NotFound
from reporting.policies import require_money, sees_money
from reporting.reports.asked import Asked
from reporting.reports.attendance import attendance_by_service, attendance_by_weekday
from reporting.reports.receivables import open_invoices_table, receivables
from reporting.reports.revenue import revenue_by_month, revenue_by_service, revenue_by_trainer
from reporting.reports.tax import gst_return, tax_collected
from reporting.tables import Report, Table

__all__ = ["Asked", "all_files", "all_reports", "file_of"]

MONEY: dict[str, Callable[[Asked], Report]] = {
    "revenue-by-month": revenue_by_month,
    "revenue-by-service": revenue_by_service,
    "revenue-by-trainer": revenue_by_trainer,
    "tax-collected": tax_collected,
    "gst-return": gst_return,
    "receivables": receivables,
}
ATTENDANCE: dict[str, Callable[[Asked], Report]] = {
    "attendance-by-service": attendance_by_service,
    "attendance-by-weekday": attendance_by_weekday,
}
ORDER = (
    "revenue-by-month",
    "revenue-by-service",
    "revenue-by-trainer",
    "attendance-by-service",
    "attendance-by-weekday",
    "receivables",
    "tax-collected",
    "gst-return",
)


def all_reports(asked: Asked) -> list[Report]:
    """Return the reports the person reads, in the page's order; raises NotPermitted to who reads none."""
    builders = ATTENDANCE | (MONEY if sees_money(asked.actor) else {})
    return [builders[slug](asked) for slug in ORDER if slug in builders]


def file_of(asked: Asked, slug: str) -> Table:
    """Return what a report's file holds; raises NotFound for a name that is none, NotPermitted for one she does not read."""
    if slug in MONEY:
        require_money(asked.actor)
    elif slug not in ATTENDANCE:
        raise NotFound()
    if slug == "receivables":
        return open_invoices_table(asked)
    return (MONEY | ATTENDANCE)[slug](asked).table


def all_files(asked: Asked) -> dict[str, Table]:
    """Return what the files of all her reports hold, by name; raises NotPermitted to who reads none."""
    slugs = ORDER if sees_money(asked.actor) else tuple(ATTENDANCE)
    return {slug: file_of(asked, slug) for slug in slugs}
