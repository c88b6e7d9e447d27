from __future__ import annotations

import re

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast, Lower

from clients.models import Client
from clients.policies import bookable_clients, visible_clients
from fitflow.core.folding import Folded, fold, search_words
from studios.shared.models import Invitation, Role, Studio
from studios.shared.policies import Actor

FEWEST_DIGITS = 3  # of a phone number, to look for it


def _matching(rows: QuerySet[Client], text: str) -> QuerySet[Client]:
    """Keep those of whom every word is in the name, the address or the phone number, however that was typed."""
    rows = rows.alias(folded=Folded("name"), address=Lower("email"), dialled=Cast("phone", CharField()))
    for word in search_words(text.lower()):
        found = Q(folded__contains=fold(word)) | Q(address__contains=word)
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
    return rows.order_by(Folded("name"), "id")


def pickable_clients(*, actor: Actor, text: str = "") -> QuerySet[Client]:
    """Return the clients she may book, by name; only `id` and `name` are read."""
    rows = bookable_clients(actor).alias(folded=Folded("name"))
    for word in search_words(text.lower()):
        rows = rows.filter(folded__contains=fold(word))
    return rows.only("id", "name").order_by(Folded("name"), "id")


def waiting_invitation(studio: Studio, client: Client) -> Invitation | None:
    """Return the invitation to the portal that was sent to the client's address and not taken yet, expired or not."""
    rows = Invitation.objects.filter(studio_id=studio.id, email=client.email.lower(), role=Role.CLIENT)
    return rows.filter(accepted_at=None, revoked_at=None).first()
