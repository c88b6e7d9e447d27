"""Making a feed and asking for it as a calendar program does."""

from __future__ import annotations

from typing import Any

from django.test import Client as Browser

from fitflow.tenancy.context import leave
from tests.cast import Cast
from tests.trainers.feeds.reading import Part, read
from trainers.feed_policies import Subject
from trainers.models import CalendarFeed
from trainers.services.calendar_feeds import (
    make_feed,
)


def ask(secret: str, host: str = "lotus.fitflow.localhost", **headers: str) -> Any:
    leave()
    folder = "/calendar/" if host.count(".") == 2 else "/my/calendar/"
    return Browser(headers={"host": host, **headers}).get(f"{folder}{secret}.ics")


def mine(secret: str, **headers: str) -> Any:
    return ask(secret, "fitflow.localhost", **headers)


def feed(cast: Cast, kind: str = "trainer", by: str = "lead", name: str = "lead") -> tuple[CalendarFeed, str]:
    """Make a feed in the studio the test is in."""
    rows: dict[str, Any] = {"trainer": cast.trainer, "client": cast.client, "room": cast.room}
    subject = Subject(kind, rows[kind](name).pk)  # type: ignore[arg-type]
    return make_feed(actor=cast.actor(by), name="Phone", subject=subject)


def calendar_of(response: Any) -> Part:
    assert response.status_code == 200, response.content
    return read(response.content)


def summaries(response: Any) -> list[str]:
    return [event["SUMMARY"].text for event in calendar_of(response).of("VEVENT")]
