from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from fitflow.core.errors import NotPermitted
from fitflow.core.models import OutboxMessage
from studios.shared import platform
from studios.shared.models import Invitation, Organization, PlatformAuditEvent, Studio
from tests.admin.conftest import HOST

ADD = "/admin/studios_shared/studio/add/"
SHEET = {
    "name": "Riverside Pilates",
    "slug": "riverside",
    "province": "QC",
    "timezone": "",
    "organization": "",
    "organization_name": "",
    "owner_email": "Iris@Example.com",
    "owner_name": "Iris Doré",
}


def page(row, action="change"):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]).replace(
        "change/", f"{action}/"
    )


def last_event():
    return PlatformAuditEvent.objects.order_by("-seq")[0]


def host_of(studio):
    return Client(headers={"host": f"{studio.slug}.{HOST}"}).get("/").status_code


@pytest.fixture
def lotus_studio(cast):
    return cast.lotus


def test_staff_open_a_studio_and_its_host_answers(inside, staff):
    assert Client(headers={"host": f"riverside.{HOST}"}).get("/").status_code == 404
    answer = inside.post(ADD, SHEET, follow=True)
    studio = Studio.objects.get(slug="riverside")
    assert answer.redirect_chain == [(page(studio), 302)]
    assert host_of(studio) != 404
    told = answer.content.decode()
    assert "Riverside Pilates is open and answers at" in told
    assert f'href="{studio.url}"' in told
    assert (studio.timezone, studio.organization.name, studio.status) == (
        "America/Toronto",
        "Riverside Pilates",
        "trial",
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = %s", [studio.schema_name])
        assert cursor.fetchone()[0] > 20


def test_staff_find_its_door_closed_and_are_told_why(inside, cast):
    cookies = {name: morsel.value for name, morsel in inside.cookies.items()}
    browser = Client(headers={"host": f"lotus.{HOST}"})
    browser.cookies.load(cookies)
    for path in ("/", "/clients/", "/nothing/here/"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "You have no role at Lotus" in answer.content.decode()


def test_its_owner_is_invited_and_nobody_else_is_a_member(inside, staff):
    inside.post(ADD, SHEET)
    studio = Studio.objects.get(slug="riverside")
    invitation = Invitation.objects.get(studio=studio)
    assert (invitation.email, invitation.name, invitation.role) == ("iris@example.com", "Iris Doré", "owner")
    assert invitation.invited_by == staff
    assert not studio.members.exists()
    topics = set(OutboxMessage.objects.filter(studio_id=studio.pk).values_list("topic", flat=True))
    assert {"studio.to_furnish", "invitation.made"} <= topics


def test_opening_is_in_the_trail_under_the_staffs_name(inside, staff):
    inside.post(ADD, SHEET)
    studio = Studio.objects.get(slug="riverside")
    events = PlatformAuditEvent.objects.filter(subject_id=studio.pk).order_by("seq")
    assert [(event.action, event.actor_id, event.actor_name) for event in events] == [
        ("studio.opened", staff.pk, "Staff"),
        ("owner.invited", staff.pk, "Staff"),
    ]


def test_a_further_studio_joins_its_organization(inside, cast):
    inside.post(ADD, SHEET | {"organization": str(cast.lotus.organization_id)})
    assert Studio.objects.get(slug="riverside").organization == cast.lotus.organization
    assert not Organization.objects.filter(name="Riverside Pilates").exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("slug", "lotus", "That address is taken"),
        ("slug", "admin", "That address is taken"),
        ("slug", "Has Spaces", "valid"),
        ("owner_email", "nobody", "valid"),
        ("province", "", "required"),
        ("timezone", "America/Vancouver", "No part of Québec keeps this time"),
        ("name", "", "required"),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field_and_nothing_is_opened(inside, field, value, words):
    before = (Studio.objects.count(), PlatformAuditEvent.objects.count(), Invitation.objects.count())
    answer = inside.post(ADD, SHEET | {field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "iris" in answer.content.decode().lower(), "What was typed stays."
    assert before == (Studio.objects.count(), PlatformAuditEvent.objects.count(), Invitation.objects.count())


def test_an_organization_is_chosen_or_named_not_both(inside, cast):
    answer = inside.post(
        ADD, SHEET | {"organization": str(cast.lotus.organization_id), "organization_name": "New"}
    )
    assert "not both" in answer.content.decode()


def test_a_suspended_studios_host_answers_no_more_until_it_is_reactivated(inside, lotus_studio):
    assert host_of(lotus_studio) != 404
    question = inside.get(page(lotus_studio, "suspend"))
    assert "Suspend Lotus?" in question.content.decode()
    assert host_of(lotus_studio) != 404, "Asking changes nothing."
    inside.post(page(lotus_studio, "suspend"), {"reason": "Asked for it"})
    assert host_of(lotus_studio) == 404
    assert (last_event().action, last_event().facts) == (
        "studio.suspended",
        {"reason": "Asked for it", "before": "trial"},
    )
    inside.post(page(lotus_studio, "reactivate"))
    assert host_of(lotus_studio) != 404
    assert (last_event().action, last_event().actor_name) == ("studio.reactivated", "Staff")
    assert Studio.objects.get(pk=lotus_studio.pk).status == Studio.Status.TRIAL, "As it was before."


def test_a_suspension_needs_a_reason(inside, lotus_studio):
    answer = inside.post(page(lotus_studio, "suspend"), {"reason": "  "})
    assert answer.status_code == 422
    assert Studio.objects.get(pk=lotus_studio.pk).answers


def test_suspending_twice_is_written_down_once(staff, lotus_studio):
    for _ in range(2):
        platform.suspend_studio(staff=staff, studio=lotus_studio, reason="Twice")
    assert PlatformAuditEvent.objects.filter(action="studio.suspended").count() == 1
    told = OutboxMessage.objects.filter(topic="studio.suspended", studio_id=lotus_studio.pk)
    assert [row.lane for row in told] == ["live"], "Its open sockets close."


def test_a_closed_studio_stays_closed(inside, lotus_studio):
    Studio.objects.filter(pk=lotus_studio.pk).update(status=Studio.Status.CLOSED)
    answer = inside.post(page(lotus_studio, "reactivate"), follow=True)
    assert "closed for good" in answer.content.decode()
    assert Studio.objects.get(pk=lotus_studio.pk).status == Studio.Status.CLOSED


def test_an_organization_is_renamed(inside, cast):
    organization = cast.lotus.organization
    inside.post(page(organization, "rename"), {"name": "Lotus Holdings"})
    organization.refresh_from_db()
    assert organization.name == "Lotus Holdings"
    assert last_event().facts == {"before": "lotus Inc.", "after": "Lotus Holdings"}


def test_people_who_are_not_staff_cannot_even_by_the_services(cast):
    with pytest.raises(NotPermitted):
        platform.suspend_studio(staff=cast.user["owner"], studio=cast.lotus, reason="x")
    with pytest.raises(NotPermitted):
        platform.hand_over_studio(
            staff=cast.user["owner"],
            name="X",
            slug="x-y",
            province="ON",
            timezone="America/Toronto",
            owner_email="a@b.ca",
        )
