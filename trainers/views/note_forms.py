"""The forms of notes: one text, or the sections of a template; what was typed always stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundField
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property

from fitflow.core.clock import now
from fitflow.core.errors import FitFlowError
from fitflow.core.fields import NameInput
from fitflow.core.ids import born, uuid7
from studios.shared.policies import Actor
from trainers.forms import Refusable
from trainers.models import Note, NoteTemplate, Section
from trainers.models.note_templates import TEMPLATE_KINDS
from trainers.services import templates_in_use
from trainers.services.note_templates import LONGEST_HEADING, LONGEST_HINT, LONGEST_NAME, MOST_SECTIONS
from trainers.services.notes import LONGEST
from trainers.views.periods import uuid_from

LONGEST_WRITING = timedelta(days=7)
EMPTY = "Write something first."
UNSTORED = {"autocomplete": "off"}  # no browser writes the words into its own history of the tab


class NoteForm(Refusable, forms.Form):
    """A note about one client: a text, or one for each section of the template it is begun from."""

    client = forms.UUIDField(required=False)
    body = forms.CharField(
        label="Note",
        max_length=LONGEST,
        error_messages={"required": EMPTY},
        widget=forms.Textarea({"rows": 5, **UNSTORED}),
    )
    visibility = forms.ChoiceField(
        label="Who can read it",
        choices=Note.Visibility.choices,
        initial=Note.Visibility.PRIVATE,
        help_text="Until you sign it, it is yours alone.",
        widget=forms.RadioSelect,
    )
    seen_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        sections: Sequence[Section] = (),
        template_id: UUID | None = None,
        templates: Sequence[NoteTemplate] = (),
        **more: Any,
    ) -> None:
        if data is not None and "visibility" not in data:
            # An addendum's page offers no choice; a page of the version before offered another one.
            shared = data.get("shared_with_client") == "yes"
            data = data.copy()
            data["visibility"] = Note.Visibility.CLIENT if shared else Note.Visibility.PRIVATE
        super().__init__(data, **more)
        self.sections, self.template_id, self.templates = list(sections), template_id, templates
        if self.sections:
            del self.fields["body"]
        for number, section in enumerate(self.sections):
            self.fields[f"part_{number}"] = forms.CharField(
                label=section["heading"],
                help_text=section["hint"],
                required=False,
                max_length=LONGEST,
                widget=forms.Textarea({"rows": 3, **UNSTORED}),
            )

    @cached_property
    def note_id(self) -> UUID:
        """The id under which the note will be kept: made with the page, so that a page that is sent twice makes one note."""
        sent = uuid_from(self.data.get("note", ""))
        return sent if sent and sent.version == 7 and abs(now() - born(sent)) < LONGEST_WRITING else uuid7()

    @property
    def part_fields(self) -> list[BoundField]:
        """The fields of the sections, in order."""
        return [self[f"part_{number}"] for number in range(len(self.sections))]

    @property
    def words(self) -> dict[str, Any]:
        """What was written, as the services take it."""
        if not self.sections:
            return {"body": self.cleaned_data["body"]}
        texts = (self.cleaned_data[f"part_{number}"] for number in range(len(self.sections)))
        return {"parts": list(zip((part["heading"] for part in self.sections), texts, strict=True))}

    @property
    def all_errors(self) -> str:
        """Every refusal, for where the fields themselves are not shown."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)

    @property
    def typed(self) -> str:
        """Everything that was typed, as one text."""
        return typed_words(self.data) if isinstance(self.data, QueryDict) else ""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.sections and not any(
            (self.data.get(f"part_{number}") or "").strip() for number in range(len(self.sections))
        ):
            self.add_error("part_0", EMPTY)
        return data

    def refuse(self, error: FitFlowError) -> None:
        """Show a refusal of a service; what concerns the words of sections stands beside the first."""
        if self.sections and error.field in {"body", "sections"}:
            self.add_error("part_0", error.message)
        else:
            super().refuse(error)


def typed_words(data: QueryDict) -> str:
    """Return all that was typed into a note as one text, whichever form it came from."""
    headings = data.getlist("heading")
    texts = [data.get("body", "")]
    for number in range(MOST_SECTIONS):
        text = data.get(f"part_{number}", "")
        if text.strip():
            texts.append(f"{headings[number]}\n{text}" if number < len(headings) else text)
    return "\n\n".join(text for text in texts if text.strip())


def _posted_sections(data: QueryDict, template: NoteTemplate | None) -> list[Section]:
    """Return the sections as the page showed them: the template may have changed since."""
    hints = {part["heading"]: part["hint"] for part in template.parts} if template else {}
    headings = [heading.strip() for heading in data.getlist("heading")[:MOST_SECTIONS]]
    return [
        {"heading": heading[:LONGEST_HEADING], "hint": hints.get(heading, "")}
        for heading in headings
        if heading
    ]


