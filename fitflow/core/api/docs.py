"""The API's own description: OpenAPI for programs, and a page for people."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from fitflow.core.api.reading import describe

schema = SpectacularAPIView.as_view(permission_classes=[AllowAny])


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """What the API of this host answers to, in words."""
    urlconf = getattr(request, "urlconf", None) or settings.ROOT_URLCONF
    return render(request, "public/api_docs.html", {"api": describe(urlconf)})
