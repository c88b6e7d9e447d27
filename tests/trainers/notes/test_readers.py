"""Who reads which note: its author, and whom she lets; the role table, row by row."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from clients.services import record_team_reading
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from studios.shared.models import Role
from studios.shared.policies import SYSTEM
from studios.shared.services import add_member
from tests.cast import Cast
from tests.trainers.notes.write import note, signed, trained
from trainers.models import Booking, Note, TrainerProfile
from trainers.note_policies import noted_client, shared_notes, visible_notes
from trainers.services import add_addendum, cancel_booking, set_visibility, sign_note

EVERYBODY = ("owner", "manager", "lead", "trainer", "client", "owner2", "outsider", "staff")


def readers(cast: Cast, row: Note) -> set[str]:
    return {person for person in EVERYBODY if visible_notes(cast.actor(person)).filter(pk=row.pk).exists()}


def by_trainer(cast: Cast, visibility: str) -> Note:
    """Return a note that `trainer`, of `lead`'s team, wrote about Client and signed."""
    trained(cast, "trainer")
    return signed(cast, author="trainer", visibility=visibility)


@pytest.mark.parametrize(
    ("visibility", "others"), [("private", set()), ("trainers", {"lead"}), ("client", {"lead", "client"})]
)
def test_a_draft_is_its_authors_alone_until_she_signs_it(
    lotus: Cast, visibility: str, others: set[str]
) -> None:
    trained(lotus, "lead", hour=14)
    trained(lotus, "trainer")
    row = note(lotus, author="trainer", visibility=visibility)
    record_team_reading(actor=lotus.actor("owner"), client_id=row.client_id, agreed=True)
    assert readers(lotus, row) == {"trainer"}
    assert not shared_notes(lotus.actor("client")).exists()
    sign_note(actor=lotus.actor("trainer"), note_id=row.pk)
    assert readers(lotus, row) == {"trainer", *others}
    assert shared_notes(lotus.actor("client")).exists() is ("client" in others)


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [
        ("private", {"trainer"}),
        ("trainers", {"trainer"}),
        ("client", {"trainer", "client"}),
    ],
)
def test_where_nobody_else_trains_her_and_she_did_not_agree(
    lotus: Cast, visibility: str, expected: set[str]
) -> None:
    assert readers(lotus, by_trainer(lotus, visibility)) == expected


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [
        ("private", {"trainer"}),
        ("trainers", {"trainer", "lead"}),
        ("client", {"trainer", "lead", "client"}),
    ],
)
def test_where_the_client_agreed_the_trainer_admin_reads_her_teams_but_nothing_private(
    lotus: Cast, visibility: str, expected: set[str]
) -> None:
    row = by_trainer(lotus, visibility)
    record_team_reading(actor=lotus.actor("owner"), client_id=row.client_id, agreed=True)
    assert readers(lotus, row) == expected
    record_team_reading(actor=lotus.actor("owner"), client_id=row.client_id, agreed=False)
    assert "lead" not in readers(lotus, row)


def test_the_trainer_admin_of_another_team_reads_nothing_of_it(lotus: Cast) -> None:
    row = by_trainer(lotus, "client")
    record_team_reading(actor=lotus.actor("owner"), client_id=row.client_id, agreed=True)
    TrainerProfile.objects.filter(user=lotus.user["trainer"]).update(lead=None)
    assert readers(lotus, row) == {"trainer", "client"}


def test_what_is_for_trainers_is_for_those_who_train_this_client(lotus: Cast) -> None:
    trained(lotus, "lead")
    row = signed(lotus, visibility="trainers")
    assert readers(lotus, row) == {"lead"}
    trained(lotus, "trainer", hour=14)
    assert readers(lotus, row) == {"lead", "trainer"}


def test_it_is_closed_again_when_she_trains_her_no_more(lotus: Cast) -> None:
    trained(lotus, "lead")
    trained(lotus, "trainer", hour=14)
    row = signed(lotus, visibility="trainers")
    booking = Booking.objects.get(session__trainer__user=lotus.user["trainer"])
    cancel_booking(actor=SYSTEM, booking_id=booking.pk)
    assert readers(lotus, row) == {"lead"}


def test_who_left_the_timetable_reads_no_colleagues_notes(lotus: Cast) -> None:
    trained(lotus, "lead")
    trained(lotus, "trainer", hour=14)
    row = signed(lotus, visibility="trainers")
    TrainerProfile.objects.filter(user=lotus.user["trainer"]).update(is_active=False)
    assert readers(lotus, row) == {"lead"}


def test_an_author_reads_her_own_when_she_trains_the_client_no_more(lotus: Cast) -> None:
    row = by_trainer(lotus, "private")
    cancel_booking(actor=SYSTEM, booking_id=Booking.objects.get().pk)
    trainer = lotus.actor("trainer")
    assert visible_notes(trainer).get() == row
    assert noted_client(trainer, row.client_id).name == "Client"
    with pytest.raises(NotFound, match="do not train"):
        note(lotus, author="trainer")


