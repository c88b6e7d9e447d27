"""What a calendar shows of sessions and busy spans: rows for the list of a day and for paper, events for the grid.

A studio's are written by PostgreSQL (`grid_json`), under the same conditions as the API's; a trainer's own over all her
studios are made here of `my_calendar`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from fitflow.core.formats import initials
from studios.shared.models import Studio
from studios.shared.policies import Actor
from trainers.models import TrainerProfile
from trainers.selectors import busy_elsewhere
from trainers.selectors_grid import Writing, grid_json
from trainers.selectors_sql import Wanted

BUSY = "Busy elsewhere"
NOBODYS = UUID(int=0)
IN_A_GRID = (
    *("id", "kind", "title", "line", "place", "state", "letter", "hue", "url"),
    *("trainer", "owner", "location", "room", "service", "version", "movable"),
)


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


@cache
def _session_path() -> tuple[str, str]:
    """Return what stands before and after a session's id in its address: PostgreSQL writes them."""
    before, _, after = reverse("session_detail", args=[NOBODYS]).partition(str(NOBODYS))
    return before, after


def _studio_session(row: dict[str, Any]) -> Shown:
    """Return a row of `grid_json` for the list of a day or for paper: hue and letter are the trainer's."""
    return Shown(
        starts_at=datetime.fromisoformat(row["starts_at"]),
        ends_at=datetime.fromisoformat(row["ends_at"]),
        **{name: row[name] for name in IN_A_GRID},
    )


def my_session(row: dict[str, Any], studio_urlconf: str, letters: Mapping[str, str]) -> Shown:
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
        letter=letters.get(studio["slug"], initials(studio["name"], 1)),
        hue=studio["hue"],
        state=shown_state(row, row["starts_at"], row["ends_at"], editable=True),
        url=studio_url(studio["slug"], path),
        owner=studio["name"],
        location=studio["slug"],
        version=row["version"],
    )


def writing(zone: str, trainers: Iterable[TrainerProfile]) -> Writing:
    """Return how the pages write sessions: on the clocks of a zone, each with its trainer's mark and the address of its page."""
    return Writing(zone=zone, letters=marks(trainers), address=_session_path())


def marks(rows: Iterable[TrainerProfile | Studio]) -> dict[UUID, str]:
    """Return the letters each is told by beside her hue, no two the same: one, or two where another has that one.

    Hues are five, and fewer to who sees few colours; letters tell them apart on paper too.
    """
    words: dict[UUID, str] = {}
    for row in rows:
        choices = [
            initials(row.name, 1),
            initials(row.name, 2),
            *(f"{initials(row.name, 1)}{n}" for n in range(2, 100)),
        ]
        words[row.pk] = next((one for one in choices if one not in words.values()), choices[0])
    return words


def studio_sessions(actor: Actor, wanted: Wanted, how: Writing) -> list[Shown]:
    """Return the studio's sessions and held slots that are asked for, as this person may see them. One query."""
    return [
        _studio_session(row)
        for row in orjson.loads(grid_json(actor=actor, wanted=wanted, writing=how, instants=True))
    ]


def studio_busy(
    trainers: Iterable[TrainerProfile], starts: datetime, ends: datetime, letters: Mapping[UUID, str]
) -> list[Shown]:
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
            letter=letters.get(span["trainer"], ""),
            trainer=str(span["trainer"]),
            owner=names[span["trainer"]].name,
        )
        for span in spans
    ]


def event_of(shown: Shown, zone: str) -> dict[str, Any]:
    """Return what the grid needs, its times as wall-clock time of the zone, as `grid_json` writes a session."""
    there = ZoneInfo(zone)
    event = {name: getattr(shown, name) for name in IN_A_GRID}
    for name, instant in (("start", shown.starts_at), ("end", shown.ends_at)):
        event[name] = instant.astimezone(there).isoformat()[:16]
    event["minutes"] = int((shown.ends_at - shown.starts_at).total_seconds()) // 60
    return event


def events_json(sessions: bytes, others: Iterable[dict[str, Any]] = ()) -> bytes:
    """Join sessions that are JSON already and other events to what a grid is answered."""
    rest = orjson.dumps(list(others))
    events = sessions if rest == b"[]" else rest if sessions == b"[]" else sessions[:-1] + b"," + rest[1:]
    return b'{"events":' + events + b"}"


def in_order(rows: list[Shown], starts: datetime, ends: datetime) -> list[Shown]:
    """Return the rows of a day by time, with the moment it is now where the day is today's."""
    now = clock.now()
    if starts <= now < ends:
        rows = [*rows, Shown(kind="now", starts_at=now, ends_at=now)]
    return sorted(rows, key=lambda row: row.starts_at)


def summary(number: int, minutes: int) -> str:
    """Write how much a period holds: `18 sessions, 17 h 45 min`."""
    hours, rest = divmod(minutes, 60)
    length = " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)
    word = "session" if number == 1 else "sessions"
    return f"{number} {word}, {length}" if number else "No sessions"


def length_of(rows: Iterable[Shown]) -> tuple[int, int]:
    """Return how many sessions are among the rows, and their minutes; what is cancelled or held does not count."""
    sessions = [row for row in rows if row.kind == "session" and row.state != "cancelled"]
    return len(sessions), sum(int((row.ends_at - row.starts_at).total_seconds()) // 60 for row in sessions)
