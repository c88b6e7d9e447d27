"""The sentences around figures: what changed, what is behind a chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.contrib.humanize.templatetags.humanize import apnumber

from fitflow.core.formats import day_text
from reporting.selectors.attendance import Turnout
from reporting.selectors.ledger import Books
from reporting.selectors.today import TodaySession
from reporting.tables import listed, rounded_money
from trainers.models import Session


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its word: `1 session`, `6 sessions`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def day_words(day: date, sessions: Sequence[TodaySession]) -> str:
    """Return the day and what it holds: `Friday 20 November. 6 sessions, one is full.`"""
    standing = [one for one in sessions if one.state != Session.Status.CANCELLED]
    if not standing:
        return f"{day_text(day)}. No sessions today."
    asides = [
        f"{apnumber(count)} {'is' if count == 1 else 'are'} {what}"
        for count, what in (
            (sum(one.is_full and one.is_ahead for one in standing), "full"),
            (sum(one.state == "to_close" for one in standing), "to close"),
        )
        if count
    ]
    return f"{day_text(day)}. {', '.join([plural(len(standing), 'session'), *asides])}."


def sessions_compared(this: int, last: int) -> str:
    """Return how this week's sessions stand beside last week's."""
    if this == last:
        return "as many as last week" if this else "none last week either"
    return f"{abs(this - last):,} {'more' if this > last else 'fewer'} than last week"


def turnout_compared(now: Turnout, before: Turnout) -> tuple[str, str]:
    """Return how attendance moved beside the four weeks before, and `up` or `down`, as the figures shown say it."""
    if now.rate is None:
        return "no session closed in 4 weeks", ""
    if before.rate is None:
        return "in the last 4 weeks", ""
    moved = now.rate - before.rate
    if not moved:
        return "as in the 4 weeks before", ""
    way = "up" if moved > 0 else "down"
    return f"{way} {plural(abs(moved), 'point')} in 4 weeks", way


def revenue_sentence(months: Sequence[Books]) -> str:
    """Return in words what the chart of revenue shows, from the first month that had any."""
    since = next((place for place, books in enumerate(months) if books.revenue), len(months))
    closed = [books for books in months[since:] if not books.slice.is_open]
    told = []
    if len(closed) > 1:
        first, last = closed[0], closed[-1]
        ends = f"from {rounded_money(first.revenue)} in {first.slice.name} to {rounded_money(last.revenue)} in {last.slice.name}"
        if first.revenue == last.revenue:
            told.append(
                f"Revenue was {rounded_money(last.revenue)} in {first.slice.name} and in {last.slice.name}"
            )
        else:
            told.append(f"Revenue {'rose' if last.revenue > first.revenue else 'fell'} {ends}")
    elif closed:
        told.append(f"Revenue was {rounded_money(closed[0].revenue)} in {closed[0].slice.name}")
    told += [
        f"{books.slice.name} stands at {rounded_money(books.revenue)} so far"
        for books in months
        if books.slice.is_open
    ]
    return "; ".join(told) + "."


def open_words(months: Sequence[Books]) -> list[str]:
    """Return what the star at a bar's foot means, where one has it."""
    return [f"* {books.slice.plain_name} to date." for books in months if books.slice.is_open]


def ranked_sentence(what: str, parts: Sequence[tuple[str, str]]) -> str:
    """Return in words what a chart of ranked bars shows: the first three, and how many follow."""
    shown = [f"{name} {figure}" for name, figure in parts[:3]]
    rest = f", and {plural(len(parts) - 3, 'more', 'more')}" if len(parts) > 3 else ""
    return f"{what}: {', '.join(shown) if rest else listed(shown)}{rest}."
