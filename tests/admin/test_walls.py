"""The admin reads public rows only, changes nothing by hand, and takes no more queries for more rows."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fitflow.accounts.models import User
from fitflow.accounts.services import create_person
from fitflow.admin.site import site
from fitflow.core.models import OutboxMessage
from fitflow.tenancy import context
from studios.shared.models import Domain, Member, Organization, PlatformAuditEvent, Studio
from studios.shared.services import invite_owner
from tests.admin.test_studios import page

MODELS = sorted(site._registry, key=lambda model: model._meta.label)
LISTS = {
    model._meta.label_lower: f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    for model in MODELS
}


def test_no_model_of_a_studio_is_registered():
    theirs = {config.label for config in apps.get_app_configs() if config.name in settings.TENANT_APPS}
    assert theirs == set(settings.TENANT_APPS)
    assert not [model for model in MODELS if model._meta.app_label in theirs]
    inlines = [inline.model for admin in site._registry.values() for inline in admin.inlines]
    assert not [model for model in inlines if model._meta.app_label in theirs]


def test_only_what_is_meant_to_is_registered():
    assert set(LISTS) == {
        "accounts.user",
        "core.outboxmessage",
        "django_celery_beat.periodictask",
        "otp_totp.totpdevice",
        "studios_shared.invitation",
        "studios_shared.member",
        "studios_shared.organization",
        "studios_shared.platformauditevent",
        "studios_shared.studio",
    }


@pytest.fixture
def never_inside(monkeypatch: pytest.MonkeyPatch):
    def refuse(studio):
        raise AssertionError(f"The admin entered {studio.slug}.")

    monkeypatch.setattr(context, "enter", refuse)


def rows_of(cast, staff):
    yield from (
        cast.lotus,
        cast.lotus.organization,
        cast.user["owner"],
        Member.objects.first(),
        PlatformAuditEvent.objects.first(),
    )
    yield invite_owner(staff=staff, studio=cast.lotus, email="new@example.com")
    yield OutboxMessage.objects.create(studio_id=cast.lotus.pk, topic="t", handler="h", lane="work")


def test_no_page_enters_a_studio(inside, staff, cast, never_inside):
    for name in LISTS.values():
        assert inside.get(reverse(name)).status_code == 200
        assert inside.get(reverse(name), {"q": "lotus"}).status_code == 200
    for row in rows_of(cast, staff):
        assert inside.get(page(row)).status_code == 200
    assert inside.get("/admin/").status_code == 200
    inside.post(
        "/admin/studios_shared/studio/add/",
        {"name": "Walled", "slug": "walled", "province": "ON", "owner_email": "o@example.com"},
    )
    assert Studio.objects.filter(slug="walled").exists()


@pytest.mark.parametrize("name", sorted(LISTS.values()))
def test_nobody_adds_changes_or_deletes_a_row_by_hand(inside, staff, cast, name):
    if "studio_changelist" not in name:
        assert inside.get(reverse(name.replace("changelist", "add"))).status_code == 403
    row = cast.lotus if "_studio_" in name else staff
    url = reverse(name.replace("changelist", "delete"), args=[row.pk])
    assert inside.post(url, {"post": "yes"}).status_code in {302, 403}
    assert User.objects.filter(pk=staff.pk).exists()
    answer = inside.post(
        page(cast.user["owner"]), {"name": "Taken over", "email": "x@example.com", "is_staff": "on"}
    )
    assert answer.status_code == 403
    assert User.objects.get(pk=cast.user["owner"].pk).name == "Owner"


@pytest.mark.parametrize(
    "name",
    sorted(
        set(LISTS.values())
        - {"admin:django_celery_beat_periodictask_changelist", "admin:otp_totp_totpdevice_changelist"}
    ),
)
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(inside, staff, cast, name):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert inside.get(reverse(name)).status_code == 200
        return len(captured)

    inside.get(reverse(name))
    few = queries()
    for n in range(8):
        user = create_person(email=f"p{n}@example.com", name=f"Person {n}")
        organization = Organization.objects.create(name=f"Business {n}")
        studio = Studio.objects.create(
            name=f"Studio {n}",
            slug=f"studio-{n}",
            province="ON",
            timezone="America/Toronto",
            organization=organization,
        )
        Domain.objects.create(domain=f"studio-{n}.{settings.PUBLIC_HOST}", tenant=studio)
        Member.objects.create(studio=studio, user=user, role="owner")
        OutboxMessage.objects.create(studio_id=studio.pk, topic="t", handler="h", lane="work")
        invite_owner(staff=staff, studio=studio, email=f"i{n}@example.com")
    assert queries() <= few
    assert few <= 14


def test_the_overview_takes_few_queries(inside, staff, cast, django_assert_max_num_queries):
    inside.get("/admin/")
    with django_assert_max_num_queries(18):
        shown = inside.get("/admin/").content.decode()
    assert "Studios open" in shown
    assert "Lotus" in shown


def test_the_overview_says_when_the_outbox_needs_somebody(inside, cast):
    assert "nothing needs you" in inside.get("/admin/").content.decode()
    OutboxMessage.objects.create(studio_id=cast.lotus.pk, topic="t", handler="h", lane="work", state="dead")
    assert "outbox rows that need somebody" in inside.get("/admin/").content.decode()


def test_the_policy_allows_no_more_than_alpine_needs(inside, door):
    policy = inside.get("/admin/").headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["script-src"] == "'self' 'unsafe-eval'"
    assert directives["style-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert "unsafe" not in door.get("/account/").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "url", ["/admin/", *(reverse(name) for name in LISTS.values()), "/admin/studios_shared/studio/add/"]
)
def test_no_page_has_inline_styles_scripts_or_handlers(inside, url):
    shown = inside.get(url).content.decode()
    assert not re.findall(r"<style|\sstyle=|\son(?:click|change|submit|load)=|javascript:", shown)
    assert not re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", shown)


def test_search_finds_people_and_studios(inside, cast):
    assert "owner2@fitflow.test" in inside.get("/admin/accounts/user/", {"q": "owner2"}).content.decode()
    members = inside.get("/admin/studios_shared/member/", {"q": "client2@"}).content.decode()
    assert "client2@fitflow.test" in members
    assert "owner@fitflow.test" not in members
    roles = inside.get(
        "/admin/studios_shared/member/", {"role__exact": "owner", "studio__id__exact": str(cast.lotus.pk)}
    )
    assert roles.context["cl"].result_count == 1


def test_the_history_of_a_row_is_what_the_trail_says_of_it(inside, cast):
    answer = inside.get(page(cast.lotus, "history"), follow=True)
    assert answer.status_code == 200
    assert [event.action for event in answer.context["cl"].result_list] == ["studio.opened"]
