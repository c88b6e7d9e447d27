"""When a trainer can be booked: her weekly hours, and days that are not as usual."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db import transaction

from fitflow.core import outbox
from fitflow.core.db import lock_in_transaction, refusals, retry_deadlocks
from fitflow.core.errors import Conflict, Invalid, NotFound
from fitflow.core.formats import minutes_text
from studios.models import Location
from studios.services import record_event
from studios.shared.policies import Actor
from trainers.models import AvailabilityException, AvailabilityHours, TrainerProfile
from trainers.models.availability import MINUTES_A_DAY, NEAR
from trainers.policies import availability_of, fetch_exception
from trainers.services.scheduling import trainer_lock

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_ROWS = 200
LONGEST = timedelta(days=366)
CHANGED = "Somebody changed these hours meanwhile. Look at them again, then repeat your change."


@dataclass(frozen=True, order=True)
class WeeklyHours:
    """From one minute of a weekday (0 is Monday) to another, at a location; from and until a day where given."""

    weekday: int
    starts_minute: int
    ends_minute: int
    location_id: UUID
    valid_from: date | None = None
    valid_until: date | None = None

    def overlaps(self, other: WeeklyHours) -> bool:
        """Whether both hold at one moment of some week."""
        return (
            self.weekday == other.weekday
            and self.starts_minute < other.ends_minute
            and other.starts_minute < self.ends_minute
            and (self.valid_from or date.min) <= (other.valid_until or date.max)
            and (other.valid_from or date.min) <= (self.valid_until or date.max)
        )


@retry_deadlocks
def set_week(
    *,
    actor: Actor,
    trainer_id: UUID,
    location_ids: Iterable[UUID],
    hours: Iterable[WeeklyHours],
    version: str = "",
) -> list[AvailabilityHours]:
    """Replace a trainer's weekly hours at the locations named by those given; her hours elsewhere stay. All or nothing.

    A lunch break is the gap between two of them. `version` is that of her hours as they were seen (`hours_version`).
    Raises NotFound, NotPermitted, Invalid, and Conflict: `hours` where two of them overlap, at whichever locations, `version`
    where somebody has changed hers meanwhile. Publishes availability.changed.
    """
    trainer = availability_of(actor, trainer_id)
    places, rows = set(location_ids), sorted(hours, key=lambda row: (row.weekday, row.starts_minute))
    check_week(places, rows)
    with refusals(_refusal(trainer, rows, places)), transaction.atomic():
        lock_in_transaction(trainer_lock(trainer))
        check_version(trainer, version)
        AvailabilityHours.objects.filter(trainer=trainer, location_id__in=places).delete()
        made = AvailabilityHours.objects.bulk_create(
            AvailabilityHours(
                trainer=trainer,
                location_id=row.location_id,
                weekday=row.weekday,
                starts_minute=row.starts_minute,
                ends_minute=row.ends_minute,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
            )
            for row in rows
        )
        announce(actor, trainer, "availability.week_set", rows=len(made))
    return made


def hours_version(trainer: TrainerProfile) -> str:
    """Return a word for all of a trainer's weekly hours as they are: it changes with each of them, and comes back with them."""
    rows = (
        AvailabilityHours.objects.filter(trainer=trainer)
        .order_by()
        .values_list("weekday", "starts_minute", "ends_minute", "location_id", "valid_from", "valid_until")
    )
    return sha256(repr(sorted(map(str, rows))).encode()).hexdigest()[:16]


def check_version(trainer: TrainerProfile, version: str) -> None:
    """Raise Conflict (`version`, with the one there is) where hours are named that are a trainer's no more."""
    if version and version != (current := hours_version(trainer)):
        raise Conflict(CHANGED, conflict="version", current={"version": current})


def check_week(places: set[UUID], rows: Sequence[WeeklyHours]) -> None:
    """Raise Invalid or NotFound for lines that are no week at those places."""
    if len(rows) > MOST_ROWS:
        raise Invalid(f"A week has {MOST_ROWS} lines at most.", field="hours")
    known = set(Location.objects.filter(pk__in=places).values_list("pk", flat=True))
    if known != places:
        raise NotFound("There is no such place.", field="location")
    for row in rows:
        if row.location_id not in places:
            raise Invalid("Name the locations whose hours are set.", field="location")
        if row.weekday not in range(7):
            raise Invalid("A weekday is 0 (Monday) to 6 (Sunday).", field="weekday")
        for name in ("valid_from", "valid_until"):
            check_day(getattr(row, name), field=name)
        if row.valid_from and row.valid_until and row.valid_until < row.valid_from:
            raise Invalid("These hours end before they begin.", field="valid_until")
        check_minutes(row.starts_minute, row.ends_minute, day=DAYS[row.weekday])


