from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fitflow.core.clock import now
from fitflow.tenancy.context import studio_context
from tests.asking import Caller
from tests.cast import Cast
from tests.trainers.plan import at, scheduled
from trainers.models import Booking, Session

SHAPE = {"id", "service", "trainer", "location", "room", "starts_at", "ends_at", "status", "capacity"}
SHAPE |= {"booked", "waitlisted", "version"}


def body(cast: Cast, **more: object) -> dict[str, object]:
    """Return a session as a program asks for it in lotus."""
    with studio_context(cast.lotus):
        return {
            "service": str(cast.service().id),
            "trainer": str(cast.trainer("trainer").id),
            "location": str(cast.location().id),
            "room": str(cast.room().id),
            "starts_at": at(10).isoformat(),
            "clients": [str(cast.client().id)],
            **more,
        }


def test_a_session_is_scheduled_moved_and_cancelled(cast: Cast) -> None:
    trainer = Caller(cast, "trainer")
    made = trainer.post("sessions/", body(cast))
    assert made.status == 201
    assert made.data.keys() >= SHAPE
    assert (made.data["booked"], made.data["clients"][0]["name"]) == (1, "Client")
    path = f"sessions/{made.data['id']}"
    assert trainer.get(f"{path}/").data == made.data
    moved = trainer.post(f"{path}/reschedule", {"starts_at": at(14).isoformat()})
    assert moved.status == 200
    assert moved.data["version"] == 2
    assert moved.data["room"] == made.data["room"]
    stale = trainer.post(f"{path}/reschedule", {"starts_at": at(16).isoformat(), "version": 1})
    assert (stale.status, stale.error["details"]["conflict"]) == (409, "version")
    gone = trainer.post(f"{path}/cancel", {"reason": "ill"})
    assert (gone.status, gone.data["status"], gone.data["booked"]) == (200, "cancelled", 0)
    assert trainer.post(f"{path}/restore").data["booked"] == 1


def test_a_class_fills_and_waits_by_the_api(cast: Cast) -> None:
    lead = Caller(cast, "lead")
    with studio_context(cast.lotus):
        session, other = scheduled(cast, at(10), clients=("Client",)), cast.client("Étienne Caron").id
    waiting = lead.post(f"sessions/{session.id}/bookings", {"client": str(other)})
    assert (waiting.status, waiting.data["status"]) == (201, "waitlisted")
    again = lead.post(f"sessions/{session.id}/bookings", {"client": str(other)})
    assert (again.status, again.error["details"]["conflict"]) == (409, "client")
    first = lead.get(f"sessions/{session.id}/bookings").results[0]
    assert lead.post(f"bookings/{waiting.data['id']}/give-place").error["details"]["conflict"] == "capacity"
    assert lead.post(f"bookings/{first['id']}/cancel", {"reason": "flu"}).data["status"] == "cancelled"
    assert lead.post(f"bookings/{waiting.data['id']}/give-place").data["status"] == "booked"


