from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from studios import api

# Pages of the public host, pages of a studio's host, and the API below /api/v1/ on either.
public: list[URLPattern | URLResolver] = []
studio: list[URLPattern | URLResolver] = []
public_api: list[URLPattern | URLResolver] = []
studio_api: list[URLPattern | URLResolver] = [
    path("locations/", api.locations, name="api_locations"),
    path("locations/<uuid:location_id>/", api.location, name="api_location"),
    path("locations/<uuid:location_id>/rooms/", api.rooms, name="api_rooms"),
    path("locations/<uuid:location_id>/rooms/<uuid:room_id>/", api.room, name="api_room"),
]
