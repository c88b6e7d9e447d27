from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction

from fitflow.core import outbox
from fitflow.core.checks import no_private_network_is_asked
from fitflow.core.clock import now
from fitflow.core.errors import Conflict, Invalid, NotFound
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from tests.asking import Caller
from tests.cast import Cast
from tests.trainers.external.files import GOOGLE, calendar, event
from tests.trainers.external.server import Elsewhere
from tests.trainers.plan import at, scheduled
from trainers import tasks
from trainers.selectors import busy_elsewhere, my_calendar
from trainers.services import cancel_session, external, reschedule_session
from trainers.services.external import (
    TELL_AFTER,
    add_calendar,
    claim_due,
    cover_again,
    pause_calendar,
    read_calendar,
    remove_calendar,
    resume_calendar,
)
from trainers.shared.models import BusyTime, ExternalCalendar

ZONE = "America/Toronto"
Span = tuple[datetime, datetime]


def busy(starts: datetime, ends: datetime, *more: str, uid: str = "a@example.com") -> str:
    return event(
        f"DTSTART:{starts:%Y%m%dT%H%M%S}", f"DTEND:{ends:%Y%m%dT%H%M%S}", "TRANSP:OPAQUE", *more, uid=uid
    )


def subscribed(cast: Cast, address: str, *, name: str = "Private", who: str = "lead") -> ExternalCalendar:
    """Subscribe a calendar and ask it once."""
    made = add_calendar(user=cast.user[who], name=name, address=address, zone=ZONE)
    read_calendar(calendar_id=made.pk)
    return ExternalCalendar.objects.get(pk=made.pk)


def held(cast: Cast, who: str = "lead") -> list[Span]:
    """Return the external busy time the database keeps for a person."""
    rows = BusyTime.objects.filter(user=cast.user[who], kind="external").order_by("span")
    return [(row.span.lower, row.span.upper) for row in rows]


@pytest.fixture
def address(server: Elsewhere) -> str:
    """A calendar with two hours at noon, three days ahead, and a walk after it."""
    return server.gives(
        calendar(busy(at(12), at(14), "SUMMARY:Surgery"), busy(at(16), at(17), uid="b")), ETag='"1"'
    )


def test_what_is_in_it_becomes_bare_busy_time(cast: Cast, address: str) -> None:
    calendar = subscribed(cast, address)
    assert held(cast) == [(at(12), at(14)), (at(16), at(17))]
    assert (calendar.problem, calendar.failures, calendar.etag) == ("", 0, '"1"')
    assert calendar.read_at is not None


def test_it_blocks_booking_in_every_studio_and_the_database_is_who_refuses(cast: Cast, address: str) -> None:
    subscribed(cast, address)
    for studio in (cast.lotus, cast.summit):
        with studio_context(studio):
            with pytest.raises(Conflict) as refused:
                scheduled(cast, at(13))
            assert refused.value.details["conflict"] == "trainer"
            assert "busy elsewhere" in refused.value.message
            assert "Surgery" not in refused.value.message
            scheduled(cast, at(14) if studio == cast.lotus else at(15))


def test_studios_see_the_time_and_never_the_reason(cast: Cast, address: str) -> None:
    subscribed(cast, address)
    with studio_context(cast.summit):
        lead = cast.trainer("lead").pk
        spans = busy_elsewhere(trainer_ids=[lead], starts=at(0), ends=at(23))
        assert spans[0] == {"trainer": lead, "starts_at": at(12), "ends_at": at(14)}
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            ExternalCalendar.objects.count()


def test_her_own_calendar_names_the_calendar_to_her(cast: Cast, address: str) -> None:
    subscribed(cast, address, name="Home")
    items = my_calendar(user=cast.user["lead"], starts=at(0), ends=at(23))
    assert [(item["kind"], item["calendar"]) for item in items] == [("busy", "Home"), ("busy", "Home")]


def test_the_api_shows_it_to_her_and_to_nobody_else(cast: Cast, address: str) -> None:
    subscribed(cast, address, name="Home")
    window = urlencode({"from": at(0).isoformat(), "to": at(23).isoformat()})
    seen = {who: Caller(cast, who, "").get(f"my/calendar?{window}").results for who in ("lead", "trainer")}
    assert [(row["kind"], row["calendar"]) for row in seen["lead"]] == [("busy", "Home"), ("busy", "Home")]
    assert seen["trainer"] == []


