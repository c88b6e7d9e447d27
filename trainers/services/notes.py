"""Notes about clients: written, changed, shared and signed by their author alone; after that, added to."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from clients.models import Client
from fitflow.core import outbox
from fitflow.core.clock import now
from fitflow.core.db import constraint, refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from fitflow.core.ids import uuid7
from studios.services import record_event
from studios.shared.policies import Actor, Capability, require
from trainers.models import Booking, Note, NoteKind, NoteTemplate, Section, Session
from trainers.note_policies import own_note, trains, usable_templates
from trainers.policies import fetch_session
from trainers.services.note_templates import checked_sections

LONGEST = 20_000
SIGNED = "A signed note keeps its words. Add an addendum to it."


@dataclass(frozen=True)
class Words:
    """What a note says: one text, or (begun from a template) a text for each heading, in order."""

    body: str = ""
    template_id: UUID | None = None
    parts: Sequence[tuple[str, str]] = ()


def _texts(texts: Sequence[str]) -> list[str]:
    found = [text.replace("\x00", "").strip() for text in texts]
    if not any(map(_says_something, found)):
        raise Invalid("Write something first.", field="body")
    if sum(map(len, found)) > LONGEST:
        raise Invalid(f"A note has {LONGEST:,} characters at most.", field="body")
    return found


def _says_something(text: str) -> bool:
    """Whether there is anything to read: spaces without width and marks of direction alone are nothing."""
    return any(unicodedata.category(letter) not in {"Cc", "Cf", "Zs", "Zl", "Zp"} for letter in text)


def _own_session(actor: Actor, session_id: UUID, client_id: UUID) -> Session:
    """Return a session she gives herself and the client is in; raise NotFound or NotPermitted."""
    session = fetch_session(actor, session_id)
    if session.trainer.user_id != actor.user_id:
        raise NotPermitted("A note about a session is written by the trainer who gives it.")
    booked = session.bookings.exclude(status=Booking.Status.CANCELLED).filter(client_id=client_id)
    if not booked.exists():
        raise NotFound("That client is not in this session.", field="client")
    return session


def _subject(actor: Actor, client_id: UUID, session_id: UUID | None) -> tuple[Client, Session | None]:
    if session_id is not None:
        session = _own_session(actor, session_id, client_id)
        return Client.objects.get(pk=client_id), session
    if not trains(actor, client_id):
        raise NotFound("You do not train that client.", field="client")
    return Client.objects.get(pk=client_id), None


def _begun_from(actor: Actor, words: Words) -> tuple[NoteTemplate | None, list[Section]]:
    """Return the template a note is begun from and the structure it keeps: what its writer saw, hints of today's headings.

    A template that was changed or retired while she wrote costs her nothing.
    """
    if words.template_id is None:
        return None, []
    usable_templates(actor)
    template = NoteTemplate.objects.filter(pk=words.template_id).first()
    if template is None:
        raise NotFound("There is no such template.", field="template")
    hints = {part["heading"]: part["hint"] for part in template.parts}
    seen = [{"heading": heading, "hint": hints.get(heading, "")} for heading, _ in words.parts]
    return template, checked_sections(seen) if seen else template.parts


def _refusal(name: str, state: str) -> Exception | None:
    if name.startswith("note_signed"):
        return Conflict(SIGNED, conflict="signed")
    if name.startswith("note_addendum"):
        return Conflict(
            "An addendum follows a signed note of the same client, by its author.", conflict="addendum"
        )
    return None


def checked_visibility(visibility: str) -> str:
    """Return who reads a note; raise Invalid for what is none of the three."""
    if visibility not in Note.Visibility.values:
        raise Invalid("A note is private, for trainers or for the client too.", field="visibility")
    return visibility


def _author(actor: Actor) -> UUID:
    require(actor, Capability.RECORDS_WRITE)
    if actor.user_id is None:
        raise NotPermitted("A note has a person as its author.")
    return actor.user_id


@retry_deadlocks
def write_note(
    *,
    actor: Actor,
    client_id: UUID,
    session_id: UUID | None = None,
    body: str = "",
    template_id: UUID | None = None,
    parts: Sequence[tuple[str, str]] = (),
    visibility: str = Note.Visibility.PRIVATE,
    note_id: UUID | None = None,
) -> Note:
    """Write a draft about a client she trains, about one session or in general; private unless said otherwise.

    `note_id` is made by who sends it: a note that was kept under it with the same words is answered, so that sending again is
    safe; other words become a note of their own.
    From a template it takes `parts`, (heading, text) in order; it keeps these headings whatever becomes of the template.
    Raises NotPermitted, NotFound, Invalid. About a session it publishes session.noted.
    """
    author = _author(actor)
    words = Words(body=body, template_id=template_id, parts=parts)
    client, session = _subject(actor, client_id, session_id)
    template, structure = _begun_from(actor, words)
    note = Note(
        id=note_id or uuid7(),
        client=client,
        session=session,
        author_id=author,
        author_name=actor.name,
        template=template,
        kind=template.kind if template else NoteKind.FREE,
        title=template.name if template else "",
        structure=structure or None,
        visibility=checked_visibility(visibility),
    )
    note.write(_fitting(note, words))
    try:
        return _insert(actor, note)
    except IntegrityError as error:
        if not constraint(error).startswith("trainers_note_pkey"):
            raise
    if (sent := _sent_before(note)) is not None:
        return set_visibility(actor=actor, note_id=sent.pk, visibility=note.visibility)
    note.pk = uuid7()
    return _insert(actor, note)


def _insert(actor: Actor, note: Note) -> Note:
    with transaction.atomic():
        note.save(force_insert=True)
        if note.session_id is not None:
            outbox.publish("session.noted", session=note.session_id)
        record_event(
            actor=actor,
            action="note.written",
            subject=note,
            client=note.client_id,
            visibility=note.visibility,
        )
    return note


def _sent_before(note: Note) -> Note | None:
    """Return the note that is kept under the same id, where it says the same of the same client."""
    same = {name: getattr(note, name) for name in ("pk", "author_id", "client_id", "session_id")}
    known = Note.objects.filter(**same, addendum_to=None).first()
    return known if known and (known.structure, known.words) == (note.structure, note.words) else None


def _fitting(note: Note, words: Words) -> list[str]:
    """Return one text for each part of the note; raise Invalid where the words do not fit its structure."""
    structure = note.structure or []
    if not structure:
        if words.parts:
            raise Invalid("This note has no sections. Send its words as body.", field="sections")
        return _texts([words.body])
    if [heading for heading, _ in words.parts] != [part["heading"] for part in structure]:
        raise Invalid("These are not the sections of the note.", field="sections")
    return _texts([text for _, text in words.parts])


def _locked(note: Note) -> Note:
    return Note.objects.select_for_update(no_key=True).get(pk=note.pk)


@retry_deadlocks
def change_note(
    *,
    actor: Actor,
    note_id: UUID,
    body: str = "",
    parts: Sequence[tuple[str, str]] = (),
    visibility: str | None = None,
    seen_at: datetime | None = None,
) -> Note:
    """Change a draft of hers: its words and, where given, who reads it. Its structure stays as it was.

    `seen_at` is the draft's `updated_at` as she saw it.
    Raises NotFound, NotPermitted, Invalid, Conflict (`signed`; `version` where the draft was changed since).
    """
    seen = own_note(actor, note_id)
    texts = _fitting(seen, Words(body=body, parts=parts))
    with refusals(_refusal), transaction.atomic():
        note = _locked(seen)
        if note.is_signed:
            raise Conflict(SIGNED, conflict="signed")
        if seen_at is not None and note.updated_at != seen_at:
            raise Conflict(
                "You changed this draft elsewhere meanwhile. Keep the note once more to put these words in its place.",
                conflict="version",
                updated_at=note.updated_at.isoformat(),
            )
        note.write(texts)
        if visibility is not None and note.addendum_to_id is None:
            note.visibility = checked_visibility(visibility)
        note.save(update_fields=["words", "visibility", "updated_at"])
        record_event(
            actor=actor,
            action="note.changed",
            subject=note,
            client=note.client_id,
            visibility=note.visibility,
        )
    return note


@retry_deadlocks
def sign_note(*, actor: Actor, note_id: UUID) -> Note:
    """Sign a note of hers: its words never change again, and others may read them. Signing twice changes nothing.

    About a session it publishes session.noted. Raises NotFound, NotPermitted.
    """
    seen = own_note(actor, note_id)
    with transaction.atomic():
        note = _locked(seen)
        if note.is_signed:
            return note
        note.signed_at = now()
        note.save(update_fields=["signed_at", "updated_at"])
        if note.session_id is not None:
            outbox.publish("session.noted", session=note.session_id)
        record_event(actor=actor, action="note.signed", subject=note, client=note.client_id)
    return note


@retry_deadlocks
def discard_note(*, actor: Actor, note_id: UUID) -> None:
    """Throw a draft of hers away. Raises NotFound, NotPermitted, Conflict (`signed`)."""
    seen = own_note(actor, note_id)
    with refusals(_refusal), transaction.atomic():
        note = _locked(seen)
        if note.is_signed:
            raise Conflict(SIGNED, conflict="signed")
        gone = Note(pk=note.pk)
        note.delete()
        record_event(actor=actor, action="note.discarded", subject=gone, client=note.client_id)


@retry_deadlocks
def set_visibility(*, actor: Actor, note_id: UUID, visibility: str) -> Note:
    """Let others read a note of hers, a draft once it is signed, or take it back; its addenda follow (trigger).

    Raises NotFound, NotPermitted, Invalid, Conflict (`addendum`: an addendum is read by whoever reads its note).
    """
    checked_visibility(visibility)
    seen = own_note(actor, note_id)
    with transaction.atomic():
        note = _locked(seen)
        if note.addendum_to_id is not None:
            raise Conflict("Whoever reads the note reads its addenda too.", conflict="addendum")
        if note.visibility == visibility:
            return note
        before, note.visibility = note.visibility, visibility
        note.save(update_fields=["visibility", "updated_at"])
        record_event(
            actor=actor,
            action="note.shared",
            subject=note,
            client=note.client_id,
            before=before,
            visibility=visibility,
        )
    return note


@retry_deadlocks
def add_addendum(*, actor: Actor, note_id: UUID, body: str) -> Note:
    """Add to a signed note of hers: a draft that stands beneath it, is read by whoever reads it, and is signed as any other.

    Raises NotFound, NotPermitted, Invalid, Conflict (`addendum`: the note is not signed yet, or is an addendum itself).
    """
    author = _author(actor)
    note = own_note(actor, note_id)
    addendum = Note(
        client_id=note.client_id,
        session_id=note.session_id,
        author_id=author,
        author_name=actor.name,
        addendum_to=note,
        visibility=note.visibility,
    )
    addendum.write(_texts([body]))
    with refusals(_refusal), transaction.atomic():
        addendum.save(force_insert=True)
        record_event(
            actor=actor, action="note.added_to", subject=addendum, client=note.client_id, note=note.pk
        )
    addendum.refresh_from_db(fields=["visibility"])
    return addendum
