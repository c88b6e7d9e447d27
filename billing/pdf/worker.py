"""A process of the pool: `python -m billing.pdf.worker <descriptor>`. It ends when its pool does."""

from __future__ import annotations

import logging
import socket
import sys

from billing.pdf import wire
from billing.pdf.press import press, warm


def serve(link: socket.socket) -> None:
    """Answer each page with its PDF, or with the name of the error, until the other end is gone."""
    warm()
    wire.send(link, wire.READY)
    while True:
        try:
            _, page = wire.receive(link)
        except (EOFError, ConnectionError):
            return
        try:
            answer = (wire.DONE, press(page.decode()))
        except Exception as problem:
            answer = (wire.FAILED, type(problem).__name__.encode())
        wire.send(link, *answer)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    serve(socket.socket(fileno=int(sys.argv[1])))
