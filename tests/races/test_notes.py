"""A note whose readers change while somebody adds to it; the control, without the lock, must leave the two apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from clients.models import Client
from clients.services import begin_care
from fitflow.core.ids import uuid7
from fitflow.tenancy.context import studio_context
from studios.services import record_event
from studios.shared.models import Role
from studios.shared.policies import SYSTEM, Actor
from tests.races.test_timetable import Arena, arena
from tests.scratch import at_once
from trainers.models import Note, NoteTemplate, TrainerProfile
from trainers.services import (
    add_addendum,
    move_template,
    note_templates,
    notes,
    save_template,
    set_visibility,
    sign_note,
    write_note,
)

__all__ = ["arena"]
pytestmark = pytest.mark.race
PAIRS = 6


@pytest.fixture
def written(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Signed, private notes in the first studio; each use case dwells between what it writes and its commit."""
    real = record_event

    def dwell(**facts: Any) -> None:
        time.sleep(0.05)
        real(**facts)

    with studio_context(arena.first):
        client = Client.objects.create(name="Ada")
        author = author_of(arena)
        assert author.user_id
        begin_care(user_id=author.user_id, client_ids=[client.pk], kept=True)
        made = [write_note(actor=author, client_id=client.pk, body="Knee.") for _ in range(PAIRS)]
        for row in made:
            sign_note(actor=author, note_id=row.pk)
    monkeypatch.setattr(notes, "record_event", dwell)
    return [row.pk for row in made]


def author_of(arena: Arena) -> Actor:
    trainer = TrainerProfile.objects.get()
    return Actor(user_id=trainer.user_id, name=trainer.name, roles=frozenset({Role.TRAINER.value}))


def apart(arena: Arena, written: list[UUID]) -> int:
    """Add to each note and share it, at once; return how many addenda are not read by whoever reads their note."""
    with studio_context(arena.first):
        author = author_of(arena)

    def inside(work: Callable[..., Any], **arguments: Any) -> Callable[[], Any]:
        def run() -> Any:
            with studio_context(arena.first):
                return work(actor=author, **arguments)

        return run

    for note_id in written:
        results = at_once(
            [
                inside(add_addendum, note_id=note_id, body="Right knee."),
                inside(set_visibility, note_id=note_id, visibility="client"),
            ]
        )
        assert all(isinstance(result, Note) for result in results), results
    with studio_context(arena.first):
        addenda = Note.objects.filter(addendum_to__in=written).select_related("addendum_to")
        assert len(addenda) == len(written)
        return sum(row.addendum_to.visibility != row.visibility for row in addenda if row.addendum_to)


def test_an_addendum_is_read_by_whoever_reads_its_note(arena: Arena, written: list[UUID]) -> None:
    assert apart(arena, written) == 0


def test_control_without_the_lock_they_come_apart(arena: Arena, written: list[UUID]) -> None:
    with studio_context(arena.first), connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('trainers_note_addendum'::regproc)")
        cursor.execute(cursor.fetchone()[0].replace(" FOR SHARE", ""))
    assert apart(arena, written) > 0


@pytest.mark.parametrize(("known", "kept"), [(True, 1), (False, 4)], ids=["one-id", "control-no-id"])
def test_a_note_that_is_sent_several_times_at_once_is_kept_once(
    arena: Arena, written: list[UUID], known: bool, kept: int
) -> None:
    with studio_context(arena.first):
        author, client = author_of(arena), Client.objects.get().pk
    key = uuid7() if known else None

    def send() -> Note:
        with studio_context(arena.first):
            return write_note(actor=author, client_id=client, body="Sent again and again.", note_id=key)

    results = at_once([send] * 4)
    assert len({row.pk for row in results}) == kept, results
    with studio_context(arena.first):
        assert Note.objects.exclude(pk__in=written).count() == kept


def test_each_of_three_moves_at_once_moves_a_template(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    assert moved(arena, monkeypatch) == 3


def test_control_without_the_lock_moves_are_lost(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(note_templates, "lock_in_transaction", lambda *names: None)
    assert moved(arena, monkeypatch) < 3


def moved(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> int:
    """Move the first of five templates down three times at once; return how far it came."""
    real = note_templates.order_templates

    def dwell(**facts: Any) -> None:
        time.sleep(0.05)
        real(**facts)

    monkeypatch.setattr(note_templates, "order_templates", dwell)
    with studio_context(arena.first):
        for name in ("Fourth", "Fifth"):
            save_template(actor=SYSTEM, name=name, kind="other", sections=[{"heading": "One"}])
        first = NoteTemplate.objects.order_by("position")[0].pk

    def move() -> None:
        with studio_context(arena.first):
            move_template(actor=SYSTEM, template_id=first, up=False)

    assert at_once([move] * 3) == [None] * 3
    with studio_context(arena.first):
        return list(NoteTemplate.objects.values_list("pk", flat=True)).index(first)
