"""Reads of series for their pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from fitflow.core.clock import now
from studios.shared.policies import Actor
from trainers.models import Series, SeriesSkip, Session
from trainers.recurrence_words import describe_days, ordinal
from trainers.series_policies import fetch_series, may_edit_series, visible_series
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


@dataclass(frozen=True)
class SeriesRow:
    """A series in the list of all: in words, with its next session and until when it goes."""

    series: Series
    words: str
    until: date | None
    next_at: datetime | None
    next_id: UUID | None
    coming: int

    @property
    def state(self) -> str:
        """Whether something of it is still to come."""
        return "running" if self.next_at else "over"

    @property
    def coming_words(self) -> str:
        """How many of its sessions are made and to come."""
        return f"{self.coming} to come"


def all_series(
    actor: Actor, *, text: str = "", trainer: UUID | None = None, over: bool = False
) -> QuerySet[Series]:
    """Return the studio's series for their list: those with sessions to come, the next first, or those that are over.

    With a text, both, by service, trainer, place and room. Raises NotPermitted to who does not work here.
    """
    coming = Session.objects.filter(
        series=OuterRef("pk"), status=Session.Status.SCHEDULED, starts_at__gt=now()
    ).order_by("starts_at")
    made = Session.objects.filter(series=OuterRef("pk")).exclude(status=Session.Status.CANCELLED)
    rows = visible_series(actor).annotate(
        next_at=Subquery(coming.values("starts_at")[:1]),
        next_id=Subquery(coming.values("pk")[:1]),
        last_at=Subquery(made.order_by("-starts_at").values("starts_at")[:1]),
    )
    if trainer is not None:
        rows = rows.filter(trainer=trainer)
    for word in text.replace("\x00", "").split():
        named = ("service__name", "trainer__name", "location__name", "room__name")
        rows = rows.filter(reduce(or_, (Q(**{f"{name}__icontains": word}) for name in named)))
    if not text:
        rows = rows.filter(next_at__isnull=over)
    return rows.order_by(F("next_at").asc(nulls_last=True), F("last_at").desc(nulls_last=True), "pk")


def series_rows(found: Iterable[Any]) -> list[SeriesRow]:
    """Return what the list shows of each. One query."""
    page = list(found)
    counted = Session.objects.filter(
        series__in=[one.pk for one in page], status=Session.Status.SCHEDULED, starts_at__gt=now()
    )
    coming = dict(counted.values_list("series").annotate(Count("pk")).order_by())
    return [
        SeriesRow(one, words_of(one), _until(one), one.next_at, one.next_id, coming.get(one.pk, 0))
        for one in page
    ]


def _until(series: Any) -> date | None:
    """Return the last day of a series; None where it goes on until somebody ends it."""
    if series.ended_at is None and rule_of(series).endless:
        return None
    last: datetime | None = series.last_at
    if last is None:
        return datetime.fromisoformat(series.starts).date()
    return last.astimezone(ZoneInfo(series.location.timezone)).date()


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
