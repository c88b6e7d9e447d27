"""Live events: told to everyone who has a studio's timetable open. An event carries ids only; who gets it reads the rows
under her own rights."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from fitflow.core.models import OutboxMessage

# A transaction that began earlier may commit later: whoever polls reads this much again and drops what she knows.
OVERLAP = timedelta(seconds=15)
# After these an open socket may be one too many. They are nobody's news.
ASKS_AGAIN = ("studio.suspended", "member.removed")


def group_of(schema_name: str) -> str:
    """Return the channel group of a studio; its name carries the schema, so no event reaches another's."""
    return f"live.{schema_name}"


def event_of(message: OutboxMessage) -> dict[str, Any]:
    """Return a message as the browser gets it."""
    return {"id": str(message.pk), "event": message.topic, **message.ids}


def broadcast(message: OutboxMessage, *, schema_name: str) -> None:
    """Send one event to the studio's sockets. Sending twice is harmless: the browser knows events by id."""
    layer: Any = get_channel_layer()
    async_to_sync(layer.group_send)(group_of(schema_name), {"type": "live.event", "body": event_of(message)})


def ask_again(message: OutboxMessage, *, schema_name: str) -> None:
    """Let the studio's sockets (only those of the message's `user`, where it names one) ask whether they may stay open."""
    layer: Any = get_channel_layer()
    body = {"type": "live.ask_again", "user": message.ids.get("user")}
    async_to_sync(layer.group_send)(group_of(schema_name), body)


def events_since(instant: datetime) -> list[dict[str, Any]]:
    """Return the current studio's events since an instant, at most the newest 200, oldest first: the polling fallback."""
    rows = OutboxMessage.objects.filter(lane="live", created_at__gt=instant - OVERLAP)
    newest = rows.exclude(topic__in=ASKS_AGAIN).order_by("-created_at")[:200]
    return [event_of(row) for row in reversed(newest)]
