from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import recurring_ical_events
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from clients.services import change_client
from fitflow.core.clock import now
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.core.redact import without_secrets
from fitflow.tenancy.context import leave, studio_context
from studios.shared.models import Member
from tests.cast import Cast
from tests.trainers.feeds.reading import Part, instant, read
from tests.trainers.plan import at, scheduled
from trainers.calendar_file import session_calendar
from trainers.feed_policies import Subject, visible_feeds
from trainers.models import Booking, CalendarFeed, Session
from trainers.services import cancel_session, complete_session, reschedule_session
from trainers.services.calendar_feeds import (
    make_feed,
    make_personal_feed,
    revoke_feed,
    revoke_personal_feed,
)
from trainers.shared.models import PersonalFeed

STRANGE = 'Zoë, "O\'B;r" \\n\r\nBEGIN:VEVENT\r\nSUMMARY:x 🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘🧘'


def ask(secret: str, host: str = "lotus.fitflow.localhost", **headers: str) -> Any:
    leave()
    folder = "/calendar/" if host.count(".") == 2 else "/my/calendar/"
    return Browser(headers={"host": host, **headers}).get(f"{folder}{secret}.ics")


def mine(secret: str, **headers: str) -> Any:
    return ask(secret, "fitflow.localhost", **headers)


def feed(cast: Cast, kind: str = "trainer", by: str = "lead", name: str = "lead") -> tuple[CalendarFeed, str]:
    """Make a feed in the studio the test is in."""
    rows: dict[str, Any] = {"trainer": cast.trainer, "client": cast.client, "room": cast.room}
    subject = Subject(kind, rows[kind](name).pk)  # type: ignore[arg-type]
    return make_feed(actor=cast.actor(by), name="Phone", subject=subject)


def calendar_of(response: Any) -> Part:
    assert response.status_code == 200, response.content
    return read(response.content)


def summaries(response: Any) -> list[str]:
    return [event["SUMMARY"].text for event in calendar_of(response).of("VEVENT")]


def test_a_trainers_feed_holds_her_sessions_at_their_instants(lotus: Cast) -> None:
    first = scheduled(lotus, at(10), clients=("Client",))
    summer = scheduled(lotus, at(9, days=200))
    scheduled(lotus, at(12), trainer="trainer")
    _, secret = feed(lotus)
    response = ask(secret)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = calendar_of(response)
    events = calendar.of("VEVENT")
    assert [event["UID"].value for event in events] == [
        f"{one.pk}@fitflow.localhost" for one in (first, summer)
    ]
    assert [instant(calendar, event["DTSTART"]) for event in events] == [first.starts_at, summer.starts_at]
    assert [instant(calendar, event["DTEND"]) for event in events] == [first.ends_at, summer.ends_at]
    assert events[0]["SUMMARY"].text == "Private, Client"
    assert calendar["X-WR-CALNAME"].text == "Lead, Lotus"
    assert calendar["REFRESH-INTERVAL"].parameters == {"VALUE": "DURATION"}
    assert calendar["REFRESH-INTERVAL"].value == "PT15M"


def test_other_parsers_read_the_same(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    _, secret = feed(lotus)
    parsed = Calendar.from_ical(ask(secret).content)
    (event,) = recurring_ical_events.of(parsed).between(at(0), at(23))
    assert (event.start, event.end) == (session.starts_at, session.ends_at)
    assert parsed.errors == []


def test_one_entry_is_the_same_by_mail_and_by_feed_and_a_newer_one_has_a_higher_sequence(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), clients=("Client",))
    _, secret = feed(lotus)
    mailed = read(session_calendar(session, lotus.client(), studio_name="Lotus", method="REQUEST"))
    before = calendar_of(ask(secret)).of("VEVENT")[0]
    assert before["UID"].value == mailed.of("VEVENT")[0]["UID"].value
    assert before["SEQUENCE"].value == mailed.of("VEVENT")[0]["SEQUENCE"].value == "1"
    with studio_context(lotus.lotus):
        reschedule_session(actor=lotus.actor("lead"), session_id=session.pk, starts_at=at(15))
    calendar = calendar_of(ask(secret))
    after = calendar.of("VEVENT")[0]
    assert after["SEQUENCE"].value == "2"
    assert instant(calendar, after["DTSTART"]) == at(15)
    assert after["LAST-MODIFIED"].value > before["LAST-MODIFIED"].value or at(0) > now()


