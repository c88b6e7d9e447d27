"""What each subject says of a studio at a glance, on the page that lists a person's studios.

A subject above registers a function in its AppConfig.ready(); it is called inside each studio.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from fitflow.tenancy.context import studio_context
from studios.shared.models import Studio
from studios.shared.policies import Actor

Glance = Callable[[Actor, Studio], str]
_glances: list[Glance] = []


def register(glance: Glance) -> Glance:
    """Add a function that returns a few words (`3 sessions today`), or nothing."""
    if glance not in _glances:
        _glances.append(glance)
    return glance


def glances_at(studio: Studio, *, user_id: UUID, name: str, roles: list[str]) -> list[str]:
    """Return what there is to say of a studio to somebody who holds these roles there."""
    actor = Actor(user_id=user_id, name=name, roles=frozenset(roles))
    with studio_context(studio):
        return [words for glance in _glances if (words := glance(actor, studio))]
