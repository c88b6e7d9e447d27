"""The shapes of the API of notes and their templates."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from fitflow.core.api.inputs import Id, Name
from trainers.models import Note, NoteKind
from trainers.models.note_templates import TEMPLATE_KINDS
from trainers.services.note_templates import LONGEST_HEADING, LONGEST_HINT, LONGEST_NAME, MOST_SECTIONS
from trainers.services.notes import LONGEST


class WrittenSection(serializers.Serializer[Any]):
    heading = serializers.CharField(max_length=LONGEST_HEADING)
    text = serializers.CharField(max_length=LONGEST, allow_blank=True)


class NoteIn(serializers.Serializer[Any]):
    body = serializers.CharField(
        max_length=LONGEST, required=False, help_text="The words of a note that has no sections."
    )
    sections = WrittenSection(
        many=True,
        required=False,
        help_text="The words of a note begun from a template, by its headings; what is left out stays empty.",
    )
    visibility = serializers.ChoiceField(
        choices=Note.Visibility.choices,
        required=False,
        help_text="Who reads it beside its author, once it is signed. Where given, `shared_with_client` counts for nothing.",
    )
    shared_with_client = serializers.BooleanField(
        required=False, help_text="true is the visibility `client`; false takes that back."
    )


class NewNoteIn(NoteIn):
    template = Id(required=False, allow_null=True, help_text="The template it is begun from.")


class SessionNoteIn(NewNoteIn):
    client = Id(
        required=False, help_text="Whom the note is about; may be left out where one client is booked."
    )


class NoteChangeIn(NoteIn):
    seen_at = serializers.DateTimeField(
        required=False, help_text="The note's `updated_at` as you saw it: refused where it was changed since."
    )


class AddendumIn(serializers.Serializer[Any]):
    body = serializers.CharField(max_length=LONGEST)


class VisibilityIn(serializers.Serializer[Any]):
    visibility = serializers.ChoiceField(choices=Note.Visibility.choices)


class SectionOut(serializers.Serializer[Any]):
    heading = serializers.CharField()
    hint = serializers.CharField()
    text = serializers.CharField()


class AddendumOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    client = serializers.UUIDField()
    session = serializers.UUIDField(allow_null=True)
    author = serializers.CharField()
    author_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=NoteKind.choices)
    template = serializers.UUIDField(allow_null=True)
    title = serializers.CharField(help_text="The template's name when the note was begun.")
    body = serializers.CharField(help_text="All words as one text.")
    sections = SectionOut(many=True, help_text="Empty in a note that was not begun from a template.")
    visibility = serializers.ChoiceField(choices=Note.Visibility.choices)
    shared_with_client = serializers.BooleanField()
    signed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    addendum_to = serializers.UUIDField(allow_null=True)


class NoteOut(AddendumOut):
    addenda = AddendumOut(many=True, help_text="What was added to it since it was signed, the oldest first.")


class PortalAddendumOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    session = serializers.UUIDField(allow_null=True)
    author = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    signed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class PortalNoteOut(PortalAddendumOut):
    addenda = PortalAddendumOut(many=True)


class SectionIn(serializers.Serializer[Any]):
    heading = serializers.CharField(max_length=LONGEST_HEADING)
    hint = serializers.CharField(max_length=LONGEST_HINT, allow_blank=True, required=False, default="")


class NoteTemplateIn(serializers.Serializer[Any]):
    name = Name(max_length=LONGEST_NAME)
    kind = serializers.ChoiceField(choices=TEMPLATE_KINDS)
    sections = serializers.ListField(child=SectionIn(), min_length=1, max_length=MOST_SECTIONS)


class NoteTemplateChangeIn(NoteTemplateIn):
    version = serializers.IntegerField(required=False, min_value=1)
    is_active = serializers.BooleanField(required=False)


class TemplateOrderIn(serializers.Serializer[Any]):
    order = serializers.ListField(child=Id(), max_length=100)


class NoteTemplateOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=TEMPLATE_KINDS)
    sections = SectionIn(many=True)
    version = serializers.IntegerField()
    is_active = serializers.BooleanField()
    updated_at = serializers.DateTimeField()