def test_a_session_that_is_there_already_stays_and_only_the_rest_is_busy(cast: Cast, address: str) -> None:
    with studio_context(cast.lotus):
        session = scheduled(cast, at(13))
    subscribed(cast, address)
    assert held(cast)[:2] == [(at(12), at(13)), (at(16), at(17))]
    with studio_context(cast.lotus):
        cancel_session(actor=cast.actor("lead"), session_id=session.id, reason="")
        outbox.deliver_now("session.cancelled", session=session.id)
    assert held(cast)[0] == (at(12), at(14))


def test_a_session_that_moves_away_leaves_the_time_busy(cast: Cast, address: str) -> None:
    with studio_context(cast.lotus):
        session = scheduled(cast, at(13))
    subscribed(cast, address)
    with studio_context(cast.lotus):
        reschedule_session(actor=cast.actor("lead"), session_id=session.id, starts_at=at(9))
        outbox.deliver_now("session.rescheduled", session=session.id)
        # Given to another trainer, it leaves her time as well.
        again = reschedule_session(
            actor=cast.actor("lead"),
            session_id=session.id,
            starts_at=at(9),
            trainer_id=cast.trainer("trainer").pk,
        )
        assert again.trainer_id == cast.trainer("trainer").pk
    assert held(cast)[0] == (at(12), at(14))
    assert cover_again() == 0


def test_beats_turn_asks_what_is_due_and_covers_what_was_left(cast: Cast, address: str) -> None:
    made = add_calendar(user=cast.user["lead"], name="Private", address=address, zone=ZONE)
    assert tasks.ask_calendars() == 1
    assert tasks.ask_calendars() == 0
    made.refresh_from_db()
    assert made.read_at is not None
    BusyTime.objects.filter(kind="external", span__startswith=at(12)).delete()
    tasks.cover_calendars()
    assert held(cast)[0] == (at(12), at(14))


