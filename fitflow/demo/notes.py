"""What the demo's trainers wrote: quick notes and such from templates, drafts and signed, private and shared."""

from __future__ import annotations

from uuid import UUID

from clients.models import Client
from clients.services import record_team_reading
from fitflow.accounts.models import User
from fitflow.demo.world import StudioFacts
from studios.shared.models import Studio
from studios.shared.policies import SYSTEM, Actor
from studios.shared.selectors import actor_in
from trainers.models import Note, NoteTemplate, Session
from trainers.note_policies import trains
from trainers.services import add_addendum, save_template, sign_note, templates_in_use, write_note

PRIVATE, TRAINERS, CLIENT = "private", "trainers", "client"
QUICK = (
    "Warm-up went well. Longer holds in warrior two next time; watch the left knee.",
    "Slept badly this week. We kept it easy: breathing, hips, a long savasana.",
    "Added 2.5 kg to the squat, three sets of five, clean. Next week: four sets.",
    "Range of motion up to 115 degrees. Continue the heel slides twice a day.",
)
SOAP = (
    "Left knee stiff in the morning, pain 3 of 10 on stairs. Slept seven hours.",
    "Flexion 118 degrees, no swelling. Single-leg stand 25 seconds, right 40.",
    "Better than two weeks ago. Quadriceps still weaker on the left.",
    "Step-downs, three sets of eight. Heel slides at home twice a day. Look again in two weeks.",
)
PROGRESS = (
    "Sun salutations, standing sequence, long hip openers.",
    "Better than last time: no pause needed, breath stayed even.",
    "Keep the sequence, add a balance. Two short walks a day.",
)
INTAKE = (
    "Walk the West Highland Way in June without pain.",
    "Knee arthroscopy in 2021. No medication.",
    "Desk work, two evenings of badminton.",
    "No deep lunges on the left until the doctor agrees.",
    "Twice a week for six weeks, then look at it again.",
)
LATER = "Correction: it was the right knee. Everything else stands."
POSTNATAL = (
    ("Weeks since birth", "And how: vaginal, caesarean, complications."),
    ("Pelvic floor and abdomen", "Leaking, heaviness, diastasis in finger widths."),
    ("Sleep and mood", "Say plainly when a doctor should be asked."),
    ("Plan", ""),
)


def write_notes(facts: StudioFacts, people: dict[str, User], studio: Studio) -> None:
    """Let the lead and the trainer of her team write about the newest sessions they gave; one client agreed to team reading."""
    if "lead" not in facts.trainers:
        return
    templates = {row.kind: row for row in templates_in_use(SYSTEM)}
    if facts.slug == "lotus":
        sections = [{"heading": heading, "hint": hint} for heading, hint in POSTNATAL]
        save_template(actor=SYSTEM, name="Postnatal check", kind="other", sections=sections)
    lead = actor_in(people["lead"], studio)
    _about_sessions(lead, templates)
    member = Client.objects.filter(user__isnull=False).order_by("created_at").first()
    if member is None:
        return
    if trains(lead, member.pk):
        _about_member(lead, member.pk, templates)
    if "trainer" in facts.trainers:
        colleague = actor_in(people["trainer"], studio)
        if trains(colleague, member.pk):
            _soap(colleague, member.pk, None, templates, TRAINERS)
    record_team_reading(actor=actor_in(_owner(facts, people), studio), client_id=member.pk, agreed=True)


def _owner(facts: StudioFacts, people: dict[str, User]) -> User:
    return next(people[key] for key, roles in facts.members.items() if "owner" in roles)


def _about_sessions(actor: Actor, templates: dict[str, NoteTemplate]) -> None:
    """Write about her newest sessions: the two newest stay drafts, of the others every second is shared."""
    given = Session.objects.filter(trainer__user=actor.user_id, status=Session.Status.COMPLETED)
    for number, session in enumerate(given.order_by("-starts_at")[:8]):
        for booking in session.bookings.filter(attendance="present").order_by("client__name")[:2]:
            visibility = CLIENT if number > 1 and number % 2 == 0 else PRIVATE
            if number % 3 == 2:
                note = _soap(actor, booking.client_id, session.pk, templates, visibility)
            else:
                note = write_note(
                    actor=actor,
                    client_id=booking.client_id,
                    session_id=session.pk,
                    body=QUICK[number % len(QUICK)],
                    visibility=visibility,
                )
            if number > 1:
                sign_note(actor=actor, note_id=note.pk)


def _soap(
    actor: Actor,
    client_id: UUID,
    session_id: UUID | None,
    templates: dict[str, NoteTemplate],
    visibility: str,
) -> Note:
    return _from(actor, client_id, templates["soap"], SOAP, visibility, session_id=session_id)


def _from(
    actor: Actor,
    client_id: UUID,
    template: NoteTemplate,
    texts: tuple[str, ...],
    visibility: str,
    *,
    session_id: UUID | None = None,
) -> Note:
    return write_note(
        actor=actor,
        client_id=client_id,
        session_id=session_id,
        template_id=template.pk,
        parts=list(zip(template.headings, texts, strict=True)),
        visibility=visibility,
    )


def _about_member(actor: Actor, client_id: UUID, templates: dict[str, NoteTemplate]) -> None:
    """Write what the client with a sign-in finds in her portal, and what she does not."""
    intake = _from(actor, client_id, templates["intake"], INTAKE, PRIVATE)
    sign_note(actor=actor, note_id=intake.pk)
    soap = _from(actor, client_id, templates["soap"], SOAP, TRAINERS)
    sign_note(actor=actor, note_id=soap.pk)
    sign_note(actor=actor, note_id=add_addendum(actor=actor, note_id=soap.pk, body=LATER).pk)
    progress = _from(actor, client_id, templates["progress"], PROGRESS, CLIENT)
    sign_note(actor=actor, note_id=progress.pk)
    added = add_addendum(
        actor=actor, note_id=progress.pk, body="You may add the evening walk from Monday on."
    )
    sign_note(actor=actor, note_id=added.pk)
    shared = write_note(
        actor=actor,
        client_id=client_id,
        body="Good progress this month. Two short walks a day, please.",
        visibility=CLIENT,
    )
    sign_note(actor=actor, note_id=shared.pk)
