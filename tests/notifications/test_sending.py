"""A delivery is queued once and ends in a state that tells the truth, whatever the provider and the worker do."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from fitflow.core import outbox
from fitflow.core.errors import Conflict, NotFound, NotPermitted
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import current_studio, studio_context
from notifications import letters
from notifications.email.provider import Uncertain
from notifications.models import Delivery
from notifications.services import queue_email, resend, send
from studios.models import AuditEvent
from tests.cast import Cast
from tests.notifications.conftest import Provider, work_off

Status = Delivery.Status


def queued(template: str, **values: Any) -> Delivery:
    given = {"key": "test:1", "recipient": "ann@example.com", "recipient_name": "Ann Ek", **values}
    return queue_email(template=template, **given)


def again(delivery: Delivery) -> Delivery:
    """Make the delivery's outbox row due now and let a relay work."""
    with studio_context(None):
        OutboxMessage.objects.filter(ids__delivery=str(delivery.pk)).update(due_at=Now(), leased_until=None)
    work_off()
    delivery.refresh_from_db()
    return delivery


def test_it_is_sent_and_says_so(lotus: Cast, greeting: str, provider: type[Provider]) -> None:
    delivery = queued(greeting)
    assert delivery.status == Status.QUEUED
    work_off()
    delivery.refresh_from_db()
    assert delivery.status == Status.SENT
    assert delivery.sent_at is not None
    (message,) = provider.got
    assert message.to == ["Ann Ek <ann@example.com>"]
    assert message.from_email.startswith("Lotus <")
    assert message.extra_headers["Message-ID"] == delivery.message_id == f"<{delivery.pk}@fitflow.localhost>"
    assert message.subject == "Hello there"


def test_the_same_key_is_queued_once(lotus: Cast, greeting: str, provider: type[Provider]) -> None:
    first, second = queued(greeting), queued(greeting)
    assert first.pk == second.pk
    work_off()
    assert len(provider.got) == 1
    assert queued(greeting).status == Status.SENT
    work_off()
    assert len(provider.got) == 1


def test_a_queued_delivery_is_undone_with_its_transaction(lotus: Cast, greeting: str) -> None:
    from django.db import transaction

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queued(greeting)
        1 / 0  # noqa: B018
    assert not Delivery.objects.exists()
    assert not OutboxMessage.objects.filter(topic="delivery.queued").exists()


@pytest.mark.parametrize(("address", "reason"), [("", "no e-mail address"), ("ann@", "cannot be right")])
def test_without_an_address_it_is_held_back(lotus: Cast, greeting: str, address: str, reason: str) -> None:
    delivery = queued(greeting, recipient=address)
    assert delivery.status == Status.SUPPRESSED
    assert reason in delivery.reason
    assert not OutboxMessage.objects.filter(topic="delivery.queued").exists()


def test_what_has_no_sense_any_more_is_held_back(
    lotus: Cast, greeting: str, provider: type[Provider]
) -> None:
    @letters.template("greeting")
    def refuse(delivery: Delivery) -> letters.Letter:
        raise letters.Suppress("She has left.")

    delivery = again(queued(greeting))
    assert (delivery.status, delivery.reason) == (Status.SUPPRESSED, "She has left.")
    assert provider.got == []


