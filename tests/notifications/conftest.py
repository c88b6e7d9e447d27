from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from fitflow.core import outbox
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from notifications import letters
from notifications.letters import Letter
from notifications.models import Delivery


@pytest.fixture(autouse=True)
def only_our_work(db: None) -> None:
    """What making the cast has left in the outbox is no concern of these tests."""
    OutboxMessage.objects.all().delete()


class Provider(BaseEmailBackend):
    """A provider that does what a test tells it, and remembers what it got."""

    got: ClassVar[list[EmailMessage]] = []
    then: ClassVar[list[Exception]] = []
    has: ClassVar[bool | None] = None

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.got.extend(email_messages)
        if self.then:
            raise self.then.pop(0)
        return len(email_messages)

    def look_up(self, message_id: str) -> bool | None:
        return self.has


@pytest.fixture
def provider(settings: Any) -> type[Provider]:
    settings.EMAIL_BACKEND = "tests.notifications.conftest.Provider"
    Provider.got.clear()
    Provider.then.clear()
    Provider.has = None
    return Provider


@pytest.fixture
def devmail(settings: Any, tmp_path: Path) -> Path:
    """The demo's folder, empty."""
    settings.EMAIL_BACKEND = "notifications.email.devmail.FolderBackend"
    settings.DEVMAIL_DIR = tmp_path / "mail"
    return tmp_path / "mail"


@pytest.fixture
def greeting(monkeypatch: pytest.MonkeyPatch) -> str:
    """A message of no particular subject."""
    monkeypatch.setattr(letters, "_renderers", dict(letters._renderers))

    @letters.template("greeting")
    def render(delivery: Delivery) -> Letter:
        return Letter(
            subject="Hello there",
            preview="Hello",
            mark="Hello",
            heading="Hello there",
            why="You get this because.",
        )

    return "greeting"


def work_off() -> None:
    """Deliver all mail that is due, as the relay does."""
    outbox.run_lane("mail")


def everything_again() -> None:
    """Make every row of the outbox due once more, as if each relay had been killed before it could say that it was done."""
    with studio_context(None):
        OutboxMessage.objects.update(state="pending")