def test_what_was_cancelled_is_told_as_cancelled_for_sixty_days(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), clients=("Client",))
    cancel_session(actor=lotus.actor("lead"), session_id=session.pk, reason="ill")
    _, secret = feed(lotus)
    (event,) = calendar_of(ask(secret)).of("VEVENT")
    assert (event["STATUS"].value, event["TRANSP"].value) == ("CANCELLED", "TRANSPARENT")
    assert "ill" not in event["SUMMARY"].text
    with studio_context(lotus.lotus):
        Session.objects.update(cancelled_at=now() - timedelta(days=61))
    assert summaries(ask(secret)) == []


def test_the_window_is_ninety_days_back_and_four_hundred_ahead(lotus: Cast) -> None:
    for days in (-89, -91, 399, 401):
        scheduled(lotus, at(10, days=days))
    _, secret = feed(lotus)
    calendar = calendar_of(ask(secret))
    starts = [instant(calendar, event["DTSTART"]) for event in calendar.of("VEVENT")]
    assert starts == [at(10, days=-89), at(10, days=399)]


def test_names_cannot_write_lines_of_their_own(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), clients=("Client",))
    for row, name in ((session.service, STRANGE), (session.location, STRANGE), (lotus.client(), STRANGE)):
        type(row).objects.filter(pk=row.pk).update(name=name)
    _, secret = feed(lotus)
    calendar = calendar_of(ask(secret))
    (event,) = calendar.of("VEVENT")
    assert event["SUMMARY"].text.startswith('Zoë, "O\'B;r" \\n BEGIN:VEVENT SUMMARY:x')
    assert "BEGIN:VEVENT SUMMARY" in event["LOCATION"].text
    assert calendar["NAME"].text == "Lead, Lotus"


def test_a_trainers_feed_names_private_clients_by_first_name_and_initial_only(lotus: Cast) -> None:
    scheduled(lotus, at(10), clients=("Étienne Caron",))
    scheduled(lotus, at(12), service="Class", clients=("Étienne Caron", "Client"))
    _, secret = feed(lotus)
    response = ask(secret)
    assert summaries(response) == ["Private, Étienne C.", "Class (2 of 12)"]
    assert b"etienne@" not in response.content
    assert "Caron" not in response.content.decode()


def test_a_clients_feed_is_her_own_bookings(lotus: Cast) -> None:
    full = scheduled(lotus, at(10), service="Class", clients=("Client", "Étienne Caron"))
    scheduled(lotus, at(12), clients=("Étienne Caron",))
    gone = scheduled(lotus, at(14), clients=("Client",))
    Booking.objects.filter(session=gone).update(status="cancelled", cancelled_at=now())
    _, secret = feed(lotus, "client", by="client", name="Client")
    response = ask(secret)
    events = calendar_of(response).of("VEVENT")
    assert [(one["SUMMARY"].text, one["STATUS"].value) for one in events] == [
        ("Class, Lotus", "CONFIRMED"),
        ("Private, Lotus", "CANCELLED"),
    ]
    assert "Étienne" not in response.content.decode()
    assert str(full.pk) in events[0]["UID"].value


def test_an_archived_clients_feed_is_closed_until_she_is_brought_back(lotus: Cast) -> None:
    scheduled(lotus, at(10), clients=("Client",))
    _, secret = feed(lotus, "client", by="client", name="Client")
    client = lotus.client()
    change_client(actor=lotus.actor("owner"), client_id=client.pk, is_active=False)
    closed = ask(secret)
    assert (closed.status_code, closed.content) == (404, ask("0" * 43).content)
    with studio_context(lotus.lotus):
        with pytest.raises(NotFound):
            feed(lotus, "client", by="client", name="Client")
        assert visible_feeds(lotus.actor("client")).count() == 1, "she can still revoke it"
        change_client(actor=lotus.actor("owner"), client_id=client.pk, is_active=True)
    assert len(summaries(ask(secret))) == 1


