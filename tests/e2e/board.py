"""The session board in a browser: a session that is held now, its pages, and what is entered on them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Open
from tests.world import World

API = re.compile(r"/api/v1/")
RUNNING = """
    SELECT s.id FROM trainers_session s JOIN trainers_trainerprofile t ON t.id = s.trainer_id
    WHERE t.name = 'Alexandre Côté' AND s.status = 'scheduled' AND s.starts_at <= now() AND s.ends_at > now()
"""
# One of his classes that is weeks away, with its clients, is held now.
MOVED = """
    UPDATE trainers_session SET starts_at = now() - interval '1 minute', ends_at = now() + interval '3 minutes', room_id = NULL
    WHERE id = (
        SELECT s.id FROM trainers_session s JOIN trainers_trainerprofile t ON t.id = s.trainer_id
        WHERE t.name = 'Alexandre Côté' AND s.status = 'scheduled' AND s.booked > 1 AND s.starts_at > now() + interval '15 days'
        ORDER BY s.starts_at LIMIT 1
    ) RETURNING id::text
"""
SETS = """
    SELECT s.id::text, s.repetitions, s.load, e.client_id FROM trainers_exerciseset s
    JOIN trainers_exerciseentry e ON e.id = s.entry_id JOIN trainers_exerciselog l ON l.id = e.log_id
    WHERE l.session_id = %s ORDER BY s.created_at
"""


# What else he has about now is held in a year: whatever time it is, he is free.
ASIDE = """
    UPDATE trainers_session SET starts_at = starts_at + interval '364 days', ends_at = ends_at + interval '364 days'
    WHERE trainer_id = (SELECT id FROM trainers_trainerprofile WHERE name = 'Alexandre Côté') AND status <> 'cancelled'
    AND NOT (starts_at <= now() AND ends_at > now())
    AND starts_at < now() + interval '2 hours' AND ends_at > now() - interval '2 hours' RETURNING 1
"""


@pytest.fixture
def session(world: World) -> str:
    """A class of Alexandre's that runs now; each test begins with nothing marked or logged in it."""
    world.ask(ASIDE, studio="summit")
    found = world.ask(RUNNING, studio="summit") or world.ask(MOVED, studio="summit")
    key = str(found[0][0])
    world.ask(
        "UPDATE trainers_session SET starts_at = now() - interval '1 minute', ends_at = now() + interval '3 minutes'"
        " WHERE id = %s RETURNING 1",
        key,
        studio="summit",
    )
    for statement in (
        "UPDATE trainers_booking SET attendance = '' WHERE session_id = %s RETURNING 1",
        "DELETE FROM trainers_exerciseset WHERE entry_id IN (SELECT e.id FROM trainers_exerciseentry e"
        " JOIN trainers_exerciselog l ON l.id = e.log_id WHERE l.session_id = %s) RETURNING 1",
        "DELETE FROM trainers_exerciseentry WHERE log_id IN"
        " (SELECT id FROM trainers_exerciselog WHERE session_id = %s) RETURNING 1",
    ):
        world.ask(statement, key, studio="summit")
    return key


@pytest.fixture
def board(visit: Open, session: str) -> Callable[..., Page]:
    """Open the session's board as somebody: Alexandre on his phone, where nothing else is said."""

    def open_board(who: str = "alex", screen: bool = False, **options: Any) -> Page:
        options.setdefault("phone", not screen)
        page = visit(who, f"/sessions/{session}/{'screen/' if screen else ''}", studio="summit", **options)
        expect(page.locator("[data-live-status]")).to_have_attribute("data-live-status", "live")
        return page

    return open_board


def keep(page: Page, name: str) -> None:
    """Save a picture where FITFLOW_SHOTS asks for one."""
    if folder := os.environ.get("FITFLOW_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def mark(page: Page, number: int, words: str = "Here") -> None:
    page.locator("[data-mark]").nth(number).get_by_text(words).click()


def pick(page: Page, exercise: str, option: str | re.Pattern[str] = "") -> Locator:
    """Choose an exercise by typing; return its part of the log."""
    page.get_by_role("combobox", name="Exercise").fill(exercise)
    page.get_by_role("option", name=option or exercise).first.click()
    return page.locator(f"[data-entry][data-name='{exercise}']:visible")


def waiting(place: Page | Locator) -> Locator:
    """Return the rows that say they wait to be sent."""
    return place.locator("[data-words]:visible", has_text="Waiting to be sent")


def log_set(entry: Locator, repetitions: int, load: str) -> None:
    """Fill in the set that is not logged yet (one is added where there is none) and tick it."""
    if not entry.locator(".is-draft").count():
        entry.get_by_role("button", name="Add a set").click()
    row = entry.locator(".is-draft").first
    row.get_by_label("repetitions").fill(str(repetitions))
    row.get_by_label("load").fill(load)
    row.locator("[data-tick]").click()


def sets(world: World, session: str) -> list[tuple[int, str]]:
    return [(row[1], f"{row[2].normalize():f}") for row in world.ask(SETS, session, studio="summit")]


def marks(world: World, session: str) -> list[str]:
    found = world.ask(
        "SELECT attendance FROM trainers_booking WHERE session_id = %s AND attendance <> ''",
        session,
        studio="summit",
    )
    return [row[0] for row in found]