@pytest.mark.parametrize(
    "busy",
    [
        ConnectionRefusedError(111, "Connection refused"),
        TimeoutError("timed out"),
        smtplib.SMTPServerDisconnected("Connection unexpectedly closed"),
        smtplib.SMTPConnectError(554, b"no service"),
        smtplib.SMTPAuthenticationError(535, b"who?"),
        smtplib.SMTPDataError(451, b"greylisted"),
        smtplib.SMTPRecipientsRefused({"ann@example.com": (450, b"mailbox busy")}),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_busy_provider_is_tried_again(
    lotus: Cast, greeting: str, provider: type[Provider], busy: Exception
) -> None:
    provider.then.append(busy)
    delivery = queued(greeting)
    work_off()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (Status.QUEUED, 1)
    assert "did not take it yet" in delivery.reason
    again(delivery)
    assert (delivery.status, delivery.attempts, delivery.reason) == (Status.SENT, 2, "")
    assert provider.got[0].extra_headers == provider.got[1].extra_headers


@pytest.mark.parametrize(
    "refusal",
    [
        smtplib.SMTPDataError(554, b"spam"),
        smtplib.SMTPSenderRefused(550, b"not you", "x"),
        smtplib.SMTPRecipientsRefused({"ann@example.com": (550, b"no such user")}),
        smtplib.SMTPNotSupportedError("no SMTPUTF8"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_refusal_is_final(lotus: Cast, greeting: str, provider: type[Provider], refusal: Exception) -> None:
    provider.then.append(refusal)
    delivery = again(queued(greeting))
    assert delivery.status == Status.FAILED
    assert "refused" in delivery.reason
    again(delivery)
    assert len(provider.got) == 1


def test_a_line_that_broke_after_the_message_leaves_it_unknown(
    lotus: Cast, greeting: str, provider: type[Provider]
) -> None:
    provider.then.append(Uncertain("gone"))
    delivery = again(queued(greeting))
    assert delivery.status == Status.UNKNOWN
    again(delivery)
    assert len(provider.got) == 1, "it is never sent blindly again"


@pytest.mark.parametrize(
    ("has", "status", "sendings"),
    [(True, Status.SENT, 0), (False, Status.SENT, 1), (None, Status.UNKNOWN, 0)],
)
def test_one_whose_sender_was_killed_is_settled_by_asking(
    lotus: Cast, greeting: str, provider: type[Provider], has: bool | None, status: str, sendings: int
) -> None:
    delivery = queued(greeting)
    Delivery.objects.update(status=Status.SENDING)  # and then the worker was killed
    provider.has = has
    again(delivery)
    assert delivery.status == status
    assert len(provider.got) == sendings


def test_a_slow_sender_that_was_taken_for_dead_may_still_say_it_was_sent(
    lotus: Cast, greeting: str, provider: type[Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = queued(greeting)

    def slow(self: Provider, messages: Any) -> int:
        send(delivery_id=delivery.pk)  # another relay finds it in SENDING meanwhile
        assert Delivery.objects.get().status == Status.UNKNOWN
        return 1

    monkeypatch.setattr(Provider, "send_messages", slow)
    assert send(delivery_id=delivery.pk).status == Status.SENT


def test_after_most_of_a_day_it_is_given_up(lotus: Cast, greeting: str, provider: type[Provider]) -> None:
    provider.then.extend([ConnectionRefusedError(111, "Connection refused")] * 3)
    delivery = queued(greeting)
    with studio_context(None):
        OutboxMessage.objects.update(attempts=outbox.MAX_ATTEMPTS - 1)
    work_off()
    delivery.refresh_from_db()
    assert delivery.status == Status.FAILED
    assert "did not take it" in delivery.reason


def test_a_renderer_that_breaks_is_tried_again_and_then_shown(
    lotus: Cast, greeting: str, provider: type[Provider]
) -> None:
    @letters.template("greeting")
    def broken(delivery: Delivery) -> letters.Letter:
        raise KeyError("name")

    delivery = again(queued(greeting))
    assert delivery.status == Status.QUEUED
    with studio_context(None):
        OutboxMessage.objects.update(attempts=outbox.MAX_ATTEMPTS - 1)
    again(delivery)
    assert delivery.status == Status.FAILED


def test_an_owner_sends_an_unknown_one_again(lotus: Cast, greeting: str, provider: type[Provider]) -> None:
    provider.then.append(Uncertain("gone"))
    delivery = again(queued(greeting))
    resend(actor=lotus.actor("owner"), delivery_id=delivery.pk)
    work_off()
    delivery.refresh_from_db()
    assert delivery.status == Status.SENT
    assert AuditEvent.objects.filter(action="message.sent_again", subject_id=delivery.pk).count() == 1


def test_one_that_was_sent_is_not_sent_again(lotus: Cast, greeting: str, provider: type[Provider]) -> None:
    delivery = again(queued(greeting))
    with pytest.raises(Conflict, match="is sent"):
        resend(actor=lotus.actor("owner"), delivery_id=delivery.pk)


@pytest.mark.parametrize("person", ["lead", "trainer", "client", "outsider"])
def test_others_may_not_send_again(lotus: Cast, greeting: str, provider: type[Provider], person: str) -> None:
    delivery = queued(greeting)
    with pytest.raises(NotPermitted):
        resend(actor=lotus.actor(person), delivery_id=delivery.pk)


def test_another_studios_message_is_not_there(lotus: Cast, greeting: str) -> None:
    delivery = queued(greeting)
    with studio_context(lotus.summit), pytest.raises(NotFound):
        resend(actor=lotus.actor("owner2", lotus.summit), delivery_id=delivery.pk)


def test_a_message_can_be_queued_for_later(lotus: Cast, greeting: str, provider: type[Provider]) -> None:
    queued(greeting, due_in=timedelta(minutes=1))
    work_off()
    assert provider.got == []


def test_strange_names_do_no_harm(lotus: Cast, greeting: str, provider: type[Provider]) -> None:
    name = 'Zoë "Z"\r\nBcc: evil@example.com \u202eשלום 🧘'
    again(queued(greeting, recipient_name=name))
    raw = provider.got[0].message().as_string()
    assert "\nBcc:" not in raw
    assert provider.got[0].recipients() == provider.got[0].to


def test_a_studio_with_a_strange_name_still_sends(
    lotus: Cast, greeting: str, provider: type[Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio: Any = current_studio()
    monkeypatch.setattr(studio, "name", "Lotus\r\nBcc: evil@example.com")
    again(queued(greeting))
    assert provider.got[0].message()["Bcc"] is None
    assert provider.got[0].from_email.startswith('"Lotus Bcc: evil@example.com" <')