def test_an_owner_who_trains_reads_as_a_trainer_and_no_further(lotus: Cast) -> None:
    trained(lotus, "lead")
    row, private = signed(lotus, visibility="trainers"), signed(lotus)
    add_member(studio=lotus.lotus, user=lotus.user["owner"], role=Role.TRAINER)
    TrainerProfile.objects.create(user=lotus.user["owner"], name="Owner")
    assert not visible_notes(lotus.actor("owner")).exists()
    trained(lotus, "owner", hour=14)
    assert list(visible_notes(lotus.actor("owner"))) == [row]
    assert private not in visible_notes(lotus.actor("owner"))


@pytest.mark.parametrize("person", ["owner", "manager"])
def test_who_runs_the_studio_looks_through_no_notes(lotus: Cast, person: str) -> None:
    with pytest.raises(NotPermitted):
        noted_client(lotus.actor(person), lotus.client().pk)


def test_who_reads_a_signed_note_may_still_change_and_each_change_is_noted(lotus: Cast) -> None:
    trained(lotus)
    row = signed(lotus)
    for visibility in ("client", "trainers", "trainers", "private"):
        set_visibility(actor=lotus.actor("lead"), note_id=row.pk, visibility=visibility)
    facts = AuditEvent.objects.filter(action="note.shared").order_by("seq").values_list("facts", flat=True)
    assert [(fact["before"], fact["visibility"]) for fact in facts] == [
        ("private", "client"),
        ("client", "trainers"),
        ("trainers", "private"),
    ]
    assert Note.objects.get(pk=row.pk).body == "Knee is better."


def test_only_its_author_lets_others_read_it(lotus: Cast) -> None:
    trained(lotus, "lead")
    trained(lotus, "trainer", hour=14)
    row = signed(lotus, visibility="trainers")
    with pytest.raises(NotPermitted):
        set_visibility(actor=lotus.actor("trainer"), note_id=row.pk, visibility="client")
    with pytest.raises(NotPermitted):
        sign_note(actor=lotus.actor("trainer"), note_id=row.pk)
    with pytest.raises(Invalid):
        set_visibility(actor=lotus.actor("lead"), note_id=row.pk, visibility="everybody")


def test_the_readers_of_a_note_are_those_of_its_addenda(lotus: Cast) -> None:
    trained(lotus, "lead")
    trained(lotus, "trainer", hour=14)
    row = signed(lotus, visibility="trainers")
    added = add_addendum(actor=lotus.actor("lead"), note_id=row.pk, body="Right knee.")
    assert readers(lotus, added) == {"lead"}
    sign_note(actor=lotus.actor("lead"), note_id=added.pk)
    assert readers(lotus, added) == {"lead", "trainer"}
    set_visibility(actor=lotus.actor("lead"), note_id=row.pk, visibility="client")
    assert readers(lotus, added) == {"lead", "client"}
    with pytest.raises(Conflict, match="addenda too"):
        set_visibility(actor=lotus.actor("lead"), note_id=added.pk, visibility="private")


def test_another_studios_notes_are_not_there(cast: Cast) -> None:
    with studio_context(cast.lotus):
        trained(cast)
        row = signed(cast, visibility="trainers")
    with studio_context(cast.summit):
        assert not visible_notes(cast.actor("lead", cast.summit)).filter(pk=row.pk).exists()


# Processes of the version before, which know only `shared_with_client`


def by_old_process(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def state(row: Note) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT visibility, shared_with_client FROM trainers_note WHERE id = %s", [row.pk])
        return cursor.fetchone()


def test_what_an_older_process_writes_is_understood(lotus: Cast) -> None:
    trained(lotus)
    row = signed(lotus)
    by_old_process("UPDATE trainers_note SET shared_with_client = true WHERE id = %s", row.pk)
    assert state(row) == ("client", True)
    by_old_process("UPDATE trainers_note SET shared_with_client = false WHERE id = %s", row.pk)
    assert state(row) == ("private", False)


def test_what_this_process_writes_an_older_one_understands(lotus: Cast) -> None:
    trained(lotus)
    row = note(lotus, visibility="client")
    assert state(row) == ("client", True)
    set_visibility(actor=lotus.actor("lead"), note_id=row.pk, visibility="trainers")
    assert state(row) == ("trainers", False)


def test_a_note_an_older_process_inserts_has_readers_and_kind(lotus: Cast) -> None:
    trained(lotus)
    row = note(lotus)
    by_old_process(
        "INSERT INTO trainers_note (id, created_at, client_id, author_id, author_name, body, shared_with_client, updated_at)"
        " SELECT gen_random_uuid(), now(), client_id, author_id, 'Old', body, true, now() FROM trainers_note WHERE id = %s",
        row.pk,
    )
    made = Note.objects.get(author_name="Old")
    assert (made.visibility, made.kind, made.title, made.structure) == ("client", "free", "", None)
