"""What one row of a file means: the values that will be imported, or sentences about what is wrong with it.

Pure: whatever has to be known of the studio stands in `Reading`. What a row is beside the others is worked out later, over all
of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unicodedata import normalize
from uuid import UUID

from fitflow.core.folding import fold
from fitflow.core.formats import TURNING, one_line
from trainers.importing import values
from trainers.importing.fields import LABELS
from trainers.importing.values import Unreadable

LONGEST = timedelta(hours=12)
# What nobody sees and what comes along when text is copied: controls, marks of direction and of width.
UNSEEN = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff{''.join(TURNING)}]")
LONGEST_KEY = 200
SOFT = ("phone", "province", "postal_code")  # a client is a client without them
LIMITS = {"name": 200, "street": 200, "city": 100}
READERS: dict[str, Callable[[str], str]] = {
    "email": values.read_email,
    "phone": values.read_phone,
    "province": values.read_province,
    "postal_code": values.read_postal_code,
}
HORIZON_WORDS = "It is more than two years ahead. Leave the row out and book it later."
WAITING_WORDS = "It only waits for a place there. Leave the row out, and put her on the waitlist here."
ASK_FOR = {
    "service": "No service is named. Choose one for rows without.",
    "trainer": "No trainer is named. Choose one for rows without.",
    "location": "No place is named. Choose one for rows without.",
}


@dataclass(frozen=True)
class Choice:
    """One of the studio's services, trainers or places, as far as reading a row needs it."""

    id: UUID
    name: str
    minutes: int = 0  # of a service
    zone: str = ""  # of a place
    is_active: bool = True


@dataclass(frozen=True)
class Reading:
    """How the rows of one file are read."""

    kind: str
    columns: dict[int, str]
    width: int
    order: str
    now: datetime
    horizon: datetime
    zone: str = ""  # of times that name none; nothing means the clocks of the place
    lenient: bool = False
    # Per kind of thing: which of ours a cell (folded) means, and which one rows without a cell get.
    meant: dict[str, dict[str, Choice]] = field(default_factory=dict)
    default: dict[str, Choice] = field(default_factory=dict)


def cell_key(text: str) -> str:
    """Return under what a cell's value is looked up: case, accents and spaces do not matter, nor what is longer than a name."""
    return " ".join(fold(text).split())[:LONGEST_KEY]


def read_row(reading: Reading, cells: Sequence[str]) -> dict[str, Any]:
    """Return the fields of an ImportRow, but for its number."""
    problems: list[str] = []
    found = {key: clean(cells[place]) for place, key in reading.columns.items() if place < len(cells)}
    if any(clean(cell) for cell in cells[reading.width :]):
        problems.append(
            "It has more cells than the heading. Check for a delimiter inside a text without quotes."
        )
    row = _person(reading, found, problems)
    if reading.kind == "clients":
        if not row["name"]:
            problems.append("The name is missing.")
        row["status"] = "archived" if values.is_inactive(found.get("active", "")) else ""
        row["label"] = ", ".join(text for text in (row["name"], found.get("email", "")) if text)
    else:
        _session(reading, found, row, problems)
    row["label"] = (row["label"] or ", ".join(clean(cell) for cell in cells if cell.strip()))[:300]
    row["problems"] = problems
    if problems and row.get("outcome") != "skipped":
        row["outcome"] = "problem"
    return row


def clean(text: str) -> str:
    """Return a cell without what cannot be seen and without the spaces around it, its accents as this program writes them."""
    return UNSEEN.sub("", normalize("NFC", text)).replace("\xa0", " ").strip()


def _person(reading: Reading, found: dict[str, str], problems: list[str]) -> dict[str, Any]:
    name = (
        values.read_name(found.get("name", ""))
        or f"{found.get('first_name', '')} {found.get('last_name', '')}"
    )
    row: dict[str, Any] = {"name": one_line(name), "outcome": ""}
    for key in ("street", "city"):
        row[key] = " ".join(found.get(key, "").split())
    for key, read in READERS.items():
        row[key] = ""
        if not found.get(key):
            continue
        try:
            row[key] = read(found[key])
        except Unreadable as error:
            if not (reading.lenient and key in SOFT):
                problems.append(f"{LABELS[key]}: {error}")
    if not row["name"] and row["email"] and reading.kind == "timetable":
        row["name"] = row["email"]
    for key, most in LIMITS.items():
        if len(row[key]) > most:
            problems.append(f"{LABELS[key]}: longer than {most} characters. Shorten it.")
            row[key] = row[key][:most]
    row["folded"] = fold(row["name"])[:200]
    return row


