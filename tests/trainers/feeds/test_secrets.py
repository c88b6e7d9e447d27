"""A feed is as secret as its address: who may make one, what a wrong address says, and when it dies."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.core.redact import without_secrets
from fitflow.tenancy.context import leave, studio_context
from studios.shared.models import Member
from tests.cast import Cast
from tests.trainers.feeds.asking import ask, feed, mine
from tests.trainers.plan import at, scheduled
from trainers.feed_policies import Subject, visible_feeds
from trainers.models import CalendarFeed
from trainers.services.calendar_feeds import (
    make_feed,
    make_personal_feed,
    revoke_feed,
    revoke_personal_feed,
)
from trainers.shared.models import PersonalFeed


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "../../etc", "%00", "é" * 43])
def test_a_wrong_secret_is_a_404_in_the_words_of_a_revoked_one(lotus: Cast, secret: str) -> None:
    made, known = feed(lotus)
    revoke_feed(actor=lotus.actor("lead"), feed_id=made.pk)
    revoked, wrong = ask(known), ask(secret)
    assert revoked.status_code == wrong.status_code == 404
    if "/" not in secret and secret:
        assert revoked.content == wrong.content


def test_a_revoked_personal_feed_is_a_404(cast: Cast) -> None:
    made, secret = make_personal_feed(user=cast.user["lead"], name="Phone")
    with pytest.raises(NotFound):
        revoke_personal_feed(user=cast.user["trainer"], feed_id=made.pk)
    revoke_personal_feed(user=cast.user["lead"], feed_id=made.pk)
    assert mine(secret).status_code == mine("x" * 43).status_code == 404


def test_wrong_and_revoked_secrets_take_the_same_queries(lotus: Cast) -> None:
    made, known = feed(lotus)
    revoke_feed(actor=lotus.actor("lead"), feed_id=made.pk)

    def asked(secret: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            ask(secret)
        return [query["sql"][:60] for query in queries]

    asked("warm")  # the host is remembered from now on
    assert asked(known) == asked("x" * 43)


def test_a_secret_of_one_studio_is_worth_nothing_in_another(lotus: Cast) -> None:
    _, secret = feed(lotus)
    assert ask(secret, "summit.fitflow.localhost").status_code == 404
    assert mine(secret).status_code == 404


def test_only_the_hash_is_stored_and_reading_is_noted_at_most_once_in_ten_minutes(lotus: Cast) -> None:
    made, secret = feed(lotus)
    made.refresh_from_db()
    assert secret not in str(vars(made))
    assert made.read_at is None
    ask(secret)
    with studio_context(lotus.lotus):
        made.refresh_from_db()
        first = made.read_at
        assert first is not None
    ask(secret)
    with studio_context(lotus.lotus):
        made.refresh_from_db()
        assert made.read_at == first


def test_no_log_line_holds_a_secret(lotus: Cast) -> None:
    _, secret = feed(lotus)
    for line in (
        f"GET /calendar/{secret}.ics",
        f"http://fitflow.localhost/my/calendar/{secret}.ics HTTP/1.1",
    ):
        assert secret[:20] not in without_secrets(line)


def test_the_feed_dies_with_the_right_of_who_made_it(lotus: Cast) -> None:
    scheduled(lotus, at(10), trainer="trainer", clients=("Client",))
    _, by_lead = feed(lotus, by="lead", name="trainer")
    _, by_owner = feed(lotus, by="owner", name="trainer")
    with studio_context(None):
        Member.objects.filter(user=lotus.user["lead"], studio=lotus.lotus).delete()
    assert ask(by_lead).status_code == 404
    assert ask(by_owner).status_code == 200
    with studio_context(lotus.lotus):
        lotus.trainer("trainer").__class__.objects.filter(user=lotus.user["trainer"]).update(is_active=False)
    assert ask(by_owner).status_code == 404


ALLOWED = {
    ("trainer", "lead"): {"owner", "manager", "lead"},
    ("trainer", "trainer"): {"owner", "manager", "lead", "trainer"},
    ("client", "Client"): {"client"},
    ("room", "Studio A"): {"owner", "manager"},
}


@pytest.mark.parametrize(("kind", "name"), ALLOWED)
@pytest.mark.parametrize(
    "who", ["owner", "manager", "lead", "trainer", "client", "owner2", "outsider", "staff"]
)
def test_who_may_have_whose_sessions(lotus: Cast, kind: str, name: str, who: str) -> None:
    if who in ALLOWED[kind, name]:
        made, _ = feed(lotus, kind, by=who, name=name)
        assert list(visible_feeds(lotus.actor(who))) == [made]
    else:
        with pytest.raises((NotFound, NotPermitted)):
            feed(lotus, kind, by=who, name=name)


def test_nobody_revokes_what_is_not_hers(lotus: Cast) -> None:
    made, _ = feed(lotus, by="owner", name="lead")
    for who in ("trainer", "client", "outsider"):
        with pytest.raises(NotFound):
            revoke_feed(actor=lotus.actor(who), feed_id=made.pk)
    # It shows her own sessions: she may end it, whoever made it.
    revoke_feed(actor=lotus.actor("lead"), feed_id=made.pk)


def test_a_name_is_asked_for_and_twenty_are_enough(lotus: Cast) -> None:
    with pytest.raises(Invalid):
        make_personal_feed(user=lotus.user["lead"], name=" ")
    for number in range(20):
        make_feed(actor=lotus.actor("lead"), name=str(number), subject=Subject("trainer", lotus.trainer().pk))
    with pytest.raises(Conflict):
        feed(lotus)


def test_too_many_questions_from_one_address_are_slowed_down(lotus: Cast, settings: Any) -> None:
    settings.CALENDAR_RATE = 2
    statuses = [ask("x" * 43).status_code for _ in range(6)]
    assert statuses == [404] * 4 + [429] * 2


def test_the_page_shows_the_address_once(lotus: Cast) -> None:
    trainer = lotus.trainer("trainer").pk
    leave()
    browser = Browser(headers={"host": "lotus.fitflow.localhost"})
    browser.force_login(lotus.user["trainer"])
    page = browser.post("/calendar/feeds/add/", {"of": f"trainer:{trainer}", "name": "Phone"})
    address = page.context["made"]
    assert page.status_code == 200
    assert page.content.decode().count(f"<code>{address}</code>") == 1
    assert ask(urlsplit(address).path.split("/")[-1].removesuffix(".ics")).status_code == 200
    again = browser.get("/calendar/feeds/").content.decode()
    assert "Phone" in again
    assert address not in again
    with studio_context(lotus.lotus):
        pk = CalendarFeed.objects.get(made_by=lotus.user["trainer"]).pk
    assert browser.post(f"/calendar/feeds/{pk}/revoke/").status_code == 302
    assert browser.post("/calendar/feeds/add/", {"of": "trainer:nobody", "name": "Phone"}).status_code == 422


def test_the_page_of_calendars_elsewhere(cast: Cast) -> None:
    browser = Browser(headers={"host": "fitflow.localhost"})
    assert browser.get("/my/calendar/elsewhere/").status_code == 302
    browser.force_login(cast.user["lead"])
    page = browser.post("/my/calendar/feeds/add/", {"name": "Phone"})
    assert mine(urlsplit(page.context["made"]).path.split("/")[-1].removesuffix(".ics")).status_code == 200
    pk = PersonalFeed.objects.get().pk
    assert browser.post(f"/my/calendar/feeds/{pk}/revoke/").status_code == 302
    secret = "https://calendar.example.com/ical/lead/private-0123456789/basic.ics"
    added = browser.post(
        "/my/calendar/external/add/", {"name": "Home", "address": secret, "zone": "America/Toronto"}
    )
    assert added.status_code == 302
    shown = browser.get("/my/calendar/elsewhere/").content.decode()
    assert "calendar.example.com" in shown
    assert "private-0123" not in shown
    wrong = browser.post("/my/calendar/external/add/", {"name": "x", "address": "http://x.ca", "zone": "UTC"})
    assert wrong.status_code == 422
    assert "must begin with https://" in wrong.content.decode()
    other = Browser(headers={"host": "fitflow.localhost"})
    other.force_login(cast.user["trainer"])
    pk = cast.user["lead"].pk
    assert other.post(f"/my/calendar/external/{pk}/remove/").status_code == 404
