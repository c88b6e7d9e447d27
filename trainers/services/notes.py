"""Notes about clients: written, changed, shared and signed by their author alone."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clients.models import Care, Client
from fitflow.core.clock import now
from fitflow.core.db import refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid, NotFound, NotPermitted
from studios.services import record_event
from studios.shared.policies import Actor, Capability, require
from trainers.models import Booking, Note, Session
from trainers.policies import fetch_session, own_note

LONGEST = 20_000


def _body(text: str) -> str:
    body = text.strip()
    if not body:
        raise Invalid("Write something first.", field="body")
    if len(body) > LONGEST:
        raise Invalid(f"A note has {LONGEST:,} characters at most.", field="body")
    return body


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
    trained = (
        Care.objects.filter(client_id=client_id, user_id=actor.user_id)
        if actor.user_id
        else Care.objects.none()
    )
    if not trained.exists():
        raise NotFound("You do not train that client.", field="client")
    return Client.objects.get(pk=client_id), None


def _signed(name: str, state: str) -> Exception | None:
    if name.startswith("note_signed"):
        return Conflict("A signed note keeps its words. Write another one.", conflict="signed")
    return None


@retry_deadlocks
def write_note(
    *,
    actor: Actor,
    client_id: UUID,
    session_id: UUID | None = None,
    body: str,
    shared_with_client: bool = False,
) -> Note:
    """Write a note about a client she trains, about one session or in general; private unless shared.

    Raises NotPermitted, NotFound, Invalid.
    """
    require(actor, Capability.RECORDS_WRITE)
    if actor.user_id is None:
        raise NotPermitted("A note has a person as its author.")
    text = _body(body)
    client, session = _subject(actor, client_id, session_id)
    with transaction.atomic():
        note = Note.objects.create(
            client=client,
            session=session,
            author_id=actor.user_id,
            author_name=actor.name,
            body=text,
            shared_with_client=shared_with_client,
        )
        record_event(
            actor=actor, action="note.written", subject=note, client=client.id, shared=shared_with_client
        )
    return note


def _locked(note: Note) -> Note:
    return Note.objects.select_for_update(no_key=True).get(pk=note.pk)


@retry_deadlocks
def change_note(*, actor: Actor, note_id: UUID, body: str, shared_with_client: bool) -> Note:
    """Change a note of hers that is not signed. Raises NotFound, NotPermitted, Invalid, Conflict (`signed`)."""
    text = _body(body)
    seen = own_note(actor, note_id)
    with refusals(_signed), transaction.atomic():
        note = _locked(seen)
        if note.is_signed:
            raise Conflict("A signed note keeps its words. Write another one.", conflict="signed")
        note.body, note.shared_with_client = text, shared_with_client
        note.save(update_fields=["body", "shared_with_client", "updated_at"])
        record_event(actor=actor, action="note.changed", subject=note, client=note.client_id)
    return note


@retry_deadlocks
def sign_note(*, actor: Actor, note_id: UUID) -> Note:
    """Sign a note of hers: its words never change again. Signing twice changes nothing. Raises NotFound, NotPermitted."""
    seen = own_note(actor, note_id)
    with transaction.atomic():
        note = _locked(seen)
        if note.is_signed:
            return note
        note.signed_at = now()
        note.save(update_fields=["signed_at", "updated_at"])
        record_event(actor=actor, action="note.signed", subject=note, client=note.client_id)
    return note


@retry_deadlocks
def share_note(*, actor: Actor, note_id: UUID, shared: bool) -> Note:
    """Share a note of hers with its client, or take it back; signed or not. Raises NotFound, NotPermitted."""
    seen = own_note(actor, note_id)
    with transaction.atomic():
        note = _locked(seen)
        if note.shared_with_client == shared:
            return note
        note.shared_with_client = shared
        note.save(update_fields=["shared_with_client", "updated_at"])
        record_event(actor=actor, action="note.shared", subject=note, client=note.client_id, shared=shared)
    return note
