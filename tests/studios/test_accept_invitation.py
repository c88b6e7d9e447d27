"""Taking an invitation: on the page, with or without an account; once; by whom it was meant for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client as Browser
from django.utils import timezone

from clients.models import Client
from fitflow.accounts.models import User
from fitflow.accounts.services import create_person
from fitflow.core.errors import Conflict, NotPermitted
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from studios.services import accept_invitation, invite, revoke_invitation
from studios.shared.models import Invitation, Member, Role
from studios.shared.platform import reactivate_studio, suspend_studio
from tests.cast import Cast
from tests.pages import words_of
from trainers.models import TrainerProfile

CLAIM = {"name": "Nia Okoye", "password": "a-long-enough-one"}


@pytest.fixture
def browser() -> Browser:
    return Browser(headers={"host": "fitflow.localhost"})


def invited(
    cast: Cast, email: str = "nia@example.com", *, by: str = "owner", role: str = Role.TRAINER
) -> Invitation:
    with studio_context(cast.lotus):
        return invite(actor=cast.actor(by), studio=cast.lotus, email=email, role=role)


def page_of(row: Invitation) -> str:
    return f"/invitation/{row.token}/"


def test_a_new_person_makes_her_account_on_the_page_and_is_in(cast: Cast, browser: Browser) -> None:
    row = invited(cast)
    page = words_of(browser.get(page_of(row)))
    assert "Owner invites you" in page
    assert "to Lotus, as trainer" in page
    answer = browser.post(f"{page_of(row)}claim/", CLAIM)
    assert answer.headers["Location"] == "http://lotus.fitflow.localhost:8000/"
    user = User.objects.get(email="nia@example.com")
    assert user.emailaddress_set.get().verified, "The link has proved the address."  # type: ignore[attr-defined]
    assert browser.get("/team/", headers={"host": "lotus.fitflow.localhost"}).status_code == 200


def test_her_place_among_the_trainers_is_there_at_once(cast: Cast, browser: Browser) -> None:
    row = invited(cast, by="lead")
    browser.post(f"{page_of(row)}claim/", CLAIM)
    with studio_context(cast.lotus):
        trainer = TrainerProfile.objects.select_related("lead").get(name="Nia Okoye")
        assert trainer.lead == cast.trainer("lead"), "Whom a trainer admin invites joins her team."
        assert AuditEvent.objects.filter(action="invitation.accepted", actor_name="Nia Okoye").exists()


def test_a_client_who_takes_it_is_joined_to_her_data(cast: Cast, browser: Browser) -> None:
    row = invited(cast, "etienne@example.com", role=Role.CLIENT)
    browser.post(f"{page_of(row)}claim/", {**CLAIM, "name": "Étienne"})
    user = User.objects.get(email="etienne@example.com")
    with studio_context(cast.lotus):
        client = Client.objects.get(email="etienne@example.com")
        assert (client.name, client.user_id) == ("Étienne Caron", user.pk)


def test_who_has_an_account_signs_in_first_and_takes_it_then(cast: Cast, browser: Browser) -> None:
    row = invited(cast, "outsider@fitflow.test")
    page = browser.get(page_of(row))
    assert "Sign in to accept" in words_of(page)
    assert b'name="password"' not in page.content
    assert browser.post(f"{page_of(row)}claim/", CLAIM).status_code == 422
    browser.force_login(cast.user["outsider"])
    assert "Accept the invitation" in words_of(browser.get(page_of(row)))
    assert browser.post(f"{page_of(row)}accept/").headers["Location"] == cast.lotus.url
    assert Member.objects.filter(studio=cast.lotus, user=cast.user["outsider"], role="trainer").exists()


def test_somebody_else_with_the_link_cannot_take_it(cast: Cast, browser: Browser) -> None:
    row = invited(cast)
    browser.force_login(cast.user["outsider"])
    assert "signed in as outsider@fitflow.test" in words_of(browser.get(page_of(row)))
    assert browser.post(f"{page_of(row)}accept/").status_code == 403
    assert browser.post(f"{page_of(row)}claim/", CLAIM).status_code == 422
    assert not User.objects.filter(email="nia@example.com").exists()


def test_an_address_that_she_has_not_proved_is_not_enough(cast: Cast) -> None:
    user = create_person(email="nia@example.com", name="Nia")
    with pytest.raises(NotPermitted):
        accept_invitation(invitation=invited(cast), user=user)


def test_it_is_taken_once(cast: Cast, browser: Browser) -> None:
    row = invited(cast)
    browser.post(f"{page_of(row)}claim/", CLAIM)
    Member.objects.filter(user__email="nia@example.com").delete()
    assert "You took this invitation already" in words_of(browser.get(page_of(row)))
    with pytest.raises(Conflict):
        accept_invitation(invitation=row, user=User.objects.get(email="nia@example.com"))
    assert not Member.objects.filter(user__email="nia@example.com").exists()


def test_an_expired_or_revoked_one_is_closed(cast: Cast, browser: Browser) -> None:
    late, back = invited(cast), invited(cast, role=Role.MANAGER)
    with studio_context(cast.lotus):
        revoke_invitation(actor=cast.actor("owner"), invitation_id=back.pk)
    with time_machine.travel(timezone.now() + timedelta(days=14, minutes=1), tick=False):
        for row in (late, back):
            assert "This invitation is closed" in words_of(browser.get(page_of(row)))
            assert browser.post(f"{page_of(row)}claim/", CLAIM).status_code == 422
    assert not User.objects.filter(email="nia@example.com").exists()


def test_one_of_a_suspended_studio_waits_until_the_studio_answers_again(cast: Cast, browser: Browser) -> None:
    row = invited(cast)
    person = create_person(email="nia@example.com", name="Nia")
    EmailAddress.objects.filter(user=person).update(verified=True)
    suspend_studio(staff=cast.user["staff"], studio=cast.lotus, reason="unpaid")
    assert "is closed for now" in words_of(browser.get(page_of(row)))
    assert browser.post(f"{page_of(row)}claim/", CLAIM).status_code == 422
    with pytest.raises(Conflict):
        accept_invitation(invitation=Invitation.objects.get(pk=row.pk), user=person)
    assert not Member.objects.filter(user=person).exists()
    reactivate_studio(staff=cast.user["staff"], studio=cast.lotus)
    assert accept_invitation(invitation=Invitation.objects.get(pk=row.pk), user=person).role == Role.TRAINER


@pytest.mark.parametrize("wrong", [{"password": "short"}, {"name": ""}, {"password": "Nia Okoye 1"}])
def test_what_cannot_be_right_is_said_and_the_name_kept(
    cast: Cast, browser: Browser, wrong: dict[str, str]
) -> None:
    answer: Any = browser.post(f"{page_of(invited(cast))}claim/", {**CLAIM, **wrong})
    assert answer.status_code == 422
    assert wrong.get("name", CLAIM["name"]) in answer.content.decode()
    assert not User.objects.filter(email="nia@example.com").exists()


def test_a_forged_link_is_a_page_that_is_not_there(cast: Cast, browser: Browser) -> None:
    row = invited(cast)
    for token in ("x", f"{row.id.hex}-{'0' * 40}"):
        assert browser.get(f"/invitation/{token}/").status_code == 404
        assert browser.post(f"/invitation/{token}/claim/", CLAIM).status_code == 404
