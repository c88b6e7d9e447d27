"""A process of the pool: `python -m billing.pdf.worker <descriptor>`. It ends when its pool does."""

from __future__ import annotations

import contextlib
import logging
import socket
import sys

from billing.pdf import wire
from billing.pdf.press import press, warm

logger = logging.getLogger(__name__)


def serve(link: socket.socket) -> None:
    """Answer each page with its PDF, or with the name of the error, until the other end is gone."""
    warm()
    wire.send(link, wire.READY)
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            _, page = wire.receive(link)
            wire.send(link, *_answer(page))


def _answer(page: bytes) -> tuple[bytes, bytes]:
    try:
        return wire.DONE, press(page.decode())
    except Exception as problem:
        logger.exception("pdf_failed")
        return wire.FAILED, type(problem).__name__.encode()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    serve(socket.socket(fileno=int(sys.argv[1])))
