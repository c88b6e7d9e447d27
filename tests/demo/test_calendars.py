from __future__ import annotations

from django.test import Client as Browser

from fitflow.demo.calendars import FEED_SECRET, WEEKLY, WEEKS, add_calendars
from tests.cast import Cast
from trainers.services.external import claim_due
from trainers.shared.models import BusyTime, ExternalCalendar, PersonalFeed


def test_her_calendar_is_paused_with_busy_time_and_her_feed_can_be_read(cast: Cast) -> None:
    lead = cast.user["lead"]
    add_calendars(lead)
    add_calendars(lead)
    assert ExternalCalendar.objects.filter(user=lead).count() == PersonalFeed.objects.count() == 1
    assert BusyTime.objects.filter(user=lead, kind="external").count() == len(WEEKLY) * len(WEEKS)
    assert claim_due() == []
    response = Browser(headers={"host": "fitflow.localhost"}).get(f"/my/calendar/{FEED_SECRET}.ics")
    assert response.content.startswith(b"BEGIN:VCALENDAR")
