"""Whatever happens while she writes, what she typed is shown again: kept nowhere is said, gone never."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from fitflow.tenancy.context import leave, studio_context
from studios.shared.policies import SYSTEM
from tests.asking import Caller
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.notes.write import note, template, trained
from trainers.models import Booking, Note, Session, TrainerProfile
from trainers.services import cancel_booking, cancel_session, discard_note, sign_note

TYPED = "Half an hour of thoughts."
SENT = {"body": TYPED, "visibility": "private"}


@pytest.fixture
def session(cast: Cast) -> Session:
    """A session of lead with Client."""
    with studio_context(cast.lotus):
        trained(cast)
        return Session.objects.get()


def sends(cast: Cast, path: str, **more: Any) -> Any:
    leave()
    with studio_context(cast.lotus):
        about = str(cast.client().pk)
    return browser_of(cast, "lead").post(path, {**SENT, "client": about, **more})


def gives_back(answer: Any, status: int) -> bool:
    assert answer.status_code == status
    assert answer["Cache-Control"] == "private, no-store"
    return TYPED in words_of(answer)


def test_where_the_session_was_cancelled_meanwhile(cast: Cast, session: Session) -> None:
    with studio_context(cast.lotus):
        cancel_session(actor=SYSTEM, session_id=session.pk, reason="Flood.")
    answer = sends(cast, f"/sessions/{session.pk}/note/")
    assert gives_back(answer, 422)
    assert "not in this session" in words_of(answer)


def test_where_another_trainer_gives_it_now(cast: Cast, session: Session) -> None:
    with studio_context(cast.lotus):
        other = TrainerProfile.objects.get(user=cast.user["trainer"])
        Session.objects.filter(pk=session.pk).update(trainer=other)
    answer = sends(cast, f"/sessions/{session.pk}/note/")
    assert gives_back(answer, 422)
    assert "by the trainer who gives it" in words_of(answer)


def test_where_the_client_is_not_booked_any_more(cast: Cast, session: Session) -> None:
    with studio_context(cast.lotus):
        cancel_booking(actor=SYSTEM, booking_id=Booking.objects.get().pk)
        client = cast.client().pk
    assert gives_back(sends(cast, f"/sessions/{session.pk}/note/"), 422)
    assert gives_back(sends(cast, f"/clients/{client}/notes/new/"), 404)
    with studio_context(cast.lotus):
        row = template()
    parts = {"template": row.pk, "heading": row.headings, "part_1": TYPED}
    answer = sends(cast, f"/clients/{client}/notes/new/", body="", **parts)
    assert gives_back(answer, 404)
    assert f"{row.headings[1]} {TYPED}" in words_of(answer)


def test_where_the_session_or_the_client_is_not_there_nothing_else_is_told(
    cast: Cast, session: Session
) -> None:
    for path in (f"/sessions/{uuid4()}/note/", f"/clients/{uuid4()}/notes/new/", f"/notes/{uuid4()}/"):
        answer = sends(cast, path)
        assert gives_back(answer, 404), path
        assert "is not there any more, or is not yours" in words_of(answer)
    with studio_context(cast.lotus):
        other = cast.client("Étienne Caron")
    assert "Étienne" not in words_of(sends(cast, f"/clients/{other.pk}/notes/new/"))


def test_where_the_draft_was_discarded_in_another_tab(cast: Cast, session: Session) -> None:
    with studio_context(cast.lotus):
        row = note(cast)
        discard_note(actor=cast.actor("lead"), note_id=row.pk)
    for tail in ("", "addendum/"):
        assert gives_back(sends(cast, f"/notes/{row.pk}/{tail}"), 404), tail


def test_where_the_draft_was_signed_in_another_tab_they_are_offered_as_an_addendum(
    cast: Cast, session: Session
) -> None:
    with studio_context(cast.lotus):
        row = note(cast)
        sign_note(actor=cast.actor("lead"), note_id=row.pk)
    answer = sends(cast, f"/notes/{row.pk}/")
    assert gives_back(answer, 422)
    assert "You signed this note elsewhere meanwhile" in words_of(answer)
    assert answer.context["addendum_form"]["body"].value() == TYPED
    same = sends(cast, f"/notes/{row.pk}/", body="Knee is better.")
    assert same.status_code == 200
    assert "elsewhere" not in words_of(same)
    with studio_context(cast.lotus):
        assert Note.objects.get(pk=row.pk).body == "Knee is better."


def test_where_an_addendum_is_added_to_what_is_not_signed(cast: Cast, session: Session) -> None:
    with studio_context(cast.lotus):
        row = note(cast)
    assert gives_back(sends(cast, f"/notes/{row.pk}/addendum/"), 409)


def test_of_two_sections_with_one_heading_the_api_drops_none_silently(cast: Cast, session: Session) -> None:
    with studio_context(cast.lotus):
        client, row = cast.client().pk, template()
    twice = [{"heading": "Plan", "text": "Ice."}, {"heading": "Plan", "text": "Rest."}]
    answer = Caller(cast, "lead").post(
        f"clients/{client}/notes/", {"template": str(row.pk), "sections": twice}
    )
    assert (answer.status, answer.error["details"]["field"]) == (400, "sections")


@pytest.mark.parametrize("nothing", ["\u200b", "\u202e \u202c", "\ufeff\n"])
def test_what_nobody_can_read_is_no_note(cast: Cast, session: Session, nothing: str) -> None:
    with studio_context(cast.lotus):
        client = cast.client().pk
    assert Caller(cast, "lead").post(f"clients/{client}/notes/", {"body": nothing}).status == 400
    assert sends(cast, f"/clients/{client}/notes/new/", body=nothing).status_code == 422
    assert Caller(cast, "lead").post(f"clients/{client}/notes/", {"body": "👩\u200d⚕️"}).status == 201
