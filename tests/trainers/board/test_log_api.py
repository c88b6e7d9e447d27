"""The log and the library by the API: what a board sends, and what a resend answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from fitflow.tenancy.context import enter, leave
from tests.cast import Cast
from tests.pages import browser_of
from tests.trainers.board.plan import running, squat
from trainers.models import Exercise, ExerciseSet, Session


@pytest.fixture
def session(lotus: Cast) -> Session:
    return running(lotus)


@pytest.fixture
def exercise(lotus: Cast) -> Exercise:
    return squat(lotus)


class Caller:
    """One person's browser at the API of lotus."""

    def __init__(self, cast: Cast, who: str) -> None:
        leave()
        self.cast, self.browser = cast, browser_of(cast, who)
        enter(cast.lotus)

    def __call__(self, method: str, path: str, body: Any = None, *, key: str = "") -> Any:
        leave()
        headers = {"Idempotency-Key": key} if key else {}
        options = {"data": body, "content_type": "application/json"} if body is not None else {}
        try:
            return getattr(self.browser, method)(f"/api/v1/{path}", headers=headers, **options)
        finally:
            enter(self.cast.lotus)


@pytest.fixture
def lead(lotus: Cast) -> Caller:
    return Caller(lotus, "lead")


def a_set(cast: Cast, exercise: Exercise, **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "client": str(cast.client().pk),
        "exercise": str(exercise.pk),
        "repetitions": 8,
        "load": "42.5",
        "load_unit": "kg",
        **more,
    }


def test_a_set_is_logged_changed_and_taken_back(
    lotus: Cast, lead: Caller, session: Session, exercise: Exercise
) -> None:
    log, body = f"sessions/{session.pk}/log", a_set(lotus, exercise)
    made = lead("post", log, body)
    assert (made.status_code, made.json()["load"], made.json()["version"]) == (201, "42.5", 1)
    entry = lead("get", log).json()["entries"][0]
    assert (entry["exercise_name"], entry["words"], entry["client_name"]) == (
        "Back squat",
        "8 × 42.5 kg",
        "Client",
    )
    one = f"{log}/{body['id']}"
    changed = lead("patch", one, {"version": 1, "repetitions": 6, "load": "45", "load_unit": "kg"})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert lead("delete", f"{one}?version=1").json()["error"]["details"]["conflict"] == "version"
    assert lead("delete", f"{one}?version=2").status_code == 204
    assert lead("delete", f"{one}?version=2").status_code == 404
    assert lead("get", log).json()["entries"] == []


@pytest.mark.parametrize("key", ["", "one-key"])
def test_the_same_queue_sent_twice_makes_no_duplicates(
    lotus: Cast, lead: Caller, session: Session, exercise: Exercise, key: str
) -> None:
    queue = [a_set(lotus, exercise, repetitions=count) for count in (8, 7, 6)]
    for _ in range(2):
        for number, body in enumerate(queue):
            sent = lead("post", f"sessions/{session.pk}/log", body, key=key and f"{key}-{number}")
            assert sent.status_code == 201
            assert UUID(sent.json()["id"]) == UUID(body["id"])
    assert [row.repetitions for row in ExerciseSet.objects.order_by("position")] == [8, 7, 6]


def test_a_set_taken_back_stays_so_when_its_logging_is_sent_again(
    lotus: Cast, lead: Caller, session: Session, exercise: Exercise
) -> None:
    body = a_set(lotus, exercise)
    log = f"sessions/{session.pk}/log"
    lead("post", log, body, key="first")
    lead("delete", f"{log}/{body['id']}?version=1")
    assert lead("post", log, body, key="first").status_code == 201
    assert not ExerciseSet.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"load": "NaN"},
        {"load": "1e9"},
        {"repetitions": -1},
        {"repetitions": "many"},
        {"exercise": str(uuid4())},
        {"client": "somebody"},
        {"new_exercise": {"name": " ", "measure": "load"}},
        {"new_exercise": {"name": "x", "measure": "colour"}},
        {"id": 7},
    ],
)
def test_it_refuses_what_cannot_be(
    lotus: Cast, lead: Caller, session: Session, exercise: Exercise, wrong: dict[str, Any]
) -> None:
    answer = lead("post", f"sessions/{session.pk}/log", a_set(lotus, exercise) | wrong)
    assert answer.status_code in {400, 404}
    assert answer.json()["error"]["message"]
    assert not ExerciseSet.objects.exists()


def test_the_owner_reads_how_much_and_the_client_what_is_shared(
    lotus: Cast, lead: Caller, session: Session, exercise: Exercise
) -> None:
    log = f"sessions/{session.pk}/log"
    lead("post", log, a_set(lotus, exercise))
    owner = Caller(lotus, "owner")("get", log).json()
    assert (owner["exercises_logged"], owner["entries"], owner["last"], owner["may_write"]) == (
        1,
        [],
        [],
        False,
    )
    client = Caller(lotus, "client")
    assert client("get", log).json()["entries"] == []
    assert lead("patch", log, {"shared_with_clients": True}).json()["shared_with_clients"] is True
    assert [entry["words"] for entry in client("get", log).json()["entries"]] == ["8 × 42.5 kg"]
    assert client("post", log, a_set(lotus, exercise)).status_code == 403


def test_exercises_are_found_by_typing_and_added(lotus: Cast, lead: Caller, exercise: Exercise) -> None:
    made = lead("post", "exercises/", {"name": "Développé couché", "measure": "load"})
    assert made.status_code == 201
    again = lead("post", "exercises/", {"name": "developpe  couche", "measure": "load"})
    assert again.json()["error"]["details"]["conflict"] == "name"
    found = lead("get", "exercises/?q=COUCHE").json()["results"]
    assert [row["name"] for row in found] == ["Développé couché"]
    path = f"exercises/{exercise.pk}/"
    assert lead("patch", path, {"retired": True}).json()["retired"] is True
    assert [row["name"] for row in lead("get", "exercises/").json()["results"]] == ["Développé couché"]
    assert len(lead("get", "exercises/?retired=true").json()["results"]) == 2
    assert Caller(lotus, "trainer")("patch", path, {"name": "x"}).status_code == 403


def test_attendance_that_was_marked_differently_meanwhile_is_told(
    lotus: Cast, lead: Caller, session: Session
) -> None:
    path = f"bookings/{session.bookings.get().pk}/attendance"
    assert lead("post", path, {"attendance": "present", "was": ""}).status_code == 200
    assert lead("post", path, {"attendance": "present", "was": ""}).status_code == 200  # sent again
    told = Caller(lotus, "owner")("post", path, {"attendance": "no_show", "was": ""})
    assert told.status_code == 409
    details = told.json()["error"]["details"]
    assert (details["conflict"], details["current"]) == ("attendance", "present")
    assert session.bookings.get().attendance == "present"
    assert lead("post", path, {"attendance": "no_show", "was": "present"}).json()["attendance"] == "no_show"
