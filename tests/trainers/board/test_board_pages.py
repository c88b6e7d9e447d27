"""The board's log in plain HTML, the second screen, and what each role finds there."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client as Browser

from clients.models import Client
from fitflow.core.clock import now
from fitflow.tenancy.context import enter, leave, studio_context
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.board.plan import heavy, logged, running, squat
from trainers.models import ExerciseSet, Session
from trainers.services import book_client, log_set


def asked(cast: Cast, who: str = "lead") -> Browser:
    leave()
    return browser_of(cast, who)


def only_set(cast: Cast) -> ExerciseSet:
    with studio_context(cast.lotus):
        return ExerciseSet.objects.select_related("entry__exercise").get()


def sent(cast: Cast, session: Session, **more: Any) -> dict[str, Any]:
    with studio_context(cast.lotus):
        client = str(cast.client().pk)
    return {
        "set_id": uuid4(),
        "client": client,
        "repetitions": "8",
        "load": "42,5",
        "load_unit": "kg",
        **more,
    }


def test_without_script_a_set_is_logged_corrected_and_taken_back(lotus: Cast) -> None:
    session, exercise = running(lotus), squat(lotus)
    browser, path = asked(lotus), f"/sessions/{session.pk}/log/"
    page = browser.get(f"/sessions/{session.pk}/?exercise=back+squat")
    assert f'name="exercise" value="{exercise.pk}"' in page.content.decode()
    body = sent(lotus, session, exercise=exercise.pk, name="Back squat", measure="load")
    for _ in range(2):
        page = browser.post(path, body, follow=True)
    row = only_set(lotus)
    assert (row.repetitions, row.load_text, row.pk) == (8, "42.5", body["set_id"])
    assert 'value="42.5"' in page.content.decode()
    browser.post(f"{path}{row.pk}/", {"version": 1, "repetitions": "6", "load": "45", "load_unit": "kg"})
    assert only_set(lotus).repetitions == 6
    page = browser.post(
        f"{path}{row.pk}/", {"version": 1, "repetitions": "5", "load": "45", "load_unit": "kg"}, follow=True
    )
    assert "changed on another device" in words_of(page)
    assert only_set(lotus).repetitions == 6
    browser.post(f"{path}{row.pk}/remove/")
    with studio_context(lotus.lotus):
        assert not ExerciseSet.objects.exists()


def test_without_script_a_new_exercise_is_made_by_its_name(lotus: Cast) -> None:
    session = running(lotus)
    browser = asked(lotus)
    page = browser.get(f"/sessions/{session.pk}/?exercise=Heel+slide&measure=bodyweight")
    assert 'name="name" value="Heel slide"' in page.content.decode()
    browser.post(
        f"/sessions/{session.pk}/log/", sent(lotus, session, name="Heel slide", measure="bodyweight")
    )
    assert only_set(lotus).entry.exercise.name == "Heel slide"


def test_what_was_refused_stays_as_it_was_typed(lotus: Cast) -> None:
    session, exercise = running(lotus), squat(lotus)
    body = sent(lotus, session, exercise=exercise.pk, name="Back squat", measure="load", load="heavy")
    page = asked(lotus).post(f"/sessions/{session.pk}/log/", body)
    assert page.status_code == 422
    assert 'value="heavy"' in page.content.decode()
    assert "Give the load as a number." in words_of(page)
    enter(lotus.lotus)
    row = logged(lotus, session, exercise)
    page = asked(lotus).post(
        f"/sessions/{session.pk}/log/{row.pk}/", {"version": 1, "repetitions": "0", "load": "40"}
    )
    assert page.status_code == 422
    assert "Give the repetitions, from 1 to 1,000." in words_of(page)


def test_last_time_is_repeated_in_one_tap_and_once_however_often_it_is_sent(lotus: Cast) -> None:
    exercise = squat(lotus)
    before = running(lotus, starts_at=now() - timedelta(days=7))
    for count in (8, 8, 6):
        logged(lotus, before, exercise, heavy(count))
    session = running(lotus)
    browser = asked(lotus)
    shown = browser.get(f"/sessions/{session.pk}/?exercise=back+squat").content.decode()
    form = shown.split("/log/repeat/")[1].split("</form>")[0]
    body = dict(re.findall(r'name="(set_id|client|exercise)" value="([^"]+)"', form))
    assert set(body) == {"set_id", "client", "exercise"}
    for _ in range(2):
        page = browser.post(f"/sessions/{session.pk}/log/repeat/", body, follow=True)
        assert page.status_code == 200
        assert "already" not in words_of(page)
    again = browser.post(f"/sessions/{session.pk}/log/repeat/", {**body, "set_id": uuid4()}, follow=True)
    assert "This exercise has sets already." in words_of(again)
    with studio_context(lotus.lotus):
        rows = ExerciseSet.objects.filter(entry__log__session=session).order_by("position")
        assert [(row.repetitions, row.load_text) for row in rows] == [(8, "40"), (8, "40"), (6, "40")]


def test_a_form_that_names_nobody_logs_for_nobody(lotus: Cast) -> None:
    session, exercise = running(lotus, service="Class"), squat(lotus)
    for path in ("log/", "log/repeat/"):
        body = sent(lotus, session, exercise=exercise.pk, name="Back squat", measure="load", client="")
        page = asked(lotus).post(f"/sessions/{session.pk}/{path}", body, follow=True)
        assert "That client is not in this session." in words_of(page)
    with studio_context(lotus.lotus):
        assert not ExerciseSet.objects.exists()


def test_the_owners_desk_shows_progress_and_no_contents(lotus: Cast) -> None:
    session, exercise = running(lotus), squat(lotus)
    logged(lotus, session, exercise, heavy(load="61.25"))
    for path in (f"/sessions/{session.pk}/", f"/sessions/{session.pk}/screen/"):
        page = asked(lotus, "owner").get(path)
        assert "1 logged" in words_of(page)
        for secret in ("61.25", "Back squat"):
            assert secret not in page.content.decode(), path
        own = asked(lotus).get(path)
        assert own["Cache-Control"] == "private, no-store"
        assert "61.25" in own.content.decode()


def test_the_second_screen_has_no_form_and_shows_who_is_here(lotus: Cast) -> None:
    session, exercise = running(lotus), squat(lotus)
    logged(lotus, session, exercise)
    page = asked(lotus).get(f"/sessions/{session.pk}/screen/")
    main = page.content.decode().split("<main")[1].split("</main>")[0]
    assert "<form" not in main
    assert "<input" not in main
    words = words_of(page)
    assert "0 of 1" in words
    assert "Back squat 8 × 40 kg" in words
    other = words_of(asked(lotus, "trainer").get(f"/sessions/{session.pk}/screen/"))
    assert "see the names" in other
    assert "Back squat" not in other


def test_a_version_that_is_no_number_of_ours_is_refused_in_words(lotus: Cast) -> None:
    session, exercise = running(lotus), squat(lotus)
    row, endless = logged(lotus, session, exercise), "9" * 5000
    page = asked(lotus).post(
        f"/sessions/{session.pk}/log/{row.pk}/",
        {"version": endless, "repetitions": "6", "load": "45", "load_unit": "kg"},
        follow=True,
    )
    assert "changed on another device" in words_of(page)
    answer = asked(lotus).delete(f"/api/v1/sessions/{session.pk}/log/{row.pk}?version={endless}")
    assert answer.status_code in {400, 422}
    assert only_set(lotus).repetitions == 8


def test_two_clients_of_one_name_are_two_on_the_second_screen(lotus: Cast) -> None:
    session, exercise = running(lotus, service="Class"), squat(lotus)
    twin = Client.objects.create(name="Twin", email="twin@example.com")
    book_client(actor=lotus.actor("lead"), session_id=session.pk, client_id=twin.pk)
    logged(lotus, session, exercise)
    log_set(
        actor=lotus.actor("lead"),
        session_id=session.pk,
        client_id=twin.pk,
        exercise=exercise.pk,
        figures=heavy(5, "20"),
    )
    Client.objects.filter(pk=twin.pk).update(name="Client")
    page = asked(lotus).get(f"/sessions/{session.pk}/screen/").content.decode()
    assert page.count("<h3>Client</h3>") == 2


def test_the_key_of_what_waits_differs_by_person_and_is_the_same_each_time(lotus: Cast) -> None:
    session = running(lotus)

    def key(who: str) -> str:
        page = asked(lotus, who).get(f"/sessions/{session.pk}/").content.decode()
        return page.split('data-key="')[1].split('"')[0]

    assert len(key("lead")) == 64
    assert key("lead") == key("lead")
    assert key("lead") != key("owner")
