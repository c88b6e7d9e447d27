"""Templates of notes: what the studio begins with, and how it makes them its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from fitflow.core.db import lock_in_transaction, refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid
from fitflow.core.fields import check_name
from studios.services import record_event
from studios.shared.policies import Actor, Capability, require
from trainers.models import NoteKind, NoteTemplate, Section
from trainers.note_policies import editable_template, usable_templates

MOST_SECTIONS, LONGEST_HEADING, LONGEST_HINT, LONGEST_NAME = 12, 80, 300, 60
MOST_TEMPLATES = 40
ORDER = "note-templates"

# What every studio begins with. SOAP: L. L. Weed's problem-oriented record (NEJM 278, 1968).
SEEDS: dict[str, tuple[str, NoteKind, tuple[tuple[str, str], ...]]] = {
    "soap": (
        "SOAP note",
        NoteKind.SOAP,
        (
            ("Subjective", "What the client tells: complaint, pain from 0 to 10, sleep, how the week went."),
            ("Objective", "What you see and measure: posture, range of motion, load, heart rate."),
            ("Assessment", "What you make of it: progress towards the goal, risks, what to watch."),
            ("Plan", "What comes next: exercises, home practice, referral, next session."),
        ),
    ),
    "progress": (
        "Progress note",
        NoteKind.PROGRESS,
        (
            ("What we did", "Main work of the session, sets and loads."),
            ("How it went", "Compared with last time: better, the same, worse, and why."),
            ("Next time", "What to keep, what to change, homework."),
        ),
    ),
    "intake": (
        "Intake",
        NoteKind.INTAKE,
        (
            ("Goals", "What the client wants to reach, by when, in her own words."),
            ("Health history", "Conditions, surgery, injuries, medication, pregnancy."),
            ("Activity and lifestyle", "Work, sleep, sport now and before."),
            ("Precautions", "What to avoid, what a doctor said, warning signs."),
            ("First plan", "How often, what to begin with, when to look at it again."),
        ),
    ),
}


def _text(value: object) -> str:
    return " ".join(str(value or "").replace("\x00", "").split())


def checked_sections(sections: Sequence[Mapping[str, object]]) -> list[Section]:
    """Return sections with their texts tidied; raise Invalid (`sections`) for none, too many, a missing or repeated heading."""
    found: list[Section] = [
        {"heading": _text(part.get("heading")), "hint": _text(part.get("hint"))} for part in sections
    ]
    if not found:
        raise Invalid("A template has one section at least.", field="sections")
    if len(found) > MOST_SECTIONS:
        raise Invalid(f"A template has {MOST_SECTIONS} sections at most.", field="sections")
    headings = [check_name(part["heading"], field="sections") for part in found]
    if not all(headings):
        raise Invalid("Each section has a heading.", field="sections")
    if any(len(part["heading"]) > LONGEST_HEADING or len(part["hint"]) > LONGEST_HINT for part in found):
        raise Invalid(
            f"A heading has {LONGEST_HEADING} characters at most, a hint {LONGEST_HINT}.", field="sections"
        )
    if len({heading.casefold() for heading in headings}) != len(headings):
        raise Invalid("Two sections have the same heading.", field="sections")
    return found


def ensure_templates() -> None:
    """Give a studio that has no template at all, not even a retired one, what every studio begins with."""
    if NoteTemplate.objects.exists():
        return
    rows = [
        NoteTemplate(
            name=name,
            kind=kind,
            position=position,
            seed=seed,
            sections=[{"heading": heading, "hint": hint} for heading, hint in sections],
        )
        for position, (seed, (name, kind, sections)) in enumerate(SEEDS.items())
    ]
    NoteTemplate.objects.bulk_create(rows, ignore_conflicts=True)


def templates_in_use(actor: Actor) -> list[NoteTemplate]:
    """Return the templates to begin a note from, in the studio's order; raise NotPermitted."""
    ensure_templates()
    return list(usable_templates(actor))


def all_templates(actor: Actor) -> list[NoteTemplate]:
    """Return every template, retired ones last, to who may change them; raise NotPermitted."""
    require(actor, Capability.NOTE_TEMPLATES)
    ensure_templates()
    return sorted(NoteTemplate.objects.all(), key=lambda row: not row.is_active)


def _refusal(name: str, state: str) -> Exception | None:
    if name.startswith("note_template_name_once"):
        return Conflict("Another template has that name.", field="name", conflict="name")
    return None


