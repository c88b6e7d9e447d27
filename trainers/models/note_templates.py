from __future__ import annotations

from typing import Any, ClassVar, TypedDict

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from fitflow.core.fields import NameField
from fitflow.core.models import Row


class Section(TypedDict):
    """One part of a template: what it is about, and what to think of when writing it."""

    heading: str
    hint: str


class NoteKind(models.TextChoices):
    """What a note is for; a note without a template is `free`."""

    FREE = "free", "Quick note"
    SOAP = "soap", "SOAP"
    PROGRESS = "progress", "Progress"
    INTAKE = "intake", "Intake"
    OTHER = "other", "Other"


TEMPLATE_KINDS = [kind for kind in NoteKind.choices if kind[0] != NoteKind.FREE]


class NoteTemplate(Row):
    """A structure for notes that the studio edits. A note keeps the structure it was begun with, whatever becomes of this."""

    name = NameField(max_length=60)
    kind = models.CharField(max_length=8, choices=TEMPLATE_KINDS, default=NoteKind.OTHER)
    sections = models.JSONField(default=list)  # of Section, in order
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    seed = models.CharField(max_length=20, null=True, blank=True, unique=True)  # one of each, or none
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["position", "created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("name"), name="note_template_name_once", condition=Q(is_active=True)
            ),
            models.CheckConstraint(
                condition=Q(kind__regex=r"^(soap|progress|intake|other)$"), name="note_template_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def headings(self) -> list[str]:
        """What its parts are about, in order."""
        return [str(section["heading"]) for section in self.parts]

    @property
    def parts(self) -> list[Section]:
        """Its sections, in order."""
        found: Any = self.sections
        return list(found)
