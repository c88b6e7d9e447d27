"""Calendars elsewhere in the demo world. It asks nothing of the Internet: her own calendar is as it was read, and paused."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from fitflow.accounts.models import User
from fitflow.accounts.services.tokens import digest
from fitflow.core.clock import now, today
from trainers.external.asking import Answer
from trainers.services.calendar_feeds import make_personal_feed
from trainers.services.external import add_calendar, calendars_of, keep_answer, pause_calendar
from trainers.shared.models import PersonalFeed

ZONE = "America/Toronto"
# Known to everybody, as the demo's password is: <public host>/my/calendar/<this>.ics
FEED_SECRET = "demo-of-maya-fournier-in-all-her-three-studios"  # noqa: S105
# Choir on Tuesdays, her daughter from school on Fridays; no session of hers is then.
WEEKLY = ((1, time(19, 30), time(21, 0)), (4, time(15, 0), time(16, 0)))
WEEKS = range(-4, 9)


def add_calendars(lead: User) -> None:
    """Give the lead a paused calendar with busy time, and an address of her own sessions."""
    if calendars_of(lead).exists():
        return
    calendar = add_calendar(
        user=lead, name="Home", address="https://calendar.example.com/maya/basic.ics", zone=ZONE
    )
    keep_answer(calendar, Answer(_spans()), now())
    pause_calendar(user=lead, calendar_id=calendar.pk)
    feed, _ = make_personal_feed(user=lead, name="Google Calendar")
    PersonalFeed.objects.filter(pk=feed.pk).update(secret_hash=digest(FEED_SECRET))


def _spans() -> list[tuple[datetime, datetime]]:
    zone, day = ZoneInfo(ZONE), today(ZONE)
    monday = day - timedelta(days=day.weekday())
    found = []
    for week in WEEKS:
        for weekday, start, end in WEEKLY:
            there = monday + timedelta(weeks=week, days=weekday)
            found.append((datetime.combine(there, start, zone), datetime.combine(there, end, zone)))
    return found
