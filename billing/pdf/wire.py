"""How the pool and its processes talk: frames of a mark, a length and that many bytes, over a socket pair."""

from __future__ import annotations

import socket
import struct
from time import monotonic

HEAD = struct.Struct(">cI")
READY, PAGE, DONE, FAILED = b"R", b"H", b"P", b"E"
CHUNK = 1 << 16


def send(link: socket.socket, mark: bytes, body: bytes = b"", *, until: float | None = None) -> None:
    """Send one frame; raise TimeoutError past `until` (monotonic seconds) and OSError when the other end is gone."""
    link.settimeout(_left(until))
    link.sendall(HEAD.pack(mark, len(body)) + body)


def receive(link: socket.socket, *, until: float | None = None) -> tuple[bytes, bytes]:
    """Return the mark and body of the next frame; raise TimeoutError past `until` and EOFError at the end."""
    mark, size = HEAD.unpack(_exactly(link, HEAD.size, until))
    return mark, _exactly(link, size, until)


def _exactly(link: socket.socket, size: int, until: float | None) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        link.settimeout(_left(until))
        part = link.recv(min(CHUNK, size - len(parts)))
        if not part:
            raise EOFError("the other end is gone")
        parts += part
    return bytes(parts)


def _left(until: float | None) -> float | None:
    if until is None:
        return None
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError("out of time")
    return left
