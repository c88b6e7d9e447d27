from __future__ import annotations

from celery import shared_task

from fitflow.core import outbox
from fitflow.core.services import forget_expired


@shared_task(name="core.relay", public_rows=True)
def relay(lane: str) -> int:
    """Deliver what is due in one lane of the outbox."""
    return outbox.run_lane(lane)


@shared_task(name="core.sweep", public_rows=True)
def sweep() -> None:
    """Beat's turn: whatever a lost hint or a killed relay left behind."""
    for lane in outbox.lanes_with_work():
        outbox.wake(lane, anyway=True)


@shared_task(name="core.tidy", public_rows=True)
def tidy() -> int:
    """Drop expired idempotency keys and outbox rows delivered over a week ago; return how many."""
    return forget_expired()
