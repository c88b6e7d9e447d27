"""A client's notes, the latest first, by what they are and by what they say.

The words are encrypted, so no index knows them: a search opens the notes its reader may see, newest first, and looks into
them. docs/notes.md says why there is no index of words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from clients.models import Client
from fitflow.core.folding import fold, search_words
from studios.shared.policies import Actor
from trainers.models import Note
from trainers.note_policies import shown_addenda, visible_notes

PAGE, MOST = 20, 100
CHUNK = 100  # notes opened at a time
LOOKED_THROUGH = 600  # notes opened for one answer at most; the next one goes on from there
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for among a client's notes. `before` is the id of the note the answer before ended with."""

    text: str = ""
    author: UUID | None = None
    kind: str = ""
    state: str = ""  # draft or signed
    visibility: str = ""
    before: UUID | None = None

    @property
    def words(self) -> list[str]:
        """What each note found must hold, without case and accents."""
        return search_words(fold(self.text[:LONGEST_SEARCH]))

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the newest notes is asked for."""
        return bool(self.text.strip() or self.author or self.kind or self.state or self.visibility)


@dataclass(frozen=True, slots=True)
class Answer:
    """Notes found, each with `shown_addenda`; where to go on from, if there may be more; how many were opened to look."""

    notes: list[Note] = field(default_factory=list)
    next: UUID | None = None
    looked_through: int = 0

    @property
    def shown(self) -> list[Note]:
        """Every note whose words are shown, addenda included."""
        return with_addenda(self.notes)


def with_addenda(notes: Iterable[Note]) -> list[Note]:
    """Return notes and, after each, the addenda fetched with it."""
    return [one for note in notes for one in (note, *addenda_of(note))]


def addenda_of(note: Note) -> Sequence[Note]:
    """Return the addenda that `threads` fetched with a note."""
    return getattr(note, "shown_addenda", ())


def threads(actor: Actor, notes: QuerySet[Note]) -> QuerySet[Note]:
    """Return the notes among rows she may read that are no addenda, each with its `shown_addenda`, oldest first."""
    beneath = Prefetch("addenda", shown_addenda(actor).order_by("created_at", "id"), to_attr="shown_addenda")
    rows = notes.filter(addendum_to=None).select_related("client", "session__service", "session__location")
    return rows.prefetch_related(beneath)


def client_notes(*, actor: Actor, client_id: UUID, asked: Asked | None = None, limit: int = PAGE) -> Answer:
    """Return a client's notes that the person may read, the latest written first."""
    asked = asked or Asked()
    rows = visible_notes(actor).filter(client_id=client_id, addendum_to=None).order_by("-id")
    rows = _narrowed(actor, rows, asked)
    size = max(1, min(limit, MOST))
    return _searched(actor, rows, asked, size) if asked.words else _page(threads(actor, rows), asked, size)


def _narrowed(actor: Actor, rows: QuerySet[Note], asked: Asked) -> QuerySet[Note]:
    if asked.author:
        rows = rows.filter(author_id=asked.author)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.visibility:
        rows = rows.filter(visibility=asked.visibility)
    if asked.state:
        unsigned = Q(signed_at=None) | Q(
            Exists(shown_addenda(actor).filter(addendum_to=OuterRef("pk"), signed_at=None))
        )
        rows = rows.filter(unsigned) if asked.state == "draft" else rows.exclude(signed_at=None)
    return rows


def _from(rows: QuerySet[Note], before: UUID | None) -> QuerySet[Note]:
    return rows.filter(pk__lt=before) if before else rows


def _page(rows: QuerySet[Note], asked: Asked, size: int) -> Answer:
    found = list(_from(rows, asked.before)[: size + 1])
    more = len(found) > size
    return Answer(found[:size], found[size - 1].pk if more else None, 0)


def _searched(actor: Actor, rows: QuerySet[Note], asked: Asked, size: int) -> Answer:
    """Look into the notes with no more of each than its words; fetch whole those that hold what is looked for."""
    said = ("id", "kind", "title", "structure", "words")
    beneath = Prefetch("addenda", shown_addenda(actor).only(*said, "addendum_to_id"), to_attr="shown_addenda")
    lean = rows.only(*said).prefetch_related(beneath)
    words, before, looked = asked.words, asked.before, 0
    found: list[UUID] = []
    more = True
    while more and looked < LOOKED_THROUGH and len(found) < size:
        chunk = list(_from(lean, before)[:CHUNK])
        more = len(chunk) == CHUNK
        for number, note in enumerate(chunk, start=1):
            before, looked = note.pk, looked + 1
            if _holds(note, words):
                found.append(note.pk)
            if len(found) == size:
                more = more or number < len(chunk)
                break
    whole = list(threads(actor, rows.filter(pk__in=found)))
    return Answer(whole, before if more else None, looked)


def _holds(note: Note, words: list[str]) -> bool:
    said = fold(" ".join(f"{one.shown_kind} {one.body}" for one in (note, *addenda_of(note))))
    return all(word in said for word in words)


def authors_of(actor: Actor, client: Client) -> list[tuple[UUID, str]]:
    """Return who wrote the notes about a client that the person may read, by name."""
    rows = visible_notes(actor).filter(client=client).order_by()
    names = dict(rows.values_list("author_id", "author_name").distinct())
    return sorted(names.items(), key=lambda pair: fold(pair[1]))


def drafts_of(actor: Actor) -> QuerySet[Note]:
    """Return her own drafts, addenda among them, the oldest first, with what they are about."""
    rows = visible_notes(actor).filter(author_id=actor.user_id, signed_at=None)
    return rows.select_related("client", "session__service", "session__location").order_by("created_at", "id")
