"""Whose sessions count in a person's figures, and who reads money."""

from __future__ import annotations

from django.db.models import Q

from fitflow.core.errors import NotPermitted
from studios.shared.models import Role
from studios.shared.policies import Actor, Capability, Scope, require, scope_of
from trainers.policies import given_by

# Who has the studio's own pages; a trainer's work begins in the calendar.
OFFICE = (Role.OWNER, Role.MANAGER, Role.TRAINER_ADMIN)


def sees_money(actor: Actor) -> bool:
    """Whether she reads the whole studio's revenue, tax and receivables."""
    return scope_of(actor, Capability.REPORTS_SEE) is Scope.ALL


def require_money(actor: Actor) -> None:
    """Raise NotPermitted unless she reads the whole studio's money."""
    if not sees_money(actor):
        raise NotPermitted()


def sessions_counted(actor: Actor, path: str = "") -> Q:
    """Return the condition under which a session counts in her figures: all, those her team gives, or her own.

    `path` leads from the queried row to its session (`session__`). Raises NotPermitted to who reads no reports.
    """
    scope = require(actor, Capability.REPORTS_SEE)
    return Q() if scope is Scope.ALL else given_by(actor, scope, f"{path}trainer__")
