from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from django.db.models import Q

from clients.models import Client
from fitflow.accounts.models import User
from fitflow.core.fields import EncryptedTextField
from fitflow.core.models import Row
from trainers.models.note_templates import NoteKind, NoteTemplate
from trainers.models.timetable import Session


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a note as it is read: a heading of its template (none in a quick note) and the words."""

    heading: str
    hint: str
    text: str


class Note(Row):
    """A trainer's note about one client. Its words are encrypted; once signed they never change (trigger).

    `structure` holds the headings and hints of the template it was begun from, as they were then; the words of its parts
    are kept as one encrypted list. Without a structure the words are the note.
    """

    class Visibility(models.TextChoices):
        PRIVATE = "private", "Only me"
        TRAINERS = "trainers", "Trainers of this client and I"
        CLIENT = "client", "The client and I"

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="notes")
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="notes"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=200)
    template = models.ForeignKey(
        NoteTemplate, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(
        max_length=8, choices=NoteKind.choices, default=NoteKind.FREE, db_default=NoteKind.FREE.value
    )
    title = models.CharField(max_length=60, blank=True, default="", db_default="")  # the template's name then
    structure = models.JSONField(null=True, blank=True)
    words = EncryptedTextField(db_column="body")
    visibility = models.CharField(
        max_length=8,
        choices=Visibility.choices,
        default=Visibility.PRIVATE,
        db_default=Visibility.PRIVATE.value,
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    addendum_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="addenda"
    )

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__regex=r"^(free|soap|progress|intake|other)$"), name="note_kind"
            ),
            models.CheckConstraint(
                condition=Q(visibility__regex=r"^(private|trainers|client)$"), name="note_visibility"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["client", "-created_at"], name="note_by_client"),
            models.Index(fields=["client", "-id"], name="note_history"),
            models.Index(fields=["author", "created_at"], name="note_unsigned", condition=Q(signed_at=None)),
        ]

    def __str__(self) -> str:
        return f"note {self.id}"

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None

    @property
    def shared_with_client(self) -> bool:
        """Whether its client reads it."""
        return self.visibility == self.Visibility.CLIENT

    @property
    def shown_kind(self) -> str:
        """What it is called: by its template, or quick note."""
        return self.title or str(NoteKind(self.kind).label)

    @property
    def parts(self) -> list[Part]:
        """Its parts in order, the empty ones among them; of a quick note the one that it is."""
        if not self.structure:
            return [Part("", "", self.words)]
        texts = json.loads(self.words)
        pairs = zip(self.structure, texts, strict=True)
        return [Part(section["heading"], section.get("hint", ""), text) for section, text in pairs]

    @property
    def body(self) -> str:
        """All its words as one text, each part below its heading; empty parts are left out."""
        written = [part for part in self.parts if part.text]
        return "\n\n".join(f"{part.heading}\n{part.text}" if part.heading else part.text for part in written)

    def write(self, texts: list[str]) -> None:
        """Set the words: one text, or as many as its structure has parts."""
        self.words = json.dumps(texts, ensure_ascii=False) if self.structure else texts[0]
