from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response


class CursorPages(CursorPagination):
    """`{"next", "previous", "results"}`, 20 a page, `?page_size=` up to 100."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = "-id"


def paginate(
    request: Request,
    rows: QuerySet[Any],
    present: Callable[[Sequence[Any]], list[dict[str, Any]]],
    *,
    ordering: str | Sequence[str] = "-id",
) -> Response:
    """Answer one page of rows, each turned into JSON by `present`. `ordering` must name a unique order."""
    pages = CursorPages()
    pages.ordering = ordering if isinstance(ordering, str) else tuple(ordering)  # type: ignore[assignment]
    page = pages.paginate_queryset(rows, request)
    return pages.get_paginated_response(present(page or []))
