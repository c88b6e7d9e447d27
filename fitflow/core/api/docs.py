"""The API's own description: OpenAPI, and a page to read it on."""

from __future__ import annotations

from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView
from rest_framework.permissions import AllowAny

schema = SpectacularAPIView.as_view(permission_classes=[AllowAny])
docs = SpectacularRedocView.as_view(url_name="api_schema", permission_classes=[AllowAny])
