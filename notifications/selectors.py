from __future__ import annotations

from django.db.models import Q, QuerySet

from fitflow.core.folding import search_words
from notifications.models import Delivery

# What an owner looks for: everything, what needs her hand, what is under way, what went out, what was held back.
FILTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("All", ()),
    "trouble": ("Needs a hand", (Delivery.Status.FAILED, Delivery.Status.UNKNOWN)),
    "waiting": ("Waiting", (Delivery.Status.QUEUED, Delivery.Status.SENDING)),
    "sent": ("Sent", (Delivery.Status.SENT,)),
    "suppressed": ("Held back", (Delivery.Status.SUPPRESSED,)),
}


def search_deliveries(
    deliveries: QuerySet[Delivery], *, words: str = "", status: str = ""
) -> QuerySet[Delivery]:
    """Return the messages whose recipient, address or kind holds all of the words, in the states of a filter."""
    for word in search_words(words):
        kind = word.lower()
        deliveries = deliveries.filter(
            Q(recipient__icontains=word) | Q(recipient_name__icontains=word) | Q(template__icontains=kind)
        )
    states = FILTERS.get(status, FILTERS[""])[1]
    return deliveries.filter(status__in=states) if states else deliveries


def trouble_count(deliveries: QuerySet[Delivery]) -> int:
    """Return how many messages wait for a person's decision."""
    return deliveries.filter(status__in=FILTERS["trouble"][1]).count()