def test_a_session_is_completed_with_attendance(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = scheduled(cast, at(10, days=-1), clients=("Client",))
        booking = Booking.objects.get()
    lead = Caller(cast, "lead")
    assert lead.post(f"bookings/{booking.id}/attendance", {"attendance": "no_show"}).status == 200
    done = lead.post(f"sessions/{session.id}/complete", {"attendance": {str(booking.id): "present"}})
    assert (done.status, done.data["status"], done.data["clients"][0]["attendance"]) == (
        200,
        "completed",
        "present",
    )


def test_the_same_key_books_once_and_another_body_is_refused(cast: Cast) -> None:
    trainer, asked = Caller(cast, "trainer"), body(cast)
    key = {"Idempotency-Key": "once"}
    first = trainer.post("sessions/", asked, **key)
    second = trainer.post("sessions/", asked, **key)
    assert (first.status, second.status) == (201, 201)
    assert first.data == second.data
    other = trainer.post("sessions/", body(cast, starts_at=at(15).isoformat()), **key)
    assert (other.status, other.error["details"]["conflict"]) == (409, "idempotency_key")
    with studio_context(cast.lotus):
        assert Session.objects.count() == 1


def test_a_refusal_under_a_key_may_be_tried_again(cast: Cast) -> None:
    with studio_context(cast.lotus):
        blocking = scheduled(cast, at(10), trainer="trainer")
    trainer, key = Caller(cast, "trainer"), {"Idempotency-Key": "again"}
    refused = trainer.post("sessions/", body(cast), **key)
    assert (refused.status, refused.error["details"]["conflict"]) == (409, "trainer")
    assert "You are busy from 10:00 to 11:00" in refused.error["message"]
    trainer.post(f"sessions/{blocking.id}/cancel", {})
    assert trainer.post("sessions/", body(cast), **key).status == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_at": "2026-13-45T10:00:00-05:00"},
        {"starts_at": "2027-01-20T10:00:00"},
        {"starts_at": 5},
        {"starts_at": None},
        {"starts_at": "0001-01-01T00:00:00+14:00"},
        {"starts_at": "9999-12-31T23:59:59-12:00"},
        {"service": "yes"},
        {"trainer": 7},
        {"clients": "x"},
        {"clients": ["x"]},
        {"clients": [None]},
        {"room": "\u0000"},
    ],
)
def test_what_cannot_be_right_is_a_validation_error(cast: Cast, wrong: dict[str, object]) -> None:
    answer = Caller(cast, "owner").post("sessions/", body(cast, **wrong))
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
    with studio_context(cast.lotus):
        assert not Session.objects.exists()


@pytest.mark.parametrize("raw", [b"{", b"[]", b"\xff\xfe", b"null", b'"x"'])
def test_malformed_json_is_a_validation_error(cast: Cast, raw: bytes) -> None:
    assert Caller(cast, "owner").post("sessions/", raw).error["code"] == "VALIDATION_ERROR"


def test_unknown_fields_are_ignored(cast: Cast) -> None:
    assert (
        Caller(cast, "owner").post("sessions/", body(cast, status="completed", booked=99)).data["booked"] == 1
    )


def test_the_past_is_refused(cast: Cast) -> None:
    answer = Caller(cast, "owner").post(
        "sessions/", body(cast, starts_at=(now() - timedelta(hours=1)).isoformat())
    )
    assert (answer.status, answer.error["message"]) == (400, "That time has passed. Choose a later one.")


def test_the_list_takes_eight_queries_at_most(cast: Cast) -> None:
    with studio_context(cast.lotus):
        for hour in range(8, 18):
            scheduled(cast, at(hour), clients=("Client",))
    owner = Caller(cast, "owner")
    path = f"sessions/?from={at(0):%Y-%m-%d}&to={at(0):%Y-%m-%d}&page_size=50"
    with CaptureQueriesContext(connection) as queries:
        answer = owner.get(path)
    assert len(answer.results) == 10
    assert len(queries) <= 8, [query["sql"][:80] for query in queries]


def test_the_pages_join_without_gap_or_repeat_both_ways(cast: Cast) -> None:
    with studio_context(cast.lotus):
        made = [str(scheduled(cast, at(hour / 2, days=5)).id) for hour in range(12, 26, 2)]
        scheduled(cast, at(7, days=5), trainer="trainer")  # the same start as another one
    owner, seen, pages = Caller(cast, "owner"), [], []
    path: str | None = "sessions/?page_size=3"
    while path:
        answer = owner.get(path)
        pages.append(answer)
        seen += [row["id"] for row in answer.results]
        path = answer.data["next"]
    assert len(seen) == len(set(seen)) == 8
    assert set(made) < set(seen)
    assert [len(page.results) for page in pages] == [3, 3, 2]
    assert pages[0].data["previous"] is None
    back = owner.get(pages[2].data["previous"])
    assert back.results == pages[1].results
    first = owner.get(back.data["previous"])
    assert first.results == pages[0].results
    assert first.data["previous"] is None
    assert owner.get(first.data["next"]).results == pages[1].results


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=2026-11-20T10:00:00",
        "from=2026-02-30",
        "to=0001-01-01",
        "from=2026-11-20&to=2026-11-19",
        "trainer=x",
        "status=busy",
        "cursor=x",
        "cursor=%00",
        "cursor=KzIwMjZ8eA",
    ],
)
def test_a_wrong_filter_is_a_validation_error(cast: Cast, query: str) -> None:
    answer = Caller(cast, "owner").get(f"sessions/?{query}")
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")


