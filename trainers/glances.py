"""What the timetable says of a studio on the page that lists a person's studios."""

from __future__ import annotations

from fitflow.core.clock import day_bounds, today
from studios.shared.models import Studio
from studios.shared.policies import Actor, Capability, Scope, scope_of
from trainers.models import Session
from trainers.policies import given_by, visible_sessions


def sessions_today(actor: Actor, studio: Studio) -> str:
    """Return how many sessions there are today: the studio's, or her own where she leads nothing there."""
    starts, ends = day_bounds(today(studio.timezone), studio.timezone)
    rows = visible_sessions(actor).filter(starts_at__gte=starts, starts_at__lt=ends)
    rows = rows.exclude(status__in=[Session.Status.CANCELLED, Session.Status.HELD])
    all_of_them = scope_of(actor, Capability.SESSIONS_MANAGE) is Scope.ALL
    if actor.is_staff and not all_of_them:
        rows = rows.filter(given_by(actor, Scope.OWN))
    count = rows.count()
    whose = "" if all_of_them else " of yours"
    return f"{count or 'No'} session{'' if count == 1 else 's'}{whose} today"
