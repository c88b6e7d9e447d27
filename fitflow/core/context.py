from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """What every template may use: the studio, the person's roles, and the platform's own address."""
    return {
        "studio": getattr(request, "studio", None),
        "roles": getattr(request, "roles", frozenset()),
        "public_url": public_url(),
        "demo": settings.DEMO,
    }


def _port() -> str:
    return "" if settings.PUBLIC_PORT in {"", "80", "443"} else f":{settings.PUBLIC_PORT}"


def public_url(path: str = "") -> str:
    """Return an address on the platform's own host."""
    return f"{settings.PUBLIC_SCHEME}://{settings.PUBLIC_HOST}{_port()}{path}"


def studio_url(slug: str, path: str = "/") -> str:
    """Return an address on a studio's host."""
    return f"{settings.PUBLIC_SCHEME}://{slug}.{settings.PUBLIC_HOST}{_port()}{path}"
