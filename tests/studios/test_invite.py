"""Inviting people to the team: who may invite whom, the mail's link, sending again, taking back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from fitflow.core.errors import Conflict, NotFound, NotPermitted
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from studios.services import invite, resend_invitation, revoke_invitation
from studios.shared.models import Invitation, PlatformAuditEvent, Role
from studios.shared.selectors import invitation_of
from studios.shared.services import invitation_url, invite_owner
from tests.cast import Cast


def invited(
    cast: Cast, *, by: str = "owner", role: str = Role.TRAINER, email: str = "Nia@Example.com"
) -> Invitation:
    return invite(actor=cast.actor(by), studio=cast.lotus, email=email, role=role, name="Nia")


def test_it_is_kept_announced_and_audited(lotus: Cast) -> None:
    row = invited(lotus)
    assert (row.email, row.state, row.invited_by_id) == ("nia@example.com", "invited", lotus.user["owner"].pk)
    assert OutboxMessage.objects.filter(topic="invitation.made", ids__invitation=str(row.pk)).exists()
    assert AuditEvent.objects.first().action == "invitation.made"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("by", "may"),
    [
        ("owner", {"owner", "manager", "trainer_admin", "trainer", "client"}),
        ("manager", {"trainer_admin", "trainer", "client"}),
        ("lead", {"trainer", "client"}),
        ("trainer", {"client"}),
        ("client", set()),
    ],
)
def test_each_invites_only_whom_her_role_lets_her(lotus: Cast, by: str, may: set[str]) -> None:
    done = set()
    for role in Role.values:
        try:
            done.add(invited(lotus, by=by, role=role).role)
        except NotPermitted:
            continue
    assert done == may


def test_nobody_of_another_studio_invites_here(cast: Cast) -> None:
    with studio_context(cast.lotus), pytest.raises(NotPermitted):
        invited(cast, by="owner2")


def test_the_same_invitation_is_open_once(lotus: Cast) -> None:
    invited(lotus)
    with pytest.raises(Conflict, match="open invitation"):
        invited(lotus, email="nia@example.com")
    assert invited(lotus, role=Role.MANAGER).role == "manager"


def test_who_has_the_role_already_is_not_invited(lotus: Cast) -> None:
    with pytest.raises(Conflict, match="a trainer here already"):
        invited(lotus, email="trainer@fitflow.test")


@pytest.mark.parametrize("email", ["", "no address", "a@b", "x" * 300 + "@example.com"])
def test_an_impossible_address_is_refused(lotus: Cast, email: str) -> None:
    with pytest.raises(ValidationError):
        invited(lotus, email=email)


def test_an_expired_invitation_does_not_stand_in_the_way(lotus: Cast) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=15), tick=False):
        old = invited(lotus)
    assert invited(lotus).pk != old.pk
    old.refresh_from_db()
    assert old.state == "removed"


def test_the_link_holds_what_nobody_can_read_from_the_table(cast: Cast) -> None:
    with studio_context(cast.lotus):
        row = invited(cast)
    url = invitation_url(row)
    assert url == f"http://fitflow.localhost:8000/invitation/{row.token}/"
    assert row.nonce not in url
    assert invitation_of(row.token) == row


@pytest.mark.parametrize("spoil", ["x", "", "../", "é", "0" * 73])
def test_a_spoiled_link_leads_nowhere(cast: Cast, spoil: str) -> None:
    with studio_context(cast.lotus):
        row = invited(cast)
    for token in (spoil, row.token + spoil if spoil else row.token[:-1], f"{row.id.hex}-{'0' * 40}"):
        with pytest.raises(NotFound):
            invitation_of(token)


def test_sending_again_kills_the_older_link_and_starts_the_days_anew(cast: Cast) -> None:
    with studio_context(cast.lotus):
        with time_machine.travel(timezone.now() - timedelta(days=20), tick=False):
            row = invited(cast)
        fresh = resend_invitation(actor=cast.actor("manager"), invitation_id=row.pk)
    assert fresh.state == "invited"
    with pytest.raises(NotFound):
        invitation_of(row.token)
    assert invitation_of(fresh.token) == fresh
    assert OutboxMessage.objects.filter(topic="invitation.made", ids__invitation=str(row.pk)).count() == 2


def test_what_is_taken_back_stays_so(lotus: Cast) -> None:
    row = revoke_invitation(actor=lotus.actor("owner"), invitation_id=invited(lotus).pk)
    assert row.state == "removed"
    for again in (revoke_invitation, resend_invitation):
        with pytest.raises(Conflict):
            again(actor=lotus.actor("owner"), invitation_id=row.pk)


def test_an_owners_invitation_is_not_for_a_manager_to_touch(lotus: Cast) -> None:
    row = invited(lotus, role=Role.OWNER)
    for touch in (revoke_invitation, resend_invitation):
        with pytest.raises(NotPermitted):
            touch(actor=lotus.actor("manager"), invitation_id=row.pk)


def test_another_studios_invitation_is_not_there(cast: Cast) -> None:
    with studio_context(cast.lotus):
        row = invited(cast)
    with studio_context(cast.summit), pytest.raises(NotFound):
        revoke_invitation(actor=cast.actor("owner2", cast.summit), invitation_id=row.pk)


def test_platform_staff_invite_an_owner_and_only_the_platforms_trail_says_so(cast: Cast) -> None:
    row = invite_owner(staff=cast.user["staff"], studio=cast.summit, email="new@example.com", name="Nia")
    assert (row.role, row.studio) == ("owner", cast.summit)
    assert PlatformAuditEvent.objects.order_by("-seq").first().action == "owner.invited"  # type: ignore[union-attr]
    message = OutboxMessage.objects.filter(topic="invitation.made").latest("created_at")
    assert message.studio_id == cast.summit.id