def _filled(
    template: NoteTemplate, name: str, kind: str, sections: Sequence[Mapping[str, object]]
) -> NoteTemplate:
    template.name = _text(name)
    if not template.name:
        raise Invalid("Name the template.", field="name")
    if len(template.name) > LONGEST_NAME:
        raise Invalid(f"A name has {LONGEST_NAME} characters at most.", field="name")
    check_name(template.name)
    if kind not in NoteKind.values or kind == NoteKind.FREE:
        raise Invalid("Choose what the template is for.", field="kind")
    template.kind, template.sections = kind, checked_sections(sections)
    return template


@retry_deadlocks
def save_template(
    *,
    actor: Actor,
    template_id: UUID | None = None,
    name: str,
    kind: str,
    sections: Sequence[Mapping[str, object]],
    version: int | None = None,
) -> NoteTemplate:
    """Add a template, or change one for notes begun from now on. `sections` are {heading, hint} in order.

    Raises NotPermitted, NotFound, Invalid, Conflict (`name`; `version` where somebody changed it since; `number`).
    """
    require(actor, Capability.NOTE_TEMPLATES)
    with refusals(_refusal), transaction.atomic():
        lock_in_transaction(ORDER)
        template = _new() if template_id is None else editable_template(actor, template_id)
        if version is not None and template_id is not None and template.version != version:
            raise Conflict(
                "Somebody changed this template meanwhile. Look at it again, then repeat your change.",
                field="name",
                conflict="version",
            )
        _filled(template, name, kind, sections)
        template.version += template_id is not None
        template.save(force_insert=template_id is None)
        verb = "added" if template_id is None else "changed"
        record_event(
            actor=actor,
            action=f"note_template.{verb}",
            subject=template,
            name=template.name,
            sections=len(template.parts),
        )
    return template


def _new() -> NoteTemplate:
    ensure_templates()
    active = NoteTemplate.objects.filter(is_active=True)
    if active.count() >= MOST_TEMPLATES:
        raise Conflict(
            f"A studio has {MOST_TEMPLATES} templates at most. Retire one first.", conflict="number"
        )
    last = active.aggregate(last=Max("position"))["last"]
    return NoteTemplate(position=0 if last is None else last + 1)


@retry_deadlocks
def retire_template(*, actor: Actor, template_id: UUID, retired: bool = True) -> NoteTemplate:
    """Offer a template no longer (notes begun from it stay as they are), or again, at the end of the list.

    Raises NotPermitted, NotFound, Conflict (`name`, `number`).
    """
    with refusals(_refusal), transaction.atomic():
        lock_in_transaction(ORDER)
        template = editable_template(actor, template_id)
        if template.is_active != retired:
            return template
        template.is_active = not retired
        if not retired:
            template.position = _new().position
        template.version += 1
        template.save(update_fields=["is_active", "position", "version", "updated_at"])
        action = "note_template.retired" if retired else "note_template.restored"
        record_event(actor=actor, action=action, subject=template, name=template.name)
    return template


@retry_deadlocks
def order_templates(*, actor: Actor, template_ids: Sequence[UUID]) -> None:
    """Offer the templates in use in this order. Raises NotPermitted, Invalid unless each is named once."""
    require(actor, Capability.NOTE_TEMPLATES)
    with transaction.atomic():
        lock_in_transaction(ORDER)
        rows = {row.pk: row for row in NoteTemplate.objects.filter(is_active=True)}
        if sorted(template_ids) != sorted(rows):
            raise Invalid("Name each template in use once.", field="order")
        for position, template_id in enumerate(template_ids):
            rows[template_id].position = position
        NoteTemplate.objects.bulk_update(rows.values(), ["position"])
        first = rows[template_ids[0]] if template_ids else NoteTemplate()
        record_event(actor=actor, action="note_template.ordered", subject=first, count=len(template_ids))


@retry_deadlocks
def move_template(*, actor: Actor, template_id: UUID, up: bool) -> NoteTemplate:
    """Offer a template one place earlier, or later; at the end of the list nothing changes. Raises as `order_templates`."""
    template = editable_template(actor, template_id)
    with transaction.atomic():
        lock_in_transaction(ORDER)
        ids = list(NoteTemplate.objects.filter(is_active=True).values_list("pk", flat=True))
        place = ids.index(template.pk) if template.pk in ids else -1
        other = place + (-1 if up else 1)
        if place >= 0 and 0 <= other < len(ids):
            ids[place], ids[other] = ids[other], ids[place]
            order_templates(actor=actor, template_ids=ids)
    return template
