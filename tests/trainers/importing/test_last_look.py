"""What is imported is what was looked at: the rows are compared once more before they are written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clients.models import Client
from clients.services import add_client, change_client
from fitflow.core.clock import now
from studios.models import Location
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.importing.bring import bring_in, brought, checked, complaints, day, table
from trainers.models import Import, ImportRow, Service, Session, TrainerProfile
from trainers.services import importing


def asked(batch: Import) -> Import:
    """Ask for an import and carry it out, whatever comes of it."""
    importing.request_import(actor=SYSTEM, import_id=batch.pk, seen=batch.round)
    assert importing.carry_out_import(import_id=batch.pk)
    batch.refresh_from_db()
    return batch


def test_other_rows_of_the_same_number_are_not_imported_unseen(lotus: Cast) -> None:
    """One client was added here, another taken away: as many are new as before, but not the same ones."""
    ann = add_client(actor=SYSTEM, name="Ann Lee", email="ann@example.com")
    batch = checked("Name,Email\nAnn Lee,ann@example.com\nBo Chan,bo@example.com\n")
    counts, round_ = batch.counts, batch.round
    change_client(actor=SYSTEM, client_id=ann.pk, email="ann@elsewhere.example", name="Ann Roy")
    add_client(actor=SYSTEM, name="Bo Chan", email="bo@example.com")
    asked(batch)
    assert (batch.state, batch.counts) == ("checked", counts)
    assert "Something has changed here since the check" in batch.notice
    assert batch.round > round_, "whoever has the old result before her is refused"
    assert not Client.objects.filter(email="ann@example.com").exists()
    asked(batch)
    assert batch.state == "done"
    assert Client.objects.filter(email="ann@example.com").exists()


def test_what_changes_nothing_asks_nobody_again(lotus: Cast) -> None:
    batch = checked("Name,Email\nAnn Lee,ann@example.com\n")
    add_client(actor=SYSTEM, name="Cy Fox", email="cy@example.com")
    assert asked(batch).state == "done"


@pytest.mark.parametrize(
    ("model", "name", "words"),
    [
        (Service, "Private", "Service: Private is not in use any more"),
        (TrainerProfile, "Lead", "Trainer: Lead is not in use any more"),
        (Location, "Main", "Place: Main is not in use any more"),
    ],
)
def test_what_went_out_of_use_meanwhile_is_not_booked(lotus: Cast, model: Any, name: str, words: str) -> None:
    rows = [
        f"{day(3)},9:00,10:00,Private,Lead,Ann,ann@example.com,",
        f"{day(-3)},9:00,10:00,Private,Lead,Ann,ann@example.com,",
    ]
    batch = checked(table(*rows), kind="timetable")
    model.objects.filter(name=name).update(is_active=False)
    asked(batch)
    assert batch.state == "checked"
    assert list(complaints(batch)) == [2], "what is over may name it"
    assert words in complaints(batch)[2]
    assert not Session.objects.exists()


def test_what_ended_while_the_file_waited_comes_in_as_held(lotus: Cast) -> None:
    batch = checked(table(f"{day(3)},9:00,10:00,Private,Lead,Ann,ann@example.com,"), kind="timetable")
    ends = now() - timedelta(minutes=1)
    ImportRow.objects.filter(batch=batch).update(starts_at=ends - timedelta(hours=1), ends_at=ends)
    asked(batch)
    assert (batch.state, batch.counts["past"]) == ("checked", 1)
    asked(batch)
    session = Session.objects.get()
    assert (session.status, session.bookings.get().settled_elsewhere) == ("completed", True)


def test_the_same_file_once_more_changes_nothing(lotus: Cast) -> None:
    rows = [f"{day(3)},{hour}:00,{hour + 1}:00,Private,Lead,Ann,ann@example.com," for hour in (9, 11)]
    bring_in(*rows)
    batch = checked(table(*rows, f"{day(3)},13:00,14:00,Private,Lead,Ann,ann@example.com,"), kind="timetable")
    assert (batch.counts["here"], batch.new) == (2, 1)
    brought(batch)
    assert Session.objects.count() == 3
