"""The studio's library of exercises."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from fitflow.core.errors import Conflict, Invalid, NotPermitted
from fitflow.tenancy.context import leave, studio_context
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.board.plan import logged, running, squat
from trainers.models import Exercise
from trainers.services import add_exercise, change_exercise, retire_exercise, seed_exercises
from trainers.services.exercise_library import USUAL


def test_the_usual_ones_are_added_once_and_leave_what_is_there(lotus: Cast) -> None:
    add_exercise(actor=lotus.actor("owner"), name="back SQUAT", measure="bodyweight")
    usual = sum(map(len, USUAL.values()))
    assert seed_exercises(actor=lotus.actor("trainer")) == usual - 1
    assert seed_exercises(actor=lotus.actor("owner")) == 0
    assert Exercise.objects.count() == usual
    assert Exercise.objects.get(name="back SQUAT").measure == "bodyweight"


def test_the_database_knows_a_name_however_it_is_written(lotus: Cast) -> None:
    squat(lotus, "Étirement")
    with pytest.raises(IntegrityError, match="exercise_name_once"), transaction.atomic():
        Exercise.objects.create(name="etirement", measure="time")


def test_what_is_logged_keeps_its_measure_and_not_its_name(lotus: Cast) -> None:
    exercise, lead = squat(lotus), lotus.actor("lead")
    assert (
        change_exercise(actor=lead, exercise_id=exercise.pk, name="Squat", measure="time").measure == "time"
    )
    change_exercise(actor=lead, exercise_id=exercise.pk, name="Squat", measure="load")
    logged(lotus, running(lotus), exercise)
    with pytest.raises(Conflict, match="It is in logs"):
        change_exercise(actor=lead, exercise_id=exercise.pk, name="Squat", measure="time")
    with pytest.raises(IntegrityError, match="is in logs"), transaction.atomic():
        Exercise.objects.update(measure="time")
    renamed = change_exercise(actor=lead, exercise_id=exercise.pk, name="Squat, back", measure="load")
    assert renamed.name == "Squat, back"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_is_needed_and_short(lotus: Cast, name: str) -> None:
    with pytest.raises(Invalid):
        squat(lotus, name)


def test_who_may_what(lotus: Cast) -> None:
    exercise = squat(lotus)
    assert add_exercise(actor=lotus.actor("trainer"), name="Row", measure="load").name == "Row"
    with pytest.raises(NotPermitted):
        add_exercise(actor=lotus.actor("client"), name="Nap", measure="time")
    with pytest.raises(NotPermitted):
        retire_exercise(actor=lotus.actor("trainer"), exercise_id=exercise.pk)
    assert retire_exercise(actor=lotus.actor("manager"), exercise_id=exercise.pk).retired_at


def test_its_page_adds_renames_retires_and_takes_that_back(lotus: Cast) -> None:
    leave()
    browser = browser_of(lotus, "owner")
    assert "No exercises yet" in words_of(browser.get("/exercises/"))
    page = browser.post("/exercises/", {"name": "Back squat", "measure": "load"}, follow=True)
    assert "Back squat is in the library." in words_of(page)
    refused = browser.post("/exercises/", {"name": "back squat", "measure": "load"})
    assert (refused.status_code, "There is an exercise of that name." in words_of(refused)) == (422, True)
    with studio_context(lotus.lotus):
        exercise = Exercise.objects.get()
    page = browser.post(f"/exercises/{exercise.pk}/", {"name": "Squat", "measure": "load"}, follow=True)
    assert "Kept." in words_of(page)
    page = browser.post(f"/exercises/{exercise.pk}/retire/", follow=True)
    assert "Squat is offered no more." in words_of(page)
    page = browser.post(f"/exercises/{exercise.pk}/retire/?again=yes", follow=True)
    assert "Squat is offered again." in words_of(page)
    assert "Add the usual exercises" in words_of(page)
