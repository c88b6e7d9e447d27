from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reporting.people import views

studio: list[URLPattern | URLResolver] = [
    path("clients/", views.client_list, name="client_list"),
    path("clients/<uuid:client_id>/", views.client_detail, name="client_detail"),
]
