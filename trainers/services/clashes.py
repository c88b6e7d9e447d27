"""What the database's refusals of a session mean, in words: what clashed, when, and what would work instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from fitflow.core.clock import day_bounds, now
from fitflow.core.errors import Conflict, Invalid
from fitflow.core.formats import clock_text, day_text
from studios.models import Location, Room
from studios.shared.policies import Actor
from trainers.models import Session, TrainerProfile
from trainers.selectors_equipment import (
    Need,
    Short,
    needs_elsewhere,
    needs_of_service,
    needs_of_session,
    short_spans,
)
from trainers.selectors_hours import holiday_name, outside_hours, working_hours

HALF_HOUR = timedelta(minutes=30)
EARLIEST, LATEST = 6, 22  # the local hours within which another start is offered


@dataclass(frozen=True)
class Plan:
    """A session as it is meant to be, before the database has agreed."""

    actor: Actor
    trainer: TrainerProfile
    location: Location
    room: Room | None
    starts_at: datetime
    ends_at: datetime
    before: timedelta
    after: timedelta
    session_id: UUID | None = None
    service_id: UUID | None = None  # of a session that is not there yet: it needs the service's equipment

    @classmethod
    def of(cls, actor: Actor, session: Session) -> Plan:
        """Return a session as it stands, or as it would where it is not written yet."""
        new = session._state.adding
        return cls(
            actor=actor,
            trainer=session.trainer,
            location=session.location,
            room=session.room,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            before=timedelta(minutes=session.buffer_before_minutes),
            after=timedelta(minutes=session.buffer_after_minutes),
            session_id=None if new else session.id,
            service_id=session.service_id if new else None,
        )

    @property
    def zone(self) -> str:
        return self.location.timezone


@dataclass(frozen=True)
class Taken:
    """A span in which the trainer or the room is taken, `[start, end)`."""

    start: datetime
    end: datetime
    elsewhere: bool = False

    def meets(self, start: datetime, end: datetime) -> bool:
        return self.start < end and start < self.end


def _trainer_spans(plan: Plan, start: datetime, end: datetime) -> list[Taken]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lower(span), upper(span), elsewhere FROM trainer_busy_spans(%s, tstzrange(%s, %s))"
            " WHERE elsewhere OR session_id IS DISTINCT FROM %s ORDER BY lower(span)",
            [[plan.trainer.user_id], start, end, plan.session_id],
        )
        return [Taken(*row) for row in cursor.fetchall()]


def _room_spans(plan: Plan, start: datetime, end: datetime) -> list[Taken]:
    if plan.room is None:
        return []
    rows = Session.objects.filter(room=plan.room, starts_at__lt=end, ends_at__gt=start)
    rows = rows.exclude(status=Session.Status.CANCELLED)
    rows = rows.exclude(status=Session.Status.HELD, held_until__lte=now())
    if plan.session_id is not None:
        rows = rows.exclude(pk=plan.session_id)
    return [Taken(*row) for row in rows.order_by("starts_at").values_list("starts_at", "ends_at")]


def _needs(plan: Plan) -> list[Need] | None:
    if plan.service_id is not None:
        return needs_of_service(plan.service_id, plan.location.pk)
    return needs_of_session(plan.session_id) if plan.session_id is not None else []


def _short_spans(plan: Plan, needs: list[Need], start: datetime, end: datetime) -> list[Short]:
    ignoring = [plan.session_id] if plan.session_id is not None else []
    return short_spans(needs, start, end, ignoring=ignoring)


def _trainer_in_the_way(plan: Plan) -> list[Taken]:
    return _trainer_spans(plan, plan.starts_at - plan.before, plan.ends_at + plan.after)


def free_starts(plan: Plan, *, most: int = 3) -> list[datetime]:
    """Return up to `most` starts on the same local day, nearest first to the one asked for, that nothing stands against.

    Only advice: the database decides again when one of them is taken up. Four queries at most.
    """
    needs = _needs(plan)
    if needs is None:
        return []
    local = plan.starts_at.astimezone(ZoneInfo(plan.zone))
    first = local.replace(hour=EARLIEST, minute=0, second=0, microsecond=0)
    last = local.replace(hour=LATEST, minute=0, second=0, microsecond=0)
    length = plan.ends_at - plan.starts_at
    trainer = _trainer_spans(plan, first - plan.before, last + plan.after)
    taken = _room_spans(plan, first, last)
    taken += [Taken(one.start, one.end) for one in _short_spans(plan, needs, first, last)]
    found: list[datetime] = []
    start, floor = first, now()
    while start + length <= last:
        fits = not any(span.meets(start - plan.before, start + length + plan.after) for span in trainer)
        if fits and start > floor and not any(span.meets(start, start + length) for span in taken):
            found.append(start)
        start += HALF_HOUR
    nearest = sorted(found, key=lambda at: (abs(at - plan.starts_at), at < plan.starts_at))[:most]
    return sorted(nearest)


def _when(span: Taken, plan: Plan) -> str:
    text = f"from {clock_text(span.start, plan.zone)} to {clock_text(span.end, plan.zone)}"
    there = ZoneInfo(plan.zone)
    same_day = span.start.astimezone(there).date() == span.end.astimezone(there).date()
    return text if same_day else f"{text} on {day_text(span.end, plan.zone)}"


def _instead(starts: list[datetime], plan: Plan) -> str:
    if not starts:
        return "Choose another day."
    times = ", ".join(clock_text(start, plan.zone) for start in starts)
    return f"Start at {times} instead." if len(starts) == 1 else f"Free that day: {times}."


def _details(span: Taken | None, starts: list[datetime]) -> dict[str, object]:
    there: dict[str, object] = {"free_starts": [start.isoformat() for start in starts]}
    if span is None:
        return there
    return {"busy": {"starts_at": span.start.isoformat(), "ends_at": span.end.isoformat()}, **there}


def trainer_clash(plan: Plan) -> Conflict:
    """Say when the trainer is taken, and whether elsewhere: never where or with whom."""
    spans = _trainer_in_the_way(plan)
    span = spans[0] if spans else None
    herself = plan.trainer.user_id == plan.actor.user_id
    who = "You are" if herself else f"{plan.trainer.name} is"
    starts = free_starts(plan)
    when = _when(span, plan) if span else "then"
    where = " elsewhere" if span and span.elsewhere else ""
    return Conflict(
        f"{who} busy{where} {when}. {_instead(starts, plan)}",
        field="starts_at",
        conflict="trainer",
        **_details(span, starts),
    )


def room_clash(plan: Plan) -> Conflict:
    """Say when the room is taken."""
    spans = _room_spans(plan, plan.starts_at, plan.ends_at)
    span = spans[0] if spans else None
    starts = free_starts(plan)
    when = _when(span, plan) if span else "then"
    return Conflict(
        f"{plan.room} is in use {when}. Take another room. {_instead(starts, plan)}",
        field="room",
        conflict="room",
        **_details(span, starts),
    )


def short_words(short: Short, place: Location, when: str) -> str:
    """Say what is not there, where and when."""
    need, where = short.need, f"at {place.name}"
    if not need.there:
        return f"{need.name}: out of use {where}"
    if need.is_too_much:
        return f"{need.name}: {need.quantity} needed, there {'is' if need.there == 1 else 'are'} {need.there} {where}"
    if short.left:
        return f"{need.name}: {short.left} of {need.there} {where} left {when}, {need.quantity} needed"
    if need.there == 1:
        return f"{need.name}: the one {where} is in use {when}"
    return f"{need.name}: all {need.there} {where} are in use {when}"


def not_here(place: Location) -> str:
    """Say that a place has none of what a service needs."""
    return f"This needs equipment that is not at {place.name}"


def _given_elsewhere(plan: Plan) -> Conflict:
    """Say what a service needs that its place has not, and which places have it."""
    rows = needs_elsewhere(plan.service_id) if plan.service_id is not None else []
    if not rows:
        return Conflict(
            f"{not_here(plan.location)}. Choose another place.", field="location", conflict="equipment"
        )
    places = {row.equipment.location_id: row.equipment.location.name for row in rows}
    first = [row.words for row in rows if row.equipment.location_id == rows[0].equipment.location_id]
    return Conflict(
        f"It needs {' and '.join(first)}, which {plan.location.name} does not have. Book it at {' or '.join(places.values())}.",
        field="location",
        conflict="equipment",
        places=[{"location": str(place), "name": name} for place, name in places.items()],
    )


def equipment_clash(plan: Plan) -> Conflict:
    """Say which equipment is short, where and when."""
    needs = _needs(plan)
    if needs is None:
        return _given_elsewhere(plan)
    if never := next((need for need in needs if need.is_too_much), None):
        short = Short(plan.starts_at, plan.ends_at, never, never.there)
        return Conflict(
            f"{short_words(short, plan.location, '')}. Choose another place or service.",
            field="location",
            conflict="equipment",
            equipment=str(never.equipment),
        )
    found = [
        short
        for short in _short_spans(plan, needs, plan.starts_at, plan.ends_at)
        if short.start < plan.ends_at and plan.starts_at < short.end
    ]
    starts = free_starts(plan)
    if not found:
        return Conflict(
            f"The equipment was taken meanwhile. {_instead(starts, plan)}",
            field="starts_at",
            conflict="equipment",
            **_details(None, starts),
        )
    short = found[0]
    span = Taken(short.start, short.end)
    return Conflict(
        f"{short_words(short, plan.location, _when(span, plan))}. {_instead(starts, plan)}",
        field="starts_at",
        conflict="equipment",
        equipment=str(short.need.equipment),
        **_details(span, starts),
    )


def check_hours(plan: Plan, *, allowed: bool = False) -> None:
    """Raise Conflict (`availability`) for a time outside the trainer's hours, unless that is allowed. One query.

    Advice to people, not a rule of the database: she may be booked outside her hours by who means it. The product itself
    (imports, the nightly jobs, the demo's loader) is not advised.
    """
    if allowed or plan.actor.is_system:
        return
    span = (plan.starts_at, plan.ends_at)
    why = outside_hours(trainer_id=plan.trainer.pk, location=plan.location, spans=[span]).get(0)
    if why:
        raise _outside(plan, why)


def _outside(plan: Plan, why: str) -> Conflict:
    starts = free_starts(plan, most=64)
    length = plan.ends_at - plan.starts_at
    outside = outside_hours(
        trainer_id=plan.trainer.pk, location=plan.location, spans=[(at, at + length) for at in starts]
    )
    within = [at for number, at in enumerate(starts) if number not in outside]
    nearest = sorted(sorted(within, key=lambda at: (abs(at - plan.starts_at), at < plan.starts_at))[:3])
    elsewhere = _elsewhere(plan) if why == "hours" and not nearest else []
    words = f"{_outside_words(plan, why)} {_instead(nearest, plan)}"
    if elsewhere:
        words = f"{_outside_words(plan, why)} {_elsewhere_words(plan, elsewhere)}"
    return Conflict(
        words,
        field="starts_at",
        conflict="availability",
        why=why,
        places=[{"location": str(place.pk), "name": place.name} for place, _ in elsewhere],
        **_details(None, nearest),
    )


def _elsewhere(plan: Plan) -> list[tuple[Location, str]]:
    """Return the other places of the studio where the trainer works that day, with her hours there; a query for each."""
    day = plan.starts_at.astimezone(ZoneInfo(plan.zone)).date()
    found = []
    for place in Location.objects.filter(is_active=True).exclude(pk=plan.location.pk):
        first, last = day_bounds(day, place.timezone)
        hours = working_hours(trainer_id=plan.trainer.pk, location=place, starts=first, ends=last)
        if hours:
            found.append((place, _hours_words(hours, place.timezone)))
    return found


def _elsewhere_words(plan: Plan, places: list[tuple[Location, str]]) -> str:
    who = "You are" if plan.trainer.user_id == plan.actor.user_id else f"{plan.trainer.name} is"
    there = " and ".join(f"at {place.name} {hours}" for place, hours in places)
    return f"{who} {there}. Book there, or choose another day."


def _hours_words(hours: list[tuple[datetime, datetime]], zone: str) -> str:
    spans = [f"{clock_text(start, zone)} to {clock_text(end, zone)}" for start, end in hours]
    return f"from {' and from '.join(spans)}"


def _outside_words(plan: Plan, why: str) -> str:
    herself = plan.trainer.user_id == plan.actor.user_id
    day = plan.starts_at.astimezone(ZoneInfo(plan.zone)).date()
    if why == "off":
        return "You have time off then." if herself else f"{plan.trainer.name} has time off then."
    if why == "holiday":
        name = holiday_name(plan.location, day)
        return (
            f"{plan.location.name} is closed for {name}." if name else f"{plan.location.name} is closed then."
        )
    who = "You are" if herself else f"{plan.trainer.name} is"
    first, last = day_bounds(day, plan.zone)
    hours = working_hours(trainer_id=plan.trainer.pk, location=plan.location, starts=first, ends=last)
    if not hours:
        return f"{who} not at {plan.location.name} on {day_text(plan.starts_at, plan.zone)}."
    return f"{who} at {plan.location.name} {_hours_words(hours, plan.zone)} that day."


def full(capacity: int) -> Conflict:
    """Say that more clients were named than there are places."""
    places = "one place" if capacity == 1 else f"{capacity} places"
    return Conflict(
        f"There is room for {places}. Take fewer clients, or book the others onto the waitlist.",
        field="clients",
        conflict="capacity",
        capacity=capacity,
    )


def refusal(plan: Plan, capacity: int) -> Callable[[str, str], Exception | None]:
    """Return the translation of the database's refusals of this plan, for `fitflow.core.db.refusals`."""

    def translate(name: str, state: str) -> Exception | None:
        if name.startswith("busytime_no_overlap"):
            return trainer_clash(plan)
        if name.startswith("session_room_once"):
            # The room is refused first. Where the trainer is taken too, another room would not help.
            return trainer_clash(plan) if _trainer_in_the_way(plan) else room_clash(plan)
        if name.startswith(("equipment_within_quantity", "equipment_at_place")):
            return equipment_clash(plan)
        if name.startswith("session_within_capacity"):
            return full(capacity)
        if name.startswith("booking_client_once"):
            return Invalid("Each client can be named once.", field="clients")
        if name.startswith("session_ends_after_start"):
            return Invalid("A session ends after it starts.", field="ends_at")
        return None

    return translate
