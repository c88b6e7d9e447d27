"""The base of the JSON API: identity, errors, pages, throttles and idempotency keys, the same for every endpoint."""

from fitflow.core.api.endpoint import endpoint
from fitflow.core.api.errors import error_response
from fitflow.core.api.identity import RequestIdentity
from fitflow.core.api.io import JSONParser, JSONRenderer
from fitflow.core.api.pages import CursorPages, paginate
from fitflow.core.api.throttles import AnonymousThrottle, SignedInThrottle

__all__ = [
    "AnonymousThrottle",
    "CursorPages",
    "JSONParser",
    "JSONRenderer",
    "RequestIdentity",
    "SignedInThrottle",
    "endpoint",
    "error_response",
    "paginate",
]
