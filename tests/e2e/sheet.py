"""The calendar's sheet in a browser: finding sessions, taking them elsewhere, and what became of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, Route, expect

from tests.world import World

COMING = """
SELECT s.id::text, (s.starts_at AT TIME ZONE 'America/Toronto')::date::text FROM trainers_session s
WHERE s.status = 'scheduled' AND s.starts_at > now() + interval '1 day' AND s.starts_at < now() + interval '20 days' AND {}
ORDER BY s.starts_at LIMIT 1
"""


def drawn(page: Page) -> None:
    """Wait until the sheet holds its sessions."""
    page.locator("#calendar[data-drawn]").wait_for()


def coming(world: World, such: str = "true") -> tuple[str, str]:
    """Return a session of lotus to come, and its day."""
    found = world.ask(COMING.format(such), studio="lotus")[0]
    return str(found[0]), str(found[1])


def into_view(page: Page, session: str) -> Locator:
    """Bring a session of the sheet into view."""
    drawn(page)
    one = page.locator(f".cg-scroll .ev[data-id='{session}']")
    one.evaluate("node => node.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' })")
    return one


def state_of(world: World, session: str) -> tuple[object, ...]:
    """Return where and when a session is: its start, its minutes, its trainer, location and room."""
    return world.ask(
        "SELECT to_char(starts_at AT TIME ZONE 'America/Toronto', 'YYYY-MM-DD HH24:MI'),"
        " extract(epoch FROM ends_at - starts_at)::int / 60, trainer_id::text, location_id::text, room_id::text"
        " FROM trainers_session WHERE id = %s",
        session,
        studio="lotus",
    )[0]


def drag(page: Page, what: Locator, x: float, y: float, *, grip: bool = False) -> None:
    """Take a session by its upper edge (or its lower one) to a point, and let go."""
    box = what.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + (box["height"] - 3 if grip else 4))
    page.mouse.down()
    page.mouse.move(x, y, steps=8)
    expect(page.locator(".is-lifted")).to_have_count(1)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.mouse.up()


MOVE = re.compile("/move/$")


def held_back(page: Page, status: int = 409, words: str = "Not now.") -> list[dict[str, str]]:
    """Refuse every move, and return the list in which what was sent is kept."""
    sent: list[dict[str, str]] = []

    def refuse(route: Route) -> None:
        names = re.findall(r'name="(\w+)"\r\n\r\n(.*?)\r\n', route.request.post_data or "")
        sent.append(dict(names))
        route.fulfill(status=status, json={"error": {"code": "conflict", "message": words}})

    page.route(MOVE, refuse)
    return sent


PUT = "UPDATE trainers_session SET starts_at = %s, ends_at = %s WHERE id = %s RETURNING 1"


@contextmanager
def standing(world: World, session: str, starts: datetime, minutes: int) -> Iterator[None]:
    """Let a session of lotus stand elsewhere for a while."""
    was = world.ask("SELECT starts_at, ends_at FROM trainers_session WHERE id = %s", session, studio="lotus")[
        0
    ]
    world.ask(PUT, starts, starts.astimezone(UTC) + timedelta(minutes=minutes), session, studio="lotus")
    try:
        yield
    finally:
        world.ask(PUT, *was, session, studio="lotus")
