"""Notes and templates for the tests of notes, made through the services."""

from __future__ import annotations

from typing import Any

from studios.shared.policies import SYSTEM
from tests.cast import Cast
from tests.trainers.plan import at, scheduled
from trainers.models import Note, NoteTemplate
from trainers.services import sign_note, templates_in_use, write_note


def trained(cast: Cast, trainer: str = "lead", client: str = "Client", hour: float = 10) -> None:
    """Let a trainer have a session with a client, so that she trains her."""
    scheduled(cast, at(hour), trainer=trainer, clients=(client,))


def note(cast: Cast, body: str = "Knee is better.", *, author: str = "lead", **more: Any) -> Note:
    """Write a note about Client, whom its author trains already."""
    return write_note(actor=cast.actor(author), client_id=cast.client().pk, body=body, **more)


def signed(cast: Cast, body: str = "Knee is better.", *, author: str = "lead", **more: Any) -> Note:
    """Write a note and sign it."""
    made = note(cast, body, author=author, **more)
    return sign_note(actor=cast.actor(author), note_id=made.pk)


def template(kind: str = "soap") -> NoteTemplate:
    """Return a template every studio begins with."""
    return next(row for row in templates_in_use(SYSTEM) if row.kind == kind)


def soap(cast: Cast, *texts: str, **more: Any) -> Note:
    """Write a SOAP note about Client; texts left out stay empty."""
    row = template()
    filled = [*texts, *[""] * len(row.headings)]
    parts = list(zip(row.headings, filled, strict=False))
    return write_note(
        actor=cast.actor("lead"), client_id=cast.client().pk, template_id=row.pk, parts=parts, **more
    )
