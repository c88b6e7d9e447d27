"""Pages of sessions by cursor, written as JSON by PostgreSQL: the hot list of the API."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from fitflow.core.api.pages import CursorPages
from fitflow.core.errors import Invalid
from studios.shared.policies import Actor
from trainers.selectors import session_page
from trainers.selectors_sql import Place, Wanted


def _encode(place: Place) -> str:
    text = f"{'-' if place.backwards else '+'}{place.starts_at.isoformat()}|{place.session}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> Place | None:
    if not cursor:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        starts_at, session = text[1:].split("|")
        instant = datetime.fromisoformat(starts_at)
        if instant.tzinfo is None:
            raise ValueError
        return Place(starts_at=instant, session=UUID(session), backwards=text[0] == "-")
    except (ValueError, IndexError, binascii.Error):
        raise Invalid("That cursor is none of ours.", field="cursor") from None


def _place(row: bytes, *, backwards: bool) -> Place:
    found = orjson.loads(row)
    return Place(
        starts_at=datetime.fromisoformat(found["starts_at"]), session=UUID(found["id"]), backwards=backwards
    )


@dataclass(frozen=True)
class _Page:
    rows: list[bytes]
    next: Place | None
    previous: Place | None


def _page(actor: Actor, wanted: Wanted, place: Place | None, size: int) -> _Page:
    found = session_page(actor=actor, wanted=wanted, place=place, limit=size + 1)
    more, rows = len(found) > size, found[:size]
    backwards = place is not None and place.backwards
    if backwards:
        rows.reverse()
    if not rows:
        return _Page([], None, None)
    goes_on = more or backwards
    came_from = more if backwards else place is not None
    return _Page(
        rows,
        _place(rows[-1], backwards=False) if goes_on else None,
        _place(rows[0], backwards=True) if came_from else None,
    )


def answer_sessions(request: Request, actor: Actor, wanted: Wanted) -> Response:
    """Answer one page of the sessions she may see, in order of start. One query. Raises Invalid for a strange cursor."""
    pages = CursorPages()
    size = pages.get_page_size(request) or pages.page_size
    page = _page(actor, wanted, _decode(request.query_params.get("cursor", "")), size)
    here = remove_query_param(request.build_absolute_uri(), "cursor") if page.next or page.previous else ""
    links = [
        orjson.dumps(replace_query_param(here, "cursor", _encode(place)) if place else None)
        for place in (page.next, page.previous)
    ]
    return Response(
        b'{"next":%b,"previous":%b,"results":[%b]}' % (links[0], links[1], b",".join(page.rows)),
        content_type="application/json",
    )