def test_a_client_on_the_waitlist_sees_it_as_tentative(lotus: Cast) -> None:
    session = scheduled(lotus, at(10), service="Class", clients=("Client",))
    Booking.objects.filter(session=session).update(status="waitlisted")
    _, secret = feed(lotus, "client", by="client", name="Client")
    (event,) = calendar_of(ask(secret)).of("VEVENT")
    assert (event["SUMMARY"].text, event["STATUS"].value) == ("Waitlist: Class, Lotus", "TENTATIVE")


def test_a_rooms_feed_tells_service_and_trainer_only(lotus: Cast) -> None:
    scheduled(lotus, at(10), clients=("Client",), room_id=lotus.room().pk)
    scheduled(lotus, at(12), clients=("Client",), room_id=lotus.room("Studio B").pk)
    _, secret = feed(lotus, "room", by="manager", name="Studio A")
    assert summaries(ask(secret)) == ["Private, Lead"]


def test_a_slot_held_for_a_checkout_is_in_no_feed(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    Session.objects.filter(pk=session.pk).update(status="held", held_until=now() + timedelta(minutes=10))
    _, secret = feed(lotus)
    assert summaries(ask(secret)) == []


def test_the_personal_feed_spans_her_studios(cast: Cast) -> None:
    with studio_context(cast.summit):
        scheduled(cast, at(9), clients=("Client2",))
    with studio_context(cast.lotus):
        scheduled(cast, at(12), clients=("Client",))
        scheduled(cast, at(14), trainer="trainer")
        complete = scheduled(cast, at(9, days=-2), clients=("Client",))
        complete_session(actor=cast.actor("lead"), session_id=complete.pk, attendance={})
    _, secret = make_personal_feed(user=cast.user["lead"], name="Phone")
    calendar = calendar_of(mine(secret))
    events = calendar.of("VEVENT")
    assert [one["SUMMARY"].text for one in events] == [
        "Private, Client",
        "Private, Client2",
        "Private, Client",
    ]
    assert [one["LOCATION"].text.split(",")[0] for one in events] == ["Lotus", "Summit", "Lotus"]
    assert calendar["X-WR-CALNAME"].text == "FitFlow"
    with studio_context(None):
        Member.objects.filter(user=cast.user["lead"], studio=cast.summit).delete()
    assert len(calendar_of(mine(secret)).of("VEVENT")) == 2


def test_the_same_rows_give_the_same_bytes_and_a_304(lotus: Cast) -> None:
    session = scheduled(lotus, at(10))
    _, secret = feed(lotus)
    first = ask(secret)
    assert first["Cache-Control"] == "private, no-cache"
    again = ask(secret, **{"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == "private, no-cache"
    with studio_context(lotus.lotus):
        reschedule_session(actor=lotus.actor("lead"), session_id=session.pk, starts_at=at(15))
    changed = ask(secret, **{"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_an_empty_calendar_is_a_calendar(lotus: Cast) -> None:
    _, secret = feed(lotus)
    assert summaries(ask(secret)) == []


def test_the_number_of_queries_does_not_grow_with_the_sessions(lotus: Cast) -> None:
    _, secret = feed(lotus)
    with studio_context(None):
        _, own = make_personal_feed(user=lotus.user["lead"], name="Phone")

    def queries() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as first:
            assert ask(secret).status_code == 200
        with CaptureQueriesContext(connection) as second:
            assert mine(own).status_code == 200
        return len(first), len(second)

    with studio_context(lotus.lotus):
        scheduled(lotus, at(8), clients=("Client",))
    queries()
    few = queries()
    with studio_context(lotus.lotus):
        for hour in range(9, 20):
            scheduled(lotus, at(hour), clients=("Client",))
    assert queries() == few
    assert max(few) <= 14


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
