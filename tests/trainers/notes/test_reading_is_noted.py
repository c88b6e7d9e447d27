"""Who reads what somebody else wrote stands in the audit trail: the note, the reader and the day, and no word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from fitflow.core.clock import now
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from tests.asking import Caller
from tests.cast import Cast
from tests.pages import browser_of
from tests.trainers.notes.write import signed, trained
from trainers.models import Note, Session
from trainers.services import add_addendum, sign_note


def reads(cast: Cast) -> list[tuple[str, Any]]:
    with studio_context(cast.lotus):
        rows = AuditEvent.objects.filter(action="note.read").order_by("seq")
        return [(row.actor_name, row.subject_id) for row in rows]


@pytest.fixture
def shared(cast: Cast) -> Note:
    """A note of lead's for the client; another one for the trainers of the client, of whom trainer is one."""
    with studio_context(cast.lotus):
        trained(cast, "lead")
        trained(cast, "trainer", hour=14)
        signed(cast, "For trainers.", visibility="trainers")
        return signed(cast, "For the client.", visibility="client")


def test_its_author_leaves_no_trace(cast: Cast, shared: Note) -> None:
    browser = browser_of(cast, "lead")
    for path in (
        f"/clients/{shared.client_id}/",
        f"/clients/{shared.client_id}/notes/",
        f"/notes/{shared.pk}/",
    ):
        assert browser.get(path).status_code == 200
    assert reads(cast) == []


@pytest.mark.parametrize("path", ["/portal/", "/portal/notes/"])
def test_a_client_who_reads_is_noted_once_a_day(cast: Cast, shared: Note, path: str) -> None:
    browser = browser_of(cast, "client")
    for _ in range(2):
        assert browser.get(path).status_code == 200
    assert reads(cast) == [("Client", shared.pk)]


def test_on_another_day_it_is_noted_again(cast: Cast, shared: Note) -> None:
    Caller(cast, "client").get("portal/notes")
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        Caller(cast, "client").get("portal/notes")
    assert reads(cast) == [("Client", shared.pk)] * 2


def test_a_colleague_who_reads_is_noted_on_page_and_api(cast: Cast, shared: Note) -> None:
    with studio_context(cast.lotus):
        for_trainers = Note.objects.get(visibility="trainers").pk
    for ask in (
        lambda: browser_of(cast, "trainer").get(f"/clients/{shared.client_id}/").status_code,
        lambda: browser_of(cast, "trainer").get(f"/clients/{shared.client_id}/notes/").status_code,
        lambda: browser_of(cast, "trainer").get(f"/notes/{for_trainers}/").status_code,
        lambda: Caller(cast, "trainer").get(f"clients/{shared.client_id}/notes/").status,
        lambda: Caller(cast, "trainer").get(f"notes/{for_trainers}/").status,
    ):
        with studio_context(cast.lotus):
            before = len(AuditEvent.objects.filter(action="note.read"))
        with time_machine.travel(now() + timedelta(days=before), tick=False):
            assert ask() == 200
        assert reads(cast) == [("Trainer", for_trainers)] * (before + 1)


def test_addenda_are_noted_with_their_note(cast: Cast, shared: Note) -> None:
    with studio_context(cast.lotus):
        added = add_addendum(actor=cast.actor("lead"), note_id=shared.pk, body="More.")
        sign_note(actor=cast.actor("lead"), note_id=added.pk)
    browser_of(cast, "client").get("/portal/notes/")
    assert set(reads(cast)) == {("Client", shared.pk), ("Client", added.pk)}


def test_a_session_of_another_shows_and_notes_nothing(cast: Cast, shared: Note) -> None:
    with studio_context(cast.lotus):
        session = Session.objects.get(trainer__user=cast.user["lead"])
    assert browser_of(cast, "trainer").get(f"/sessions/{session.pk}/").status_code == 200
    assert reads(cast) == []


def test_no_word_of_a_note_stands_in_the_trail(cast: Cast, shared: Note) -> None:
    browser_of(cast, "client").get("/portal/notes/")
    with studio_context(cast.lotus):
        rows = AuditEvent.objects.filter(action="note.read")
        assert [set(row.facts) for row in rows] == [{"client"}]
