from __future__ import annotations

from celery import shared_task

from fitflow.accounts.services import forget_old_tokens


@shared_task(name="accounts.tidy", public_rows=True)
def tidy() -> int:
    """Drop refresh tokens that expired; return how many."""
    return forget_old_tokens()
