"""Opening a studio of one's own: by the page, by the API, by the service."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from fitflow.accounts.models import User
from fitflow.core.errors import Conflict, NotPermitted
from fitflow.tenancy import schema
from fitflow.tenancy.context import studio_context
from studios.models import Location
from studios.services import open_own_studio
from studios.shared.models import Member, Studio
from studios.shared.selectors import address_problem
from studios.shared.zones import ZONES
from tests.asking import Caller
from tests.cast import Cast
from tests.pages import words_of
from trainers.models import TrainerProfile

FIELDS: dict[str, Any] = {
    "name": "Harbour Barre",
    "slug": "harbour-barre",
    "province": "NL",
    "timezone": "America/St_Johns",
}


@pytest.fixture
def browser(cast: Cast) -> Browser:
    made = Browser(headers={"host": "fitflow.localhost"})
    made.force_login(cast.user["outsider"])
    return made


def opened(callbacks: Any, owner: User, **fields: Any) -> Studio:
    with callbacks(execute=True):
        return open_own_studio(owner=owner, **{**FIELDS, **fields})


def test_it_is_ready_when_it_is_open(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    owner = cast.user["outsider"]
    studio = opened(django_capture_on_commit_callbacks, owner, trains=True)
    assert set(Member.objects.filter(studio=studio, user=owner).values_list("role", flat=True)) == {
        "owner",
        "trainer",
    }
    with studio_context(studio):
        place = Location.objects.get()
        assert (place.name, place.province, place.timezone) == ("Harbour Barre", "NL", "America/St_Johns")
        assert TrainerProfile.objects.get().user_id == owner.pk
    browser = Browser(headers={"host": "harbour-barre.fitflow.localhost"})
    browser.force_login(owner)
    assert browser.get("/team/").status_code == 200


def test_who_does_not_train_gets_no_column(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    studio = opened(django_capture_on_commit_callbacks, cast.user["outsider"])
    with studio_context(studio):
        assert not TrainerProfile.objects.exists()


def test_the_address_must_be_proved_first(cast: Cast) -> None:
    cast.user["outsider"].emailaddress_set.update(verified=False)  # type: ignore[attr-defined]
    with pytest.raises(NotPermitted, match="Verify your e-mail"):
        open_own_studio(owner=cast.user["outsider"], **FIELDS)


def test_an_address_that_is_taken_leaves_nothing_behind(cast: Cast) -> None:
    with pytest.raises(Conflict):
        open_own_studio(owner=cast.user["outsider"], **{**FIELDS, "slug": "lotus"})
    assert not Member.objects.filter(user=cast.user["outsider"]).exists()


def test_a_further_studio_joins_ones_own_organization_and_no_other(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    studio = opened(
        django_capture_on_commit_callbacks, cast.user["owner"], organization=cast.lotus.organization
    )
    assert studio.organization_id == cast.lotus.organization_id
    with pytest.raises(NotPermitted):
        open_own_studio(
            owner=cast.user["owner"], **{**FIELDS, "slug": "x1"}, organization=cast.summit.organization
        )


@pytest.mark.parametrize(
    ("slug", "free"),
    [
        *[
            ("harbour", True),
            ("a1-b2", True),
            ("lotus", False),
            ("www", False),
            ("admin", False),
            ("-a", False),
        ],
        *[("a--b", False), ("1a", False), ("UPPER", False), ("é", False), ("x" * 41, False), ("", False)],
    ],
)
def test_what_can_be_an_address(cast: Cast, slug: str, free: bool) -> None:
    assert (address_problem(slug) == "") is free


def test_the_page_leads_to_the_new_calendar(
    browser: Browser, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post("/open/", {"name": "Nora’s", "province": "SK", "slug": "Noras", "trains": "on"})
    assert answer.headers["Location"] == "http://noras.fitflow.localhost:8000/calendar/"
    assert Studio.objects.get(slug="noras").timezone == "America/Regina", "The province's usual zone."


def test_the_page_keeps_what_was_typed(browser: Browser) -> None:
    answer = browser.post("/open/", {"name": "Nora’s", "province": "ON", "slug": "lotus"})
    assert answer.status_code == 422
    assert "That address is taken" in words_of(answer)
    assert "Nora’s" in answer.content.decode()


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "x" * 121}, {"province": "XX"}, {"slug": "no way"}])
def test_the_page_refuses_what_cannot_be_right(browser: Browser, wrong: dict[str, str]) -> None:
    fields = {"name": "Nora’s", "province": "ON", "slug": "noras", **wrong}
    assert browser.post("/open/", fields).status_code == 422
    assert not Studio.objects.filter(slug="noras").exists()


def test_a_zone_of_another_province_gives_way_to_the_usual_one(
    browser: Browser, django_capture_on_commit_callbacks: Any
) -> None:
    fields = {"name": "N", "province": "AB", "slug": "noras", "timezone": "America/St_Johns"}
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/open/", fields)
    assert Studio.objects.get(slug="noras").timezone == "America/Edmonton"


def test_who_has_no_account_makes_one_first(cast: Cast) -> None:
    answer = Browser(headers={"host": "fitflow.localhost"}).get("/open/")
    assert answer.headers["Location"] == "/account/signup/?next=%2Fopen%2F"


def test_the_form_hears_whether_an_address_is_free(browser: Browser) -> None:
    assert browser.get("/open/address/?slug=noras").json()["available"] is True
    assert browser.get("/open/address/?slug=lotus").json() == {
        "slug": "lotus",
        "available": False,
        "message": "That address is taken. Try another one.",
    }


def test_the_api_opens_one_too_and_once_per_key(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    caller = Caller(cast, "outsider", "")
    with django_capture_on_commit_callbacks(execute=True):
        first = caller.ask("POST", "studios/", FIELDS, **{"Idempotency-Key": "k1"})
    assert (first.status, first.data["slug"]) == (201, "harbour-barre")
    assert first.data["url"] == "http://harbour-barre.fitflow.localhost:8000/"
    assert caller.ask("POST", "studios/", FIELDS, **{"Idempotency-Key": "k1"}).data == first.data
    with studio_context(Studio.objects.get(slug="harbour-barre")):
        assert Location.objects.count() == 1
    assert caller.post("studios/", FIELDS).error["details"]["conflict"] == "slug"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"province": "XX"}, 400),
        ({"timezone": "Mars/Olympus"}, 400),
        ({"slug": "no way"}, 400),
        ({"name": "x" * 2_000_000}, 400),
        ({"organization": "00000000-0000-7000-8000-000000000000"}, 400),
    ],
)
def test_the_api_refuses_what_cannot_be_right(cast: Cast, wrong: dict[str, str], status: int) -> None:
    answer = Caller(cast, "outsider", "").post("studios/", {**FIELDS, **wrong})
    assert (answer.status, answer.error["code"]) == (status, "VALIDATION_ERROR")


def test_the_api_asks_who_it_is_and_is_the_public_hosts_alone(cast: Cast) -> None:
    assert Caller(cast, None, "").post("studios/", FIELDS).status == 401
    assert Caller(cast, "owner").post("studios/", FIELDS).status == 404


def test_every_province_has_zones_that_exist(cast: Cast) -> None:
    from zoneinfo import ZoneInfo

    assert set(ZONES) == {code for code, _ in Studio._meta.get_field("province").choices or ()}
    for zones in ZONES.values():
        for zone, _ in zones:
            ZoneInfo(zone)


def test_the_schema_goes_with_a_failed_opening(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise RuntimeError("no template")

    monkeypatch.setattr(schema, "replay_template", fail)
    with pytest.raises(RuntimeError):
        open_own_studio(owner=cast.user["outsider"], **FIELDS)
    assert not Studio.objects.filter(slug="harbour-barre").exists()


def test_the_new_calendar_invites_to_add_a_service(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    studio = opened(django_capture_on_commit_callbacks, cast.user["outsider"], trains=True)
    browser = Browser(headers={"host": f"{studio.slug}.fitflow.localhost"})
    browser.force_login(cast.user["outsider"])
    page = browser.get("/calendar/")
    assert "Your calendar is ready" in words_of(page)
    assert 'href="/prices/add/"' in page.content.decode()


def test_one_person_opens_only_so_many_at_once_by_page_and_api_together(cast: Cast, browser: Browser) -> None:
    caller, refused = Caller(cast, "outsider", ""), {**FIELDS, "slug": "no way"}
    assert {caller.post("studios/", refused).status for _ in range(20)} == {400}
    answer = caller.post("studios/", FIELDS)
    assert (answer.status, answer.error["code"]) == (429, "RATE_LIMIT_ERROR")
    assert int(answer.headers["Retry-After"]) > 0
    page = browser.post("/open/", {**FIELDS, "name": "Kept"})
    assert (page.status_code, page.content.decode().count("many studios at once")) == (422, 1)
    assert 'value="Kept"' in page.content.decode(), "What was typed stays."
    assert not Studio.objects.filter(slug=FIELDS["slug"]).exists()
