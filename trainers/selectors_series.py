"""Reads of series for their pages."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from studios.shared.policies import Actor
from trainers.models import Series, SeriesSkip, Session
from trainers.recurrence_words import describe_days, ordinal
from trainers.series_policies import fetch_series, may_edit_series
from trainers.services.series import rule_of, words_of


@dataclass(frozen=True)
class SeriesPage:
    """A series with its sessions and what was left out."""

    series: Series
    words: str
    sessions: list[Session]
    skips: list[SeriesSkip]
    may_edit: bool

    @property
    def zone(self) -> str:
        """The zone of its place."""
        return self.series.location.timezone


def series_page(actor: Actor, series_id: UUID) -> SeriesPage:
    """Return a series for its page. Three queries. Raises NotPermitted, NotFound."""
    series = fetch_series(actor, series_id)
    return SeriesPage(
        series=series,
        words=words_of(series),
        sessions=list(series.sessions.order_by("starts_at")),
        skips=list(series.skips.order_by("occurrence")),
        may_edit=may_edit_series(actor, series),
    )


def place_in_series(session: Session) -> str:
    """Write where a session stands in its series: `Tuesdays and Thursdays, 5 of 24`. Empty where it does not repeat."""
    if session.series_id is None:
        return ""
    series = Series.objects.select_related("location").get(pk=session.series_id)
    rule = rule_of(series)
    name = describe_days(rule, series.starts)
    walls = list(
        series.sessions.exclude(status=Session.Status.CANCELLED)
        .order_by("occurrence")
        .values_list("occurrence", flat=True)
    )
    if session.occurrence not in walls:
        return name
    number = walls.index(session.occurrence) + 1
    if rule.endless and series.ended_at is None:
        return f"{name}, the {ordinal(number)}, without an end"
    return f"{name}, {number} of {len(walls)}"
