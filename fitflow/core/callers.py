"""Where a request comes from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Return the caller's IP address: what stands TRUSTED_PROXIES from the end of X-Forwarded-For, else the peer's own.

    What a caller writes into that header herself is never believed.
    """
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(told) >= proxies and (address := told[-proxies].strip()):
            return str(address)
    return str(request.META.get("REMOTE_ADDR", ""))
