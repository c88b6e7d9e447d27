"""The demo's provider: each message a file in a folder, read at /dev/mail/. Unlike SMTP it can say what it has."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

KEPT = 2_000


def folder() -> Path:
    return Path(settings.DEVMAIL_DIR)


class FolderBackend(BaseEmailBackend):
    """Writes each message once, by its Message-ID, so that handing it over again changes nothing."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder().mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            self._write(message)
        prune()
        return len(email_messages)

    def look_up(self, message_id: str) -> bool:
        """Tell whether the message is here."""
        return bool(_files(message_id))

    def _write(self, message: EmailMessage) -> None:
        parsed: Any = message.message()
        message_id = str(parsed["Message-ID"])
        if _files(message_id):
            return
        name = f"{timezone.now():%Y%m%dT%H%M%S%f}-{_digest(message_id)}.eml"
        unfinished = folder() / f".{name}.{os.getpid()}"
        unfinished.write_bytes(parsed.as_bytes())
        unfinished.rename(folder() / name)


def _digest(message_id: str) -> str:
    return hashlib.sha256(message_id.strip().encode()).hexdigest()[:32]


def _files(message_id: str) -> list[Path]:
    return list(folder().glob(f"*-{_digest(message_id)}.eml"))


def prune(kept: int = KEPT) -> None:
    """Remove the oldest messages beyond the last `kept`."""
    for name in names()[kept:]:
        with suppress(FileNotFoundError):
            (folder() / f"{name}.eml").unlink()


def names() -> list[str]:
    """Return the names of all messages, newest first."""
    try:
        return sorted((path.stem for path in folder().glob("*.eml")), reverse=True)
    except FileNotFoundError:
        return []


@dataclass(frozen=True)
class Summary:
    """One line of the list."""

    name: str
    subject: str
    sender: str
    recipient: str
    sent_at: datetime
    attachments: int

    def matches(self, words: str) -> bool:
        """Whether each of the words stands in the subject or in one of the addresses."""
        text = f"{self.subject} {self.sender} {self.recipient}".casefold()
        return all(word in text for word in words.casefold().split())


def read(name: str) -> ParsedMessage | None:
    """Return one message, or None where there is none of that name."""
    if name not in names():
        return None
    raw = (folder() / f"{name}.eml").read_bytes()
    return message_from_bytes(raw, policy=policy.default)


@lru_cache(maxsize=KEPT)
def summary(path: Path) -> Summary:
    """Return what the list shows of a message; a file never changes, so it is read once."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    return Summary(
        name=path.stem,
        subject=str(message["Subject"] or "(no subject)"),
        sender=str(message["From"] or ""),
        recipient=str(message["To"] or ""),
        sent_at=sent_at(path.stem),
        attachments=len(list(message.iter_attachments())),
    )


def search(words: str = "") -> list[Summary]:
    """Return the messages that hold all of the words, newest first."""
    found = (summary(folder() / f"{name}.eml") for name in names())
    return [one for one in found if one.matches(words)]


def sent_at(name: str) -> datetime:
    """Return when a message came in, as its name says."""
    return datetime.strptime(f"{name.partition('-')[0]}+0000", "%Y%m%dT%H%M%S%f%z")


@dataclass(frozen=True)
class Attachment:
    """A file that came with a message."""

    name: str
    kind: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)


def attachments(message: ParsedMessage) -> list[Attachment]:
    """Return the files of a message, in their order."""
    return [
        Attachment(
            name=re.sub(r"[^\w.-]", "_", part.get_filename() or "attachment"),
            kind=part.get_content_type(),
            content=cast(bytes, part.get_payload(decode=True) or b""),
        )
        for part in message.iter_attachments()
    ]


def text_of(message: ParsedMessage) -> str:
    """Return the plain text of a message, or nothing."""
    body = message.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""