def _session(reading: Reading, found: dict[str, str], row: dict[str, Any], problems: list[str]) -> None:
    status = values.read_status(found.get("status", ""))
    shown = found.get("start") or f"{found.get('date', '')} {found.get('time', '')}".strip()
    row["label"] = ", ".join(text for text in (shown, found.get("service", ""), row["name"]) if text)
    if status == "cancelled":
        row["outcome"] = "skipped"
        problems.clear()
        return
    chosen = {
        key: _choice(reading, key, found.get(key, ""), problems) for key in ("service", "trainer", "location")
    }
    row |= {key: one.id if one else None for key, one in chosen.items()}
    try:
        row["starts_at"], row["ends_at"] = _times(reading, found, chosen)
    except Unreadable as error:
        problems.append(str(error))
        return
    if status == "waiting":
        problems.append(WAITING_WORDS)
    _past_or_to_come(reading, row, status, problems)
    row["paid"] = values.read_yes(found.get("paid", ""))
    if found.get("price"):
        try:
            row["price"] = values.read_price(found["price"])
        except Unreadable as error:
            problems.append(f"Price: {error}")


def _choice(reading: Reading, key: str, text: str, problems: list[str]) -> Choice | None:
    if not text:
        one = reading.default.get(key)
        if one is None:
            problems.append(ASK_FOR[key])
        return one
    one = reading.meant.get(key, {}).get(cell_key(text))
    if one is None:
        problems.append(f"{LABELS[key]}: “{text[:60]}” is none of yours yet. Say which one it is.")
    return one


def _times(
    reading: Reading, found: dict[str, str], chosen: dict[str, Choice | None]
) -> tuple[datetime, datetime]:
    place, service = chosen["location"], chosen["service"]
    zone = reading.zone or (place.zone if place else "")
    if not zone:
        raise Unreadable("Without its place we cannot tell the time zone.")
    moment = _moment(reading, found)
    starts_at = values.instant_of(moment, zone)
    if found.get("end"):
        ends_at = _end(reading, found["end"], moment, zone)
    elif found.get("minutes"):
        ends_at = starts_at + values.read_minutes(found["minutes"])
    else:
        ends_at = starts_at + timedelta(minutes=service.minutes if service else 60)
    if ends_at <= starts_at:
        raise Unreadable("It ends before it starts. Mend the end, or clear it.")
    if ends_at - starts_at > LONGEST:
        raise Unreadable("It lasts longer than 12 hours. Mend the end, or leave the row out.")
    return starts_at, ends_at


def _moment(reading: Reading, found: dict[str, str]) -> datetime:
    if found.get("date"):
        day, rest = values.read_day(found["date"], reading.order)
        clock = found.get("time") or rest or found.get("start", "")
        if not clock:
            raise Unreadable("The start time is missing.")
        return datetime.combine(day, values.read_clock(clock))
    if not found.get("start"):
        raise Unreadable("The date and time are missing.")
    return values.read_moment(found["start"], reading.order)


def _end(reading: Reading, text: str, start: datetime, zone: str) -> datetime:
    """Return the end: a time alone is of the day of the start, or of the next one where it lies before it.

    Where the clocks skip the start, it moves forward and the length stays.
    """
    try:
        clock = values.read_clock("0:00" if values.is_midnight(text) else text)
    except Unreadable:
        end = values.read_moment(text, reading.order)
    else:
        end = start.replace(hour=clock.hour, minute=clock.minute)
        end = end if end > start else end + timedelta(days=1)
    begins, ends = values.instant_of(start, zone), values.instant_of(end, zone)
    if ends <= begins and start.tzinfo is None is end.tzinfo and end > start:
        return begins + (end - start)
    return ends


def _past_or_to_come(reading: Reading, row: dict[str, Any], status: str, problems: list[str]) -> None:
    """What is over comes in as held, what is to come as booked."""
    if row["ends_at"] <= reading.now:
        row["status"] = "no_show" if status == "no_show" else "completed"
        return
    row["status"] = "scheduled"
    if row["starts_at"] > reading.horizon:
        problems.append(HORIZON_WORDS)
