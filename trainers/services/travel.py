"""How long the way is: between the studio's locations, and for one trainer between her studios."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from uuid import UUID

from django.db import transaction

from fitflow.accounts.models import User
from fitflow.core.db import lock_in_transaction
from fitflow.core.errors import Invalid, NotFound
from fitflow.tenancy.db import connection
from studios.models import Location
from studios.services import record_event
from studios.shared.models import Role, Studio
from studios.shared.policies import Actor, Capability, require
from studios.shared.selectors import studios_of
from trainers.models import TravelTime
from trainers.shared.models import TravelBetween

MOST = 600
Ways = Mapping[frozenset[UUID], int | None]


def _check(default: int, ways: Ways, known: set[UUID]) -> None:
    if any(len(pair) != 2 or not pair <= known for pair in ways):
        raise NotFound("There is no such place.")
    for minutes in (default, *ways.values()):
        if minutes is not None and not 0 <= minutes <= MOST:
            raise Invalid(f"A way takes 0 to {MOST} minutes.", field="minutes")


def set_travel(*, actor: Actor, default: int, ways: Ways) -> None:
    """Replace the minutes between the studio's locations, either way; None (or a pair left out) means the default.

    Ways from or to a place out of use that are left out stay, for when it is used again. Raises NotPermitted, NotFound, Invalid.
    """
    require(actor, Capability.PREMISES_MANAGE)
    used = dict(Location.objects.values_list("pk", "is_active"))
    _check(default, ways, set(used))
    with transaction.atomic():
        lock_in_transaction(f"travel:{connection.schema_name}")
        kept = {
            pair: minutes
            for pair, minutes in travel_minutes()[1].items()
            if not all(used.get(place, True) for place in pair)
        }
        ways = kept | dict(ways)
        TravelTime.objects.all().delete()
        made = TravelTime.objects.bulk_create(
            [TravelTime(minutes=default)]
            + [
                TravelTime(first_id=first, second_id=second, minutes=minutes)
                for (first, second), minutes in ((sorted(pair), minutes) for pair, minutes in ways.items())
                if minutes is not None
            ]
        )
        record_event(actor=actor, action="travel.set", subject=made[0], default=default)


def travel_minutes() -> tuple[int, dict[frozenset[UUID], int]]:
    """Return the default, and the minutes of each pair of locations that has its own."""
    rows = list(TravelTime.objects.values_list("first_id", "second_id", "minutes"))
    default = next((minutes for first, _, minutes in rows if first is None), 0)
    return default, {
        frozenset({first, second}): minutes for first, second, minutes in rows if first and second
    }


def own_studios(user: User) -> list[Studio]:
    """Return the studios in which a person works, by name."""
    return [one for one in studios_of(user) if set(one.my_roles) - {Role.CLIENT.value}]


def set_own_travel(*, user: User, default: int, ways: Ways) -> None:
    """Replace a trainer's own minutes between her studios; those to others (that she left, that are closed) stay.

    Call it on public rows. Raises NotFound, Invalid.
    """
    known = {one.pk for one in own_studios(user)}
    _check(default, ways, known)
    with transaction.atomic():
        lock_in_transaction(f"travel:{user.pk}")
        stored = own_travel_minutes(user)[1].items()
        ways = {pair: minutes for pair, minutes in stored if not pair <= known} | dict(ways)
        TravelBetween.objects.filter(user=user).delete()
        TravelBetween.objects.bulk_create(
            [TravelBetween(user=user, minutes=default)]
            + [
                TravelBetween(user=user, first_id=first, second_id=second, minutes=minutes)
                for (first, second), minutes in ((sorted(pair), minutes) for pair, minutes in ways.items())
                if minutes is not None
            ]
        )


def own_travel_minutes(user: User) -> tuple[int, dict[frozenset[UUID], int]]:
    """Return a trainer's default, and the minutes of each pair of her studios that has its own. Call it on public rows."""
    rows = list(TravelBetween.objects.filter(user=user).values_list("first_id", "second_id", "minutes"))
    default = next((minutes for first, _, minutes in rows if first is None), 0)
    return default, {
        frozenset({first, second}): minutes for first, second, minutes in rows if first and second
    }


def pairs[T](rows: list[T]) -> list[tuple[T, T]]:
    """Return each two of them once."""
    return list(combinations(rows, 2))
