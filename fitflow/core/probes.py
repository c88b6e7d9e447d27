"""Health probes come from load balancers, which know a process by address: they are answered before any host is asked."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from fitflow.core import views

PROBES = {"/healthz": views.healthz, "/readyz": views.readyz}


class Probes:
    """Outermost: answers `/healthz` and `/readyz` on whatever host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path)
        return probe(request) if probe else self.get_response(request)