def test_a_bare_date_means_the_local_day(cast: Cast) -> None:
    with studio_context(cast.lotus):
        scheduled(cast, at(21))
    day = f"{at(0):%Y-%m-%d}"
    assert len(Caller(cast, "owner").get(f"sessions/?from={day}&to={day}").results) == 1


def test_an_offset_with_a_bare_plus_is_understood(cast: Cast) -> None:
    assert Caller(cast, "owner").get("sessions/?from=2026-11-20T10:00:00+00:00").status == 200


@pytest.mark.parametrize("path", ["sessions/", "services/", "trainers/", "locations/", "clients/"])
def test_who_is_nobody_here_gets_nothing(cast: Cast, path: str) -> None:
    assert Caller(cast, None).get(path).status == 401
    for person in ("outsider", "owner2", "staff"):
        assert Caller(cast, person).get(path).status == 404


def test_another_studios_rows_are_not_there(cast: Cast) -> None:
    with studio_context(cast.summit):
        session = scheduled(cast, at(10), clients=("Client2",))
        booking = Booking.objects.get()
    for person in ("owner", "lead", "client"):
        caller, reads = Caller(cast, person), []
        for there in (session.id, uuid4()):
            reads.append(caller.get(f"sessions/{there}/"))
            reads.append(caller.get(f"sessions/{there}/bookings"))
            writes = [
                caller.post(f"sessions/{there}/cancel", {}),
                caller.post(f"bookings/{booking.id}/cancel"),
            ]
            assert {write.status for write in writes} == {403 if person == "client" else 404}
        assert {read.status for read in reads} == {404}
        assert len({read.error["message"] for read in reads}) == 1


