"""Sending over a real SMTP line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from notifications import letters
from notifications.letters import Letter
from notifications.models import Delivery
from tests.cast import Cast
from tests.notifications.postmaster import Postmaster, smtp_server
from tests.notifications.test_sending import again, queued
from tests.server import free_port

Status = Delivery.Status
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 300


@pytest.fixture
def postmaster(settings: Any) -> Iterator[Postmaster]:
    settings.EMAIL_BACKEND = "notifications.email.smtp.SmtpBackend"
    settings.EMAIL_TIMEOUT = 5
    with smtp_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture
def with_pdf(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(letters, "_renderers", dict(letters._renderers))

    @letters.template("with_pdf")
    def render(delivery: Delivery) -> Letter:
        return Letter(
            subject="Invoice LOTUS-0001, élégant",
            preview="$20.00",
            mark="Invoice",
            heading="Invoice",
            why="You get this because.",
            attachments=(("LOTUS-0001.pdf", PDF, "application/pdf"),),
        )

    return "with_pdf"


def test_it_arrives_whole(lotus: Cast, postmaster: Postmaster, with_pdf: str) -> None:
    delivery = again(queued(with_pdf, recipient_name="Étienne Caron"))
    assert delivery.status == Status.SENT
    (mail,) = postmaster.kept
    assert mail["Subject"] == "Invoice LOTUS-0001, élégant"
    assert mail["To"] == "Étienne Caron <ann@example.com>"
    assert mail["Message-ID"] == delivery.message_id
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "LOTUS-0001.pdf"
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content() == PDF
    assert mail.get_body(("plain",)).get_content().startswith("Hello Étienne Caron,")
    assert "<h1" in mail.get_body(("html",)).get_content()


def test_a_server_that_is_busy_gets_it_later(lotus: Cast, postmaster: Postmaster, with_pdf: str) -> None:
    postmaster.answers = ["451 Try again later"]
    delivery = again(queued(with_pdf))
    assert (delivery.status, postmaster.kept) == (Status.QUEUED, [])
    assert again(delivery).status == Status.SENT
    assert len(postmaster.kept) == 1


def test_a_greylisted_recipient_gets_it_later(lotus: Cast, postmaster: Postmaster, with_pdf: str) -> None:
    postmaster.recipient_answer = "450 Greylisted"
    delivery = again(queued(with_pdf))
    assert delivery.status == Status.QUEUED
    postmaster.recipient_answer = ""
    assert again(delivery).status == Status.SENT


def test_an_unknown_recipient_is_a_failure(lotus: Cast, postmaster: Postmaster, with_pdf: str) -> None:
    postmaster.recipient_answer = "550 No such user here"
    delivery = again(queued(with_pdf))
    assert (delivery.status, delivery.reason) == (
        Status.FAILED,
        "The mail server refused it: 550 No such user here",
    )


def test_a_refused_message_is_a_failure(lotus: Cast, postmaster: Postmaster, with_pdf: str) -> None:
    postmaster.answers = ["554 Looks like spam"]
    assert again(queued(with_pdf)).status == Status.FAILED


@pytest.mark.parametrize(("answer", "kept"), [("keep and hang up", 1), ("hang up", 0)])
def test_a_line_cut_after_the_message_leaves_it_unknown(
    lotus: Cast, postmaster: Postmaster, with_pdf: str, answer: str, kept: int
) -> None:
    postmaster.answers = [answer]
    delivery = again(queued(with_pdf))
    assert (delivery.status, len(postmaster.kept)) == (Status.UNKNOWN, kept)
    assert again(delivery).status == Status.UNKNOWN
    assert len(postmaster.kept) == kept, "only a person may decide to send it again"


def test_a_server_that_is_away_gets_it_later(lotus: Cast, settings: Any, with_pdf: str) -> None:
    settings.EMAIL_BACKEND = "notifications.email.smtp.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    delivery = again(queued(with_pdf))
    assert delivery.status == Status.QUEUED
    assert "refused" in delivery.reason
