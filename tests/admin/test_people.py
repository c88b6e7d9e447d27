from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from fitflow.accounts.models import User
from fitflow.accounts.services import begin_chain, live_keys, make_key, person_of_token
from fitflow.accounts.services.second_factor import has_second_factor
from fitflow.core.errors import Conflict, NotPermitted, Unauthenticated
from studios.shared import platform
from studios.shared.models import Invitation, PlatformAuditEvent
from studios.shared.services import invite_owner
from tests.admin.conftest import HOST, give_device
from tests.admin.test_studios import last_event, page


def test_suspending_ends_sessions_tokens_and_keys(inside, cast):
    person = cast.user["owner"]
    browser = Client(headers={"host": HOST})
    browser.force_login(person)
    pair = begin_chain(user=person)
    make_key(user=person, name="Sync")
    inside.post(page(person, "suspend"), {"reason": "Lost laptop"})
    person.refresh_from_db()
    assert not person.is_active
    assert not Session.objects.filter(session_key=browser.session.session_key).exists()
    assert not live_keys(person).exists()
    assert (last_event().action, last_event().facts) == ("person.suspended", {"reason": "Lost laptop"})
    inside.post(page(person, "reactivate"))
    person.refresh_from_db()
    assert person.is_active
    assert browser.get("/account/").status_code == 302, "What was ended stays ended."
    with pytest.raises(Unauthenticated):
        person_of_token(pair.access)
    assert last_event().action == "person.reactivated"


def test_others_keep_their_sessions(inside, cast):
    browser = Client(headers={"host": HOST})
    browser.force_login(cast.user["manager"])
    inside.post(page(cast.user["owner"], "suspend"), {"reason": "x"})
    assert browser.get("/account/").status_code == 200


def test_nobody_suspends_herself(inside, staff):
    assert "cannot suspend yourself" in inside.post(page(staff, "suspend"), {"reason": "x"}).content.decode()
    assert User.objects.get(pk=staff.pk).is_active


def test_an_administrator_makes_and_unmakes_staff(inside, cast):
    person = cast.user["outsider"]
    inside.post(page(person, "make_staff"))
    assert User.objects.get(pk=person.pk).is_staff
    give_device(person)
    inside.post(page(person, "reset_factor"))
    assert not has_second_factor(person)
    give_device(person)
    inside.post(page(person, "dismiss"))
    assert not User.objects.get(pk=person.pk).is_staff
    assert not has_second_factor(person)
    actions = list(
        PlatformAuditEvent.objects.filter(subject_id=person.pk)
        .order_by("seq")
        .values_list("action", flat=True)
    )
    assert actions == ["staff.added", "staff.second_factor_reset", "staff.removed"]


def test_plain_staff_do_not_decide_about_staff(inside, staff, cast):
    staff.is_superuser = False
    staff.save()
    colleague = cast.user["outsider"]
    colleague.is_staff = True
    colleague.save()
    for act in (
        lambda: platform.set_staff(staff=staff, user=cast.user["owner"], is_staff=True),
        lambda: platform.remove_second_factor(staff=staff, user=colleague),
        lambda: platform.suspend_person(staff=staff, user=colleague, reason="x"),
    ):
        with pytest.raises(NotPermitted):
            act()
    shown = inside.get(page(cast.user["owner"])).content.decode()
    assert "Suspend" in shown
    assert "Make staff" not in shown


def test_nobody_decides_about_herself(staff):
    for act in (
        lambda: platform.set_staff(staff=staff, user=staff, is_staff=False),
        lambda: platform.remove_second_factor(staff=staff, user=staff),
    ):
        with pytest.raises(Conflict):
            act()


def test_no_password_hash_is_shown(inside, cast):
    shown = inside.get(page(cast.user["owner"])).content.decode()
    assert cast.user["owner"].password not in shown
    assert "md5" not in shown


def test_an_invitation_is_sent_again_and_taken_back(inside, staff, cast):
    invitation = invite_owner(staff=staff, studio=cast.lotus, email="new@example.com", name="New Owner")
    before = invitation.token
    inside.post(page(invitation, "resend"))
    invitation.refresh_from_db()
    assert invitation.token != before
    assert last_event().action == "invitation.sent_again"
    inside.post(page(invitation, "revoke"))
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.REVOKED
    assert last_event().facts == {"studio": str(cast.lotus.pk), "role": "owner"}
    shown = inside.post(page(invitation, "resend"), follow=True).content.decode()
    assert "closed already" in shown


def test_ticked_invitations_are_sent_again_and_the_closed_ones_named(inside, staff, cast):
    rows = [invite_owner(staff=staff, studio=cast.lotus, email=f"{n}@example.com") for n in range(3)]
    platform.revoke_invitation(staff=staff, invitation_id=rows[0].pk)
    ticked = {"action": "send_again", "_selected_action": [str(row.pk) for row in rows], "index": 0}
    shown = inside.post("/admin/studios_shared/invitation/", ticked, follow=True).content.decode()
    assert "2 sent again" in shown
    assert "closed already" in shown


def test_the_link_of_an_invitation_is_not_shown(inside, staff, cast):
    invitation = invite_owner(staff=staff, studio=cast.lotus, email="new@example.com")
    for url in (page(invitation), "/admin/studios_shared/invitation/"):
        shown = inside.get(url).content.decode()
        assert invitation.token not in shown
        assert invitation.nonce not in shown
