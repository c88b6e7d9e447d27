from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from notifications import views

# Pages of the public host, pages of a studio's host, and the API below /api/v1/ on either.
public: list[URLPattern | URLResolver] = (
    [path("", include("notifications.email.urls"))] if settings.DEMO else []
)
studio: list[URLPattern | URLResolver] = [
    path("messages/", views.delivery_list, name="delivery_list"),
    path("messages/<uuid:delivery_id>/resend", views.delivery_resend, name="delivery_resend"),
]
public_api: list[URLPattern | URLResolver] = []
studio_api: list[URLPattern | URLResolver] = []
