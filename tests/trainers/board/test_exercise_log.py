"""Sets: logged by who gives the session, once however often they are sent, and never changed unseen."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from fitflow.core.clock import now
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.core.models import OutboxMessage
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from tests.cast import Cast
from tests.trainers.board.plan import heavy, logged, running, squat
from tests.trainers.plan import at, scheduled
from trainers.models import Exercise, ExerciseEntry, ExerciseSet
from trainers.selectors_log import session_log
from trainers.services import cancel_session, change_set, exercise_log, log_set, remove_set, repeat_last
from trainers.services.exercise_log import Figures, NewExercise


def test_sets_come_in_order_with_their_author(lotus: Cast) -> None:
    session, exercise = running(lotus), squat(lotus)
    for load in ("40", "42.5", "45"):
        logged(lotus, session, exercise, heavy(load=load))
    entry = ExerciseEntry.objects.get()
    assert [(row.position, row.load) for row in entry.sets.all()] == [
        (1, Decimal("40.00")),
        (2, Decimal("42.50")),
        (3, Decimal("45.00")),
    ]
    assert {row.author_name for row in entry.sets.all()} == {"Lead"}
    assert session_log(lotus.actor("lead"), session).entries[0].words == "8 × 40 kg, 8 × 42.5 kg, 8 × 45 kg"


def test_a_pound_stays_a_pound(lotus: Cast) -> None:
    row = logged(lotus, running(lotus), squat(lotus), heavy(5, "225", "lb"))
    row.refresh_from_db()
    assert (row.load, row.load_unit) == (Decimal("225.00"), "lb")


def test_sent_again_it_is_logged_once(lotus: Cast) -> None:
    session, exercise, key = running(lotus), squat(lotus), uuid4()
    first = logged(lotus, session, exercise, set_id=key)
    change_set(
        actor=lotus.actor("lead"), session_id=session.pk, set_id=key, version=1, figures=heavy(load="50")
    )
    again = logged(lotus, session, exercise, set_id=key)
    assert first.pk == again.pk == key
    assert (ExerciseSet.objects.count(), again.load) == (1, Decimal("50.00"))


def test_without_an_id_of_the_senders_the_same_is_two_sets(lotus: Cast) -> None:
    session, exercise = running(lotus), squat(lotus)
    logged(lotus, session, exercise)
    logged(lotus, session, exercise)
    assert ExerciseSet.objects.count() == 2


def test_an_id_of_another_sessions_set_is_refused(lotus: Cast) -> None:
    exercise, key = squat(lotus), uuid4()
    logged(lotus, running(lotus), exercise, set_id=key)
    other = running(lotus, starts_at=now() - timedelta(hours=3))
    with pytest.raises(Conflict) as refused:
        logged(lotus, other, exercise, set_id=key)
    assert refused.value.details["conflict"] == "id"


def test_a_new_exercise_is_made_by_its_name_once(lotus: Cast) -> None:
    session = running(lotus)
    for name in ("Heel  slide", "heel slide"):
        log_set(
            actor=lotus.actor("lead"),
            session_id=session.pk,
            client_id=lotus.client().pk,
            exercise=NewExercise(name=name, measure="bodyweight"),
            figures=Figures(repetitions=12),
        )
    assert Exercise.objects.get().name == "Heel slide"
    assert ExerciseEntry.objects.get().sets.count() == 2


def test_who_changes_a_version_she_has_not_seen_is_told_what_it_is(lotus: Cast) -> None:
    lead, session = lotus.actor("lead"), running(lotus)
    row = logged(lotus, session, squat(lotus))
    named: dict[str, Any] = {"actor": lead, "session_id": session.pk, "set_id": row.pk}
    assert change_set(**named, version=1, figures=heavy(load="50")).version == 2
    with pytest.raises(Conflict) as refused:
        change_set(**named, version=1, figures=heavy(load="60"))
    assert refused.value.details["conflict"] == "version"
    assert (refused.value.details["current"]["load"], refused.value.details["current"]["version"]) == (
        "50",
        2,
    )
    row.refresh_from_db()
    assert (row.load, row.version) == (Decimal("50.00"), 2)
    with pytest.raises(Conflict):
        remove_set(**named, version=1)
    assert (
        change_set(**named, version=1, figures=heavy(load="50")).version == 2
    )  # sent again: nothing to change


def test_the_last_set_taken_back_takes_its_exercise_along(lotus: Cast) -> None:
    lead, session = lotus.actor("lead"), running(lotus)
    row = logged(lotus, session, squat(lotus))
    remove_set(actor=lead, session_id=session.pk, set_id=row.pk, version=1)
    assert not ExerciseEntry.objects.exists()
    with pytest.raises(NotFound):
        remove_set(actor=lead, session_id=session.pk, set_id=row.pk, version=1)


def test_a_set_keeps_its_place_when_one_before_it_goes(lotus: Cast) -> None:
    session, exercise = running(lotus), squat(lotus)
    first, second = logged(lotus, session, exercise), logged(lotus, session, exercise)
    remove_set(actor=lotus.actor("lead"), session_id=session.pk, set_id=first.pk)
    third = logged(lotus, session, exercise)
    assert [row.pk for row in ExerciseEntry.objects.get().sets.all()] == [second.pk, third.pk]


@pytest.mark.parametrize("person", ["owner", "manager", "client"])
def test_who_writes_no_records_logs_nothing(lotus: Cast, person: str) -> None:
    with pytest.raises(NotPermitted):
        logged(lotus, running(lotus), squat(lotus), actor=person)


def test_the_lead_logs_nothing_in_her_trainers_session_nor_he_in_hers(lotus: Cast) -> None:
    exercise = squat(lotus)
    with pytest.raises(NotPermitted):
        logged(lotus, running(lotus, trainer="trainer"), exercise, actor="lead")
    with pytest.raises(NotPermitted):
        logged(lotus, running(lotus), exercise, actor="trainer")


def test_a_session_of_another_studio_is_not_there(cast: Cast) -> None:
    with studio_context(cast.lotus):
        session = running(cast)
        row = logged(cast, session, squat(cast))
    with studio_context(cast.summit):
        lead = cast.actor("lead", cast.summit)
        with pytest.raises(NotFound):
            remove_set(actor=lead, session_id=session.pk, set_id=row.pk)


def test_it_refuses_a_client_who_is_not_in_the_session(lotus: Cast) -> None:
    with pytest.raises(NotFound, match="not in this session"):
        logged(lotus, running(lotus), squat(lotus), client="Étienne Caron")


def test_a_class_is_logged_for_the_whole_group_and_a_private_session_is_not(lotus: Cast) -> None:
    exercise = squat(lotus)
    row = logged(lotus, running(lotus, service="Class"), exercise, client=None)
    assert row.entry.client_id is None
    with pytest.raises(Invalid, match="whom"):
        logged(lotus, running(lotus, starts_at=now() - timedelta(hours=3)), exercise, client=None)


def test_it_opens_an_hour_before_and_closes_with_a_cancellation(lotus: Cast) -> None:
    exercise = squat(lotus)
    with pytest.raises(Conflict, match="opens an hour before"):
        logged(lotus, scheduled(lotus, at(10), clients=("Client",)), exercise)
    gone = running(lotus)
    cancel_session(actor=lotus.actor("lead"), session_id=gone.pk)
    with pytest.raises(Conflict, match="does not take place"):
        logged(lotus, gone, exercise)


@pytest.mark.parametrize(
    ("measure", "figures", "field"),
    [
        ("load", Figures(load=Decimal(40)), "repetitions"),
        ("load", Figures(repetitions=0, load=Decimal(40)), "repetitions"),
        ("load", Figures(repetitions=1001, load=Decimal(40)), "repetitions"),
        ("load", Figures(repetitions=5), "load"),
        ("load", Figures(repetitions=5, load=Decimal(-1)), "load"),
        ("load", Figures(repetitions=5, load=Decimal("1500.01")), "load"),
        ("load", Figures(repetitions=5, load=Decimal("40.125")), "load"),
        ("load", Figures(repetitions=5, load=Decimal(40), load_unit="st"), "load_unit"),
        ("bodyweight", Figures(), "repetitions"),
        ("time", Figures(seconds=86_401), "seconds"),
        ("distance", Figures(seconds=60), "metres"),
        ("distance", Figures(metres=500, seconds=0), "seconds"),
    ],
)
def test_it_refuses_what_cannot_be(lotus: Cast, measure: str, figures: Figures, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        logged(lotus, running(lotus), squat(lotus, measure=measure), figures)
    assert refused.value.field == field
    assert not ExerciseSet.objects.exists()


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [
        ("repetitions", "0", "exercise_set_repetitions_sensible"),
        ("repetitions", "1001", "exercise_set_repetitions_sensible"),
        ("load", "1500.01", "exercise_set_load_sensible"),
        ("load", "-1", "exercise_set_load_sensible"),
        ("load", "NULL", "exercise_set_as_measured"),
        ("seconds", "5", "exercise_set_as_measured"),
        ("measure", "'time'", "exercise_set_measure"),
        ("load_unit", "'st'", "exercise_set_load_sensible"),
    ],
)
def test_the_database_refuses_it_too(lotus: Cast, column: str, value: str, name: str) -> None:
    logged(lotus, running(lotus), squat(lotus))
    with pytest.raises(IntegrityError, match=f"{name}|measured as its exercise"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE trainers_exerciseset SET {column} = {value}")


def test_the_trail_and_the_outbox_hold_ids_and_no_figures(lotus: Cast) -> None:
    before = set(OutboxMessage.objects.values_list("pk", flat=True))
    session = running(lotus)
    row = logged(lotus, session, squat(lotus, "Overhead press"), heavy(7, "61.25"))
    told = OutboxMessage.objects.exclude(pk__in=before).get(topic="session.logged")
    assert told.ids == {"session": str(session.pk), "set": str(row.pk), "change": "logged"}
    event = AuditEvent.objects.get(action="log.set_logged")
    assert event.subject_id == row.pk
    assert not {"61.25", "Overhead"} & set(str(event.facts).replace("'", " ").split())


def test_last_time_is_repeated_whole_or_not_at_all(lotus: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    exercise, before = squat(lotus), running(lotus, starts_at=now() - timedelta(days=7))
    for _ in range(3):
        logged(lotus, before, exercise)
    session = running(lotus)

    def repeat() -> list[ExerciseSet]:
        return repeat_last(
            actor=lotus.actor("lead"),
            session_id=session.pk,
            client_id=lotus.client().pk,
            exercise_id=exercise.pk,
        )

    monkeypatch.setattr(exercise_log, "MOST_SETS", 2)
    with pytest.raises(Invalid):
        repeat()
    assert not ExerciseEntry.objects.filter(log__session=session).exists()
    monkeypatch.undo()
    assert [row.position for row in repeat()] == [1, 2, 3]


def test_without_a_last_time_there_is_nothing_to_repeat(lotus: Cast) -> None:
    exercise, session = squat(lotus), running(lotus)
    with pytest.raises(Conflict) as refused:
        repeat_last(
            actor=lotus.actor("lead"),
            session_id=session.pk,
            client_id=lotus.client().pk,
            exercise_id=exercise.pk,
        )
    assert refused.value.details["conflict"] == "last"
