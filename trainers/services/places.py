"""How many places one session has."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from fitflow.core import outbox
from fitflow.core.db import refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid
from studios.services import record_event
from studios.shared.policies import Actor
from trainers.models import Session
from trainers.policies import editable_session
from trainers.services.scheduling import locked, scheduled

MOST = 500


@retry_deadlocks
def change_places(*, actor: Actor, session_id: UUID, places: int) -> Session:
    """Give one session more or fewer places than its service has; more of them go to the waitlist.

    Raises NotFound, NotPermitted, Invalid (outside 1 to 500), Conflict (`status`; `capacity` where more are booked).
    Publishes session.places, and place.freed where there are more.
    """
    if not 1 <= places <= MOST:
        raise Invalid(f"A session has 1 to {MOST} places.", field="places")
    seen = editable_session(actor, session_id)
    with refusals(_refusal), transaction.atomic():
        session = scheduled(locked(seen))
        before = session.capacity
        if before == places:
            return session
        session.capacity = places
        session.save(update_fields=["capacity"])
        session.version += 1  # as the trigger has written it
        outbox.publish("session.places", session=session.id)
        if places > before and session.waitlisted:
            outbox.publish("place.freed", session=session.id)
        record_event(actor=actor, action="session.places", subject=session, was=before, places=places)
    return session


def _refusal(name: str, state: str) -> Exception | None:
    if name.startswith("session_within_capacity"):
        return Conflict(
            "More clients are booked than that. Take somebody off first.",
            field="places",
            conflict="capacity",
        )
    return None
