"""Every page of the public host and of the studio's own portal opens for those it is for."""

from __future__ import annotations

import pytest
from django.test import Client

from fitflow.tenancy.context import studio_context
from studios.services import invite
from studios.shared.models import Role
from tests.cast import Cast

LOTUS = "lotus.fitflow.localhost"


@pytest.mark.parametrize(
    "path",
    ["/", "/account/login/", "/account/signup/", "/account/password/reset/", "/account/password/reset/done/"],
)
def test_anyone_reads(cast: Cast, client: Client, path: str) -> None:
    assert client.get(path, HTTP_HOST="fitflow.localhost").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/studios/",
        "/open/",
        "/account/",
        "/account/keys/",
        "/account/email/",
        "/account/password/change/",
        "/account/logout/",
        "/account/reauthenticate/",
        "/account/two-step/",
    ],
)
def test_who_is_signed_in_reads(cast: Cast, client: Client, path: str) -> None:
    client.force_login(cast.user["lead"])
    response = client.get(path, HTTP_HOST="fitflow.localhost")
    assert response.status_code == 200, response.headers


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/team/", {"owner": 200, "manager": 200, "lead": 200, "trainer": 200, "client": 403, "owner2": 404}),
        (
            "/team/roles/",
            {"owner": 200, "manager": 200, "lead": 403, "trainer": 403, "client": 403, "owner2": 404},
        ),
        (
            "/settings/",
            {"owner": 200, "manager": 200, "lead": 403, "trainer": 403, "client": 403, "owner2": 404},
        ),
        (
            "/settings/places/add/",
            {"owner": 200, "manager": 200, "trainer": 403, "client": 403, "owner2": 404},
        ),
    ],
)
def test_a_studios_page_opens_by_role(
    cast: Cast, client: Client, path: str, statuses: dict[str, int]
) -> None:
    for person, status in statuses.items():
        client.force_login(cast.user[person])
        assert client.get(path, HTTP_HOST=LOTUS).status_code == status, person


def test_places_rooms_and_people_have_pages(cast: Cast, client: Client) -> None:
    with studio_context(cast.lotus):
        place, room = cast.location(), cast.room()
    client.force_login(cast.user["owner"])
    for path in (
        f"/settings/places/{place.pk}/",
        f"/settings/places/{place.pk}/rooms/add/",
        f"/settings/rooms/{room.pk}/",
        f"/team/{cast.user['trainer'].pk}/",
        f"/team/{cast.user['owner'].pk}/",
    ):
        assert client.get(path, HTTP_HOST=LOTUS).status_code == 200, path


def test_an_invitation_is_listed(cast: Cast, client: Client) -> None:
    with studio_context(cast.lotus):
        invite(
            actor=cast.actor("owner"),
            studio=cast.lotus,
            email="new@example.com",
            role=Role.TRAINER,
            name="Nia",
        )
    client.force_login(cast.user["owner"])
    assert "new@example.com" in client.get("/team/", HTTP_HOST=LOTUS).content.decode()
