"""The sentences that greet a client."""

from __future__ import annotations

from datetime import datetime

from django.utils import dateformat

from fitflow.core.formats import clock_text, day_text, zone_of
from reporting.portal.bookings import ShownBooking
from reporting.portal.selectors import Due

NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def greeting(name: str) -> str:
    """Return the name she is greeted by: the first word of it."""
    return name.split()[0] if name.split() else ""


def when_next(coming: ShownBooking | None, now: datetime) -> str:
    """Say when she trains next, as near as people say it: now, today, tomorrow, on Tuesday, on Thursday 19 November."""
    if coming is None:
        return "Nothing is booked for you just now."
    zone = zone_of(coming.zone)
    start = coming.session.starts_at.astimezone(zone)
    days = (start.date() - now.astimezone(zone).date()).days
    if coming.session.starts_at <= now:
        return "You are training right now."
    if days == 0:
        return f"You train today at {clock_text(start, zone)}."
    if days == 1:
        return f"You train tomorrow at {clock_text(start, zone)}."
    if days < 7:
        return f"You train next on {dateformat.format(start, 'l')}."
    return f"You train next on {day_text(start, zone)}."


def what_is_due(due: Due) -> str:
    """Say how many invoices wait to be paid; nothing where none does."""
    count, late = len(due.invoices), due.late
    if not count:
        return ""
    word = NUMBERS[count] if count < len(NUMBERS) else str(count)
    if late == count:
        return f"{word} invoice is overdue." if count == 1 else f"{word} invoices are overdue."
    return f"{word} invoice is to be paid." if count == 1 else f"{word} invoices are to be paid."
