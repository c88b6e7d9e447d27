"""A trainer's notes: those to sign oldest first, changed until they are signed, shared or not."""

from __future__ import annotations

from typing import Any

import pytest

from fitflow.tenancy.context import leave, studio_context
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.plan import at, scheduled
from trainers.models import Note
from trainers.services import write_note


@pytest.fixture
def note(lotus: Cast) -> Note:
    """An unsigned note of lead about Client."""
    session = scheduled(lotus, at(10), clients=("Client",))
    return write_note(
        actor=lotus.actor("lead"), client_id=lotus.client().pk, session_id=session.pk, body="Knees were sore."
    )


def read(cast: Cast, note: Note) -> Note:
    with studio_context(cast.lotus):
        return Note.objects.get(pk=note.pk)


def browser(cast: Cast, who: str = "lead") -> Any:
    leave()
    return browser_of(cast, who)


def test_the_oldest_draft_stands_first(lotus: Cast, note: Note) -> None:
    write_note(
        actor=lotus.actor("lead"),
        client_id=note.client_id,
        session_id=note.session_id,
        body="Second thought.",
    )
    words = words_of(browser(lotus).get("/notes/to-sign/"))
    assert "2 drafts" in words
    assert words.index("Knees were sore.") < words.index("Second thought.")


def test_nothing_to_sign_says_so(cast: Cast) -> None:
    assert "Nothing to sign" in words_of(browser(cast).get("/notes/to-sign/"))


def test_a_draft_is_changed_then_signed_then_only_shared(lotus: Cast, note: Note) -> None:
    lead = browser(lotus)
    path = f"/notes/{note.pk}/"
    assert lead.post(path, {"body": "Knees are fine.", "visibility": "private"}).status_code == 302
    assert lead.post(f"{path}sign/").status_code == 302
    assert read(lotus, note).is_signed
    page = lead.post(path, {"body": "Other words.", "visibility": "private"})
    assert "Knees are fine." in words_of(page)
    assert lead.post(f"{path}share/", {"visibility": "client"}).status_code == 302
    kept = read(lotus, note)
    assert (kept.body, kept.shared_with_client) == ("Knees are fine.", True)


def test_an_empty_note_is_refused_and_the_old_one_stays(lotus: Cast, note: Note) -> None:
    page = browser(lotus).post(f"/notes/{note.pk}/", {"body": " ", "visibility": "private"})
    assert page.status_code == 422
    assert read(lotus, note).body == "Knees were sore."


@pytest.mark.parametrize(
    ("who", "status"), [("trainer", 404), ("owner", 403), ("client", 403), ("owner2", 404), ("outsider", 404)]
)
@pytest.mark.parametrize("action", ["", "sign/", "share/", "discard/", "addendum/"])
def test_a_note_is_its_authors_alone(lotus: Cast, note: Note, who: str, status: int, action: str) -> None:
    sent = {"body": "x", "visibility": "client"}
    assert browser(lotus, who).post(f"/notes/{note.pk}/{action}", sent).status_code == status
    kept = read(lotus, note)
    assert (kept.body, kept.is_signed, kept.shared_with_client) == ("Knees were sore.", False, False)
