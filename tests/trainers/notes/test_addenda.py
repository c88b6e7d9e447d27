"""What is added to a signed note: beneath it, of the same client and author, one level deep."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.tenancy.context import studio_context
from studios.models import AuditEvent
from tests.asking import Caller
from tests.cast import Cast
from tests.pages import browser_of, words_of
from tests.trainers.notes.write import note, signed, trained
from trainers.models import Note
from trainers.services import add_addendum, change_note, discard_note, sign_note


def added(cast: Cast, row: Note, body: str = "It was the right knee.") -> Note:
    return add_addendum(actor=cast.actor("lead"), note_id=row.pk, body=body)


def test_it_is_a_draft_changed_and_signed_as_any_note(lotus: Cast) -> None:
    trained(lotus)
    row = signed(lotus)
    addendum = added(lotus, row)
    assert (addendum.addendum_to_id, addendum.is_signed, addendum.author_name) == (row.pk, False, "Lead")
    change_note(actor=lotus.actor("lead"), note_id=addendum.pk, body="The right one.")
    assert sign_note(actor=lotus.actor("lead"), note_id=addendum.pk).is_signed
    with pytest.raises(Conflict, match="Add an addendum"):
        change_note(actor=lotus.actor("lead"), note_id=addendum.pk, body="No.")
    assert Note.objects.get(pk=row.pk).body == "Knee is better."
    assert "right" not in str(list(AuditEvent.objects.values_list("facts", flat=True)))


def test_it_needs_a_signed_note_that_is_no_addendum(lotus: Cast) -> None:
    trained(lotus)
    with pytest.raises(Conflict):
        added(lotus, note(lotus))
    addendum = added(lotus, signed(lotus))
    sign_note(actor=lotus.actor("lead"), note_id=addendum.pk)
    with pytest.raises(Conflict):
        added(lotus, addendum)


def test_only_the_author_adds_to_a_note_and_something(lotus: Cast) -> None:
    trained(lotus, "lead")
    trained(lotus, "trainer", hour=14)
    shared, private = signed(lotus, visibility="trainers"), signed(lotus)
    for row, error in ((shared, NotPermitted), (private, NotFound)):
        with pytest.raises(error):
            add_addendum(actor=lotus.actor("trainer"), note_id=row.pk, body="Hm.")
    with pytest.raises(Invalid):
        added(lotus, shared, "  ")


@pytest.mark.parametrize("wrong", ["draft", "client", "author", "level", "later"])
def test_the_database_refuses_what_the_service_would(lotus: Cast, wrong: str) -> None:
    trained(lotus)
    base, draft = signed(lotus), note(lotus)
    addendum = added(lotus, signed(lotus, "Another."))
    sign_note(actor=lotus.actor("lead"), note_id=addendum.pk)
    fields: dict[str, Any] = {
        "client": lotus.client(),
        "author": lotus.user["lead"],
        "author_name": "Lead",
        "words": "x",
        "addendum_to": base,
    }
    fields |= {
        "draft": {"addendum_to": draft},
        "client": {"client": lotus.client("Étienne Caron")},
        "author": {"author": lotus.user["trainer"]},
        "level": {"addendum_to": addendum},
        "later": {"addendum_to": None},
    }[wrong]
    with pytest.raises(IntegrityError, match="addendum follows"), transaction.atomic():
        made = Note.objects.create(**fields)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE trainers_note SET addendum_to_id = %s WHERE id = %s", [draft.pk, made.pk])


def test_a_draft_is_thrown_away_and_a_signed_one_never(lotus: Cast) -> None:
    trained(lotus)
    row = signed(lotus)
    addendum = added(lotus, row)
    discard_note(actor=lotus.actor("lead"), note_id=addendum.pk)
    assert not Note.objects.filter(pk=addendum.pk).exists()
    with pytest.raises(Conflict):
        discard_note(actor=lotus.actor("lead"), note_id=row.pk)
    with pytest.raises(NotFound):
        discard_note(actor=lotus.actor("trainer"), note_id=note(lotus).pk)
    event = AuditEvent.objects.get(action="note.discarded")
    assert event.subject_id == addendum.pk


def test_it_stands_beneath_its_note_on_pages_in_the_portal_and_in_the_api(cast: Cast) -> None:
    with studio_context(cast.lotus):
        trained(cast)
        row = signed(cast, visibility="client")
    lead = browser_of(cast, "lead")
    answer = lead.post(f"/notes/{row.pk}/addendum/", {"body": "It was the right knee."}, follow=True)
    words = words_of(answer)
    assert words.index("Knee is better.") < words.index("It was the right knee.")
    assert "It was the right knee." not in words_of(browser_of(cast, "client").get("/portal/notes/"))
    (listed,) = Caller(cast, "client").get("portal/notes").results
    assert listed["addenda"] == []
    lead.post(f"/notes/{answer.redirect_chain[-1][0].split('#note-')[1]}/sign/")
    portal = words_of(browser_of(cast, "client").get("/portal/notes/"))
    assert portal.index("Knee is better.") < portal.index("It was the right knee.")
    (listed,) = Caller(cast, "client").get("portal/notes").results
    assert [one["body"] for one in listed["addenda"]] == ["It was the right knee."]


def test_an_empty_one_is_refused_beside_its_field(cast: Cast) -> None:
    with studio_context(cast.lotus):
        trained(cast)
        row = signed(cast)
    answer = browser_of(cast, "lead").post(f"/notes/{row.pk}/addendum/", {"body": " "})
    assert answer.status_code == 422
    assert "Write something first." in words_of(answer)