def empty_note_form(actor: Actor, *, template_id: UUID | None = None) -> NoteForm:
    """Return the form of a note to write, from a template in use where one is named."""
    templates = templates_in_use(actor)
    template = next((row for row in templates if row.pk == template_id), None)
    sections = template.parts if template else []
    return NoteForm(sections=sections, template_id=template.pk if template else None, templates=templates)


def sent_note_form(data: QueryDict, actor: Actor) -> NoteForm:
    """Return the form of a note as it was sent."""
    asked = uuid_from(data.get("template", ""))
    template = NoteTemplate.objects.filter(pk=asked).first() if asked else None
    sections = _posted_sections(data, template) if template else []
    known = template.pk if template else None
    return NoteForm(data, sections=sections, template_id=known, templates=templates_in_use(actor))


def carried_over(data: QueryDict, template: NoteTemplate | None, actor: Actor) -> NoteForm:
    """Return an empty form of another template with what was typed so far: by heading, else at the top."""
    texts = [data.get(f"part_{number}", "") for number in range(MOST_SECTIONS)]
    pairs = list(zip(data.getlist("heading"), texts, strict=False))
    loose = [data.get("body", "")]
    sections = template.parts if template else []
    known = {part["heading"]: f"part_{number}" for number, part in enumerate(sections)}
    initial: dict[str, Any] = {"visibility": data.get("visibility") or Note.Visibility.PRIVATE}
    for heading, text in pairs:
        if heading in known:
            initial[known[heading]] = text
        elif text.strip():
            loose.append(f"{heading}\n{text}")
    first = "part_0" if sections else "body"
    top = "\n\n".join(text for text in [*loose, initial.get(first, "")] if text.strip())
    return NoteForm(
        sections=sections,
        template_id=template.pk if template else None,
        templates=templates_in_use(actor),
        initial=initial | {first: top},
    )


def draft_form(request: HttpRequest, note: Note) -> NoteForm:
    """Return the form of a draft, as it is or as it was sent."""
    sections = note.structure or []
    initial: dict[str, Any] = {"visibility": note.visibility, "seen_at": note.updated_at.isoformat()}
    if sections:
        initial |= {f"part_{number}": part.text for number, part in enumerate(note.parts)}
    else:
        initial["body"] = note.body
    data = request.POST if request.method == "POST" else None
    return NoteForm(data, sections=sections, initial=initial)


class AddendumForm(Refusable, forms.Form):
    """What is added to a signed note."""

    body = forms.CharField(
        label="Addendum",
        max_length=LONGEST,
        error_messages={"required": EMPTY},
        widget=forms.Textarea({"rows": 4, **UNSTORED}),
    )


class TemplateForm(Refusable, forms.Form):
    """A template: its name, what it is for, and its sections, each a heading and a hint."""

    name = NameInput(max_length=LONGEST_NAME, error_messages={"required": "Name the template."})
    kind = forms.ChoiceField(label="For", choices=TEMPLATE_KINDS)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    sections = forms.CharField(required=False, widget=forms.HiddenInput)  # the errors of all of them

    def __init__(
        self, data: QueryDict | None = None, *, template: NoteTemplate | None = None, **more: Any
    ) -> None:
        if template is not None:
            known = {"name": template.name, "kind": template.kind, "version": template.version}
            more["initial"] = known | more.get("initial", {})
        super().__init__(data, **more)
        self.rows = _typed_rows(data) if data is not None else (template.parts if template else [])

    @property
    def shown_rows(self) -> list[Section]:
        """The sections, and an empty one to go on with while there is room."""
        room = len(self.rows) < MOST_SECTIONS
        return [*self.rows, {"heading": "", "hint": ""}] if room else self.rows

    @property
    def filled_rows(self) -> list[Section]:
        """The sections somebody wrote into; one without a heading is refused, not lost."""
        return [row for row in self.rows if row["heading"] or row["hint"]]


def _typed_rows(data: QueryDict) -> list[Section]:
    headings, hints = data.getlist("heading"), data.getlist("hint")
    pairs = zip(headings, [*hints, *[""] * len(headings)], strict=False)
    rows: list[Section] = [
        {"heading": heading.strip()[: 4 * LONGEST_HEADING], "hint": hint.strip()[: 4 * LONGEST_HINT]}
        for heading, hint in pairs
    ]
    return [row for row in rows if row["heading"] or row["hint"]][: 4 * MOST_SECTIONS]
