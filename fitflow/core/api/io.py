from __future__ import annotations

from typing import Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from fitflow.core.errors import Invalid


def _plain(value: Any) -> Any:
    # Decimal is money or a rate: a string, so that no client reads it as a float.
    return str(value)


class JSONRenderer(BaseRenderer):
    """JSON by orjson; bytes are taken as ready-made JSON (the hot lists are written by the database itself)."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        if data is None:
            return b""
        # The errors of a list's rows come under their positions, which are numbers.
        return data if isinstance(data, bytes) else orjson.dumps(data, _plain, orjson.OPT_NON_STR_KEYS)


class OneFormat(DefaultContentNegotiation):
    """Where there is one format to answer in, it is the answer, whatever the Accept header says."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        if len(renderers) == 1:
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)


class JSONParser(BaseParser):
    """JSON of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes, whose top is an object."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise Invalid(f"The body is larger than {limit // 1024} KiB.")
        try:
            data = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not valid JSON: {error}.") from error
        if not isinstance(data, dict):
            raise Invalid("The body must be a JSON object.")
        return data
