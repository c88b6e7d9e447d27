"""Whatever was done with what an import made keeps it: nothing of it is taken back, and the page says why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from clients.models import Client
from clients.services import invite_client, link_client_account
from fitflow.core.clock import now
from fitflow.core.errors import Conflict
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.importing.bring import bring_in, day, undone
from trainers.models import Booking, Import, ImportMade, Session
from trainers.services import (
    book_client,
    importing,
    log_set,
    mark_attendance,
    reschedule_session,
    write_note,
)
from trainers.services.exercise_log import Figures, NewExercise


def moved(lotus: Cast, session: Session, ann: Client) -> None:
    starts_at = session.starts_at + timedelta(days=1)
    reschedule_session(actor=SYSTEM, session_id=session.pk, starts_at=starts_at, outside_hours=True)


def attended(lotus: Cast, session: Session, ann: Client) -> None:
    begun(session)
    mark_attendance(actor=SYSTEM, booking_id=session.bookings.get().pk, attendance="present")


def booked(lotus: Cast, session: Session, ann: Client) -> None:
    book_client(actor=lotus.actor("owner"), session_id=session.pk, client_id=lotus.client().pk)


def noted(lotus: Cast, session: Session, ann: Client) -> None:
    write_note(actor=lotus.actor("lead"), client_id=ann.pk, body="She sleeps better.")


def logged(lotus: Cast, session: Session, ann: Client) -> None:
    begun(session)
    exercise = NewExercise(name="Squat", measure="bodyweight")
    log_set(
        actor=lotus.actor("lead"),
        session_id=session.pk,
        client_id=ann.pk,
        exercise=exercise,
        figures=Figures(repetitions=8),
    )


def signed_in(lotus: Cast, session: Session, ann: Client) -> None:
    link_client_account(actor=SYSTEM, user_id=lotus.user["outsider"].pk, email=ann.email)


def begun(session: Session) -> None:
    """Let the session begin ten minutes ago, without a word in the trail."""
    start = now() - timedelta(minutes=10)
    Session.objects.filter(pk=session.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (moved, "1 session was changed since: Class on"),
        (attended, "1 booking was changed since: Ann in Class on"),
        (booked, "1 booking on what was imported: Class on"),
        (noted, "1 note on what was imported: Ann"),
        (logged, "on what was imported"),
        (signed_in, "1 client signed in to the portal: Ann"),
    ],
)
def test_it_keeps_everything_and_says_why(
    lotus: Cast, done: Callable[[Cast, Session, Client], None], words: str
) -> None:
    batch = bring_in(f"{day(3)},9:00,10:00,Class,Lead,Ann,ann@example.com,")
    made = ImportMade.objects.count()
    done(lotus, Session.objects.get(), Client.objects.get(name="Ann"))
    with pytest.raises(Conflict) as caught:
        importing.request_undo(actor=lotus.actor("owner"), import_id=batch.pk)
    assert words in " ".join(caught.value.details["reasons"])
    # Also where it is done between the question and the work.
    Import.objects.update(state="undoing")
    assert importing.carry_out_undo(import_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, ImportMade.objects.count()) == ("done", made)
    assert words in batch.notice
    assert Booking.objects.filter(client__name="Ann").exists()


def test_an_invitation_that_waits_stands_in_nobodys_way(lotus: Cast) -> None:
    batch = bring_in(f"{day(3)},9:00,10:00,Class,Lead,Ann,ann@example.com,")
    ann = Client.objects.get(name="Ann")
    invite_client(actor=lotus.actor("owner"), studio=lotus.lotus, client_id=ann.pk)
    assert undone(batch).state == "undone"
    assert not Client.objects.filter(name="Ann").exists()
