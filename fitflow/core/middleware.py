"""What a use case refuses becomes a page, where the view did not make a form error of it."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fitflow.core.api.errors import plain_error
from fitflow.core.errors import FitFlowError

TEMPLATES = {
    400: "400.html",
    403: "403.html",
    404: "404.html",
    409: "409.html",
    429: "429.html",
    503: "503.html",
}


class PageMessages(MessageMiddleware):
    """Django's own flash messages, for pages: the API has none, and would pay for their storage with each request."""

    def process_request(self, request: HttpRequest) -> None:
        if not request.path.startswith("/api/"):
            super().process_request(request)


class ErrorPages:
    """Answers a FitFlowError that left a view: with a page, a toast for htmx, or JSON for a script that asked for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, FitFlowError) or error.status not in TEMPLATES:
            return None
        return error_page(request, error)


def error_page(request: HttpRequest, error: FitFlowError) -> HttpResponse:
    """Return the answer to a refusal in the form the caller can show."""
    if getattr(request, "htmx", False):
        toast = json.dumps({"ff:toast": {"text": error.message, "icon": "exclamation-circle"}})
        return HttpResponse(status=error.status, headers={"HX-Trigger": toast})
    if not request.accepts("text/html"):
        return plain_error(error.status, error.message, error.details)
    return render(request, TEMPLATES[error.status], {"message": error.message}, status=error.status)
