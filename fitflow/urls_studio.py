"""A studio's host: the portals of its owner, trainers and clients, and its API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from billing import urls as billing
from clients import urls as clients
from fitflow.accounts import urls as accounts
from fitflow.core import offline, views
from fitflow.core.api.docs import docs, schema
from notifications import urls as notifications
from reporting import urls as reporting
from studios import urls as studios
from trainers import urls as trainers

APPS = (accounts, reporting, studios, trainers, clients, billing, notifications)

urlpatterns: list[URLPattern | URLResolver] = [
    path("live/events/", views.live_events, name="live_events"),
    path("offline/", offline.offline_page, name="offline"),
    path("service-worker.js", offline.service_worker, name="service_worker"),
    *(pattern for app in APPS for pattern in app.studio),
    path("api/v1/", include([pattern for app in APPS for pattern in app.studio_api])),
    path("api/schema/", schema, name="api_schema"),
    path("api/docs/", docs, name="api_docs"),
    re_path(r"^api/(?P<path>.*)$", views.api_not_found),
]
