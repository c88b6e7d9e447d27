from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from fitflow.core.models import IdempotentAnswer, OutboxMessage


def forget_expired() -> int:
    """Delete idempotency keys past their 24 hours and outbox rows done for a week; return how many rows went."""
    now = timezone.now()
    answers, _ = IdempotentAnswer.objects.filter(expires_at__lt=now).delete()
    done = OutboxMessage.objects.filter(state=OutboxMessage.State.DONE, done_at__lt=now - timedelta(days=7))
    return answers + done.delete()[0]