def check_day(day: date | None, *, field: str) -> None:
    """Raise Invalid for a day of another age: the days around it could not be counted."""
    if day is not None and not NEAR[0] <= day <= NEAR[1]:
        raise Invalid("Choose a day nearer to now.", field=field)


def check_minutes(starts: int, ends: int, *, day: str = "") -> None:
    """Raise Invalid for minutes that are no stretch of one day."""
    where = f"{day}: " if day else ""
    if not 0 <= starts < MINUTES_A_DAY or not 0 < ends <= MINUTES_A_DAY:
        raise Invalid(f"{where}{'a' if where else 'A'} time is 00:00 to 24:00.", field="starts_minute")
    if ends <= starts:
        raise Invalid(
            f"{where}{minutes_text(starts)} to {minutes_text(ends)} ends before it starts. For a night, give "
            "two lines: until 24:00, and from 00:00 the next day.",
            field="ends_minute",
        )


def _refusal(trainer: TrainerProfile, rows: Sequence[WeeklyHours], places: set[UUID]) -> Any:
    def translate(name: str, state: str) -> Exception | None:
        return _overlap(trainer, rows, places) if name.startswith("hours_no_overlap") else None

    return translate


def overlap_refusal(trainer: TrainerProfile, rows: Sequence[WeeklyHours]) -> Any:
    """Return the translation of a refusal of lines that stand for a trainer's whole week."""
    return _refusal(trainer, rows, set(Location.objects.values_list("pk", flat=True)))


def _overlap(trainer: TrainerProfile, rows: Sequence[WeeklyHours], places: set[UUID]) -> Conflict:
    """Say which hours overlap: among those given, or with those at another location."""
    kept = AvailabilityHours.objects.filter(trainer=trainer).exclude(location_id__in=places)
    names = dict(Location.objects.values_list("pk", "name"))
    every = [
        *rows,
        *(
            WeeklyHours(
                row.weekday,
                row.starts_minute,
                row.ends_minute,
                row.location_id,
                row.valid_from,
                row.valid_until,
            )
            for row in kept
        ),
    ]
    every.sort(key=lambda row: (row.weekday, row.starts_minute, row.ends_minute))
    for one, other in combinations(every, 2):
        if one.overlaps(other):
            return Conflict(
                f"{DAYS[one.weekday]}: {_words(one, names)} and {_words(other, names)} overlap. "
                "Nobody is at two places; shorten one of them.",
                conflict="hours",
                weekday=one.weekday,
            )
    return Conflict("Two of these hours overlap. Shorten one of them.", conflict="hours")


def _words(row: WeeklyHours, names: dict[UUID, str]) -> str:
    at = f" at {names[row.location_id]}" if len(names) > 1 else ""
    return f"{minutes_text(row.starts_minute)} to {minutes_text(row.ends_minute)}{at}"


@retry_deadlocks
def save_exception(
    *,
    actor: Actor,
    kind: str,
    starts_on: date,
    ends_on: date,
    trainer_id: UUID | None = None,
    exception_id: UUID | None = None,
    location_id: UUID | None = None,
    starts_minute: int | None = None,
    ends_minute: int | None = None,
    reason: str = "",
    seen: str = "",
) -> AvailabilityException:
    """Add time off or extra hours of a trainer, or (with `exception_id`) change one. `seen` is its mark as it was read.

    Days are the location's, both included; minutes are of each of the days, whole days where none are given. Off without a
    location is off at all of them. Extra hours need a location and minutes. What is booked stays booked. Adding what is there
    already adds nothing: it is that one, with the reason given.
    Raises NotFound, NotPermitted, Invalid, Conflict (`version` where somebody has changed it since it was seen, `exception`
    where it would become the same as another one). Publishes availability.changed.
    """
    row = _exception(actor, trainer_id, exception_id)
    location = Location.objects.filter(pk=location_id).first() if location_id else None
    if location_id and (location is None or not (location.is_active or location_id == row.location_id)):
        raise NotFound("There is no such place.", field="location")
    asked = {
        "kind": kind,
        "location": location,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "starts_minute": starts_minute,
        "ends_minute": ends_minute,
    }
    text = " ".join(reason.replace("\x00", "").split())[:200]
    _check_exception(AvailabilityException(trainer=row.trainer, **asked))
    with refusals(_twice), transaction.atomic():
        lock_in_transaction(trainer_lock(row.trainer))
        current = _current(row, asked, adding=exception_id is None)
        if exception_id is None:
            text = text or current.reason
        return _write_exception(actor, current, {**asked, "reason": text}, seen)


