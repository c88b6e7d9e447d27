"""Invitations and the welcome of a new studio's owner."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from fitflow.core import outbox
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from notifications.models import Delivery
from studios.services import invite, resend_invitation, revoke_invitation
from studios.shared.models import Invitation
from studios.shared.services import invitation_url, invite_owner
from tests.cast import Cast
from tests.notifications.conftest import Provider, work_off


def invited(
    cast: Cast, email: str = "new@example.com", role: str = "trainer", name: str = "Noor"
) -> Invitation:
    return invite(actor=cast.actor("owner"), studio=cast.lotus, email=email, role=role, name=name)


def text_of(message: Any) -> str:
    return " ".join(message.body.split())


def test_an_invitation_comes_with_its_link(lotus: Cast, provider: type[Provider]) -> None:
    row = invited(lotus)
    work_off()
    (message,) = provider.got
    assert message.to == ["Noor <new@example.com>"]
    assert message.subject == "Train at Lotus: your invitation"
    assert f"Take the invitation: {invitation_url(row)}" in text_of(message)
    assert "Owner invites you to Lotus as a trainer." in text_of(message)


def test_the_link_is_nowhere_in_the_database(lotus: Cast, provider: type[Provider]) -> None:
    row = invited(lotus)
    work_off()
    with studio_context(None):
        kept = str(list(OutboxMessage.objects.values()))
    kept += str(list(Delivery.objects.values()))
    assert row.token not in kept
    assert row.nonce not in kept


def test_sent_again_it_is_a_message_of_its_own_with_the_fresh_link(
    lotus: Cast, provider: type[Provider]
) -> None:
    row = invited(lotus)
    work_off()
    resend_invitation(actor=lotus.actor("owner"), invitation_id=row.pk)
    work_off()
    first, second = provider.got
    row.refresh_from_db()
    assert invitation_url(row) in second.body
    assert invitation_url(row) not in first.body


def test_one_taken_back_is_not_sent(lotus: Cast, provider: type[Provider]) -> None:
    row = invited(lotus)
    revoke_invitation(actor=lotus.actor("owner"), invitation_id=row.pk)
    work_off()
    assert provider.got == []
    assert Delivery.objects.get().status == Delivery.Status.SUPPRESSED


def test_an_owner_invited_by_platform_staff_gets_hers(cast: Cast, provider: type[Provider]) -> None:
    invite_owner(staff=cast.user["staff"], studio=cast.summit, email="boss@example.com")
    work_off()
    (message,) = provider.got
    assert message.subject == "Your studio Summit is ready: your invitation"
    with studio_context(cast.summit):
        assert Delivery.objects.get().status == Delivery.Status.SENT
    with studio_context(cast.lotus):
        assert not Delivery.objects.exists()


@pytest.mark.parametrize("times", [1, 2])
def test_a_new_studios_owner_is_welcomed_once(cast: Cast, provider: type[Provider], times: int) -> None:
    for _ in range(times):
        with transaction.atomic():
            outbox.publish("studio.opened", studio=cast.lotus.id)
    work_off()
    (message,) = provider.got
    assert message.to == ["Owner <owner@fitflow.test>"]
    assert message.subject == "Lotus is open"
    assert "Open the calendar: http://lotus.fitflow.localhost:8000/calendar/" in text_of(message)