def test_a_note_goes_from_the_session_to_the_portal(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = scheduled(cast, at(10), clients=("Client",))
    lead, client = Caller(cast, "lead"), Caller(cast, "client")
    note = lead.post(f"sessions/{session.id}/notes/", {"body": "Well done", "shared_with_client": True})
    assert note.status == 201
    private = lead.post(f"sessions/{session.id}/notes/", {"body": "Watch the knee"})
    assert lead.post(f"notes/{note.data['id']}/sign").data["signed_at"]
    changed = lead.ask("PUT", f"notes/{note.data['id']}/", {"body": "x"})
    assert (changed.status, changed.error["details"]["conflict"]) == (409, "signed")
    assert [row["body"] for row in client.get("portal/notes").results] == ["Well done"]
    assert client.get(f"notes/{private.data['id']}/").status == 404
    assert client.post(f"sessions/{session.id}/notes/", {"body": "x"}).status == 403
    for person, status in (("owner", 403), ("trainer", 200), ("manager", 403)):
        assert Caller(cast, person).get(f"notes/{note.data['id']}/").status == 404
        listed = Caller(cast, person).get(f"sessions/{session.id}/notes/")
        assert (listed.status, listed.data.get("results", [])) == (status, [])


def test_a_note_of_a_class_names_its_client(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = scheduled(cast, at(10), service="Class", clients=("Client", "Étienne Caron"))
        client = cast.client().id
    lead = Caller(cast, "lead")
    assert lead.post(f"sessions/{session.id}/notes/", {"body": "Hello"}).status == 400
    assert lead.post(f"sessions/{session.id}/notes/", {"body": "Hello", "client": str(client)}).status == 201


def test_the_portal_shows_a_client_her_own_bookings(cast: Cast) -> None:
    with studio_context(cast.lotus):
        scheduled(cast, at(10), clients=("Client",))
        scheduled(cast, at(12), clients=("Étienne Caron",))
        scheduled(cast, at(14), clients=("Client",))
    rows = Caller(cast, "client").get("portal/sessions?page_size=1")
    assert (len(rows.results), rows.results[0]["service"], rows.results[0]["trainer"]) == (
        1,
        "Private",
        "Lead",
    )
    second = Caller(cast, "client").get(rows.data["next"])
    assert second.results[0]["starts_at"] < rows.results[0]["starts_at"]
    assert second.data["next"] is None
    for person, status in (("owner", 403), ("trainer", 403), ("outsider", 404)):
        assert Caller(cast, person).get("portal/sessions").status == status
        assert Caller(cast, person).get("portal/notes").status == status


def test_a_service_is_offered_changed_and_retired(cast: Cast) -> None:
    owner = Caller(cast, "owner")
    asked = {
        "name": "Barre 🩰",
        "duration_minutes": 45,
        "price": "30.00",
        "tax_category": "fitness",
        "capacity": 8,
        "cancellation": {"free_until_hours": 12, "late_fee_percent": 50},
    }
    made = owner.post("services/", asked)
    assert made.status == 201
    asked["cancellation"] = {
        "free_until_hours": 12,
        "late_fee_percent": 50,
        # What was left out: not coming costs what cancelling late does, from the first time on.
        "no_show_fee_percent": 50,
        "fee_from_strike": 1,
    }
    assert {name: made.data[name] for name in asked} == asked
    path = f"services/{made.data['id']}/"
    changed = owner.ask("PATCH", path, {"price": "31.5", "cancellation": {"late_fee_percent": 100}})
    assert (changed.data["price"], changed.data["cancellation"]["free_until_hours"]) == ("31.50", 12)
    assert owner.post("services/", asked).error["details"]["conflict"] == "name"
    assert owner.ask("DELETE", path).status == 204
    assert made.data["id"] not in [row["id"] for row in owner.get("services/").results]
    for person in ("lead", "trainer", "client"):
        assert Caller(cast, person).post("services/", asked).status == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "x" * 121},
        {"name": "a\u0000b"},
        {"name": ""},
        {"name": None},
        {"price": "-1"},
        {"price": "NaN"},
        {"price": "1.234"},
        {"price": "Infinity"},
        {"duration_minutes": "long"},
        {"duration_minutes": "9" * 30},
        {"capacity": 0},
        {"cancellation": 5},
        {"cancellation": {"late_fee_percent": 101}},
    ],
)
def test_a_service_that_cannot_be_is_a_validation_error(cast: Cast, wrong: dict[str, object]) -> None:
    asked = {"name": "Barre", "duration_minutes": 45, "price": "30.00", "tax_category": "fitness", **wrong}
    answer = Caller(cast, "owner").post("services/", asked)
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")


def test_two_megabytes_of_name_are_a_validation_error(cast: Cast) -> None:
    answer = Caller(cast, "owner").post("services/", {"name": "x" * 2_000_000})
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")


def test_trainers_are_listed_and_changed(cast: Cast) -> None:
    owner = Caller(cast, "owner")
    rows = {row["name"]: row for row in owner.get("trainers/").results}
    assert set(rows) == {"Lead", "Trainer"}
    assert rows["Trainer"]["lead"] == rows["Lead"]["id"]
    assert owner.ask("PATCH", f"trainers/{rows['Trainer']['id']}/", {"hue": 4}).data["hue"] == 4
    assert Caller(cast, "trainer").ask("PATCH", f"trainers/{rows['Lead']['id']}/", {"bio": "x"}).status == 403


def test_my_calendar_over_all_studios_by_the_api(cast: Cast) -> None:
    for studio in (cast.lotus, cast.summit):
        with studio_context(studio):
            scheduled(cast, at(10 if studio == cast.lotus else 12))
    lead = Caller(cast, "lead", "")
    rows = lead.get(f"my/calendar?from={at(0):%Y-%m-%d}&to={at(0):%Y-%m-%d}").results
    assert [row["studio"]["slug"] for row in rows] == ["lotus", "summit"]
    assert lead.get("my/calendar").status == 200
    assert lead.get("my/calendar?from=2026-01-01&to=2026-12-31").status == 400
    assert lead.get("my/calendar?timezone=Mars/Olympus").status == 400
    assert Caller(cast, None, "").get("my/calendar").status == 401
