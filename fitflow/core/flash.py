"""Messages about what was just done, with a way back where there is one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

UNDO = "undo:"


def undoable(request: HttpRequest, text: str, url: str) -> None:
    """Say that something succeeded and offer Undo, which posts to `url`."""
    messages.success(request, text, extra_tags=f"{UNDO}{url}")


def undo_address(message: Message) -> str:
    """Return where a message's Undo posts to, or nothing."""
    tags = message.extra_tags or ""
    return tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""
