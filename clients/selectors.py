from __future__ import annotations

from django.db.models import Q, QuerySet

from clients.models import Client
from clients.policies import bookable_clients, visible_clients
from studios.shared.policies import Actor


def _matching(rows: QuerySet[Client], text: str) -> QuerySet[Client]:
    words = text.split()[:6]
    for word in words:
        rows = rows.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return rows


def search_clients(*, actor: Actor, text: str = "", active: bool | None = None) -> QuerySet[Client]:
    """Return the clients she may see whose name or address holds every word of the text, by name."""
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
