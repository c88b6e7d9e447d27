"""How the API describes itself: pages of a list, the error shape, and whom it takes a caller for."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers


class IdentityScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A browser's session, an access token or an API key."""

    target_class = "fitflow.core.api.identity.RequestIdentity"
    name = ["session", "token", "key"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {"type": "apiKey", "in": "cookie", "name": "fitflow_session"},
            {"type": "http", "scheme": "bearer"},
            {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Api-Key <key>"},
        ]

    def get_security_requirement(self, auto_schema: Any) -> Any:
        return [{name: []} for name in self.name]  # any one of them, not all


class NoIdentityScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Sign-in and its like ask for no identity."""

    target_class = "fitflow.core.api.identity.NoIdentity"
    name = []

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return []

    def get_security_requirement(self, auto_schema: Any) -> Any:
        return None  # an open endpoint is described as such already


def page_of(shape: type[serializers.Serializer[Any]], name: str) -> Any:
    """Return the shape of one page of a list: `next`, `previous` and `results`."""
    return inline_serializer(
        name,
        {
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": shape(many=True),
        },
    )


PAGE = [
    OpenApiParameter("cursor", str, description="Where the page begins, from `next` or `previous`."),
    OpenApiParameter("page_size", int, description="Rows a page: 20, or up to 100."),
]
WINDOW = [
    OpenApiParameter("from", str, description="A date (the whole local day) or a time with its offset."),
    OpenApiParameter("to", str, description="The same; a date is included."),
]
