"""What services and sessions use of a place's equipment, and when too little of it is left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Prefetch, QuerySet

from trainers.models import Service, ServiceEquipment, SessionEquipment
from trainers.models.services import quantity_words


@dataclass(frozen=True, slots=True)
class Need:
    """What one session needs: so many of a place's things, of which there are so many in all."""

    equipment: UUID
    name: str
    quantity: int
    there: int

    @property
    def words(self) -> str:
        """What is needed, such as "Reformer" or "12 of Mat"."""
        return quantity_words(self.name, self.quantity)

    @property
    def is_too_much(self) -> bool:
        """Whether there is never enough of it, however little is in use."""
        return self.quantity > self.there


@dataclass(frozen=True, slots=True)
class Short:
    """A stretch `[start, end)` in which fewer things are left than are needed."""

    start: datetime
    end: datetime
    need: Need
    left: int


# Where something of it is taken or given back, and how much is in use from there on.
SHORT = """
SELECT equipment_id, at, until, used FROM (
    SELECT equipment_id, at, lead(at) OVER running AS until, sum(change) OVER running AS used
    FROM (
        SELECT uses.equipment_id, edge.at, sum(edge.change) AS change
        FROM trainers_session AS session JOIN trainers_sessionequipment AS uses ON uses.session_id = session.id
        CROSS JOIN LATERAL (VALUES (session.starts_at, uses.quantity::int), (session.ends_at, -uses.quantity::int))
            AS edge(at, change)
        WHERE session.starts_at > %(starts)s - interval '12 hours' AND session.starts_at < %(ends)s
          AND session.ends_at > %(starts)s AND session.status <> 'cancelled'
          AND (session.held_until IS NULL OR session.held_until > now())
          AND session.id <> ALL (%(ignoring)s) AND uses.equipment_id = ANY (%(equipment)s)
        GROUP BY uses.equipment_id, edge.at
    ) AS step
    WINDOW running AS (PARTITION BY equipment_id ORDER BY at)
) AS level
JOIN unnest(%(equipment)s::uuid[], %(most)s::int[]) AS asked(equipment_id, most) USING (equipment_id)
WHERE used > most
ORDER BY at
"""


def needs_of_service(service_id: UUID, location_id: UUID) -> list[Need] | None:
    """Return what a service needs at a place; None where it needs equipment and this place is none of those that have it.

    Equipment that is out of use is as if there were none of it. One query.
    """
    rows = list(
        ServiceEquipment.objects.filter(service=service_id)
        .select_related("equipment")
        .order_by("equipment__name")
    )
    if not rows:
        return []
    here = [row for row in rows if row.equipment.location_id == location_id]
    return [
        Need(
            row.equipment_id,
            row.equipment.name,
            row.quantity,
            row.equipment.quantity if row.equipment.is_active else 0,
        )
        for row in here
    ] or None


def needs_elsewhere(service_id: UUID) -> list[ServiceEquipment]:
    """Return what a service needs at the places in use where it is given. One query."""
    rows = ServiceEquipment.objects.filter(service=service_id, equipment__location__is_active=True)
    rows = rows.filter(equipment__is_active=True, equipment__quantity__gte=F("quantity"))
    return list(
        rows.select_related("equipment__location").order_by("equipment__location__name", "equipment__name")
    )


def with_needs(services: QuerySet[Service]) -> QuerySet[Service]:
    """Return services with what each needs, and where: one query more for all of them."""
    needs = ServiceEquipment.objects.select_related("equipment__location")
    needs = needs.filter(equipment__location__is_active=True)
    return services.prefetch_related(
        Prefetch("needs", needs.order_by("equipment__location__name", "equipment__name"))
    )


def needs_of_session(session_id: UUID) -> list[Need]:
    """Return what a session uses, as was agreed when it was booked. One query."""
    rows = SessionEquipment.objects.filter(session=session_id).order_by("equipment__name")
    return [
        Need(*row)
        for row in rows.values_list("equipment", "equipment__name", "quantity", "equipment__quantity")
    ]


def short_spans(
    needs: Sequence[Need], starts: datetime, ends: datetime, *, ignoring: Collection[UUID] = ()
) -> list[Short]:
    """Return when less is left than is needed, for sessions that begin or last within `[starts, ends)`; sessions named in
    `ignoring` use nothing. In order of time. One query, none where nothing is needed.
    """
    if not needs:
        return []
    by_id = {need.equipment: need for need in needs}
    values: dict[str, Any] = {
        "starts": starts,
        "ends": ends,
        "ignoring": list(ignoring),
        "equipment": list(by_id),
        "most": [need.there - need.quantity for need in needs],
    }
    with connection.cursor() as cursor:
        cursor.execute(SHORT, values)
        rows = cursor.fetchall()
    found = [
        Short(start, end, by_id[equipment], max(by_id[equipment].there - used, 0))
        for equipment, start, end, used in rows
    ]
    # Of what there is less than is needed, there is never enough.
    return [Short(starts, ends, need, need.there) for need in needs if need.is_too_much] + found