def test_one_whose_time_cannot_be_covered_keeps_no_other_waiting(cast: Cast, address: str) -> None:
    for who in ("lead", "trainer"):
        subscribed(cast, address, who=who)
    BusyTime.objects.filter(kind="external").delete()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON trainers_shared_busytime FOR EACH ROW
            """
            f"WHEN (NEW.user_id = '{cast.user['lead'].pk}') EXECUTE FUNCTION pg_temp.refuse()"
        )
    assert tasks.cover_calendars() == 1
    assert (held(cast), held(cast, "trainer")[0]) == ([], (at(12), at(14)))


def test_one_that_cannot_be_asked_keeps_no_other_waiting(cast: Cast, address: str) -> None:
    broken = add_calendar(user=cast.user["lead"], name="Broken", address=address, zone=ZONE)
    sound = add_calendar(user=cast.user["trainer"], name="Sound", address=address, zone=ZONE)
    with connection.cursor() as cursor:  # its address does not open: it was sealed for another row
        cursor.execute(
            "UPDATE trainers_shared_externalcalendar AS one SET address = other.address"
            " FROM trainers_shared_externalcalendar AS other WHERE one.id = %s AND other.id = %s",
            [broken.pk, sound.pk],
        )
    assert tasks.ask_calendars() == 1
    assert ExternalCalendar.objects.get(pk=sound.pk).read_at is not None
    assert held(cast, "trainer")[0] == (at(12), at(14))


def test_of_a_couriers_threads_few_ask_calendars(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    helped: list[int] = []

    def turn(*, found_one: Callable[[], None]) -> int:
        found_one()
        return 1

    def another() -> None:
        helped.append(tasks.ask_calendars())

    monkeypatch.setattr(external, "ask_due", turn)
    monkeypatch.setattr(tasks, "_call_for_help", another)
    assert tasks.ASKERS == 2
    assert tasks.ask_calendars() == 1
    assert helped == [0, 1], "the second calls for a third, for which there is no place"
    assert tasks.ask_calendars() == 1, "and the places are free again"


def test_what_has_gone_from_it_is_free_again(cast: Cast, server: Elsewhere, address: str) -> None:
    calendar_ = subscribed(cast, address)
    server.gives(calendar(busy(at(16), at(17), uid="b")), ETag='"2"')
    read_calendar(calendar_id=calendar_.pk)
    assert held(cast) == [(at(16), at(17))]


def test_two_calendars_are_joined_where_they_meet(cast: Cast, server: Elsewhere, address: str) -> None:
    subscribed(cast, address)
    second = subscribed(cast, server.gives(calendar(busy(at(13), at(15))), "/second"), name="Work")
    assert held(cast) == [(at(12), at(15)), (at(16), at(17))]
    items = my_calendar(user=cast.user["lead"], starts=at(0), ends=at(23))
    assert items[0]["calendar"] == "Private, Work"
    remove_calendar(user=cast.user["lead"], calendar_id=second.pk)
    assert held(cast)[0] == (at(12), at(14))


def test_a_removed_calendar_gives_its_time_back_and_a_paused_one_does_not(cast: Cast, address: str) -> None:
    calendar_ = subscribed(cast, address)
    pause_calendar(user=cast.user["lead"], calendar_id=calendar_.pk)
    assert claim_due() == []
    assert len(held(cast)) == 2
    resume_calendar(user=cast.user["lead"], calendar_id=calendar_.pk)
    assert claim_due() == [calendar_.pk]
    remove_calendar(user=cast.user["lead"], calendar_id=calendar_.pk)
    assert held(cast) == []


def test_nobody_touches_anothers(cast: Cast, address: str) -> None:
    calendar_ = subscribed(cast, address)
    for use_case in (remove_calendar, pause_calendar, resume_calendar):
        with pytest.raises(NotFound):
            use_case(user=cast.user["trainer"], calendar_id=calendar_.pk)


def test_the_address_is_stored_encrypted(cast: Cast, address: str) -> None:
    calendar_ = subscribed(cast, address)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM trainers_shared_externalcalendar WHERE id = %s", [calendar_.pk])
        assert address not in cursor.fetchone()[0]


def test_an_unchanged_calendar_is_not_read_again_but_once_a_day(
    cast: Cast, server: Elsewhere, address: str
) -> None:
    calendar_ = subscribed(cast, address)
    read_calendar(calendar_id=calendar_.pk)
    assert server.asked[-1][1]["If-None-Match"] == '"1"'
    assert len(held(cast)) == 2
    ExternalCalendar.objects.update(read_at=now() - timedelta(days=1))
    read_calendar(calendar_id=calendar_.pk)
    assert "If-None-Match" not in server.asked[-1][1]


def test_each_calendar_is_due_every_ten_minutes_to_one_asker(cast: Cast, address: str) -> None:
    calendar_ = add_calendar(user=cast.user["lead"], name="Private", address=address, zone=ZONE)
    assert claim_due() == [calendar_.pk]
    assert claim_due() == []
    ExternalCalendar.objects.update(asked_at=now() - timedelta(minutes=12))
    assert claim_due() == [calendar_.pk]
    ExternalCalendar.objects.update(asked_at=now() - timedelta(minutes=12), failures=3)
    assert claim_due() == []
    ExternalCalendar.objects.update(asked_at=now() - timedelta(minutes=82), failures=3)
    assert claim_due() == [calendar_.pk]


def big() -> bytes:
    """Return a file of nearly 5 MB: 10,000 events with long descriptions."""
    start, words = at(9, days=1), "DESCRIPTION:" + "x" * 330
    days = [start + timedelta(days=n % 300, minutes=n // 300 * 10) for n in range(10_000)]
    return calendar(*(busy(day, day + timedelta(minutes=5), words, uid=str(n)) for n, day in enumerate(days)))


TROUBLE: dict[str, Any] = {
    "large": lambda server: server.gives(b"x" * 5_000_001),
    "bomb": lambda server: server.gives(gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip"),
    "too many": lambda server: server.gives(calendar(busy(at(9), at(10), "RRULE:FREQ=SECONDLY"))),
    "no calendar": lambda server: server.gives(b"<html>Sign in</html>"),
    "cut off": lambda server: server.gives(GOOGLE, Content_Length="700"),
    "length too long": lambda server: server.gives(GOOGLE, Content_Length="7000000"),
    "private": lambda server: server.redirects("/calendar.ics", "https://10.0.0.1/"),
    "metadata": lambda server: server.redirects("/calendar.ics", "https://169.254.169.254/"),
    "round and round": lambda server: server.redirects("/calendar.ics", "/calendar.ics"),
    "gone": lambda server: server.says(404),
    "broken": lambda server: server.says(500),
    "hanging": lambda server: server.hangs(),
    "dripping": lambda server: server.drips(),
}


@pytest.mark.parametrize("kind", TROUBLE)
def test_in_trouble_the_old_busy_time_stays_and_she_is_told_once(
    cast: Cast, server: Elsewhere, address: str, settings: Any, kind: str
) -> None:
    calendar_ = subscribed(cast, address)
    settings.EXTERNAL_FETCH_SECONDS = 1
    TROUBLE[kind](server)
    began = now()
    for _ in range(2):
        read_calendar(calendar_id=calendar_.pk)
    ExternalCalendar.objects.update(failures=TELL_AFTER - 1)
    read_calendar(calendar_id=calendar_.pk)
    assert now() - began < timedelta(seconds=40)
    assert held(cast) == [(at(12), at(14)), (at(16), at(17))]
    calendar_.refresh_from_db()
    assert calendar_.problem
    assert calendar_.failures == TELL_AFTER
    assert OutboxMessage.objects.filter(topic="calendar.unread").count() == 1


def test_the_letter_says_what_is_wrong_and_success_clears_it(
    cast: Cast, server: Elsewhere, address: str
) -> None:
    calendar_ = subscribed(cast, address, name="Home")
    server.says(404)
    for _ in range(TELL_AFTER + 2):
        read_calendar(calendar_id=calendar_.pk)
    outbox.deliver_now("calendar.unread", calendar=calendar_.pk)
    (letter,) = mail.outbox
    assert letter.to == ["Lead <lead@fitflow.test>"]
    assert "not valid any more" in letter.body
    assert "my/calendar/elsewhere/" in letter.body
    assert address not in letter.body
    server.gives(calendar(busy(at(12), at(14))))
    read_calendar(calendar_id=calendar_.pk)
    calendar_.refresh_from_db()
    assert (calendar_.problem, calendar_.failures) == ("", 0)


def test_one_calendars_trouble_stops_no_other(cast: Cast, server: Elsewhere, address: str) -> None:
    broken = subscribed(cast, server.says(500, "/broken"), name="Broken")
    subscribed(cast, address)
    assert broken.failures == 1
    assert len(held(cast)) == 2


def test_five_megabytes_are_read(cast: Cast, server: Elsewhere) -> None:
    content = big()
    assert 4_500_000 < len(content) < 5_000_000
    made = subscribed(cast, server.gives(content))
    assert made.problem == ""
    assert len(held(cast)) == 10_000


def test_a_calendar_that_takes_too_long_to_work_out_is_given_up(
    cast: Cast, server: Elsewhere, address: str, settings: Any
) -> None:
    calendar_ = subscribed(cast, address)
    settings.EXTERNAL_READ_SECONDS = 0.5
    server.gives(big())
    read_calendar(calendar_id=calendar_.pk)
    calendar_.refresh_from_db()
    assert "too long" in calendar_.problem
    assert len(held(cast)) == 2


def test_entries_that_cannot_be_understood_are_told_of(cast: Cast, server: Elsewhere) -> None:
    made = subscribed(cast, server.gives(calendar(busy(at(12), at(14)), event("DTSTART:soon"))))
    assert made.problem.startswith("1 of its entries")
    assert len(held(cast)) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"address": "http://example.com/x.ics"}, "address"),
        ({"address": "calendar"}, "address"),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"zone": "Mars/Olympus"}, "zone"),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(cast: Cast, wrong: dict[str, str], field: str) -> None:
    good = {"name": "Home", "address": "https://example.com/x.ics", "zone": ZONE}
    with pytest.raises(Invalid) as refused:
        add_calendar(user=cast.user["lead"], **{**good, **wrong})
    assert refused.value.field == field


def test_ten_calendars_are_enough(cast: Cast) -> None:
    for number in range(10):
        add_calendar(user=cast.user["lead"], name=str(number), address="webcal://example.com/", zone=ZONE)
    with pytest.raises(Conflict):
        add_calendar(user=cast.user["lead"], name="more", address="webcal://example.com/", zone=ZONE)


def test_a_deployment_is_warned_of_hosts_of_its_own_network(settings: Any) -> None:
    settings.EXTERNAL_OPEN_HOSTS = ["10.0.0.5"]
    assert [one.id for one in no_private_network_is_asked(None)] == ["fitflow.W001"]
    settings.EXTERNAL_OPEN_HOSTS = []
    assert no_private_network_is_asked(None) == []
