from __future__ import annotations

import re

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast, Lower

from clients.models import Client
from clients.policies import bookable_clients, visible_clients
from studios.shared.models import Invitation, Role, Studio
from studios.shared.policies import Actor

FEWEST_DIGITS = 3  # of a phone number, to look for it


def _matching(rows: QuerySet[Client], text: str) -> QuerySet[Client]:
    """Keep those of whom every word is in the name, the address or the phone number, however that was typed."""
    rows = rows.alias(
        lower_name=Lower("name"), lower_email=Lower("email"), dialled=Cast("phone", CharField())
    )
    for word in text.replace("\x00", "").lower().split()[:6]:
        found = Q(lower_name__contains=word) | Q(lower_email__contains=word)
        digits = re.sub(r"\D", "", word)
        if len(digits) >= FEWEST_DIGITS:
            found |= Q(dialled__contains=digits)
        rows = rows.filter(found)
    return rows


def search_clients(*, actor: Actor, text: str = "", active: bool | None = None) -> QuerySet[Client]:
    """Return the clients she may see whose name, address or phone holds every word of the text, by name."""
    rows = _matching(visible_clients(actor), text)
    if active is not None:
        rows = rows.filter(is_active=active)
    return rows.order_by("name", "id")


def pickable_clients(*, actor: Actor, text: str = "") -> QuerySet[Client]:
    """Return the clients she may book, by name; only `id` and `name` are read."""
    rows = bookable_clients(actor)
    for word in text.split()[:6]:
        rows = rows.filter(name__icontains=word)
    return rows.only("id", "name").order_by("name", "id")


def waiting_invitation(studio: Studio, client: Client) -> Invitation | None:
    """Return the invitation to the portal that was sent to the client's address and not taken yet, expired or not."""
    rows = Invitation.objects.filter(studio_id=studio.id, email=client.email.lower(), role=Role.CLIENT)
    return rows.filter(accepted_at=None, revoked_at=None).first()
