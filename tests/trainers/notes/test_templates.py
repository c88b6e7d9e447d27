"""Templates: what a studio begins with and makes its own; a note keeps the structure it was begun with."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.tenancy.context import studio_context
from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.notes.write import note, soap, template, trained
from trainers.models import Note, NoteTemplate
from trainers.services import (
    all_templates,
    change_note,
    move_template,
    order_templates,
    retire_template,
    save_template,
    templates_in_use,
    write_note,
)

TWO = [{"heading": "Mood", "hint": "From 1 to 5."}, {"heading": "Plan", "hint": ""}]


def saved(cast: Cast, person: str = "owner", **more: Any) -> NoteTemplate:
    arguments: dict[str, Any] = {"name": "Check-in", "kind": "other", "sections": TWO, **more}
    return save_template(actor=cast.actor(person), **arguments)


def names(cast: Cast) -> list[str]:
    return [row.name for row in templates_in_use(cast.actor("trainer"))]


def test_every_studio_begins_with_soap_progress_and_intake_once(cast: Cast) -> None:
    for studio in (cast.lotus, cast.summit):
        with studio_context(studio):
            for _ in range(2):
                rows = templates_in_use(SYSTEM)
                assert [row.kind for row in rows] == ["soap", "progress", "intake"]
            assert template().headings == ["Subjective", "Objective", "Assessment", "Plan"]


def test_what_was_retired_does_not_come_back_by_itself(lotus: Cast) -> None:
    for row in templates_in_use(SYSTEM):
        retire_template(actor=lotus.actor("manager"), template_id=row.pk)
    assert names(lotus) == []
    assert len(all_templates(lotus.actor("owner"))) == 3


@pytest.mark.parametrize("person", ["owner", "manager"])
def test_who_runs_the_studio_adds_changes_and_reorders(lotus: Cast, person: str) -> None:
    row = saved(lotus, person)
    assert names(lotus) == ["SOAP note", "Progress note", "Intake", "Check-in"]
    changed = saved(lotus, person, template_id=row.pk, name="Mood", sections=TWO[:1], version=row.version)
    assert (changed.headings, changed.version) == (["Mood"], 2)
    move_template(actor=lotus.actor(person), template_id=row.pk, up=True)
    assert names(lotus) == ["SOAP note", "Progress note", "Mood", "Intake"]
    ids = [one.pk for one in templates_in_use(SYSTEM)]
    order_templates(actor=lotus.actor(person), template_ids=ids[::-1])
    assert names(lotus) == ["Intake", "Mood", "Progress note", "SOAP note"]
    move_template(actor=lotus.actor(person), template_id=ids[-1], up=True)
    assert names(lotus)[0] == "Intake", "The first one stays the first."


@pytest.mark.parametrize("person", ["lead", "trainer", "client"])
def test_who_does_not_run_it_changes_none(lotus: Cast, person: str) -> None:
    row, actor = template(), lotus.actor(person)
    for refused in (
        lambda: saved(lotus, person),
        lambda: retire_template(actor=actor, template_id=row.pk),
        lambda: move_template(actor=actor, template_id=row.pk, up=True),
        lambda: order_templates(actor=actor, template_ids=[]),
        lambda: all_templates(actor),
    ):
        with pytest.raises(NotPermitted):
            refused()
    if person == "client":
        with pytest.raises(NotPermitted):
            templates_in_use(actor)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"kind": "free"}, "kind"),
        ({"kind": "poem"}, "kind"),
        ({"sections": []}, "sections"),
        ({"sections": [{"heading": "", "hint": "x"}]}, "sections"),
        ({"sections": [{"heading": "A"}, {"heading": "a "}]}, "sections"),
        ({"sections": [{"heading": "x" * 81}]}, "sections"),
        ({"sections": [{"heading": "A", "hint": "x" * 301}]}, "sections"),
        ({"sections": [{"heading": str(number)} for number in range(13)]}, "sections"),
    ],
)
def test_what_cannot_be_a_template_is_refused(lotus: Cast, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        saved(lotus, **wrong)
    assert refused.value.field == field
    assert not NoteTemplate.objects.filter(seed=None).exists()


def test_a_name_is_used_once_among_those_in_use(lotus: Cast) -> None:
    row = saved(lotus)
    with pytest.raises(Conflict, match="that name"):
        saved(lotus, name="CHECK-IN")
    retire_template(actor=lotus.actor("owner"), template_id=row.pk)
    saved(lotus)
    with pytest.raises(Conflict, match="that name"):
        retire_template(actor=lotus.actor("owner"), template_id=row.pk, retired=False)


def test_nobody_changes_a_template_she_has_not_seen(lotus: Cast) -> None:
    row = saved(lotus)
    saved(lotus, "manager", template_id=row.pk, name="Other", version=1)
    with pytest.raises(Conflict) as refused:
        saved(lotus, template_id=row.pk, name="Mine", version=1)
    assert refused.value.details["conflict"] == "version"
    assert NoteTemplate.objects.get(pk=row.pk).name == "Other"


def test_the_database_refuses_sections_that_are_none(lotus: Cast) -> None:
    row = template()
    for sections in ("{}", "[]"):
        with pytest.raises(IntegrityError, match="note_template_sections"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE trainers_notetemplate SET sections = %s WHERE id = %s", [sections, row.pk]
                )


def test_another_studios_template_is_not_there(cast: Cast) -> None:
    with studio_context(cast.summit):
        theirs = template().pk
    with studio_context(cast.lotus):
        trained(cast)
        with pytest.raises(NotFound):
            retire_template(actor=cast.actor("owner"), template_id=theirs)
        with pytest.raises(NotFound):
            note(cast, template_id=theirs)


# Notes begun from a template


def test_a_note_has_its_sections_and_reads_as_one_text(lotus: Cast) -> None:
    trained(lotus)
    made = Note.objects.get(pk=soap(lotus, "Knee hurts.", "", "Better.").pk)
    assert (made.kind, made.title) == ("soap", "SOAP note")
    assert [(part.heading, part.text) for part in made.parts] == [
        ("Subjective", "Knee hurts."),
        ("Objective", ""),
        ("Assessment", "Better."),
        ("Plan", ""),
    ]
    assert made.body == "Subjective\nKnee hurts.\n\nAssessment\nBetter."


def test_no_word_of_a_section_stands_open_in_the_database(lotus: Cast) -> None:
    trained(lotus)
    soap(lotus, "Knee hurts.", "Swollen.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(trainers_note)::text FROM trainers_note")
        text = cursor.fetchone()[0]
    assert "Subjective" in text
    assert "hurts" not in text
    assert "Swollen" not in text


def test_it_keeps_its_structure_when_the_template_is_changed_and_retired(lotus: Cast) -> None:
    trained(lotus)
    made, row = soap(lotus, "Knee hurts."), template()
    saved(lotus, template_id=row.pk, name="SOAP note", kind="soap")
    retire_template(actor=lotus.actor("owner"), template_id=row.pk)
    kept = Note.objects.get(pk=made.pk)
    assert [part.heading for part in kept.parts] == ["Subjective", "Objective", "Assessment", "Plan"]
    parts = [(part.heading, f"{part.text} More.") for part in kept.parts]
    change_note(actor=lotus.actor("lead"), note_id=made.pk, parts=parts)
    assert Note.objects.get(pk=made.pk).parts[0].text == "Knee hurts. More."


def test_what_was_begun_before_a_change_is_kept_as_it_was_shown(lotus: Cast) -> None:
    trained(lotus)
    row = template()
    shown = [(heading, "Words.") for heading in row.headings]
    saved(lotus, template_id=row.pk, name="SOAP note", kind="soap", sections=TWO)
    made = write_note(actor=lotus.actor("lead"), client_id=lotus.client().pk, template_id=row.pk, parts=shown)
    assert [part.heading for part in made.parts] == [heading for heading, _ in shown]


def test_words_that_do_not_fit_the_structure_are_refused(lotus: Cast) -> None:
    trained(lotus)
    made, quick = soap(lotus, "Knee hurts."), note(lotus)
    lead = lotus.actor("lead")
    for note_id, words in (
        (made.pk, {"body": "One text."}),
        (made.pk, {"parts": [("Subjective", "x")]}),
        (made.pk, {"parts": [(part.heading, " ") for part in made.parts]}),
        (quick.pk, {"parts": [("Subjective", "x")]}),
    ):
        with pytest.raises(Invalid):
            change_note(actor=lead, note_id=note_id, **words)
    assert Note.objects.get(pk=made.pk).parts[0].text == "Knee hurts."
