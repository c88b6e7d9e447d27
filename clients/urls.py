from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from clients import api, views

# Pages of the public host, pages of a studio's host, and the API below /api/v1/ on either.
public: list[URLPattern | URLResolver] = []
studio: list[URLPattern | URLResolver] = [
    path("clients/new/", views.client_new, name="client_new"),
    path("clients/<uuid:client_id>/edit/", views.client_edit, name="client_edit"),
    path("clients/<uuid:client_id>/archive/", views.client_archive, name="client_archive"),
    path("clients/<uuid:client_id>/restore/", views.client_restore, name="client_restore"),
    path("clients/<uuid:client_id>/invite/", views.client_invite, name="client_invite"),
    path("clients/<uuid:client_id>/team-reading/", views.client_team_reading, name="client_team_reading"),
]
public_api: list[URLPattern | URLResolver] = []
studio_api: list[URLPattern | URLResolver] = [
    path("clients/", api.clients, name="api_clients"),
    path("clients/<uuid:client_id>/", api.client, name="api_client"),
    path("clients/<uuid:client_id>/team-reading", api.team_reading, name="api_client_team_reading"),
]
