"""The demo's folder as a provider that can be held before or after it takes a message."""

from __future__ import annotations

import time
from collections.abc import Sequence
from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage

from notifications.email.devmail import FolderBackend


class HesitantFolder(FolderBackend):
    """Waits while a file `hold-before` or `hold-after` is beside the mail, and writes down each time it is called."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        beside = Path(settings.DEVMAIL_DIR).parent
        for message in email_messages:
            with (beside / "handed-over").open("a") as notes:
                notes.write(f"{message.extra_headers.get('Message-ID', '')}\n")
        _wait_while(beside / "hold-before")
        taken = super().send_messages(email_messages)
        _wait_while(beside / "hold-after")
        return taken


def _wait_while(file: Path) -> None:
    while file.exists():
        time.sleep(0.02)


def subjects(folder: Path) -> list[str]:
    """Return the subjects of all mail that arrived."""
    found = []
    for file in (folder / "mail").glob("*.eml"):
        with file.open("rb") as opened:
            found.append(str(BytesHeaderParser(policy=policy.default).parse(opened)["Subject"]))
    return found
