"""What tests of pages need: a browser of each person, what a page holds, and plain helpers that make rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from django.test import Client as Browser

from fitflow.core.clock import now
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from trainers.models import Booking, Session
from trainers.services import book_client, schedule_session


def browser_of(cast: Cast, name: str = "", studio: str = "lotus") -> Browser:
    """Return a browser on a studio's host in which a person of the cast is signed in, or nobody."""
    browser = Browser(headers={"host": f"{studio}.fitflow.localhost"})
    if name:
        browser.force_login(cast.user[name])
    return browser


def words_of(response: Any) -> str:
    """Return the words of a page in one line, without its markup."""
    reader = _Words()
    reader.feed(response.content.decode())
    return " ".join(" ".join(reader.words).split())


def forms_of(response: Any) -> list[dict[str, str]]:
    """Return the attributes of every form of a page."""
    reader = _Forms()
    reader.feed(response.content.decode())
    return reader.forms


def at(hours: float) -> datetime:
    """Return the full hour that many hours from now."""
    return (now() + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)


def booked(
    cast: Cast,
    *,
    hours: float = 48,
    client: str = "Client",
    trainer: str = "lead",
    service: str = "Private",
    **more: Any,
) -> Session:
    """Schedule a session in the entered studio, hours from now, with one client in it."""
    return schedule_session(
        actor=SYSTEM,
        service_id=cast.service(service).pk,
        trainer_id=cast.trainer(trainer).pk,
        location_id=cast.location().pk,
        starts_at=more.pop("starts_at", None) or at(hours),
        client_ids=[cast.client(client).pk],
        **more,
    )


def joined(cast: Cast, session: Session, client: str = "Client") -> Booking:
    """Book a client into a session that is there, or onto its waitlist."""
    return book_client(actor=SYSTEM, session_id=session.pk, client_id=cast.client(client).pk)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._skipped += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.words.append(data)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "form":
            self.forms.append({name: value or "" for name, value in attrs})
