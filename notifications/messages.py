"""Messages about the studio itself: an invitation, and the welcome of its owner."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from fitflow.accounts.models import User
from fitflow.core.context import studio_url
from fitflow.core.formats import day_text
from fitflow.tenancy.context import current_studio
from notifications.letters import Letter, Suppress, page_of, template
from notifications.models import Delivery
from notifications.services import queue_email
from studios.shared.models import Invitation, Member, Role
from studios.shared.services import invitation_url

# What the person will be able to do, and how the invitation is opened.
OFFERS: dict[str, tuple[str, str]] = {
    Role.OWNER: (
        "Your studio {studio} is ready",
        "It is set up and waits for you: take it over, then add prices and people.",
    ),
    Role.MANAGER: ("Help run {studio}", "You will see the whole calendar, the clients and the invoices."),
    Role.TRAINER_ADMIN: (
        "Lead a team at {studio}",
        "You will see your own calendar and your team’s, and book for all of you.",
    ),
    Role.TRAINER: (
        "Train at {studio}",
        "You will see your calendar and your clients, and keep your notes in one place.",
    ),
    Role.CLIENT: (
        "Your place at {studio}",
        "You will see your sessions, the notes shared with you and your invoices.",
    ),
}


def queue_invitation(*, invitation_id: UUID | str) -> None:
    """Queue the mail of an invitation, once for each time it is sent. Call it inside the studio."""
    invitation = Invitation.objects.filter(pk=invitation_id).first()
    if invitation is None:
        return
    # A fresh link is a message of its own; the key must not tell the nonce.
    sending = hashlib.sha256(invitation.nonce.encode()).hexdigest()[:16]
    queue_email(
        key=f"invitation:{invitation.pk}:{sending}",
        template="invitation",
        recipient=invitation.email,
        recipient_name=invitation.name,
        subject_type="invitation",
        subject_id=invitation.pk,
    )


@template("invitation")
def invitation(delivery: Delivery) -> Letter:
    """The link by which a role is taken."""
    row = Invitation.objects.filter(pk=delivery.about).first()
    if row is None or not row.is_open:
        raise Suppress(
            "The invitation was taken, taken back or ran out, or the studio was closed, before this was sent."
        )
    studio: Any = current_studio()
    inviter = None
    if row.invited_by_id:
        inviter = User.people.filter(pk=row.invited_by_id).values_list("name", flat=True).first()
    heading, offer = OFFERS[row.role]
    heading = heading.format(studio=studio.name)
    role = Role(row.role).label.lower()
    by = f"{inviter} invites you" if inviter else "You are invited"
    return Letter(
        subject=f"{heading}: your invitation",
        preview=f"{by} to {studio.name} as {_a(role)}.",
        mark="Invitation",
        heading=heading,
        paragraphs=(f"{by} to {studio.name} as {_a(role)}. {offer}",),
        facts=(
            ("Studio", studio.name),
            ("Your role", role.capitalize()),
            ("Open until", day_text(row.expires_at, studio.timezone)),
        ),
        button=("Take the invitation", invitation_url(row)),
        after=("The link is yours alone: it works once, and with this address only.",),
        why=(
            f"You get this because somebody at {studio.name} entered your address. "
            "If you do not know the studio, ignore it: nothing happens."
        ),
    )


def queue_welcome() -> None:
    """Queue the welcome of the entered studio's owners."""
    studio: Any = current_studio()
    owners = Member.objects.filter(studio_id=studio.id, role=Role.OWNER)
    for user_id, email, name in owners.values_list("user_id", "user__email", "user__name"):
        queue_email(
            key=f"welcome:{studio.id}:{user_id}",
            template="welcome",
            recipient=email,
            recipient_name=name,
            subject_type="studio",
            subject_id=studio.id,
        )


@template("welcome")
def welcome(delivery: Delivery) -> Letter:
    """The first mail to the owner of a new studio: where it is and what to do first."""
    studio: Any = current_studio()
    address = studio_url(studio.slug, "").partition("://")[2]
    return Letter(
        subject=f"{studio.name} is open",
        preview=f"Your studio’s address is {address}. Three steps and clients can come.",
        mark="✓ Open",
        tone="good",
        heading=f"{studio.name} is open",
        paragraphs=("Your studio is ready. Three steps and clients can come:",),
        facts=(
            ("1", "Add what you offer: its length, its price and its tax."),
            ("2", "Invite who works with you. They keep one calendar over all their studios."),
            ("3", "Book the first session. The client gets it by e-mail, with a calendar file."),
        ),
        button=("Open the calendar", page_of("calendar")),
        after=(f"Keep the address of your studio: {address}",),
        why="You get this because you opened a studio with FitFlow.",
    )


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
