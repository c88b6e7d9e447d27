"""The studio's first page and its reports: they read, and change nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fitflow.core.clock import now
from fitflow.core.clock import today as today_in
from fitflow.core.errors import Invalid
from reporting import words
from reporting.exports import csv_bytes, zip_bytes
from reporting.forms import PeriodForm
from reporting.policies import OFFICE, sees_money
from reporting.reports import Asked, all_files, all_reports, file_of
from reporting.reports.revenue import monthly_revenue
from reporting.selectors import today as selectors
from reporting.shapes import age_bars, late_rows
from studios.shared.decorators import roles_required
from studios.shared.requests import StudioRequest

View = Callable[..., HttpResponse]


def office_page(view: View) -> View:
    """Let in who runs the studio or a team of it, reading only."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.portal = "studio"  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return require_safe(roles_required(*OFFICE)(page))


@office_page
def today(request: StudioRequest) -> HttpResponse:
    """Show the day's sessions and figures; to owners and managers also the money and what of it is late."""
    at, day = now(), today_in(request.studio.timezone)
    shown = selectors.figures(request.actor, at, day)
    context = _sessions_context(request) | {
        "figures": shown,
        "sessions_note": words.sessions_compared(shown.sessions, shown.sessions_before),
        "turnout_note": words.turnout_compared(shown.turnout, shown.turnout_before),
    }
    if sees_money(request.actor):
        money = selectors.money(request.actor, request.studio, day)
        context |= {
            "money": money,
            "revenue": monthly_revenue(money.months, plain=True),
            "ages": age_bars(money.ages),
            "late": late_rows(money.late, day),
            "steps": None
            if shown.sessions or shown.sessions_before
            else selectors.first_steps(request.studio),
        }
    return render(request, "studio/today.html", context)


@office_page
def today_sessions(request: StudioRequest) -> HttpResponse:
    """Answer the day's sessions and their sentence alone: the page asks again whenever the timetable changes."""
    return render(request, "studio/_today_sessions.html", _sessions_context(request) | {"again": True})


def _sessions_context(request: StudioRequest) -> dict[str, Any]:
    day = today_in(request.studio.timezone)
    sessions = selectors.todays_sessions(request.actor, now())
    return {"day": day, "sessions": sessions, "day_words": words.day_words(day, sessions)}


@office_page
def reports(request: StudioRequest) -> HttpResponse:
    """Show every report the person reads, each a question with its chart, its table and its file."""
    form = PeriodForm(request.GET, today=today_in(request.studio.timezone))
    found = all_reports(_asked(request, form))
    is_new = all(report.is_empty for report in found) and selectors.first_steps(request.studio) is not None
    query = request.GET.copy()
    query.pop("by", None)
    context = {
        "form": form,
        "period": form.shown,
        "grain": form.grain,
        "reports": found,
        "is_new": is_new,
        "query": request.GET.urlencode() if form.is_valid() else "",
        "query_without_grain": query.urlencode(),
    }
    return render(request, "studio/reports/reports.html", context)


@office_page
def report_csv(request: StudioRequest, slug: str) -> HttpResponse:
    """Answer one report as a CSV file."""
    asked = _asked(request, _valid(request))
    return _file(request, asked, f"{slug}.csv", "text/csv; charset=utf-8", csv_bytes(file_of(asked, slug)))


@office_page
def reports_zip(request: StudioRequest) -> HttpResponse:
    """Answer all reports the person reads as CSV files in one archive."""
    asked = _asked(request, _valid(request))
    files = [(f"{slug}.csv", csv_bytes(table)) for slug, table in all_files(asked).items()]
    return _file(request, asked, "reports.zip", "application/zip", zip_bytes(files))


def _asked(request: StudioRequest, form: PeriodForm) -> Asked:
    return Asked(actor=request.actor, period=form.shown, grain=form.grain, today=form.today)


def _valid(request: StudioRequest) -> PeriodForm:
    """Return the form of a file's address; raises Invalid where a page would show what is wrong."""
    form = PeriodForm(request.GET, today=today_in(request.studio.timezone))
    if not form.is_valid():
        raise Invalid(str(next(iter(form.errors.values()))[0]))
    return form


def _file(request: StudioRequest, asked: Asked, name: str, kind: str, content: bytes) -> HttpResponse:
    """Answer a download. Its bytes are there already: nothing is read once the studio has been left."""
    stem, _, ending = name.partition(".")
    file_name = f"{request.studio.slug}-{stem}-{asked.period.slug}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=kind, headers=headers)
