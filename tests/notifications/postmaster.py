"""A real SMTP server that answers as a test tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.server import free_port


class Postmaster:
    """Answers DATA as it is told, and keeps what it accepted."""

    def __init__(self) -> None:
        self.port = free_port()
        self.kept: list[Any] = []
        self.answers: list[str] = []
        self.recipient_answer = ""
        # While silent it has a message and does not say so; `asked` counts the messages it was given.
        self.silent = False
        self.asked = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient_answer:
            return self.recipient_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.asked += 1
        while self.silent:
            await asyncio.sleep(0.02)
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer in {"250 OK", "keep and hang up"}:
            content = envelope.content
            assert isinstance(content, bytes)
            self.kept.append(message_from_bytes(content, policy=policy.default))
        if "hang up" in answer:
            transport: Any = server.transport
            transport.abort()
            await asyncio.sleep(0.1)
        return answer


@contextmanager
def smtp_server() -> Iterator[Postmaster]:
    """Run a server until the block ends."""
    postmaster = Postmaster()
    controller = Controller(postmaster, hostname="127.0.0.1", port=postmaster.port)
    controller.start()
    try:
        yield postmaster
    finally:
        controller.stop()
