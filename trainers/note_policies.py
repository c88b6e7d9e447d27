"""Which notes a person may read, and which she may write, sign and share."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from clients.models import Client
from clients.policies import training, visible_clients
from fitflow.core.errors import NotFound, NotPermitted
from studios.shared.models import Role
from studios.shared.policies import Actor, Capability, Scope, require, scope_of
from trainers.models import Note, NoteTemplate, TrainerProfile
from trainers.policies import team_of

Visibility = Note.Visibility
SIGNED = Q(signed_at__isnull=False)


def writes_notes(actor: Actor) -> bool:
    """Whether she keeps records at all: trainers and trainer admins do."""
    return actor.user_id is not None and scope_of(actor, Capability.RECORDS_WRITE) is not Scope.NONE


def visible_notes(actor: Actor) -> QuerySet[Note]:
    """Return the notes she may read.

    As their author her own, and nobody else's before they are signed. As a client those shared with her. As a trainer who
    works here now, those left to the trainers of a client whom she trains. As a trainer admin what her team did not keep
    private, where the client agreed.
    """
    if actor.user_id is None or scope_of(actor, Capability.RECORDS_READ) is Scope.NONE:
        return Note.objects.none()
    read = SIGNED & Q(client__user_id=actor.user_id, visibility=Visibility.CLIENT)
    if writes_notes(actor):
        read |= Q(author_id=actor.user_id) | SIGNED & _of_colleagues(actor, actor.user_id)
    return Note.objects.filter(read)


def shown_addenda(actor: Actor) -> QuerySet[Note]:
    """Return what may be shown beneath notes that she may read: what is signed, and drafts to their author alone.

    Author, client and visibility of an addendum are its note's (triggers).
    """
    return Note.objects.filter(SIGNED | Q(author_id=actor.user_id))


def _of_colleagues(actor: Actor, user_id: UUID) -> Q:
    works = Exists(TrainerProfile.objects.filter(user_id=user_id, is_active=True))
    read = Q(works, training([user_id], client="client_id"), visibility=Visibility.TRAINERS)
    if scope_of(actor, Capability.RECORDS_READ) is Scope.TEAM:
        agreed = Q(client__team_reading_at__isnull=False) & ~Q(visibility=Visibility.PRIVATE)
        read |= agreed & Q(works, author_id__in=team_of(actor))
    return read


def fetch_note(actor: Actor, note_id: UUID) -> Note:
    """Return a note she may read; raise NotFound."""
    note = visible_notes(actor).filter(pk=note_id).first()
    if note is None:
        raise NotFound()
    return note


def own_note(actor: Actor, note_id: UUID) -> Note:
    """Return a note of hers to change; raise NotFound, or NotPermitted where she may only read it."""
    note = fetch_note(actor, note_id)
    if note.author_id != actor.user_id or not writes_notes(actor):
        raise NotPermitted("Only the trainer who wrote a note changes it.")
    return note


def shared_notes(actor: Actor) -> QuerySet[Note]:
    """Return the notes shared with a client; raise NotPermitted to who is no client."""
    if actor.user_id is None or not actor.has(Role.CLIENT):
        raise NotPermitted()
    return Note.objects.filter(SIGNED, client__user_id=actor.user_id, visibility=Visibility.CLIENT)


def noted_client(actor: Actor, client_id: UUID) -> Client:
    """Return a client whose notes she may look through: one whose data is hers to see, or of whom she may read a note.

    Her own records stay hers to read when she trains the client no more; they open no contact data. Raises NotFound, and
    NotPermitted to who reads no records.
    """
    require(actor, Capability.RECORDS_READ)
    written = Exists(visible_notes(actor).filter(client=OuterRef("pk")))
    known = Exists(visible_clients(actor).filter(pk=OuterRef("pk")))
    client = Client.objects.filter(known | written, pk=client_id).first()
    if client is None:
        raise NotFound()
    return client


def trains(actor: Actor, client_id: UUID) -> bool:
    """Whether she herself trains this client now."""
    if actor.user_id is None:
        return False
    return Client.objects.filter(training([actor.user_id]), pk=client_id).exists()


def may_write_about(actor: Actor, client_id: UUID) -> bool:
    """Whether she may write a note about this client that belongs to no session."""
    return writes_notes(actor) and trains(actor, client_id)


def usable_templates(actor: Actor) -> QuerySet[NoteTemplate]:
    """Return the templates in use, to who writes notes or changes templates; raise NotPermitted."""
    if not (writes_notes(actor) or scope_of(actor, Capability.NOTE_TEMPLATES) is not Scope.NONE):
        raise NotPermitted()
    return NoteTemplate.objects.filter(is_active=True)


def editable_template(actor: Actor, template_id: UUID) -> NoteTemplate:
    """Return a template, in use or retired, to change; raise NotPermitted, NotFound."""
    require(actor, Capability.NOTE_TEMPLATES)
    template = NoteTemplate.objects.filter(pk=template_id).first()
    if template is None:
        raise NotFound()
    return template