def _exception(actor: Actor, trainer_id: UUID | None, exception_id: UUID | None) -> AvailabilityException:
    if exception_id is not None:
        return fetch_exception(actor, exception_id)
    if trainer_id is None:
        raise Invalid("Name the trainer.", field="trainer")
    return AvailabilityException(trainer=availability_of(actor, trainer_id))


def _current(row: AvailabilityException, asked: dict[str, Any], *, adding: bool) -> AvailabilityException:
    """Return the row as it is under the trainer's lock: of one to be added, the one that says the same already, if any."""
    rows = AvailabilityException.objects.select_related("trainer__lead", "location")
    if adding:
        return rows.filter(trainer=row.trainer, **asked).first() or row
    current = rows.filter(pk=row.pk).first()
    if current is None:
        raise NotFound("That was removed meanwhile. Add it again.")
    return current


def _write_exception(
    actor: Actor, row: AvailabilityException, asked: dict[str, Any], seen: str
) -> AvailabilityException:
    before, new = exception_mark(row), row._state.adding
    for name, value in asked.items():
        setattr(row, name, value)
    if exception_mark(row) == before and not new:
        return row
    if seen and seen != before:
        raise Conflict(CHANGED, conflict="version")
    row.save(force_insert=new, force_update=not new)
    action = "availability.exception_added" if new else "availability.exception_changed"
    announce(actor, row.trainer, action, kind=row.kind, starts_on=row.starts_on, ends_on=row.ends_on)
    return row


def _twice(name: str, state: str) -> Exception | None:
    if name.startswith("exception_once"):
        return Conflict("There is one just like it already.", field="starts_on", conflict="exception")
    return None


def exception_mark(row: AvailabilityException) -> str:
    """Return what time off or extra hours say, in a short word: who changes them names the ones she saw."""
    names = ("kind", "location_id", "starts_on", "ends_on", "starts_minute", "ends_minute", "reason")
    return sha256(repr([str(getattr(row, name)) for name in names]).encode()).hexdigest()[:16]


def _check_exception(row: AvailabilityException) -> None:
    if row.kind not in AvailabilityException.Kind.values:
        raise Invalid("Choose time off or extra hours.", field="kind")
    if row.ends_on < row.starts_on:
        raise Invalid("The last day lies before the first one.", field="ends_on")
    if row.ends_on - row.starts_on > LONGEST:
        raise Invalid("A year at most. Add the rest as another one.", field="ends_on")
    check_day(row.starts_on, field="starts_on")
    check_day(row.ends_on, field="ends_on")
    if (row.starts_minute is None) is not (row.ends_minute is None):
        raise Invalid("Give both times, or none for the whole day.", field="ends_minute")
    if row.kind == AvailabilityException.Kind.EXTRA:
        if row.location is None:
            raise Invalid("Say where the extra hours are.", field="location")
        if row.starts_minute is None:
            raise Invalid("Say from when to when.", field="starts_minute")
    if row.starts_minute is not None and row.ends_minute is not None:
        check_minutes(row.starts_minute, row.ends_minute)


@retry_deadlocks
def remove_exception(*, actor: Actor, exception_id: UUID) -> AvailabilityException:
    """Remove time off or extra hours; the row returned is not stored any more.

    Raises NotFound, NotPermitted. Publishes availability.changed.
    """
    row = fetch_exception(actor, exception_id)
    with transaction.atomic():
        AvailabilityException.objects.filter(pk=row.pk).delete()
        announce(actor, row.trainer, "availability.exception_removed", kind=row.kind, starts_on=row.starts_on)
    return row


def announce(actor: Actor, trainer: TrainerProfile, action: str, **facts: Any) -> None:
    """Tell open calendars that a trainer's hours have changed, and record it."""
    outbox.publish("availability.changed", trainer=trainer.pk)
    record_event(actor=actor, action=action, subject=trainer, **facts)
