"""Files under ASGI: handed on in parts. Django reads what a plain iterator streams to its end into memory there, and warns."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import StreamingHttpResponse

PARTS = 16  # of 4 KiB, read in one go


class StreamingHandler(ASGIHandler):
    """Django's handler, for files that are read by plain iterators: static ones, and downloads."""

    async def get_response_async(self, request: Any) -> Any:
        """Answer a request; where the answer streams, let it be read part by part beside the event loop."""
        response = await super().get_response_async(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = _in_parts(cast(Iterator[bytes], response.streaming_content))
        return response


async def _in_parts(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    def some() -> bytes:
        return b"".join(islice(parts, PARTS))

    while chunk := await sync_to_async(some)():
        yield chunk
