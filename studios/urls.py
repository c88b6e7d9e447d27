from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from studios import api
from studios.views import invitations, settings, team
from studios.views import public as pages


def _pages_of(part: settings.Part, several: str) -> list[URLPattern]:
    """Return the pages of what belongs to a place: `room_add`, `room_edit`, `room_retire`, `room_restore`."""
    given, one = {"part": part}, f"settings/{several}/<uuid:{part.name}_id>/"
    add = f"settings/places/<uuid:location_id>/{several}/add/"
    return [
        path(add, settings.part_add, given, name=f"{part.name}_add"),
        path(one, settings.part_edit, given, name=f"{part.name}_edit"),
        path(f"{one}retire/", settings.part_retire, given, name=f"{part.name}_retire"),
        path(f"{one}restore/", settings.part_restore, given, name=f"{part.name}_restore"),
    ]


# Pages of the public host, pages of a studio's host, and the API below /api/v1/ on either.
public: list[URLPattern | URLResolver] = [
    path("", pages.landing, name="landing"),
    path("home/", pages.home, name="home"),
    path("studios/", pages.my_studios, name="my_studios"),
    path("open/", pages.open_studio, name="open_studio"),
    path("open/address/", pages.studio_address, name="studio_address"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
    path("invitation/<str:token>/accept/", invitations.accept, name="invitation_accept"),
    path("invitation/<str:token>/claim/", invitations.claim, name="invitation_claim"),
]
studio: list[URLPattern | URLResolver] = [
    path("signin/", settings.sign_in, name="sign_in"),
    path("team/", team.team, name="team"),
    path("team/invite/", team.team_invite, name="team_invite"),
    path("team/leave/", team.team_leave, name="team_leave"),
    path("team/roles/", team.roles, name="roles"),
    path("team/invitations/<uuid:invitation_id>/resend/", team.invitation_resend, name="invitation_resend"),
    path("team/invitations/<uuid:invitation_id>/revoke/", team.invitation_revoke, name="invitation_revoke"),
    path("team/<uuid:user_id>/", team.team_member, name="team_member"),
    path("team/<uuid:user_id>/remove/", team.team_remove, name="team_remove"),
    path("settings/", settings.studio_settings, name="studio_settings"),
    path("settings/studio/", settings.studio_change, name="studio_change"),
    path("settings/places/add/", settings.location_add, name="location_add"),
    path("settings/places/<uuid:location_id>/", settings.location_edit, name="location_edit"),
    path("settings/places/<uuid:location_id>/retire/", settings.location_retire, name="location_retire"),
    path("settings/places/<uuid:location_id>/restore/", settings.location_restore, name="location_restore"),
    *_pages_of(settings.ROOM, "rooms"),
    *_pages_of(settings.EQUIPMENT, "equipment"),
]
public_api: list[URLPattern | URLResolver] = [
    path("studios/", api.studios, name="api_studios"),
]
studio_api: list[URLPattern | URLResolver] = [
    path("locations/", api.locations, name="api_locations"),
    path("locations/<uuid:location_id>/", api.location, name="api_location"),
    path("locations/<uuid:location_id>/rooms/", api.rooms, name="api_rooms"),
    path("locations/<uuid:location_id>/rooms/<uuid:room_id>/", api.room, name="api_room"),
    path("locations/<uuid:location_id>/equipment/", api.equipment_all, name="api_equipment_all"),
    path("locations/<uuid:location_id>/equipment/<uuid:equipment_id>/", api.equipment, name="api_equipment"),
]
