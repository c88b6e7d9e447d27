"""What happens in the timetable is told live."""

from __future__ import annotations

from fitflow.core import live, outbox
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.db import connection

TOPICS = (
    "session.scheduled",
    "session.rescheduled",
    "session.cancelled",
    "session.completed",
    "session.places",
    "session.held",
    "session.released",
    "session.logged",
    "session.noted",
    "booking.changed",
    "series.scheduled",
    "series.changed",
    "series.cancelled",
    "series.carried_on",
    "availability.changed",
    "import.done",
    "import.undone",
)


@outbox.subscribe(*TOPICS, lane="live")
def tell(message: OutboxMessage) -> None:
    """Tell everyone who looks at the studio's calendar."""
    live.broadcast(message, schema_name=connection.schema_name)


@outbox.subscribe(*live.ASKS_AGAIN, lane="live")
def ask_again(message: OutboxMessage) -> None:
    """Close the sockets of who left, or of everybody where the studio was suspended."""
    live.ask_again(message, schema_name=connection.schema_name)
