"""The decorators of pages, and what becomes of a refusal that no view caught."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from fitflow.core.errors import Conflict, NotFound, NotPermitted
from fitflow.core.middleware import ErrorPages
from studios.shared.decorators import client_required, member_required, signed_in, staff_required
from studios.shared.selectors import actor_in
from tests.cast import Cast

HOST = "lotus.fitflow.localhost"


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


def asked(
    cast: Cast, person: str | None, path: str = "/calendar/?week=2", method: str = "get", **headers: str
) -> Any:
    request: Any = getattr(RequestFactory(), method)(path, headers=headers, HTTP_HOST=HOST)
    request.user = cast.user[person] if person else AnonymousUser()
    request.studio = cast.lotus
    request.actor = actor_in(request.user, cast.lotus)
    request.roles = request.actor.roles
    return request


@pytest.mark.parametrize(
    ("guard", "person", "outcome"),
    [
        (member_required, "owner", None),
        (member_required, "client", None),
        (member_required, "owner2", NotFound),
        (member_required, "outsider", NotFound),
        (staff_required, "trainer", None),
        (staff_required, "client", NotPermitted),
        (staff_required, "client2", NotFound),
        (client_required, "client", None),
        (client_required, "owner", NotPermitted),
        (signed_in, "outsider", None),
    ],
)
def test_a_page_opens_for_its_roles_alone(cast: Cast, guard: Any, person: str, outcome: Any) -> None:
    request = asked(cast, person)
    if outcome is None:
        assert guard(page)(request).content == b"in"
    else:
        with pytest.raises(outcome):
            guard(page)(request)


def test_who_has_not_signed_in_comes_back_to_the_page_afterwards(cast: Cast) -> None:
    response = member_required(page)(asked(cast, None))
    url = urlsplit(response["Location"])
    assert url.hostname == "fitflow.localhost"
    assert parse_qs(url.query)["next"] == [f"http://{HOST}/calendar/?week=2"]


def test_after_a_lost_post_one_comes_back_to_the_start(cast: Cast) -> None:
    response = member_required(page)(asked(cast, None, "/sessions/", "post"))
    assert parse_qs(urlsplit(response["Location"]).query)["next"] == [f"http://{HOST}/"]


def test_htmx_is_told_to_leave_the_page(cast: Cast) -> None:
    request = asked(cast, None)
    request.htmx = SimpleNamespace(current_url=f"http://{HOST}/clients/")
    response = member_required(page)(request)
    assert parse_qs(urlsplit(response["HX-Redirect"]).query)["next"] == [f"http://{HOST}/clients/"]


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (NotFound(), 404, "nothing at this address"),
        (NotPermitted(), 403, "not open to you"),
        (Conflict("Room A is taken at 10:00."), 409, "Room A is taken at 10:00."),
    ],
)
def test_a_refusal_becomes_a_page(cast: Cast, error: Any, status: int, words: str) -> None:
    response = ErrorPages(page).process_exception(asked(cast, "owner"), error)
    assert response is not None
    assert response.status_code == status
    assert words in response.content.decode()


def test_a_refusal_is_json_for_a_script_and_a_toast_for_htmx(cast: Cast) -> None:
    request = asked(cast, "owner", accept="application/json")
    response = ErrorPages(page).process_exception(request, Conflict("Taken.", conflict="room"))
    assert response is not None
    assert b'"conflict": "room"' in response.content
    request.htmx = True
    response = ErrorPages(page).process_exception(request, Conflict("Taken."))
    assert response is not None
    assert "Taken." in response["HX-Trigger"]


def test_what_is_no_refusal_is_left_alone(cast: Cast) -> None:
    assert ErrorPages(page).process_exception(asked(cast, "owner"), ValueError("a bug")) is None
