"""The platform's own host: landing, sign-in, my studios, my calendar, webhooks, the admin."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from billing import urls as billing
from clients import urls as clients
from fitflow.accounts import urls as accounts
from fitflow.admin.site import site as admin_site
from fitflow.core import views
from fitflow.core.api.docs import docs, schema
from notifications import urls as notifications
from reporting import urls as reporting
from studios import urls as studios
from trainers import urls as trainers

APPS = (accounts, studios, trainers, clients, billing, notifications, reporting)

urlpatterns: list[URLPattern | URLResolver] = [
    *(pattern for app in APPS for pattern in app.public),
    path("api/v1/", include([pattern for app in APPS for pattern in app.public_api])),
    path("api/schema/", schema, name="api_schema"),
    path("api/docs/", docs, name="api_docs"),
    re_path(r"^api/(?P<path>.*)$", views.api_not_found),
    path("admin/", admin_site.urls),
]
