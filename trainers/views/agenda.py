"""What a calendar shows of sessions and busy spans: rows for the list of a day, events for the grid.

Both are made of the same reads as the API's (`week_json`, `my_calendar`), so that page and API never differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.urls import reverse

from fitflow.core import clock
from fitflow.core.context import studio_url
from fitflow.core.formats import clock_text, initials
from fitflow.core.states import state_of
from studios.shared.policies import Actor
from trainers.models import TrainerProfile
from trainers.selectors import busy_elsewhere, week_json

BUSY = "Busy elsewhere"
NOBODYS = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A session, a span somebody is taken elsewhere (`busy`), or the moment it is now, as a calendar shows it."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    id: str = ""
    title: str = ""
    line: str = ""
    place: str = ""
    letter: str = ""
    hue: int = 1
    state: str = ""
    url: str = ""
    trainer: str = ""
    owner: str = ""
    location: str = ""
    room: str = ""
    service: str = ""
    version: int = 0
    movable: bool = False


def shown_state(row: dict[str, Any], starts: datetime, ends: datetime, *, editable: bool) -> str:
    """Return the state people act on: a scheduled session is `now` while it runs and `to_close` once it has ended."""
    if row["status"] != "scheduled":
        return str(row["status"])
    now = clock.now()
    if starts <= now < ends:
        return "now"
    if ends <= now and editable:
        return "to_close"
    return "full" if row["capacity"] > 1 and row["booked"] >= row["capacity"] else ""


def people_text(row: dict[str, Any], names: list[str]) -> str:
    """Write whom a session is for: the name of its one client where it may be seen, or how full it is."""
    if row["capacity"] == 1:
        nobody = "Nobody booked" if row["status"] == "scheduled" and not row["booked"] else ""
        return ", ".join(names) or nobody
    waiting = f", {row['waitlisted']} waiting" if row["waitlisted"] else ""
    return f"{row['booked']} of {row['capacity']}{waiting}"


def held_text(row: dict[str, Any]) -> str:
    """Write until when a slot is held for somebody who is booking it: `Held until 10:12`."""
    return f"Held until {clock_text(datetime.fromisoformat(row['held_until']), row['timezone'])}"


@cache
def _session_path() -> tuple[str, str]:
    """Return what stands before and after a session's id in its address: a week asks for it six hundred times."""
    before, _, after = reverse("session_detail", args=[NOBODYS]).partition(str(NOBODYS))
    return before, after


def studio_session(row: dict[str, Any]) -> Shown:
    """Return a row of `week_json` as the studio's calendar shows it: hue and letter are the trainer's."""
    starts, ends = datetime.fromisoformat(row["starts_at"]), datetime.fromisoformat(row["ends_at"])
    gone, held = row["status"] == "cancelled", row["status"] == "held"
    names = [client["name"] for client in row["clients"] if gone or client["status"] == "booked"]
    return Shown(
        kind="held" if held else "session",
        starts_at=starts,
        ends_at=ends,
        id=row["id"],
        title=held_text(row) if held else row["service_name"],
        line=row["service_name"] if held else people_text(row, names),
        place=row["room_name"] or row["location_name"],
        letter=initials(row["trainer_name"], 1),
        hue=row["hue"],
        state=shown_state(row, starts, ends, editable=row["may_edit"]),
        url=row["id"].join(_session_path()),
        trainer=row["trainer"],
        owner=row["trainer_name"],
        location=row["location"],
        room=row["room"] or "",
        service=row["service"],
        version=row["version"],
        movable=row["may_edit"] and row["status"] == "scheduled",
    )


def my_session(row: dict[str, Any], studio_urlconf: str) -> Shown:
    """Return an item of `my_calendar` as the trainer's own calendar shows it: hue and letter are the studio's."""
    studio = row["studio"]
    path = reverse("session_detail", args=[row["id"]], urlconf=studio_urlconf)
    return Shown(
        kind="session",
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        id=str(row["id"]),
        title=row["service"],
        line=people_text(row, row["clients"]),
        place=row["room"] or row["location"],
        letter=initials(studio["name"], 1),
        hue=studio["hue"],
        state=shown_state(row, row["starts_at"], row["ends_at"], editable=True),
        url=studio_url(studio["slug"], path),
        owner=studio["name"],
        location=studio["slug"],
        version=row["version"],
    )


def studio_sessions(actor: Actor, starts: datetime, ends: datetime) -> list[Shown]:
    """Return the studio's sessions and held slots that overlap a span, as this person may see them. One query."""
    rows = week_json(actor=actor, starts=starts, ends=ends, holds=True)
    return [studio_session(row) for row in orjson.loads(rows)]


def studio_busy(trainers: Iterable[TrainerProfile], starts: datetime, ends: datetime) -> list[Shown]:
    """Return when trainers are busy outside the studio: their time, never where or why."""
    names = {trainer.pk: trainer for trainer in trainers}
    spans = busy_elsewhere(trainer_ids=names, starts=starts, ends=ends) if names else []
    return [
        Shown(
            kind="busy",
            starts_at=span["starts_at"],
            ends_at=span["ends_at"],
            title=BUSY,
            line=names[span["trainer"]].name,
            letter=initials(names[span["trainer"]].name, 1),
            trainer=str(span["trainer"]),
            owner=names[span["trainer"]].name,
        )
        for span in spans
    ]


def event_of(shown: Shown, zone: str) -> dict[str, Any]:
    """Return what the grid needs, its times as wall-clock time of the zone."""
    there = ZoneInfo(zone)
    mark = state_of("session", shown.state) if shown.state else None
    return {
        "id": shown.id,
        "kind": shown.kind,
        "start": shown.starts_at.astimezone(there).isoformat()[:16],
        "end": shown.ends_at.astimezone(there).isoformat()[:16],
        "title": shown.title,
        "line": shown.line,
        "note": mark.word if mark else shown.place,
        "icon": mark.icon if mark else "",
        "letter": shown.letter,
        "hue": shown.hue,
        "gone": shown.state == "cancelled",
        "url": shown.url,
        "trainer": shown.trainer,
        "location": shown.location,
        "room": shown.room,
        "service": shown.service,
        "version": shown.version,
        "movable": shown.movable,
    }


def in_order(rows: list[Shown], starts: datetime, ends: datetime) -> list[Shown]:
    """Return the rows of a day by time, with the moment it is now where the day is today's."""
    now = clock.now()
    if starts <= now < ends:
        rows = [*rows, Shown(kind="now", starts_at=now, ends_at=now)]
    return sorted(rows, key=lambda row: row.starts_at)


def summary(rows: Iterable[Shown]) -> str:
    """Write how much a period holds: `18 sessions, 17 h 45 min`."""
    sessions = [row for row in rows if row.kind == "session" and row.state != "cancelled"]
    minutes = sum(int((row.ends_at - row.starts_at).total_seconds()) // 60 for row in sessions)
    hours, rest = divmod(minutes, 60)
    length = " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)
    word = "session" if len(sessions) == 1 else "sessions"
    return f"{len(sessions)} {word}, {length}" if sessions else "No sessions"
