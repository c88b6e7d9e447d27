"""A trainer's notes: those to sign oldest first, changed until they are signed, shared or not."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from fitflow.tenancy.context import leave, studio_context
from tests.cast import Cast
from tests.pages import browser_of, forms_of, words_of
from tests.trainers.notes.write import template
from tests.trainers.plan import at, scheduled
from trainers.models import Note, NoteTemplate
from trainers.services import set_visibility, write_note


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


# Writing on the client's page, from a template


def path_of(cast: Cast, tail: str) -> str:
    with studio_context(cast.lotus):
        return f"/clients/{cast.client().pk}/{tail}"


def soap_of(cast: Cast) -> NoteTemplate:
    with studio_context(cast.lotus):
        return template("soap")


def test_a_note_is_written_on_the_clients_page(lotus: Cast, note: Note) -> None:
    lead = browser(lotus)
    assert 'id="note-form"' in lead.get(path_of(lotus, "")).content.decode()
    sent = {"body": "Called: all well.", "visibility": "trainers"}
    answer = lead.post(path_of(lotus, "notes/new/"), sent, follow=True)
    assert "Note kept." in words_of(answer)
    assert "Called: all well." in words_of(answer)
    with studio_context(lotus.lotus):
        kept = Note.objects.latest("created_at")
    assert (kept.body, kept.visibility, kept.session_id) == ("Called: all well.", "trainers", None)
    assert answer.redirect_chain[-1][0].endswith(f"#note-{kept.pk}")


def test_a_note_is_written_in_the_sections_of_a_template(lotus: Cast, note: Note) -> None:
    lead, row = browser(lotus), soap_of(lotus)
    path = path_of(lotus, "notes/new/")
    shown = lead.get(path, {"template": row.pk})
    assert "Subjective" in words_of(shown)
    sent = {"template": row.pk, "heading": row.headings, "part_0": "Tired.", "part_3": "Rest."}
    assert lead.post(path, sent).status_code == 302
    with studio_context(lotus.lotus):
        kept = Note.objects.latest("created_at")
    assert (kept.kind, kept.body) == ("soap", "Subjective\nTired.\n\nPlan\nRest.")
    changed = {f"part_{number}": text for number, text in enumerate(["Fine.", "", "", ""])}
    assert lead.post(f"/notes/{kept.pk}/", {**changed, "visibility": "client"}).status_code == 302
    assert (read(lotus, kept).body, read(lotus, kept).visibility) == ("Subjective\nFine.", "client")


def test_what_is_refused_stays_in_its_sections(lotus: Cast, note: Note) -> None:
    lead, row = browser(lotus), soap_of(lotus)
    sent = {"template": row.pk, "heading": row.headings, "part_0": "x" * 20_001, "part_1": "Swollen."}
    answer = lead.post(path_of(lotus, "notes/new/"), sent)
    assert answer.status_code == 422
    assert "Swollen." in answer.content.decode()
    empty = lead.post(path_of(lotus, "notes/new/"), {**sent, "part_0": " ", "part_1": ""})
    assert "Write something first." in words_of(empty)
    with studio_context(lotus.lotus):
        assert Note.objects.count() == 1


def test_a_session_note_is_begun_from_a_template(lotus: Cast, note: Note) -> None:
    lead, row = browser(lotus), soap_of(lotus)
    sent = {"client": note.client_id, "template": row.pk, "heading": row.headings, "part_2": "Better."}
    assert lead.post(f"/sessions/{note.session_id}/note/", sent).status_code == 302
    with studio_context(lotus.lotus):
        kept = Note.objects.latest("created_at")
    assert (kept.session_id, kept.body) == (note.session_id, "Assessment\nBetter.")
    assert "Assessment Better." in words_of(lead.get(f"/sessions/{note.session_id}/"))


def test_choosing_a_template_loses_nothing_that_was_typed(lotus: Cast, note: Note) -> None:
    lead, row = browser(lotus), soap_of(lotus)
    with studio_context(lotus.lotus):
        progress = template("progress")
    typed = {"body": "Typed before.", "visibility": "client"}
    fields = lead.post(f"/notes/fields/?template={row.pk}", typed).content.decode()
    assert fields.count("Typed before.") == 1
    assert 'name="heading" value="Subjective"' in fields
    sections = {"heading": row.headings, "part_0": "One.", "part_3": "Four."}
    other = words_of(lead.post(f"/notes/fields/?template={progress.pk}", sections))
    assert "Subjective One. Plan Four." in other
    named = lead.post("/notes/fields/", {"body": "Once.", "about": "Élise B."})
    assert "About Élise B." in words_of(named)
    assert "about=" not in named.content.decode()  # no name in an address
    quick = lead.post("/notes/fields/", sections).content.decode()
    assert "Subjective\nOne.\n\nPlan\nFour." in quick


def test_a_draft_changed_elsewhere_meanwhile_is_not_overwritten_unseen(lotus: Cast, note: Note) -> None:
    lead = browser(lotus)
    seen = {"visibility": "private", "seen_at": note.updated_at.isoformat()}
    assert lead.post(f"/notes/{note.pk}/", {**seen, "body": "On the phone."}).status_code == 302
    answer = lead.post(f"/notes/{note.pk}/", {**seen, "body": "On the desk."})
    assert answer.status_code == 422
    assert "You changed this draft elsewhere" in words_of(answer)
    assert "On the desk." in answer.content.decode()
    assert read(lotus, note).body == "On the phone."
    again = re.search(r'name="seen_at" value="([^"]+)"', answer.content.decode())
    assert again
    kept = lead.post(f"/notes/{note.pk}/", {**seen, "seen_at": again[1], "body": "On the desk."})
    assert kept.status_code == 302
    assert read(lotus, note).body == "On the desk."


def test_a_page_of_the_version_before_still_shares(lotus: Cast, note: Note) -> None:
    lead = browser(lotus)
    sent = {"client": note.client_id, "body": "Sent while it was updated.", "shared_with_client": "yes"}
    assert lead.post(f"/sessions/{note.session_id}/note/", sent).status_code == 302
    with studio_context(lotus.lotus):
        assert Note.objects.latest("created_at").visibility == "client"


@pytest.mark.parametrize("path", ["/notes/to-sign/", "/notes/{}/"])
def test_what_notes_say_is_kept_by_no_cache(lotus: Cast, note: Note, path: str) -> None:
    assert browser(lotus).get(path.format(note.pk))["Cache-Control"] == "private, no-store"


def test_pages_that_show_notes_or_give_typed_ones_back_are_kept_by_no_cache(lotus: Cast, note: Note) -> None:
    lead = browser(lotus)
    new = f"/clients/{note.client_id}/notes/new/"
    detail = lead.get(f"/clients/{note.client_id}/")
    refused = lead.post(new, {"body": "x" * 20_001, "visibility": "private"})
    assert "Knees were sore." in words_of(detail)
    assert refused.status_code == 422
    lead.post(f"/notes/{note.pk}/sign/")
    added = lead.post(f"/notes/{note.pk}/addendum/", {"body": ""})
    assert "Knees were sore." in words_of(added)
    fields = lead.post("/notes/fields/", {"body": "Half a"})
    for answer in (detail, lead.get(new), refused, added, fields):
        assert answer["Cache-Control"] == "private, no-store", answer.request["PATH_INFO"]


def test_sharing_can_be_undone(lotus: Cast, note: Note) -> None:
    lead = browser(lotus)
    page = lead.post(f"/notes/{note.pk}/share/", {"visibility": "client"}, follow=True)
    assert "The client can read this note once you sign it." in words_of(page)
    undo = next(form["action"] for form in forms_of(page) if "visibility=" in form.get("action", ""))
    assert read(lotus, note).visibility == "client"
    lead.post(undo)
    assert read(lotus, note).visibility == "private"
    lead.post(f"/notes/{note.pk}/sign/")
    page = lead.post(f"/notes/{note.pk}/share/", {"visibility": "client"}, follow=True)
    assert "The client can read this note now." in words_of(page)


def test_a_draft_is_discarded_and_a_signed_note_is_not(lotus: Cast, note: Note) -> None:
    lead = browser(lotus)
    lead.post(f"/notes/{note.pk}/sign/")
    assert "keeps its words" in words_of(lead.post(f"/notes/{note.pk}/discard/", follow=True))
    draft = lead.post(path_of(lotus, "notes/new/"), {"body": "Wrong client."}, follow=True)
    pk = draft.redirect_chain[-1][0].split("#note-")[1]
    assert "Draft discarded." in words_of(lead.post(f"/notes/{pk}/discard/", follow=True))
    with studio_context(lotus.lotus):
        assert [row.pk for row in Note.objects.all()] == [note.pk]


def test_a_colleague_reads_and_finds_nothing_to_do(lotus: Cast, note: Note) -> None:
    with studio_context(lotus.lotus):
        scheduled(lotus, at(15), trainer="trainer", clients=("Client",))
        set_visibility(actor=lotus.actor("lead"), note_id=note.pk, visibility="trainers")
    assert browser(lotus, "trainer").get(f"/notes/{note.pk}/").status_code == 404
    signing = browser(lotus).post(f"/notes/{note.pk}/sign/", follow=True)
    assert "The trainers of this client can read it now." in words_of(signing)
    page = browser(lotus, "trainer").get(f"/notes/{note.pk}/")
    assert "Knees were sore." in words_of(page)
    assert f"/notes/{note.pk}/" not in [form.get("action", "")[:44] for form in forms_of(page)]
    assert "Who reads it" not in words_of(page)


@pytest.mark.parametrize(
    ("who", "status"), [("trainer", 404), ("owner", 403), ("client", 403), ("owner2", 404), ("outsider", 404)]
)
def test_nobody_else_writes_about_a_client_she_does_not_train(
    lotus: Cast, note: Note, who: str, status: int
) -> None:
    path = path_of(lotus, "notes/new/")
    assert browser(lotus, who).get(path).status_code == status
    assert browser(lotus, who).post(path, {"body": "x"}).status_code == status
    with studio_context(lotus.lotus):
        assert Note.objects.count() == 1


# Sent twice


def test_a_page_that_is_sent_twice_makes_one_note(lotus: Cast, note: Note) -> None:
    lead = browser(lotus)
    new = path_of(lotus, "notes/new/")
    made = re.search(r'name="note" value="([^"]+)"', lead.get(new).content.decode())
    assert made
    sent = {"note": made[1], "body": "Once.", "visibility": "client"}
    first, second = lead.post(new, {**sent, "visibility": "private"}), lead.post(new, sent)
    assert first["Location"] == second["Location"]
    assert first["Location"].endswith(made[1])
    with studio_context(lotus.lotus):
        assert Note.objects.get(pk=made[1]).visibility == "client"
        assert Note.objects.count() == 2
    other = lead.post(new, {**sent, "body": "Other words."})
    assert not other["Location"].endswith(made[1])
    with studio_context(lotus.lotus):
        assert {row.body for row in Note.objects.all()} == {"Knees were sore.", "Once.", "Other words."}


def test_an_id_of_anothers_note_or_of_no_page_of_ours_is_not_taken(lotus: Cast, note: Note) -> None:
    lead, new = browser(lotus), path_of(lotus, "notes/new/")
    with studio_context(lotus.lotus):
        scheduled(lotus, at(15), trainer="trainer", clients=("Client",))
        theirs = write_note(actor=lotus.actor("trainer"), client_id=note.client_id, body="Same words.")
    strange = [theirs.pk, uuid4(), UUID("01000000-0000-7000-8000-000000000000"), "x", ""]
    for sent in strange:
        answer = lead.post(new, {"note": sent, "body": "Same words.", "visibility": "client"})
        assert answer.status_code == 302
        assert not (sent and answer["Location"].endswith(str(sent))), sent
    assert read(lotus, theirs).visibility == "private"


# The studio's templates


def test_a_manager_makes_the_templates_the_studios_own(cast: Cast) -> None:
    owner = browser(cast, "manager")
    assert "SOAP note" in words_of(owner.get("/notes/templates/"))
    sent = {"name": "Check-in", "kind": "other", "heading": ["Mood", "", "Plan"], "hint": ["1 to 5", "", ""]}
    assert "Check-in is saved." in words_of(owner.post("/notes/templates/new/", sent, follow=True))
    with studio_context(cast.lotus):
        row = NoteTemplate.objects.get(name="Check-in")
    assert row.headings == ["Mood", "Plan"]
    path = f"/notes/templates/{row.pk}/"
    owner.post(f"{path}move/", {"to": "up"})
    page = words_of(owner.get("/notes/templates/"))
    assert page.index("Check-in") < page.index("Intake")
    changed = {**sent, "heading": ["Plan", "Mood"], "hint": ["", "1 to 5"], "version": row.version}
    assert owner.post(path, changed).status_code == 302
    stale = owner.post(path, {**changed, "name": "Mine"})
    assert stale.status_code == 422
    assert "Somebody changed this template meanwhile." in words_of(stale)
    retired = owner.post(f"{path}retire/", follow=True)
    assert "is not offered any more" in words_of(retired)
    assert "is offered again" in words_of(owner.post(f"{path}restore/", follow=True))


def test_a_template_that_cannot_be_keeps_what_was_typed(cast: Cast) -> None:
    owner = browser(cast, "owner")
    sent = {"name": "", "kind": "other", "heading": ["Mood", ""], "hint": ["1 to 5", "A hint alone"]}
    answer = owner.post("/notes/templates/new/", sent)
    assert answer.status_code == 422
    assert "Name the template." in words_of(answer)
    assert "A hint alone" in answer.content.decode()
    named = owner.post("/notes/templates/new/", {**sent, "name": "X"})
    assert "Each section has a heading." in words_of(named)
    taken = owner.post("/notes/templates/new/", {**sent, "name": "soap note", "hint": ["", ""]})
    assert "Another template has that name." in words_of(taken)


def test_the_preview_shows_what_is_typed(cast: Cast) -> None:
    answer = browser(cast, "owner").post(
        "/notes/templates/preview/", {"heading": ["Mood", ""], "hint": ["<b>1</b> to 5", ""]}
    )
    assert "Mood" in words_of(answer)
    assert "&lt;b&gt;" in answer.content.decode()


@pytest.mark.parametrize("who", ["lead", "trainer", "client"])
def test_templates_are_changed_by_who_runs_the_studio(cast: Cast, who: str) -> None:
    row = soap_of(cast)
    for path in ("", "new/", f"{row.pk}/"):
        assert browser(cast, who).get(f"/notes/templates/{path}").status_code == 403
    assert browser(cast, who).post(f"/notes/templates/{row.pk}/retire/").status_code == 403
