from fitflow.core.models.base import Row
from fitflow.core.models.idempotency import IdempotentAnswer
from fitflow.core.models.outbox import OutboxMessage

__all__ = ["IdempotentAnswer", "OutboxMessage", "Row"]
