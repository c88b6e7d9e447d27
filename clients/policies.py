"""Which clients a person may see: the studio's, those her team trains, or herself."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from clients.models import Care, Client
from fitflow.core.db import fetch_prepared
from fitflow.core.errors import NotFound, NotPermitted
from studios.policies import team_of
from studios.shared.policies import Actor, Capability, Scope, scope_of

# Rows that stand for a client's place with a trainer, seen from a Care row.
Standing = Callable[[], QuerySet[Any]]
_standing: list[Standing] = []


def tell_bookings(standing: Standing) -> None:
    """Let the subject that keeps bookings (trainers, which lies above) say which of them stand for a Care row.

    The queryset refers to the Care row by `OuterRef("client_id")` and `OuterRef("user_id")`.
    """
    _standing[:] = [standing]


def training(people: Collection[UUID], *, client: str = "pk") -> Exists:
    """Return the condition that one of these people trains the client of the queried row (`client` leads to her id).

    She does who added the client herself, and who has her booked or on a waitlist, past sessions included. Bookings that were all
    cancelled open nothing any more.
    """
    stands = Q(kept=True)
    for standing in _standing:
        stands |= Q(Exists(standing()))
    return Exists(Care.objects.filter(stands, client=OuterRef(client), user_id__in=people))


def _reach(actor: Actor, capability: Capability) -> QuerySet[Client]:
    scope = scope_of(actor, capability)
    if scope is Scope.ALL:
        return Client.objects.all()
    if scope is Scope.NONE or actor.user_id is None:
        return Client.objects.none()
    people = team_of(actor) if scope is Scope.TEAM else [actor.user_id]
    trained = training(people)
    if not actor.is_staff:
        return Client.objects.filter(user_id=actor.user_id)
    return Client.objects.filter(Q(user_id=actor.user_id) | Q(trained))


def visible_clients(actor: Actor) -> QuerySet[Client]:
    """Return the clients whose contact data she may see; a client sees herself."""
    return _reach(actor, Capability.CLIENTS_CONTACT)


def bookable_clients(actor: Actor) -> QuerySet[Client]:
    """Return the clients she may book, to be shown by name alone.

    Whoever schedules sessions may book any active client. A booking opens the rest of the client's data to her for as long as
    it stands, and its client is told of it.
    """
    if scope_of(actor, Capability.SESSIONS_MANAGE) is Scope.NONE:
        return Client.objects.none()
    return Client.objects.filter(is_active=True)


def may_book(actor: Actor, client_ids: Collection[UUID]) -> bool:
    """Whether each of the clients is there and hers to book: `bookable_clients` for many at once, by a prepared statement."""
    if not client_ids:
        return True
    if scope_of(actor, Capability.SESSIONS_MANAGE) is Scope.NONE:
        return False
    statement = "SELECT count(*) FROM clients_client WHERE is_active AND id = ANY (%(ids)s)"
    return bool(fetch_prepared(statement, {"ids": list(client_ids)})[0][0] == len(client_ids))


def fetch_client(actor: Actor, client_id: UUID) -> Client:
    """Return a client she may see; raise NotFound, whether it is not there or not hers to see."""
    client = visible_clients(actor).filter(pk=client_id).first()
    if client is None:
        raise NotFound()
    return client


def editable_client(actor: Actor, client_id: UUID) -> Client:
    """Return a client whose contact data she may change; raise NotFound, or NotPermitted where she may only look."""
    client = fetch_client(actor, client_id)
    if not _reach(actor, Capability.CLIENTS_MANAGE).filter(pk=client_id).exists():
        raise NotPermitted()
    return client
