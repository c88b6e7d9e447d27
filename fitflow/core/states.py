"""The words of every state: an icon and a word always together; the tone only helps."""

from __future__ import annotations

from dataclasses import dataclass

INFO, GOOD, WARN, BAD, OFF, PLAIN = "is-info", "is-good", "is-warn", "is-bad", "is-off", ""


@dataclass(frozen=True, slots=True)
class State:
    """How one state is shown: its word, its icon (of bootstrap-icons, without `bi-`) and its tone."""

    word: str
    icon: str
    tone: str = PLAIN


CANCELLED = State("Cancelled", "x-circle", OFF)
NO_SHOW = State("No-show", "person-x", BAD)
LATE_CANCEL = State("Late cancel", "clock-history", WARN)
HELD = State("Held", "lock", INFO)
WAITING = State("Waitlist", "hourglass-split", INFO)
ACTIVE = State("Active", "check-circle", GOOD)
ARCHIVED = State("Archived", "archive", PLAIN)
FAILED = State("Failed", "exclamation-circle", BAD)
REFUNDED = State("Refunded", "arrow-counterclockwise")
EXPIRED = State("Expired", "calendar-x", OFF)
DRAFT = State("Draft", "file-earmark")
PENDING = State("Waiting", "hourglass", INFO)
DONE = State("Done", "check-circle", GOOD)
RUNNING = State("Running", "arrow-repeat", INFO)

STATES: dict[str, dict[str, State]] = {
    "session": {
        "scheduled": State("Scheduled", "calendar-check"),
        "held": HELD,
        "full": State("Full", "people", INFO),
        "now": State("Now", "broadcast", INFO),
        "in_progress": State("Now", "broadcast", INFO),
        "to_close": State("To close", "pencil", WARN),
        "completed": State("Completed", "check-circle", GOOD),
        "no_show": NO_SHOW,
        "late_cancel": LATE_CANCEL,
        "cancelled": CANCELLED,
    },
    "booking": {
        "booked": State("Booked", "calendar-check"),
        "confirmed": State("Confirmed", "calendar-check"),
        "held": HELD,
        "waitlisted": WAITING,
        "waitlist": WAITING,
        "attended": State("Attended", "check-circle", GOOD),
        "completed": State("Attended", "check-circle", GOOD),
        "no_show": NO_SHOW,
        "late_cancel": LATE_CANCEL,
        "cancelled": CANCELLED,
    },
    "invoice": {
        "draft": DRAFT,
        "issued": State("Issued", "send", INFO),
        "sent": State("Sent", "send", INFO),
        "part_paid": State("Part paid", "pie-chart", WARN),
        "paid": State("Paid", "check-circle", GOOD),
        "overdue": State("Overdue", "exclamation-circle", BAD),
        "refunded": REFUNDED,
        "void": State("Void", "slash-circle", OFF),
        "credited": State("Credited", "file-earmark-minus", INFO),
        "credit_note": State("Credit note", "file-earmark-minus", INFO),
    },
    "payment": {
        "pending": PENDING,
        "recorded": State("Received", "check-circle", GOOD),
        "succeeded": State("Received", "check-circle", GOOD),
        "failed": FAILED,
        "refunded": REFUNDED,
        "reversed": State("Reversed", "arrow-counterclockwise", OFF),
    },
    "delivery": {
        "queued": State("Queued", "hourglass"),
        "sending": State("Sending", "send", INFO),
        "sent": State("Sent", "envelope-check", GOOD),
        "delivered": State("Delivered", "envelope-check", GOOD),
        "failed": State("Failed", "envelope-x", BAD),
        "suppressed": State("Suppressed", "bell-slash"),
        "unknown": State("Unknown", "question-circle", WARN),
    },
    "series": {
        "running": State("Going on", "arrow-repeat", INFO),
        "over": State("Over", "check2-all", OFF),
    },
    "note": {
        "draft": State("To sign", "pencil", WARN),
        "signed": State("Signed", "pen", GOOD),
        "private": State("Only me", "lock"),
        "team": State("Trainers", "people"),
        "shared": State("Shared", "share", INFO),
    },
    "pass": {
        "active": ACTIVE,
        "used": State("Used up", "check2-all"),
        "expired": EXPIRED,
        "cancelled": CANCELLED,
    },
    "member": {
        "invited": State("Invited", "envelope", INFO),
        "active": ACTIVE,
        "suspended": State("Suspended", "pause-circle", WARN),
        "removed": State("Left", "box-arrow-right", OFF),
    },
    "run": {
        "queued": State("Queued", "hourglass"),
        "pending": PENDING,
        "running": RUNNING,
        "done": DONE,
        "completed": DONE,
        "failed": FAILED,
    },
    "import": {
        "reading": State("Reading", "arrow-repeat", INFO),
        "mapping": State("To map", "pencil", WARN),
        "checking": State("Checking", "arrow-repeat", INFO),
        "checked": State("Checked", "list-check", WARN),
        "importing": State("Importing", "arrow-repeat", INFO),
        "done": State("Imported", "check-circle", GOOD),
        "undoing": State("Undoing", "arrow-repeat", INFO),
        "undone": State("Undone", "arrow-counterclockwise", OFF),
        "dropped": State("Not imported", "x-circle", OFF),
    },
    "record": {
        "active": ACTIVE,
        "archived": ARCHIVED,
        "closed": State("Closed", "door-closed", OFF),
    },
}


def state_of(kind: str, value: object) -> State:
    """Return how a state is shown; one that is not listed reads as its own word in the plain tone."""
    key = str(getattr(value, "value", value) or "").lower().replace("-", "_").replace(" ", "_")
    known = STATES.get(kind, {}).get(key)
    return known or State(key.replace("_", " ").capitalize() or "Unknown", "circle")
