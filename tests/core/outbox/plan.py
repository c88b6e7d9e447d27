"""A topic of the tests' own, whose handler remembers where it was called and does what a test asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from fitflow.core import outbox
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import current_studio, studio_context

Seen = list[tuple[str, Any]]
State = OutboxMessage.State
seen: Seen = []
act: dict[str, Callable[[OutboxMessage], None]] = {}


def note(message: OutboxMessage) -> None:
    """The handler of these tests: remembers where it was called and does what the test asks."""
    seen.append((message.ids.get("thing", ""), getattr(current_studio(), "id", None)))
    if "then" in act:
        act["then"](message)


def also(message: OutboxMessage) -> None:
    seen.append(("also", None))


def publish(topic: str, **ids: Any) -> OutboxMessage:
    with transaction.atomic():
        outbox.publish(topic, **ids)
    return OutboxMessage.objects.filter(topic=topic).latest("created_at", "pk")


def make_due(message: OutboxMessage) -> None:
    with studio_context(None):
        OutboxMessage.objects.filter(pk=message.pk).update(due_at=Now(), leased_until=None)
