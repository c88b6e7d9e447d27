"""The demo's mailbox: every message a file, shown without being able to do anything, and only in the demo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client as Browser
from django.urls import include, path, reverse
from django.urls.exceptions import NoReverseMatch

from fitflow.urls_public import urlpatterns as public
from notifications.email import devmail as box
from notifications.email.devmail import FolderBackend

urlpatterns = [path("", include("notifications.email.urls")), *public]


@pytest.fixture
def demo(settings: Any, devmail: Path) -> Browser:
    settings.DEMO = True
    settings.PUBLIC_SCHEMA_URLCONF = settings.ROOT_URLCONF = __name__
    return Browser(headers={"host": "fitflow.localhost"})


def mail(number: int = 1, **values: Any) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=values.get("subject", f"Number {number}"),
        body="Plain words",
        from_email="Lotus <no-reply@fitflow.localhost>",
        to=[values.get("to", "ann@example.com")],
        headers={"Message-ID": f"<{number}@test>"},
    )
    message.attach_alternative(
        values.get("html", "<html><head></head><body><h1>Words</h1></body></html>"), "text/html"
    )
    return message


def test_a_message_is_kept_once_by_its_id(devmail: Path) -> None:
    backend = FolderBackend()
    assert backend.look_up("<1@test>") is False
    backend.send_messages([mail(1), mail(2)])
    backend.send_messages([mail(1)])
    assert backend.look_up("<1@test>") is True
    assert len(list(devmail.iterdir())) == 2, "no unfinished file is left either"


def test_the_oldest_go_first(devmail: Path) -> None:
    backend = FolderBackend()
    for number in range(5):
        backend.send_messages([mail(number)])
    box.prune(kept=2)
    assert [one.subject for one in box.search()] == ["Number 4", "Number 3"]


def test_the_list_is_searched_and_paged(demo: Browser) -> None:
    assert "No mail yet" in demo.get("/dev/mail/").content.decode()
    FolderBackend().send_messages([mail(number) for number in range(30)])
    FolderBackend().send_messages([mail(99, subject="Élégant 🧘", to="rosa@example.com")])
    first = demo.get("/dev/mail/").content.decode()
    assert first.index("Élégant 🧘") < first.index("Number 29")
    assert "Number 3<" not in first
    assert "Number 3<" in demo.get("/dev/mail/?page=2").content.decode()
    found = demo.get("/dev/mail/?q=ROSA+élégant").content.decode()
    assert "Élégant 🧘" in found
    assert "Number" not in found
    assert "No mail fits" in demo.get("/dev/mail/?q=nobody").content.decode()


def test_a_message_can_neither_run_nor_load_anything(demo: Browser) -> None:
    evil = "<html><head></head><body><script>alert(1)</script><img src=https://evil.example/x></body></html>"
    FolderBackend().send_messages([mail(1, html=evil)])
    (name,) = box.names()
    page = demo.get(reverse("devmail_message", urlconf=__name__, args=[name]))
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    framed = demo.get(reverse("devmail_html", urlconf=__name__, args=[name]))
    policy = framed.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_an_attachment_is_a_download(demo: Browser) -> None:
    message = mail(1)
    message.attach('in"voice.html', b"<script>alert(1)</script>", "text/html")
    FolderBackend().send_messages([message])
    (name,) = box.names()
    answer = demo.get(reverse("devmail_attachment", urlconf=__name__, args=[name, 0]))
    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="in_voice.html"'
    assert demo.get(reverse("devmail_attachment", urlconf=__name__, args=[name, 1])).status_code == 404


@pytest.mark.parametrize("name", ["nothing", "20260101T000000000000-abc"])
def test_what_is_not_there_is_not_found(demo: Browser, name: str) -> None:
    for page in ("devmail_message", "devmail_html"):
        assert demo.get(reverse(page, urlconf=__name__, args=[name])).status_code == 404


def test_outside_the_demo_there_is_no_mailbox(demo: Browser, settings: Any) -> None:
    FolderBackend().send_messages([mail(1)])
    settings.DEMO = False
    (name,) = box.names()
    for address in ("", f"{name}/", f"{name}/html", f"{name}/attachments/0"):
        assert demo.get(f"/dev/mail/{address}").status_code == 404


def test_its_addresses_do_not_even_exist_here() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("devmail", urlconf="fitflow.urls_public")
